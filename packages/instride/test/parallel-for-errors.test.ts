import { expect, test } from "vitest";
import { type HalfOpenRange, KernelError, ModuleLoadError } from "instride";
import { describeModes } from "./modes.ts";

const scale = new URL("fixtures/scale.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime, mode) => {
  test("parallelFor: an error in the body rejects with range, kernel and cause", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const call = rt.parallelFor(misbehave, {
        over: 1000,
        grainsize: 10,
        views: { marks },
        args: { kind: "throw", at: 555 },
      });
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KernelError);
      const { kernel, cause, message } = error as KernelError;
      const range = (error as KernelError).range as HalfOpenRange;
      expect(range.start <= 555 && 555 < range.stop).toBe(true);
      expect(kernel).toBe(misbehave.href);
      expect(cause).toBeInstanceOf(RangeError);
      expect((cause as Error).message).toBe("iteration 555 on purpose");
      expect((cause as Error).stack).toContain("misbehave.kernel.ts");
      expect(message).toContain(`failed on range [${range.start}, ${range.stop}): iteration 555 on purpose`);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("parallelFor: something thrown that is no Error is told in the cause", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      const call = rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "throw-string" } });
      await expect(call).rejects.toThrow('a value that is no Error was thrown: "a string"');
    });
  });

  test("parallelFor: a body that returns a promise is refused", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      const call = rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "async" } });
      await expect(call).rejects.toThrow("a loop body returned a promise");
    });
  });

  test("parallelFor: load errors are typed and name the module", async () => {
    const rt = runtime();
    const load = (kernel: URL): Promise<unknown> =>
      rt.parallelFor(kernel, { over: 1 }).catch((thrown: unknown) => thrown);
    const missing = await load(new URL("fixtures/missing.kernel.ts", import.meta.url));
    expect(missing).toBeInstanceOf(ModuleLoadError);
    expect((missing as Error).message).toContain("missing.kernel.ts");
    const broken = await load(new URL("fixtures/broken.kernel.ts", import.meta.url));
    expect((broken as Error).message).toContain("this module throws while it is loaded");
    const noDefault = await load(new URL("fixtures/no-default.kernel.ts", import.meta.url));
    expect((noDefault as Error).message).toContain("found exports of notTheDefault");
  });

  test("parallelFor: a built-in that doesn't exist is refused with the names that do", async () => {
    await expect(runtime().parallelFor("no-such-kernel", { over: 1 })).rejects.toThrow(/no-such-kernel.*convert/s);
  });

  test("parallelFor: bad options are refused before anything runs", async () => {
    const rt = runtime();
    await expect(rt.parallelFor(scale, { over: -1 })).rejects.toThrow("cannot loop over -1");
    await expect(rt.parallelFor(scale, { over: 4, grainsize: 0 })).rejects.toThrow("grainsize 0");
    await expect(rt.parallelFor(null as never, { over: 4 })).rejects.toThrow("cannot run null");
    await expect(rt.parallelFor(scale, { over: 4, views: { x: [1] as never } })).rejects.toThrow(
      'cannot lend [1] as view "x"',
    );
    await expect(rt.parallelFor(scale, { over: 4, args: () => 1 })).rejects.toThrow(
      mode === "threads" ? /could not be cloned/ : /.*/,
    );
    expect(rt.leaks()).toEqual([]);
  });
});
