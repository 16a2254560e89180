/**
 * What an element-wise kernel runs over: memory at byte strides, of one shape.
 *
 * All of it is taken as checked: lengths, offsets and strides lie within the buffers, and no two elements of an output
 * share a byte.
 *
 * @module
 */
import { contiguousStrides, copyElements, DTYPES, type DType, MemoryError, sharesMemory, sizeOf } from "@instride/core";
import type { Border } from "../borders.ts";
import type { Graph, LaneValue } from "./graph.ts";

/** Where the elements of an operand or an output lie. */
export interface StridedMemory {
  readonly buffer: ArrayBufferLike;
  /** Bytes to the element whose indices are all 0. */
  readonly byteOffset: number;
  /** Bytes along each axis of the shape; 0 where an operand is broadcast. */
  readonly strides: readonly number[];
}

export interface OperandMemory extends StridedMemory {
  /** How it goes on beyond its ends; needed where it is loaded with a shift. */
  readonly border?: Border;
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
 * Replaces the operands that share memory with an output by copies, so that whatever is written, what is read is what
 * was there before. An operand that lies exactly where an output does, and of which no neighbours are read, stays: each
 * of its elements is read before it is written.
 *
 * @throws a `MemoryError` if there is no room for a copy
 *
 * Cost: O(ndim) where nothing overlaps, which is the common case; else the size of the operand in time and memory, apart
 * from axes along which it is broadcast.
 */
export function copyOverlapping(graph: Graph, call: ElementwiseCall): ElementwiseCall {
  const shifted = new Set(
    graph.nodes.filter((node) => node.kind === "load" && node.shift.length > 0).map((node) => "operand" in node && node.operand),
  );
  const operands = call.operands.map((operand, place) => {
    const dtype = graph.operands[place]!;
    const meets = call.outputs.some((output, index) => {
      const outputDtype = graph.stores[index]!.dtype;
      if (!shifted.has(place) && sameElements(call.shape, operand, dtype, output, outputDtype)) return false;
      return mayAlias(operand.buffer, output.buffer) && overlaps(call.shape, operand, dtype, output, outputDtype);
    });
    return meets ? copyOf(call.shape, operand, dtype) : operand;
  });
  return { ...call, operands };
}
