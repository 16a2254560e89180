import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import type { KernelBorder } from "../../src/graph/strided.ts";
import {
  type Arena,
  checkCall,
  courses,
  fillBytes,
  IN_HEAP,
  placings,
  plain,
  WHOLE,
  whereabouts,
} from "./placed-call.ts";

const BORDERS: readonly KernelBorder[] = ["nearest", "reflect", "mirror", "wrap", { constant: -7 }];

/** A number of everything around an element, where the order counts, and of the element's row. */
function stencil(
  dtype: "int16" | "uint8" | "int32",
  shifts: readonly (readonly number[])[],
  isIndexed: boolean,
): Graph {
  const b = new GraphBuilder([dtype, "int32"]);
  const sum = shifts
    .map((shift): Node => b.load(0, 0, shift))
    .reduce((a, neighbour) => b.add(b.mul(a, b.i32(31)), neighbour), b.load(1));
  const value = isIndexed ? b.add(sum, b.wrap(b.index(0))) : sum;
  return b.finish([{ dtype: "int32", value: [value] }]);
}

const stencils = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    dtype: fc.constantFrom("int16" as const, "uint8" as const, "int32" as const),
    placing: placings(shape.length),
    beside: placings(shape.length),
    output: placings(shape.length),
    shifts: fc.array(
      fc.tuple(...shape.map(() => fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -15, max: 15 })))),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    border: fc.constantFrom(...BORDERS),
    isIndexed: fc.boolean(),
    where: whereabouts,
  }),
);

test("borders: neighbours in any layout, wherever it lies and however it is cut, as interpreted", () => {
  const property = fc.property(stencils, courses, (given, course) => {
    const { shape, dtype, where } = given;
    const arenas = where.arenas();
    for (const { bytes } of arenas) fillBytes(bytes, course.seed);
    const arenaOf = (place: number): Arena => arenas[place % arenas.length]!;
    const source = { ...arenaOf(0).place(dtype, shape, given.placing, true), border: given.border };
    checkCall(
      {
        graph: stencil(dtype, given.shifts, given.isIndexed),
        operands: [source, arenaOf(1).place("int32", shape, given.beside, true)],
        outputs: [arenaOf(2).place("int32", shape, given.output, false)],
      },
      course,
      where,
    );
  });
  fc.assert(property, { numRuns: 400 });
});

test.for(BORDERS)("borders: two neighbours with border %j", (given) => {
  const border = typeof given === "string" ? given : { constant: 10 };
  const values = [2, 8, 0, 4, 1];
  const [room] = IN_HEAP.arenas() as [Arena];
  const b = new GraphBuilder(["float64"]);
  const value = b.add(b.mul(b.load(0, 0, [-2]), b.f64(0.5)), b.mul(b.load(0, 0, [2]), b.f64(0.25)));
  const source = { ...room.place("float64", [5], plain(1), false), border };
  const target = room.place("float64", [5], plain(1), false);
  new Float64Array(source.buffer, source.byteOffset, 5).set(values);
  checkCall({ graph: b.finish([{ dtype: "float64", value: [value] }]), operands: [source], outputs: [target] }, WHOLE);
  const extended = EXTENDED[typeof border === "string" ? border : "constant"]!;
  const expected = values.map((_, i) => extended[i]! * 0.5 + extended[i + 4]! * 0.25);
  expect([...new Float64Array(target.buffer, target.byteOffset, 5)]).toEqual(expected);
});

/** The axis with two elements more at each end, as SciPy's documentation draws the modes; the constant is 10. */
const EXTENDED: Readonly<Record<string, readonly number[]>> = {
  nearest: [2, 2, 2, 8, 0, 4, 1, 1, 1],
  reflect: [8, 2, 2, 8, 0, 4, 1, 1, 4],
  mirror: [0, 8, 2, 8, 0, 4, 1, 4, 0],
  wrap: [4, 1, 2, 8, 0, 4, 1, 2, 8],
  constant: [10, 10, 2, 8, 0, 4, 1, 10, 10],
};

test.for(Object.keys(DTYPES) as DType[])("borders: a constant stands for elements of %s", (dtype) => {
  const [room] = IN_HEAP.arenas() as [Arena];
  fillBytes(room.bytes, 3);
  const b = new GraphBuilder([dtype]);
  const parts = DTYPES[dtype].lanes === 2 ? ([0, 1] as const) : ([0] as const);
  const graph = b.finish([{ dtype, value: parts.map((part) => b.load(0, part, [1, -1])) }]);
  const shape = [5, 7];
  const source = { ...room.place(dtype, shape, plain(2), false), border: { constant: 3 } };
  const target = room.place(dtype, shape, plain(2), false);
  checkCall({ graph, operands: [source], outputs: [target] }, WHOLE);
  const three = new Uint8Array(room.bytes.slice(target.byteOffset, target.byteOffset + DTYPES[dtype].itemsize));
  expect([...three]).toEqual(THREE[dtype]);
});

/** 3, or true, as the bytes of an element. */
const THREE: Readonly<Record<DType, readonly number[]>> = {
  bool: [1],
  int8: [3],
  int16: [3, 0],
  int32: [3, 0, 0, 0],
  int64: [3, 0, 0, 0, 0, 0, 0, 0],
  uint8: [3],
  uint16: [3, 0],
  uint32: [3, 0, 0, 0],
  uint64: [3, 0, 0, 0, 0, 0, 0, 0],
  float16: [0x00, 0x42],
  float32: [0, 0, 0x40, 0x40],
  float64: [0, 0, 0, 0, 0, 0, 0x08, 0x40],
  complex64: [0, 0, 0x40, 0x40, 0, 0, 0, 0],
  complex128: [0, 0, 0, 0, 0, 0, 0x08, 0x40, 0, 0, 0, 0, 0, 0, 0, 0],
};
