import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KernelError, type MemoryView, type Runtime, type Scope } from "instride";
import { kernel, parallelFor, parallelReduce, parallelScan } from "instride/thread";
import type { Deed } from "./fixtures/nested.kernel.ts";
import { describeModes } from "./modes.ts";

const nested = new URL("fixtures/nested.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);
const task = new URL("fixtures/nested.task.ts", import.meta.url);

const add = (left: number, right: number): number => left + right;

const SLICES = 6;
const ROWS = 700;
const COLUMNS = 3;

/** Values whose sum depends on the order in which they are added. */
const valueAt = (i: number): number => Math.sin(i) * 10 ** (i % 9);

function volumeIn(scope: Scope, shape: readonly number[]): MemoryView<"float64"> {
  const size = shape.reduce((product, length) => product * length, 1);
  return scope.from(
    Float64Array.from({ length: size }, (_, i) => valueAt(i)),
    { shape },
  );
}

/** Runs the fixture over a volume. @returns what it wrote */
async function run(rt: Runtime, deed: Deed, shape: readonly number[] = [SLICES, ROWS, COLUMNS]): Promise<number[][][]> {
  return rt.scope(async (s) => {
    const out = s.zeros(shape, "float64");
    const views = { volume: volumeIn(s, shape).toReadonly(), out };
    await rt.parallelFor(nested, { over: shape[0]!, views, args: deed });
    return out.toList() as number[][][];
  });
}

describeModes((runtime) => {
  test("nested loops: a reduction has the bits that it has outside of a body", async () => {
    const rt = runtime();
    const found = await run(rt, { kind: "sums" }, [3, ROWS, 1]);
    await rt.scope(async (s) => {
      const volume = volumeIn(s, [3, ROWS, 1]);
      for (let z = 0; z < 3; z++) {
        const x = volume.at(z, ":", 0);
        const expected = await rt.parallelReduce(sum, { over: ROWS, views: { x }, identity: 0, join: add });
        expect(found[z]![0]![0]).toBe(expected);
      }
    });
  });

  test("nested loops: a scan writes running totals", async () => {
    const found = await run(runtime(), { kind: "scans" }, [2, 40, 1]);
    for (let z = 0; z < 2; z++) {
      let total = 0;
      const expected = Array.from({ length: 40 }, (_, row) => (total += valueAt(z * 40 + row)));
      expect(found[z]!.map(([value]) => value)).toEqual(expected.map((value) => expect.closeTo(value, 3)));
    }
  });

  test("nested loops: several dimensions, built-in kernels, and parts of them", async () => {
    const rt = runtime();
    const doubled = Array.from({ length: 2 }, (_, z) =>
      Array.from({ length: 9 }, (_row, i) =>
        Array.from({ length: 5 }, (_column, j) => 2 * valueAt((z * 9 + i) * 5 + j)),
      ),
    );
    expect(await run(rt, { kind: "cells" }, [2, 9, 5])).toEqual(doubled);
    expect(await run(rt, { kind: "built-in" }, [2, 9, 5])).toEqual(doubled);
    const inner = doubled.map((slice) => slice.map((row, i) => (i === 0 || i === 8 ? row.map(() => 0) : row)));
    expect(await run(rt, { kind: "part of a built-in" }, [2, 9, 5])).toEqual(inner);
  });

  test("nested loops: what a nested body throws comes with its range, inside that of the outer", async () => {
    const error: unknown = await run(runtime(), { kind: "fails", row: 5 }, [1, 9, 1]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(KernelError);
    expect(error).toMatchObject({ range: { start: 0, stop: 1 } });
    const inner = (error as KernelError).cause as KernelError;
    expect(inner).toBeInstanceOf(KernelError);
    expect(inner).toMatchObject({ kernel: "strict", range: { start: 4, stop: 6 }, errors: [], code: "kernel" });
    expect(inner.message).toBe('kernel "strict" failed on range [4, 6): row 5 on purpose');
    expect(inner.cause).toBeInstanceOf(RangeError);
  });

  test("nested loops: options that are none are refused", async () => {
    await expect(run(runtime(), { kind: "bad options" }, [1, 9, 1])).rejects.toThrow('with partitioner "dynamic"');
  });

  test("nested loops: a task runs them as well", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 4]);
      expect(await rt.run(task, { views: { x: x.toReadonly() } })).toBe(30);
    });
  });
});

test("nested loops: outside of a body they run just so", () => {
  const seen: number[] = [];
  parallelFor(({ start, stop }) => seen.push(...Array.from({ length: stop - start }, (_, i) => start + i)), {
    over: 20,
  });
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("nested loops: every place is visited once, in order, whatever the partitioner", () => {
  const partitioners = fc.constantFrom("auto", "static", "guided", "affinity");
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 40 }), partitioners, (over, grainsize, partitioner) => {
      const seen: number[] = [];
      parallelFor(
        ({ start, stop }) => {
          for (let i = start; i < stop; i++) seen.push(i);
        },
        { over, grainsize, partitioner },
      );
      expect(seen).toEqual(Array.from({ length: over }, (_, i) => i));
    }),
  );
});

test("nested loops: reductions join neighbours in the order of the range, and give the identity for none", () => {
  const list = ({ start, stop }: { start: number; stop: number }): string =>
    Array.from({ length: stop - start }, (_, i) => start + i).join();
  const join = (left: string, right: string): string => `${left},${right}`;
  const expected = Array.from({ length: 50 }, (_, i) => i).join();
  expect(parallelReduce(list, { over: 50, identity: "", join })).toBe(expected);
  expect(parallelReduce(list, { over: 0, identity: "none", join })).toBe("none");
});

test("nested loops: what is none of their bodies or options is refused with a typed error", () => {
  const body = (): void => {};
  const identity = 0;
  const one = (): number => 1;
  expect(() => parallelFor(7 as never, { over: 3 })).toThrow("cannot run 7: expected a function");
  expect(() => parallelFor("ad", { over: 3 })).toThrow('no kernel is named "ad"');
  expect(() => kernel("ad")).toThrow('no kernel is named "ad"');
  expect(() => parallelFor(body, { over: -3 })).toThrow("cannot loop over -3");
  expect(() => parallelFor("copy", { over: [3, 3] })).toThrow('"copy" over 2 dimensions: it takes a line');
  expect(() => parallelScan(one, { over: [3] as never, identity, join: add })).toThrow("cannot scan 1 dimensions");
  expect(() => parallelReduce(one, { over: 3, partitioner: "static" as "auto", identity, join: add })).toThrow(
    'cannot reduce with partitioner "static"',
  );
  expect(() => parallelFor(() => Promise.resolve(), { over: 1 })).toThrow("a loop body returned a promise");
});
