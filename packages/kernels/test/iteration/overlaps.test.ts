import { copyElements, type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { runInterpreted } from "../../src/graph/run-interpreted.ts";
import { overlappedOperands } from "../../src/graph/strided.ts";
import { planElementwise } from "../../src/iteration/plan.ts";
import {
  Arena,
  checkCall,
  courses,
  fillBytes,
  IN_HEAP,
  moduleOf,
  type PlacedArray,
  placings,
  plain,
  runPlan,
  uniteNaNs,
  whereabouts,
  WHOLE,
} from "./placed-call.ts";

/** Each operand's element, and another operand's, into an output of the first one's dtype. */
function sumOf(dtype: "int16" | "float64", isShifted: boolean): Graph {
  const b = new GraphBuilder([dtype, dtype]);
  const beside = isShifted ? b.load(0, 0, [1, 0]) : b.load(1);
  return b.finish([{ dtype, value: [b.add(b.load(0), b.add(beside, b.load(1)))] }]);
}

const calls = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })).chain((shape) =>
  fc.record({
    shape: fc.constant(shape as number[]),
    dtype: fc.constantFrom("int16" as const, "float64" as const),
    placing: placings(2),
    beside: placings(2),
    where: whereabouts,
  }),
);

test("overlaps: an operand that lies exactly on the output needs no copy, in any layout and any cuts", () => {
  const property = fc.property(calls, courses, ({ shape, dtype, placing, beside, where }, course) => {
    const graph = sumOf(dtype, false);
    const arenas = where.arenas();
    for (const { bytes } of arenas) fillBytes(bytes, course.seed);
    const output = arenas[0]!.place(dtype, shape, placing, false);
    const operands = [output, arenas.at(-1)!.place(dtype, shape, beside, true)];
    expect(overlappedOperands(graph, { shape, outputs: [output], operands })).toEqual([]);
    checkCall({ graph, operands, outputs: [output] }, course, where);
  });
  fc.assert(property, { numRuns: 150 });
});

test("overlaps: an operand beside the output, turned, or read at its neighbours, is to be copied", () => {
  const [room] = IN_HEAP.arenas() as [Arena];
  const shape = [12, 12];
  const output = room.place("float64", shape, plain(2), false);
  const apart = room.place("float64", shape, plain(2), false);
  const moved: PlacedArray = { ...output, byteOffset: output.byteOffset + 8 };
  const turned: PlacedArray = { ...output, strides: output.strides.toReversed() };
  const row: PlacedArray = { ...output, strides: [0, 8] };
  const copied = (graph: Graph, ...operands: PlacedArray[]): number[] =>
    overlappedOperands(graph, { shape, outputs: [output], operands });
  expect(copied(sumOf("float64", false), moved, turned)).toEqual([0, 1]);
  expect(copied(sumOf("float64", false), row, apart)).toEqual([0]);
  expect(copied(sumOf("float64", true), output, output)).toEqual([0]);
});

/** Strides, places and shifts of an operand in the same few bytes as the output. */
const overlapping = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain((shape) =>
  fc.record({
    shape: fc.constant(shape as number[]),
    dtype: fc.constantFrom("int16" as const, "float64" as const),
    output: placings(2),
    operand: placings(2),
    distance: fc.integer({ min: -400, max: 400 }),
    isShifted: fc.boolean(),
  }),
);

test("overlaps: with copies of the operands that are told of, the result is as if all had been copied before", () => {
  let copied = 0;
  const property = fc.property(overlapping, courses, ({ shape, dtype, distance, isShifted, ...placed }, course) => {
    const graph = sumOf(dtype, isShifted);
    const [room] = IN_HEAP.arenas() as [Arena];
    fillBytes(room.bytes, course.seed);
    const output = room.place(dtype, shape, placed.output, false);
    const source = new Arena(room.bytes.buffer, true).place(dtype, shape, placed.operand, true);
    const moved = { ...source, byteOffset: source.byteOffset + 400 + distance, border: "nearest" as const };
    const outputs = [{ ...output, byteOffset: output.byteOffset + 400 }];
    const operands = [moved, moved];
    const before = room.bytes.slice();
    runInterpreted(graph, { shape, outputs, operands, parameters: [] });
    const expected = room.bytes.slice();
    room.bytes.set(before);
    const told = overlappedOperands(graph, { shape, outputs, operands });
    const copies = new Arena(room.bytes.buffer, true, 100_000);
    const safe = operands.map((operand, i) => (told.includes(i) ? copyOf(operand, copies) : operand));
    const plan = planElementwise(graph, outputs, safe);
    runPlan(plan, { graph, outputs, operands: safe }, moduleOf(graph, plan), course);
    // An engine may change a NaN's bits where the interpreter passes it on.
    for (const image of [room.bytes, expected]) uniteNaNs(image, outputs[0]!);
    expect(Buffer.compare(room.bytes.subarray(0, 100_000), expected.subarray(0, 100_000))).toBe(0);
    copied += told.length;
  });
  fc.assert(property, { numRuns: 200 });
  expect(copied).toBeGreaterThan(100);
});

function copyOf(operand: PlacedArray, arena: Arena): PlacedArray {
  const copy = { ...operand, ...arena.place(operand.dtype, operand.shape, plain(operand.shape.length), false) };
  const { itemsize } = DTYPES[operand.dtype];
  copyElements({ ...copy, itemsize }, { ...operand, itemsize });
  return copy;
}

test("guard zones: nothing is touched beside arrays that fill their memory from its first byte to its last", () => {
  const dtypes = ["uint8", "int16", "float32", "float64", "complex128"] as const satisfies readonly DType[];
  // A memory that ends where the last array does: what reads beyond it traps, or throws.
  const bytes = IN_HEAP.arenas()[0]!.bytes.length;
  const size = dtypes.reduce((sum, dtype) => sum + DTYPES[dtype].itemsize, 0);
  for (const [rows, columns] of [
    [1, 1],
    [1, 7],
    [3, 5],
    [9, 33],
    [33, 40],
  ] as const) {
    const shape = [rows, columns];
    const graph = new GraphBuilder(dtypes);
    const stores = dtypes.map((dtype, i) => ({
      dtype,
      value: DTYPES[dtype].lanes === 2 ? [graph.load(i, 0), graph.load(i, 1)] : [graph.load(i)],
    }));
    let first = 0;
    let last = bytes;
    const plainStrides = (itemsize: number): number[] => [itemsize * columns, itemsize];
    const turnedStrides = (itemsize: number): number[] => [itemsize, itemsize * rows];
    const { buffer } = IN_HEAP.arenas()[0]!.bytes;
    const at = (dtype: DType, byteOffset: number, strides: number[]): PlacedArray => ({
      dtype,
      shape,
      strides,
      byteOffset,
      inHeap: true,
      buffer,
    });
    const operands: PlacedArray[] = [];
    const outputs: PlacedArray[] = [];
    // Operands from the end of the memory downwards, outputs from its start upwards; the cancel word is nobody's.
    for (const dtype of dtypes.toReversed()) {
      const { itemsize } = DTYPES[dtype];
      last -= rows * columns * itemsize;
      operands.unshift(at(dtype, last, turnedStrides(itemsize)));
    }
    for (const dtype of dtypes) {
      const { itemsize } = DTYPES[dtype];
      outputs.push(at(dtype, first, plainStrides(itemsize)));
      first += rows * columns * itemsize;
    }
    expect(first).toBe(size * rows * columns);
    fillBytes(new Uint8Array(buffer), rows, 0);
    checkCall({ graph: graph.finish(stores), operands, outputs }, WHOLE);
    fillBytes(new Uint8Array(buffer), rows, 0);
    checkCall({ graph: graph.finish(stores), operands: outputs, outputs: operands }, WHOLE);
  }
  new Uint8Array(IN_HEAP.arenas()[0]!.bytes.buffer).fill(0, 0, 64);
});
