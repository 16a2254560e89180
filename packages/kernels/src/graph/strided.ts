/**
 * What an element-wise kernel runs over: memory at byte strides, of one shape.
 *
 * All of it is taken as checked: lengths, offsets and strides lie within the buffers, and no two elements of an output
 * share a byte.
 *
 * @module
 */
import {
  contiguousStrides,
  copyElements,
  type DType,
  DTYPES,
  MemoryError,
  sharesMemory,
  sizeOf,
  type Strided,
} from "@instride/core";
import type { RepeatedBorder } from "../borders.ts";
import type { Graph, LaneValue } from "./graph.ts";

/** Where the elements of an operand or an output lie. */
export interface StridedMemory {
  readonly buffer: ArrayBufferLike;
  /** Bytes to the element whose indices are all 0. */
  readonly byteOffset: number;
  /** Bytes along each axis of the shape; 0 where an operand is broadcast. */
  readonly strides: readonly number[];
}

/** How an operand goes on beyond its ends: by elements of its own, or with a number that is the same everywhere. */
export type KernelBorder = RepeatedBorder | { readonly constant: number };

export interface OperandMemory extends StridedMemory {
  /** How it goes on beyond its ends; needed where it is loaded with a shift. */
  readonly border?: KernelBorder;
}

/** One call of an element-wise kernel. */
export interface ElementwiseCall {
  readonly shape: readonly number[];
  /** Of the graph's operands. */
  readonly operands: readonly OperandMemory[];
  /** Of the graph's stores. */
  readonly outputs: readonly StridedMemory[];
  /** One value for each of the graph's parameters. */
  readonly parameters: readonly LaneValue[];
}

/**
 * Finds the operands that have to be copied before, so that whatever is written, what is read is what was there: those
 * that share memory with an output. One that lies exactly where an output does, and of which no neighbours are read,
 * needs no copy: each of its elements is read before it is written.
 *
 * @returns their numbers, in order
 *
 * Cost: O(ndim) where nothing overlaps, which is the common case; a bounded search else.
 */
export function overlappedOperands(graph: Graph, call: Omit<ElementwiseCall, "parameters">): number[] {
  const outputs = call.outputs.map((output, place) => stridedOf(call.shape, output, graph.stores[place]!.dtype));
  const isShifted = (operand: number): boolean =>
    graph.nodes.some((node) => node.kind === "load" && node.operand === operand && node.shift.length > 0);
  return [...call.operands.keys()].filter((place) => {
    const source = stridedOf(call.shape, call.operands[place]!, graph.operands[place]!);
    return outputs.some((output) => mayShare(source, output) && (!sameElements(source, output) || isShifted(place)));
  });
}

/**
 * Replaces the {@link overlappedOperands} by copies.
 *
 * @throws a `MemoryError` if there is no room for a copy
 *
 * Cost: O(ndim) where nothing overlaps, which is the common case; else the size of the operand in time and memory, apart
 * from axes along which it is broadcast.
 */
export function copyOverlapping(graph: Graph, call: ElementwiseCall): ElementwiseCall {
  const operands = [...call.operands];
  for (const place of overlappedOperands(graph, call)) {
    const operand = operands[place]!;
    operands[place] = { ...operand, ...copyOf(stridedOf(call.shape, operand, graph.operands[place]!)) };
  }
  return { ...call, operands };
}

function stridedOf(shape: readonly number[], { buffer, byteOffset, strides }: StridedMemory, dtype: DType): Strided {
  return { buffer, byteOffset, strides, shape, itemsize: DTYPES[dtype].itemsize };
}

function sameElements(a: Strided, b: Strided): boolean {
  const sameSteps = a.strides.every((stride, axis) => stride === b.strides[axis] || a.shape[axis]! <= 1);
  return a.itemsize === b.itemsize && a.byteOffset === b.byteOffset && sameSteps;
}

/** Two `SharedArrayBuffer` objects can be one memory: JavaScript doesn't tell. Both begin where it begins. */
function mayShare(a: Strided, b: Strided): boolean {
  const shared = typeof SharedArrayBuffer === "undefined" ? null : SharedArrayBuffer;
  const mayBeOne =
    a.buffer === b.buffer || (shared !== null && a.buffer instanceof shared && b.buffer instanceof shared);
  return mayBeOne && sharesMemory(a, b) !== "no";
}

/** Elements that a broadcast axis repeats are copied once. */
function copyOf({ shape, strides, itemsize, ...memory }: Strided): StridedMemory {
  const ownShape = shape.map((length, axis) => (strides[axis] === 0 ? 1 : length));
  const ownStrides = contiguousStrides(ownShape, itemsize, "C");
  const buffer = roomFor(sizeOf(ownShape) * itemsize);
  const target = { buffer, byteOffset: 0, strides: ownStrides, shape: ownShape, itemsize };
  copyElements(target, { ...memory, strides, shape: ownShape, itemsize });
  return { buffer, byteOffset: 0, strides: ownStrides.map((stride, axis) => (strides[axis] === 0 ? 0 : stride)) };
}

function roomFor(nbytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(nbytes);
  } catch (cause) {
    throw new MemoryError(`cannot copy an operand of ${nbytes} bytes: the platform refused the memory`, { cause });
  }
}
