/**
 * What warming does to the code: Node's engine tells which of its compilers a function has come to.
 */
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

const instances: Instance[] = [];
const platform = globalThis as unknown as { readonly WebAssembly: { Instance: new (...args: unknown[]) => Instance } };
platform.WebAssembly.Instance = new Proxy(platform.WebAssembly.Instance, {
  construct: (Own, args) => {
    const instance = new Own(...(args as unknown[]));
    instances.push(instance);
    return instance;
  },
});
// Platforms are asked for their classes when the sources load.
const { open } = await import("instride");

setFlagsFromString("--allow-natives-syntax");
const isAtItsBest = runInThisContext("(f) => %IsTurboFanFunction(f)") as (f: unknown) => boolean;

/** Whether the function of some name that was made last is at its best. */
function isBest(name: string): boolean {
  const functions = instances.map(({ exports }) => exports[name]).filter((f) => f !== undefined);
  return functions.length > 0 && isAtItsBest(functions.at(-1));
}

/** Warms until a function is at its best: the engine compiles when it has time. */
async function bestOf(name: string, warm: () => Promise<void>): Promise<boolean> {
  instances.length = 0;
  for (let round = 0; round < 100 && !isBest(name); round++) {
    await warm();
    await setTimeout(10);
  }
  return isBest(name);
}

test("warm: the engine makes the best of code that was never called", async () => {
  await using rt = await open({ mode: "inline" });
  await rt.scope(async (s) => {
    const x = s.zeros([1000, 1000], "float32");
    const image = s.zeros([40, 50, 3], "uint8");
    const scaled = rt.map((v) => v * 2 + 1);
    expect(await bestOf("run", () => scaled.warm(x))).toBe(true);
    const gray = rt.map((r, g, b) => (r + g + b) / 3, { compute: "float32" });
    const channels = [0, 1, 2].map((c) => image.at("...", c));
    expect(await bestOf("run", () => gray.warm(channels[0]!, channels[1]!, channels[2]!))).toBe(true);
    const added = rt.map((v, w) => v + w);
    expect(await bestOf("tile", () => added.warm(x, x.transpose()))).toBe(true);
    expect(await bestOf("fold_0", () => rt.reduce("sum").warm(x))).toBe(true);
    expect(await bestOf("fold_0", () => rt.reduce("max").warm(x, { axis: 1 }))).toBe(true);
    expect(await bestOf("scan_0", () => rt.scan("cumsum").warm(x))).toBe(true);
  });
});
