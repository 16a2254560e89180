import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Border, BORDERS } from "../../src/borders.ts";
import { boxesOf } from "../../src/graph/boxes.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, LaneValue, Node } from "../../src/graph/graph.ts";
import { Interpreter } from "../../src/graph/interpreter.ts";
import { runInterpreted, runInterpretedRange } from "../../src/graph/run-interpreted.ts";
import { copyOverlapping, type ElementwiseCall, type StridedMemory } from "../../src/graph/strided.ts";
import { indicesOf } from "../model.ts";
import { naive } from "./naive.ts";

/** All bytes of some memory, and where an array lies in it. */
interface Placed extends StridedMemory {
  readonly buffer: ArrayBuffer;
  readonly dtype: DType;
}

/** How an array lies: the order of its axes, gaps and directions along them, bytes before it, and what is broadcast. */
interface Placing {
  readonly order: readonly number[];
  readonly steps: readonly number[];
  readonly before: number;
  readonly repeats: readonly boolean[];
}

function placings(ndim: number): fc.Arbitrary<Placing> {
  const axes = Array.from({ length: ndim }, (_, axis) => axis);
  const each = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(arbitrary, { minLength: ndim, maxLength: ndim });
  return fc.record({
    order: fc.shuffledSubarray(axes, { minLength: ndim }),
    steps: each(fc.constantFrom(1, 1, 1, -1, 2, -2)),
    before: fc.nat(17),
    repeats: each(fc.constantFrom(false, false, false, true)),
  });
}

function strides(dtype: DType, shape: readonly number[], { order, steps }: Placing): number[] {
  const result = new Array<number>(shape.length).fill(0);
  let bytes = DTYPES[dtype].itemsize;
  for (const axis of order.toReversed()) {
    result[axis] = bytes * steps[axis]!;
    bytes *= Math.max(shape[axis]! * Math.abs(steps[axis]!), 1);
  }
  return result;
}

/** Filled with bytes that differ. */
function placed(dtype: DType, shape: readonly number[], placing: Placing, isOperand: boolean): Placed {
  const own = strides(dtype, shape, placing).map((stride, axis) => (isOperand && placing.repeats[axis] ? 0 : stride));
  const reach = own.map((stride, axis) => stride * Math.max(shape[axis]! - 1, 0));
  const below = reach.reduce((sum, bytes) => sum + Math.min(bytes, 0), 0);
  const above = reach.reduce((sum, bytes) => sum + Math.max(bytes, 0), 0);
  const buffer = new ArrayBuffer(placing.before + above - below + DTYPES[dtype].itemsize + 5);
  new Uint8Array(buffer).forEach((_, i, all) => (all[i] = (i * 37 + 11) % 251));
  return { buffer, byteOffset: placing.before - below, strides: own, dtype };
}

function offsetOf({ byteOffset, strides: own }: StridedMemory, index: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum + i * own[axis]!, byteOffset);
}

function bits(memory: StridedMemory, nbytes: number, index: readonly number[]): string {
  return new Uint8Array(memory.buffer, offsetOf(memory, index), nbytes).join(" ");
}

/** A lane as the element of an operand gives it. */
function lane({ buffer, dtype, ...rest }: Placed, index: readonly number[], part: 0 | 1): LaneValue {
  const view = new DataView(buffer);
  const at = offsetOf({ buffer, ...rest }, index);
  switch (dtype) {
    case "bool":
      return view.getUint8(at) !== 0;
    case "int16":
      return view.getInt16(at, true);
    case "uint64":
      return view.getBigInt64(at, true);
    case "float32":
      return view.getFloat32(at, true);
    default:
      return view.getFloat64(at + 8 * part, true);
  }
}

const OPERANDS: readonly DType[] = ["int16", "uint64", "float32", "complex128", "bool"];

/** Something of every kind: conversions, two parts, an index, a parameter, a loop, three outputs. */
function mixedGraph(ndim: number): Graph {
  const b = new GraphBuilder(OPERANDS, ["f64"]);
  const [short, long, single] = [b.load(0), b.load(1), b.load(2)];
  const [re, im] = [b.load(3, 0), b.load(3, 1)];
  const place = ndim === 0 ? b.i64(5n) : b.add(b.mul(b.index(0), b.i64(100n)), b.index(ndim - 1));
  const [count] = b.loop([b.i32(0)], 20, ([n]) => ({
    condition: b.and(b.load(4), b.ltS(n!, b.and(short, b.i32(15)))),
    next: [b.add(n!, b.i32(1))],
  }));
  return b.finish([
    { dtype: "complex128", value: [b.sub(b.promote(single), im), b.mul(re, b.parameter(0))] },
    { dtype: "uint64", value: [b.xor(long, place)] },
    { dtype: "uint8", value: [count!] },
  ]);
}

const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 });
const layouts = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    operands: fc.tuple(...OPERANDS.map(() => placings(shape.length))),
    outputs: fc.tuple(placings(shape.length), placings(shape.length), placings(shape.length)),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  }),
);

test("runInterpreted: computes each element from its own, in any layout and any ranges, and writes nothing else", () => {
  const property = fc.property(
    layouts,
    fc.constantFrom(1, 3, undefined),
    ({ shape, operands, outputs, cuts }, width) => {
      const graph = mixedGraph(shape.length);
      const inputs = operands.map((placing, i) => placed(OPERANDS[i]!, shape, placing, true));
      const targets = outputs.map((placing, i) => placed(graph.stores[i]!.dtype, shape, placing, false));
      const before = targets.map(({ buffer }) => new Uint8Array(buffer.slice(0)));
      const size = shape.reduce((product, length) => product * length, 1);
      const interpreter = new Interpreter(graph, width);
      const call: ElementwiseCall = { shape, operands: inputs, outputs: targets, parameters: [0.25] };
      const stops = [...cuts.map((cut) => Math.floor(cut * size)), 0, size].sort((a, b) => a - b);
      for (const [i, stop] of stops.entries())
        runInterpretedRange(interpreter, call, { start: stops[i - 1] ?? 0, stop });
      const written = targets.map(() => new Set<number>());
      for (const index of indicesOf(shape)) {
        const load = (node: Node & { kind: "load" }): LaneValue => lane(inputs[node.operand]!, index, node.part);
        const values = naive(graph, { load, parameters: [0.25], index });
        for (const [output, target] of targets.entries()) {
          expect(bits(target, DTYPES[target.dtype].itemsize, index)).toBe(storedBits(target.dtype, values[output]!));
          for (let byte = 0; byte < DTYPES[target.dtype].itemsize; byte++)
            written[output]!.add(offsetOf(target, index) + byte);
        }
      }
      for (const [output, { buffer }] of targets.entries())
        new Uint8Array(buffer).forEach((byte, at) => {
          if (!written[output]!.has(at)) expect(byte).toBe(before[output]![at]);
        });
    },
  );
  fc.assert(property, { numRuns: 120 });
});

function storedBits(dtype: DType, values: readonly LaneValue[]): string {
  const array =
    dtype === "complex128"
      ? Float64Array.from(values as number[])
      : dtype === "uint64"
        ? BigInt64Array.from(values as bigint[])
        : Uint8Array.from(values as number[]);
  return new Uint8Array(array.buffer).join(" ");
}

test("boxesOf: every element of the range lies in one box, in order, and no other does", () => {
  const property = fc.property(shapes, fc.nat(2000), fc.nat(2000), (shape, a, b) => {
    const all = indicesOf(shape);
    const [start, stop] = [Math.min(a, b, all.length), Math.min(Math.max(a, b), all.length)];
    const boxes = boxesOf(shape, { start, stop });
    expect(boxes.length).toBeLessThanOrEqual(2 * shape.length + 1);
    const covered = boxes.flatMap((box) =>
      indicesOf(box.shape).map((index) => index.map((i, axis) => i + box.start[axis]!)),
    );
    expect(covered).toEqual(all.slice(start, stop));
  });
  fc.assert(property, { numRuns: 300 });
});

/** What SciPy's modes say, by walking. */
function beyond(position: number, length: number, border: Border): number {
  let at = position;
  while (at < 0 || at >= length) {
    if (border === "nearest" || length === 1) at = at < 0 ? 0 : length - 1;
    else if (at < 0) at = border === "reflect" ? -at - 1 : -at;
    else at = border === "reflect" ? 2 * length - 1 - at : 2 * length - 2 - at;
  }
  return at;
}

const stencils = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    placing: placings(shape.length),
    output: placings(shape.length),
    shifts: fc.array(fc.tuple(...shape.map(() => fc.integer({ min: -9, max: 9 }))), { minLength: 1, maxLength: 3 }),
    border: fc.constantFrom(...BORDERS),
    width: fc.constantFrom(1, 3, 128),
    range: fc.tuple(fc.nat(400), fc.nat(400)),
  }),
);

test("runInterpreted: reads neighbours, and beyond the ends what the border says", () => {
  const property = fc.property(stencils, ({ shape, placing, output, shifts, border, width, range }) => {
    const builder = new GraphBuilder(["int16"]);
    const sum = shifts
      .map((shift) => builder.load(0, 0, shift))
      .reduce((a, b) => builder.add(builder.mul(a, builder.i32(31)), b));
    const graph = builder.finish([{ dtype: "int32", value: [sum] }]);
    const source = { ...placed("int16", shape, placing, true), border };
    const target = placed("int32", shape, output, false);
    const all = indicesOf(shape);
    const [start, stop] = [Math.min(...range, all.length), Math.min(Math.max(...range), all.length)];
    const call = { shape, operands: [source], outputs: [target], parameters: [] };
    runInterpretedRange(new Interpreter(graph, width), call, { start, stop });
    for (const index of all.slice(start, stop)) {
      const neighbours = shifts.map((shift) => {
        const beside = index.map((i, axis) => beyond(i + shift[axis]!, shape[axis]!, border));
        return lane(source, beside, 0) as number;
      });
      const expected = neighbours.reduce((a, b) => (Math.imul(a, 31) + b) | 0);
      expect(new DataView(target.buffer).getInt32(offsetOf(target, index), true)).toBe(expected);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

/** Two arrays of int32 somewhere in the same bytes. */
const overlaps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 2 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    target: placings(shape.length),
    source: placings(shape.length),
    distance: fc.integer({ min: 0, max: 60 }),
    shift: fc.tuple(...shape.map(() => fc.integer({ min: -1, max: 1 }))),
    isShared: fc.boolean(),
  }),
);

test("runInterpreted: where an output overlaps an operand, the result is as if the operand had been copied first", () => {
  const property = fc.property(overlaps, ({ shape, target, source, distance, shift, isShared }) => {
    const builder = new GraphBuilder(["int32"]);
    const sum = builder.add(builder.load(0), builder.mul(builder.load(0, 0, shift), builder.i32(3)));
    const graph = builder.finish([{ dtype: "int32", value: [sum] }]);
    const apart = placed("int32", shape, source, true);
    const nbytes = 2000;
    const buffer = isShared ? new SharedArrayBuffer(nbytes) : new ArrayBuffer(nbytes);
    new Uint8Array(buffer, 400).set(new Uint8Array(apart.buffer));
    const operand = { ...apart, buffer, byteOffset: apart.byteOffset + 400, border: "nearest" as const };
    const [layout, sample] = [placed("int32", shape, target, false), placed("int32", shape, target, false)];
    const output = { buffer, byteOffset: layout.byteOffset + 370 + distance, strides: layout.strides };
    runInterpreted(graph, { shape, operands: [{ ...apart, border: "nearest" }], outputs: [sample], parameters: [] });
    runInterpreted(graph, { shape, operands: [operand], outputs: [output], parameters: [] });
    for (const index of indicesOf(shape)) expect(bits(output, 4, index)).toBe(bits(sample, 4, index));
  });
  fc.assert(property, { numRuns: 500 });
});

test("copyOverlapping: copies nothing where elements are apart or in place, and a broadcast axis once", () => {
  const builder = new GraphBuilder(["float64"]);
  const graph = builder.finish([{ dtype: "float64", value: [builder.sqrt(builder.load(0))] }]);
  const beside = new GraphBuilder(["float64"]);
  const stencil = beside.finish([{ dtype: "float64", value: [beside.load(0, 0, [0, 1])] }]);
  const buffer = new ArrayBuffer(640);
  const at = (byteOffset: number, ...steps: number[]): StridedMemory => ({ buffer, byteOffset, strides: steps });
  const copied = (of: Graph, source: StridedMemory, target: StridedMemory): StridedMemory | undefined => {
    const call = { shape: [4, 8], operands: [source], outputs: [target], parameters: [] };
    const [operand] = copyOverlapping(of, call).operands;
    return operand === source ? undefined : operand;
  };
  expect(copied(graph, at(0, 64, 8), at(0, 64, 8))).toBe(undefined);
  expect(copied(graph, at(0, 64, 8), at(256, 64, 8))).toBe(undefined);
  expect(copied(graph, at(0, 128, 16), at(8, 128, 16))).toBe(undefined);
  expect(copied(graph, at(0, 64, 8), at(8, 64, 8))?.buffer.byteLength).toBe(256);
  expect(copied(graph, at(0, 64, 0), at(8, 64, 8))?.buffer.byteLength).toBe(32);
  expect(copied(graph, at(0, 64, 0), at(8, 64, 8))?.strides).toEqual([8, 0]);
  expect(copied(stencil, at(0, 64, 8), at(0, 64, 8))?.buffer.byteLength).toBe(256);
  // Two objects, one memory.
  const shared = new SharedArrayBuffer(640);
  const source = { ...at(0, 64, 8), buffer: shared };
  expect(copied(graph, source, { ...at(8, 64, 8), buffer: structuredClone(shared) })?.buffer.byteLength).toBe(256);
});
