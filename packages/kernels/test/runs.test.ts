import { contiguousStrides } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planRuns } from "../src/runs.ts";

/** The offsets that a plan visits, for each operand. */
function visited(shape: readonly number[], strides: readonly (readonly number[])[]): string[] {
  let places = [strides.map(() => 0)];
  for (const [axis, length] of shape.entries()) {
    places = places.flatMap((place) =>
      Array.from({ length }, (_, i) => place.map((offset, k) => offset + i * strides[k]![axis]!)),
    );
  }
  return places.map((place) => place.join()).sort();
}

test("planRuns: visits every element of every operand once, together", () => {
  const arbitrary = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }).chain((shape) => {
    const strides = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: shape.length, maxLength: shape.length });
    return fc.tuple(fc.constant(shape), fc.array(strides, { minLength: 1, maxLength: 3 }));
  });
  const property = fc.property(arbitrary, ([shape, strides]) => {
    const plan = planRuns(shape, strides);
    expect(visited(plan.shape, plan.strides)).toEqual(visited(shape, strides));
  });
  fc.assert(property, { numRuns: 200 });
});

test("planRuns: a dense array is one run", () => {
  const strides = contiguousStrides([40, 60, 3], 1, "C");
  expect(planRuns([40, 60, 3], [strides, strides])).toEqual({ shape: [7200], strides: [[1], [1]] });
});

test("planRuns: runs along the rows of a picture where its channels can't be joined to them", () => {
  const strides = contiguousStrides([40, 60, 3], 1, "C");
  const mask = [60, 1, 0];
  expect(planRuns([40, 60, 3], [strides, mask])).toEqual({
    shape: [3, 2400],
    strides: [
      [1, 3],
      [0, 1],
    ],
  });
});

test("planRuns: runs along the longest axis where all are short", () => {
  expect(planRuns([2, 9, 3], [[100, 10, 1]])).toEqual({ shape: [2, 3, 9], strides: [[100, 1, 10]] });
});
