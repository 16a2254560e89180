import fc from "fast-check";
import { expect, test } from "vitest";
import { forEachRun, type IterationPlan, planIteration } from "../../src/layout/iteration.ts";
import { addressesOf } from "./layout-model.ts";

interface Operands {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly offsets: readonly number[];
}

/** Up to four axes and three operands, with strides that often merge: products of lengths, negative ones, zeros. */
const operands: fc.Arbitrary<Operands> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.integer({ min: 1, max: 3 }))
  .chain(([shape, count]) => {
    const dense = fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((order) => {
      const strides = shape.map(() => 0);
      let stride = 1;
      for (const axis of order) {
        strides[axis] = stride;
        stride *= Math.max(1, shape[axis]!);
      }
      return strides;
    });
    const any = fc.array(fc.integer({ min: -6, max: 24 }), { minLength: shape.length, maxLength: shape.length });
    return fc.record({
      shape: fc.constant(shape),
      strides: fc.array(fc.oneof(dense, any), { minLength: count, maxLength: count }),
      offsets: fc.array(fc.nat(100), { minLength: count, maxLength: count }),
    });
  });

/** For each element in the order of the walk, where it lies in each operand. */
function walk(plan: IterationPlan, offsets: readonly number[]): number[][] {
  const visits: number[][] = [];
  forEachRun(plan, offsets, (length, starts, steps) => {
    for (let i = 0; i < length; i++) visits.push(starts.map((start, k) => start + i * steps[k]!));
  });
  return visits;
}

function asText(visits: readonly (readonly number[])[]): string[] {
  return visits.map((visit) => visit.join()).toSorted();
}

test("planIteration: visits each element exactly once, in all operands together", () => {
  const property = fc.property(operands, ({ shape, strides, offsets }) => {
    const addresses = strides.map((own, k) => addressesOf({ shape, strides: own, byteOffset: offsets[k]! }));
    const expected = addresses[0]!.map((_, i) => addresses.map((own) => own[i]!));
    expect(asText(walk(planIteration(shape, strides), offsets))).toEqual(asText(expected));
  });
  fc.assert(property, { numRuns: 2000 });
});

test("planIteration: walks a dense operand in the order of its memory, in one run, however its axes lie", () => {
  for (const strides of [
    [12, 4, 1],
    [1, 2, 6],
    [4, 8, 1],
    [6, 1, 24],
  ]) {
    const shape = [...strides.keys()].map((axis) => {
      const larger = strides.filter((stride) => stride > strides[axis]!);
      return larger.length === 0 ? 2 : Math.min(...larger) / strides[axis]!;
    });
    const size = shape.reduce((product, length) => product * length);
    expect(planIteration(shape, [strides])).toEqual({ shape: [size], strides: [[1]] });
  }
});

test("planIteration: the first operand decides which axis is innermost", () => {
  const rows = [5, 1];
  const columns = [1, 4];
  expect(planIteration([4, 5], [rows, columns])).toEqual({ shape: [4, 5], strides: [rows, columns] });
  expect(planIteration([4, 5], [columns, rows])).toEqual({
    shape: [5, 4],
    strides: [
      [4, 1],
      [1, 5],
    ],
  });
});

test("planIteration: axes merge only where every operand's strides allow it", () => {
  const dense = [5, 1];
  expect(planIteration([4, 5], [dense, dense])).toEqual({ shape: [20], strides: [[1], [1]] });
  expect(planIteration([4, 5], [dense, [6, 1]]).shape).toEqual([4, 5]);
  expect(planIteration([4, 5], [dense, [0, 0]])).toEqual({ shape: [20], strides: [[1], [0]] });
  expect(planIteration([4, 5], [dense, [0, 1]]).shape).toEqual([4, 5]);
  expect(planIteration([4, 5], [[-5, -1]])).toEqual({ shape: [20], strides: [[-1]] });
});

test("planIteration: drops axes of length 1, and keeps one axis of what has none", () => {
  expect(planIteration([1, 3, 1], [[99, 2, 77]])).toEqual({ shape: [3], strides: [[2]] });
  expect(planIteration([], [[], []])).toEqual({ shape: [1], strides: [[0], [0]] });
  expect(planIteration([1, 1], [[5, 5]])).toEqual({ shape: [1], strides: [[0]] });
});

test("forEachRun: calls nothing for an empty shape", () => {
  for (const shape of [[0], [3, 0], [0, 3]]) {
    expect(walk(planIteration(shape, [shape.map(() => 1)]), [0])).toEqual([]);
  }
});

test("forEachRun: goes through the outer axes with one array of offsets, and leaves the caller's alone", () => {
  const offsets = Object.freeze([7]);
  const starts: number[] = [];
  const arrays = new Set<unknown>();
  forEachRun({ shape: [2, 3, 4], strides: [[100, 10, 1]] }, offsets, (length, [start], [step]) => {
    expect([length, step]).toEqual([4, 1]);
    starts.push(start!);
  });
  forEachRun({ shape: [2, 3], strides: [[10, 1]] }, offsets, (_, at) => arrays.add(at));
  expect(starts).toEqual([7, 17, 27, 107, 117, 127]);
  expect(arrays.size).toBe(1);
});
