import { expect, test } from "vitest";
import { KernelError } from "instride";
import { describeModes } from "./modes.ts";

const tile = new URL("fixtures/tile.kernel.ts", import.meta.url);
const add = (left: number, right: number): number => left + right;

describeModes((runtime) => {
  test.each([[[30]], [[17, 23]], [[5, 1, 40]], [[3, 4, 5, 6]]])(
    "parallelFor: visits every place of %j once",
    async (shape) => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const marks = s.zeros(shape, "uint8");
        await rt.parallelFor(tile, { over: shape, views: { marks } });
        expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
      });
    },
  );

  test("parallelFor: keeps inside ranges of several dimensions, and to the grain sizes", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([10, 12], "uint8");
      const over = [{ start: 2, stop: 9 }, 5];
      const progress: number[] = [];
      await rt.parallelFor(tile, {
        over,
        grainsize: [3, 5],
        views: { marks },
        onProgress: ({ done }) => progress.push(done),
      });
      const expected = Array.from({ length: 10 }, (_, i) =>
        Array.from({ length: 12 }, (_j, j) => (i >= 2 && i < 9 && j < 5 ? 1 : 0)),
      );
      expect(marks.toList()).toEqual(expected);
      expect(progress.at(-1)).toBe(35);
    });
  });

  test("parallelFor: a dimension of length 0 calls no kernel", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1], "uint8");
      await rt.parallelFor(tile, { over: [4, 0], views: { marks } });
      expect(marks.toList()).toEqual([0]);
    });
  });

  test("parallelReduce: joins the cells of several dimensions", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([19, 31], "uint8");
      expect(await rt.parallelReduce(tile, { over: [19, 31], views: { marks }, identity: 0, join: add })).toBe(589);
    });
  });

  test("parallelFor: an error tells the ranges of all dimensions", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([8, 8], "uint8");
      const error: unknown = await rt
        .parallelFor(tile, { over: [8, 8], views: { marks }, args: 5 })
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(KernelError);
      expect((error as KernelError).range).toHaveLength(2);
      expect((error as Error).message).toMatch(/failed on range \[\d, \d\) × \[\d, \d\): not this row/);
    });
  });

  test("parallelFor: ranges that are none are refused", async () => {
    const rt = runtime();
    await expect(rt.parallelFor(tile, { over: [] })).rejects.toThrow("cannot loop over 0 dimensions");
    await expect(rt.parallelFor(tile, { over: [4, -1] })).rejects.toThrow("cannot loop over -1");
    await expect(rt.parallelFor(tile, { over: [4, 4], grainsize: [2] })).rejects.toThrow("with grainsize [2]");
    await expect(rt.parallelFor("copy", { over: [4, 4] })).rejects.toThrow('"copy" over 2 dimensions: it takes a line');
    const scan = { over: [4, 4], identity: 0, join: add };
    await expect(rt.parallelScan(tile, scan)).rejects.toThrow("cannot scan 2 dimensions");
  });
});
