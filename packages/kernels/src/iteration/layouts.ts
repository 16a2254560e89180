/**
 * Where operands and outputs of an element-wise kernel lie, as a plan is told.
 *
 * All of it is taken as checked, as in `graph/strided.ts`. It is plain data, which survives structured clone.
 *
 * Units: bytes, and elements for lengths.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { KernelBorder } from "../graph/strided.ts";

/** Where an array lies. */
export interface OperandLayout {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the start of its buffer to the element whose indices are all 0; of one in the heap, its address there. */
  readonly byteOffset: number;
  readonly strides: readonly number[];
  /** Whether it lies in the heap that compiled code reads and writes. */
  readonly inHeap: boolean;
  /** How it goes on beyond its ends; needed where the graph loads it with a shift. */
  readonly border?: KernelBorder;
}

/** A layout over the shape of a call: of an operand, with stride 0 along axes that repeat it. */
export type CallLayout = Omit<OperandLayout, "shape">;

/**
 * Repeats a layout along new or length-1 axes.
 *
 * @param shape - to which the layout's own broadcasts
 */
export function broadcastLayout({ shape: own, ...layout }: OperandLayout, shape: readonly number[]): CallLayout {
  const added = shape.length - own.length;
  if (added === 0 && own.every((length, axis) => length === shape[axis])) return layout;
  const strides = shape.map((length, axis) => {
    const inner = axis - added;
    return inner < 0 || (own[inner] === 1 && length !== 1) ? 0 : layout.strides[inner]!;
  });
  return { ...layout, strides };
}
