import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { KernelSource } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";

const page = readFileSync(new URL("../../src/language/README.md", import.meta.url), "utf8");

const samples = [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code!.trim());
const refused = [...page.matchAll(/^\| `(.+?)`\s+\| (.+?)\s+\|$/gm)].map(
  ([, code, reason]) => [code!, reason!] as const,
);

/** The kernels that the samples name. */
const KERNELS: Readonly<Record<string, KernelSource>> = {
  clamp01: (v: number) => Math.min(Math.max(v, 0), 1),
  smoothstep: "(v, { low, high }) => { const t = (v - low) / (high - low); return t * t * (3 - 2 * t) }",
};

test("the language's page: has samples of both kinds", () => {
  expect(samples.length).toBeGreaterThan(6);
  expect(refused.length).toBeGreaterThan(6);
});

test.each(samples)("the language's page: %s is a kernel", async (code) => {
  const { outputs } = await readProgram(code, KERNELS);
  expect(outputs.length).toBeGreaterThan(0);
});

test.each(refused)("the language's page: %s is refused, since %s", async (code, reason) => {
  await expect(readProgram(code)).rejects.toThrow(reason);
});
