import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type HalfOpenRange, KernelError, open, type Partitioner, type Progress, ValueError } from "instride";
import { describeModes } from "./modes.ts";

const tile = new URL("fixtures/tile.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);
const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);

const PARTITIONERS: readonly Partitioner[] = ["auto", "static", "guided", "affinity"];
const add = (left: number, right: number): number => left + right;

const partitioners = fc.constantFrom(...PARTITIONERS);
const callers = fc.constantFrom("helps" as const, "waits" as const);
const grainsizes = fc.integer({ min: 1, max: 9 });

describeModes((runtime) => {
  test("partitioner: every iteration of any line runs once, and nothing beside it", async () => {
    const rt = runtime();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.nat(20),
        grainsizes,
        partitioners,
        callers,
        async (n, start, grain, by, caller) =>
          rt.scope(async (s) => {
            const marks = s.zeros([start + n + 3], "uint8");
            const over = { start, stop: start + n };
            const args = { kind: "none" };
            await rt.parallelFor(misbehave, {
              over,
              grainsize: grain,
              partitioner: by,
              caller,
              views: { marks },
              args,
            });
            expect(marks.toList()).toEqual([...Array<number>(start).fill(0), ...Array<number>(n).fill(1), 0, 0, 0]);
          }),
      ),
      { numRuns: 40 },
    );
  });

  test("partitioner: every place of any range of several dimensions is visited once", async () => {
    const rt = runtime();
    const shapes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, grainsizes, partitioners, callers, async (shape, grainsize, partitioner, caller) =>
        rt.scope(async (s) => {
          const marks = s.zeros(shape, "uint8");
          await rt.parallelFor(tile, { over: shape, grainsize, partitioner, caller, views: { marks } });
          expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
        }),
      ),
      { numRuns: 40 },
    );
  });
});

describeModes((runtime) => {
  test.each(PARTITIONERS)("partitioner: %s tells progress that only grows, and ends with the whole", async (by) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const told: Progress[] = [];
      const onProgress = (progress: Progress): void => void told.push(progress);
      const args = { kind: "slow", ms: 2 };
      await rt.parallelFor(misbehave, { over: 1000, partitioner: by, views: { marks }, args, onProgress });
      const done = told.map((progress) => progress.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(told.at(-1)).toEqual({ done: 1000, total: 1000 });
    });
  });

  test.each(PARTITIONERS)("partitioner: %s tells the range of what fails", async (partitioner) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const line = { views: { marks: s.zeros([500], "uint8") }, args: { kind: "throw", at: 123 } };
      const error: unknown = await rt
        .parallelFor(misbehave, { over: 500, partitioner, ...line })
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(KernelError);
      const { start, stop } = (error as KernelError).range as HalfOpenRange;
      expect(start <= 123 && 123 < stop).toBe(true);
      const cells = { over: [16, 16], partitioner, views: { marks: s.zeros([16, 16], "uint8") }, args: 5 };
      const inGrid: unknown = await rt.parallelFor(tile, cells).catch((e: unknown) => e);
      // Of a chunk of several cells it is that of the cell.
      const [rows, columns] = (inGrid as KernelError).range as readonly HalfOpenRange[];
      expect(rows!.start <= 5 && 5 < rows!.stop && rows!.stop - rows!.start < 16).toBe(true);
      expect(columns!.stop - columns!.start).toBeLessThanOrEqual(16);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("partitioner: reductions and scans have the same bits with affinity, and take no other cut", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from(Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10 ** (i % 9)));
      const y = s.zeros([5000], "float64");
      const options = { over: 5000, views: { x: x.toReadonly() }, identity: 0, join: add };
      const total = await rt.parallelReduce(sum, options);
      expect(await rt.parallelReduce(sum, { ...options, partitioner: "affinity" })).toBe(total);
      const scan = { ...options, views: { x: x.toReadonly(), y } };
      const last = await rt.parallelScan(cumsum, scan);
      const bits = y.hex();
      expect(await rt.parallelScan(cumsum, { ...scan, partitioner: "affinity" })).toBe(last);
      expect(y.hex()).toBe(bits);
      for (const partitioner of ["static", "guided"] as const) {
        const refused = { ...options, partitioner: partitioner as "auto" };
        await expect(rt.parallelReduce(sum, refused)).rejects.toThrow(
          `cannot reduce with partitioner "${partitioner}"`,
        );
        await expect(rt.parallelScan(cumsum, refused)).rejects.toThrow(`cannot scan with partitioner "${partitioner}"`);
      }
      await expect(rt.parallelFor(sum, { over: 1, partitioner: "simple" as Partitioner })).rejects.toBeInstanceOf(
        ValueError,
      );
    });
  });
});

test("partitioner: static has one chunk for each thread, whoever runs it", async () => {
  await using rt = await open({ threads: 3 });
  const marks = rt.zeros([300], "uint8");
  const over = { over: 300, partitioner: "static" as const, views: { marks } };
  const ends = new Set<number>();
  for (let i = 0; i < 4; i++) {
    const failing = { ...over, args: { kind: "throw", at: i * 99 } };
    const error: unknown = await rt.parallelFor(misbehave, failing).catch((e: unknown) => e);
    ends.add(((error as KernelError).range as HalfOpenRange).stop);
  }
  expect([...ends]).toEqual([100, 200, 300]);
});

test.each(PARTITIONERS)("partitioner: %s chunks of a thread that dies run again", async (partitioner) => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([200], "uint8");
  const args = { kind: "exit-once", at: 105 };
  await rt.parallelFor(misbehave, { over: 200, grainsize: 10, partitioner, views: { marks }, args, idempotent: true });
  expect(marks.asTypedArray().every((mark) => mark >= 1)).toBe(true);
  expect(rt.leaks()).toEqual([]);
});
