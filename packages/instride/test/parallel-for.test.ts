import { expect, test } from "vitest";
import { describeModes } from "./modes.ts";

const scale = new URL("fixtures/scale.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("parallelFor: works on every part of the range once", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([10_007], "uint8");
      await rt.parallelFor(misbehave, { over: marks.size, views: { marks }, args: { kind: "none" } });
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });

  test("parallelFor: touches nothing outside the range", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([100], "uint8");
      await rt.parallelFor(misbehave, { over: { start: 7, stop: 93 }, views: { marks }, args: { kind: "none" } });
      expect(marks.toList()).toEqual(Array.from({ length: 100 }, (_, i) => (i >= 7 && i < 93 ? 1 : 0)));
    });
  });

  test("parallelFor: an empty range calls no kernel", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1], "uint8");
      await rt.parallelFor(misbehave, { over: 0, views: { marks }, args: { kind: "throw", at: 0 } });
      expect(marks.toList()).toEqual([0]);
    });
  });

  test("parallelFor: strided operands are the same memory", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const source = s.from([1, 2, 3, 4, 5, 6, 7, 8]);
      const target = s.zeros([8], "float64");
      await rt.parallelFor(scale, {
        over: 4,
        views: { source: source.at("::-2").toReadonly(), target: target.at("1::2") },
        args: { factor: 10 },
      });
      expect(target.toList()).toEqual([0, 80, 0, 60, 0, 40, 0, 20]);
    });
  });
});
