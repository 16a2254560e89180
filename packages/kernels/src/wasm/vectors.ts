/**
 * Vectors of 16 bytes: what lanes of each type are called, constants, and orders of bytes.
 *
 * An order says for each byte of a result its place among the 32 of two vectors, as `i8x16.shuffle` takes it.
 *
 * @module
 */
import type { LaneValue } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";

/** Lane types that are no masks. */
export type NumberLane = Exclude<LaneType, "bool">;

/** The first part of the names of instructions on lanes of each type. */
export const SHAPES = { i32: "i32x4", i64: "i64x2", f32: "f32x4", f64: "f64x2" } as const;

export const ZERO: Uint8Array<ArrayBuffer> = new Uint8Array(16);

export const ALL_ONES: Uint8Array<ArrayBuffer> = new Uint8Array(16).fill(0xff);

/** A vector with one value in all lanes. */
export function vectorOf(type: LaneType, value: LaneValue): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const { buffer } = bytes;
  switch (type) {
    case "bool":
      bytes.fill(value === true ? 0xff : 0);
      break;
    case "i32":
      new Int32Array(buffer).fill(Number(value));
      break;
    case "i64":
      new BigInt64Array(buffer).fill(BigInt(value));
      break;
    case "f32":
      new Float32Array(buffer).fill(Number(value));
      break;
    case "f64":
      new Float64Array(buffer).fill(Number(value));
      break;
  }
  return bytes;
}

/** The variable of a constant with one value in all lanes. */
export function constantOf(f: FunctionBuilder, type: LaneType, value: LaneValue): Local {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return f.constant(`${type}:${text}`, vectorOf(type, value));
}

/** The order that takes whole lanes of `bytes` bytes, counted through both vectors. */
export function orderOf(bytes: number, lanes: readonly number[]): readonly number[] {
  return lanes.flatMap((lane) => Array.from({ length: bytes }, (_, i) => lane * bytes + i));
}

/** The lower 32 bits of two 64-bit lanes, into the lower half. */
export const LOW_32_OF_64: readonly number[] = orderOf(4, [0, 2, 0, 2]);

/** The first 32-bit lane into all. */
export const SPREAD_32: readonly number[] = orderOf(4, [0, 0, 0, 0]);

/** The first 64-bit lane into both. */
export const SPREAD_64: readonly number[] = orderOf(8, [0, 0]);

/** The upper half into the lower. */
export const HIGH_HALF: readonly number[] = orderOf(8, [1, 1]);

/** Both lower halves. */
export const LOW_HALVES: readonly number[] = orderOf(8, [0, 2]);

/** Both upper halves. */
export const HIGH_HALVES: readonly number[] = orderOf(8, [1, 3]);

/** Even 32-bit lanes of two vectors. */
export const EVEN_32: readonly number[] = orderOf(4, [0, 2, 4, 6]);

/** Odd 32-bit lanes of two vectors. */
export const ODD_32: readonly number[] = orderOf(4, [1, 3, 5, 7]);

/** The first two 32-bit lanes of two vectors, in turn. */
export const INTERLEAVED_LOW_32: readonly number[] = orderOf(4, [0, 4, 1, 5]);

/** The last two 32-bit lanes of two vectors, in turn. */
export const INTERLEAVED_HIGH_32: readonly number[] = orderOf(4, [2, 6, 3, 7]);

/** Leaves the vector on the stack twice. */
export function duplicate(f: FunctionBuilder): void {
  const vector = f.scratch("v128", "twice");
  f.tee(vector).get(vector);
}

/** Puts the bytes of the vector on the stack into an order, whose places are all below 16. */
export function rearrange(f: FunctionBuilder, order: readonly number[]): void {
  duplicate(f);
  f.shuffle(order);
}
