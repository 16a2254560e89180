/**
 * Elements at small known steps that are narrower than their lanes: which bytes of whole loads they are.
 *
 * Each load is of 16 bytes, and its bytes are put where they belong by `i8x16.swizzle`, with zeros between. An order that
 * lies in a variable costs next to nothing, while engines make that of a shuffle anew each time.
 *
 * No byte is read outside of a group's elements: loads near its end are moved back, and groups of less than 16 bytes are
 * not read so.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { FunctionBuilder } from "./function-builder.ts";
import type { StreamPointer } from "./streams.ts";

/** A load of 16 bytes, and what of it is in a vector. */
export interface Swizzle {
  /** Bytes from the group's first element. */
  readonly at: number;
  /** For each byte of the vector its place in the load, or {@link NOWHERE}, which gives zero. */
  readonly order: readonly number[];
}

export interface SwizzledVector {
  readonly dtype: DType;
  readonly step: number;
  /** Its first element, counted in the group. */
  readonly first: number;
  readonly lanes: number;
  /** Elements of the group. */
  readonly elements: number;
  /** Of a lane; elements lie at the lower end, or if they are signed at the upper one. */
  readonly laneBytes: number;
  readonly isHigh: boolean;
}

const NOWHERE = 0x80;

const LOAD_BYTES = 16;

/** Finds the loads of a vector, at most half as many as it has elements; null where that isn't enough. */
export function swizzlesOf(vector: SwizzledVector): Swizzle[] | null {
  const { dtype, step, first, lanes, elements } = vector;
  const { itemsize } = DTYPES[dtype];
  const last = (elements - 1) * step * itemsize;
  const [low, end] = [Math.min(0, last), Math.max(0, last) + itemsize];
  if (end - low < LOAD_BYTES) return null;
  const offsets = Array.from({ length: lanes }, (_, lane) => (first + lane) * step * itemsize);
  const swizzles: Swizzle[] = [];
  const left = new Set(offsets.keys());
  while (left.size > 0) {
    const at = Math.min(Math.min(...[...left].map((lane) => offsets[lane]!)), end - LOAD_BYTES);
    const taken = [...left].filter((lane) => offsets[lane]! + itemsize <= at + LOAD_BYTES);
    swizzles.push({ at, order: orderOf(vector, new Map(taken.map((lane) => [lane, offsets[lane]! - at]))) });
    for (const lane of taken) left.delete(lane);
  }
  return swizzles.length * 2 <= lanes ? swizzles : null;
}

/** @param places - of the elements that a load holds, by lane */
function orderOf({ dtype, laneBytes, isHigh }: SwizzledVector, places: ReadonlyMap<number, number>): number[] {
  const { itemsize } = DTYPES[dtype];
  const order = new Array<number>(LOAD_BYTES).fill(NOWHERE);
  for (const [lane, place] of places)
    for (let i = 0; i < itemsize; i++) order[lane * laneBytes + (isHigh ? laneBytes - itemsize : 0) + i] = place + i;
  return order;
}

/** Leaves the vector that loads and their orders make. */
export function emitSwizzles(f: FunctionBuilder, stream: StreamPointer, swizzles: readonly Swizzle[]): void {
  for (const [i, { at, order }] of swizzles.entries()) {
    const { pointer, offset } = stream.placeAt(at);
    f.get(pointer).memory("v128.load", offset);
    f.get(
      f.constant(`bytes:${order.map((place) => (place === NOWHERE ? "" : place)).join(".")}`, Uint8Array.from(order)),
    );
    f.op("i8x16.swizzle");
    if (i > 0) f.op("v128.or");
  }
}
