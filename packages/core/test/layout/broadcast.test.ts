import fc from "fast-check";
import { expect, test } from "vitest";
import { broadcastShapes, broadcastTo } from "../../src/layout/broadcast.ts";
import { ShapeError } from "../../src/errors.ts";
import { addressOf, indicesOf, layouts } from "./layout-model.ts";

test("broadcastShapes: repeats axes of length 1 and missing outer ones", () => {
  expect(broadcastShapes()).toEqual([]);
  expect(broadcastShapes([3])).toEqual([3]);
  expect(broadcastShapes([2, 1], [3], [])).toEqual([2, 3]);
  expect(broadcastShapes([5, 1, 4], [3, 1])).toEqual([5, 3, 4]);
});

test("broadcastShapes: lets an empty axis meet 1 and 0 only", () => {
  expect(broadcastShapes([0], [1])).toEqual([0]);
  expect(broadcastShapes([1], [0], [0])).toEqual([0]);
  expect(() => broadcastShapes([0], [2])).toThrow(ShapeError);
});

test("broadcastShapes: names the axis and both lengths", () => {
  expect(() => broadcastShapes([4, 2], [1, 3])).toThrow(
    /cannot broadcast shapes \[4, 2\], \[1, 3\]: axis -1 has lengths 2 and 3/,
  );
});

test("broadcastShapes: rejects too many axes or elements", () => {
  expect(() => broadcastShapes(new Array<number>(65).fill(1))).toThrow(ShapeError);
  expect(() => broadcastShapes([2 ** 30, 1], [2 ** 30])).toThrow(ShapeError);
});

test("broadcastTo: has stride 0 on repeated axes", () => {
  expect(broadcastTo({ shape: [3], strides: [8], byteOffset: 16 }, [4, 3])).toEqual({
    shape: [4, 3],
    strides: [0, 8],
    byteOffset: 16,
  });
  expect(broadcastTo({ shape: [3, 1], strides: [8, 8], byteOffset: 0 }, [3, 0]).shape).toEqual([3, 0]);
});

test("broadcastTo: rejects less axes and other lengths", () => {
  const layout = { shape: [3, 2], strides: [2, 1], byteOffset: 0 };
  expect(() => broadcastTo(layout, [3, 4])).toThrow(
    "cannot broadcast shape [3, 2] to [3, 4]: axis 1 has length 2, expected 1 or 4",
  );
  expect(() => broadcastTo(layout, [2])).toThrow(ShapeError);
  expect(() => broadcastTo(layout, [1, 2])).toThrow(ShapeError);
  expect(() => broadcastTo(layout, [-1, 3, 2])).toThrow(ShapeError);
});

test("broadcastTo: gives each index the element of the axes it repeats", () => {
  const property = fc.property(
    layouts(4).chain((layout) =>
      fc.record({
        layout: fc.constant(layout),
        outer: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
        repeats: fc.array(fc.integer({ min: 0, max: 3 }), {
          minLength: layout.shape.length,
          maxLength: layout.shape.length,
        }),
      }),
    ),
    ({ layout, outer, repeats }) => {
      const shape = [...outer, ...layout.shape.map((length, axis) => (length === 1 ? repeats[axis]! : length))];
      const result = broadcastTo(layout, shape);
      expect(result.shape).toEqual(shape);
      for (const index of indicesOf(shape)) {
        const own = index.slice(outer.length).map((i, axis) => (layout.shape[axis] === 1 ? 0 : i));
        expect(addressOf(result, index)).toBe(addressOf(layout, own));
      }
      expect(broadcastShapes(layout.shape, shape)).toEqual(shape);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
