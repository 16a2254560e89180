/**
 * Lanes: where the interpreter keeps a value for each of several elements.
 *
 * A value's lanes are a typed array, whose elements are exactly the values of the lane type: what is stored in an f32's
 * lanes is rounded to float32, in an i32's taken modulo 2^32. A bool is 0 or 1.
 *
 * @module
 */
import type { LaneValue } from "./graph.ts";
import type { LaneType } from "./operations.ts";

export interface LanesOf {
  readonly bool: Uint8Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly i64: BigInt64Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
}

export type Lanes = LanesOf[LaneType];

const LANE_ARRAYS: { readonly [T in LaneType]: new (count: number) => LanesOf[T] } = {
  bool: Uint8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** Lanes of a type, all 0. */
export function newLanes<T extends LaneType>(type: T, count: number): LanesOf[T] {
  return new LANE_ARRAYS[type](count);
}

/** Reads one lane. */
export function laneAt(type: LaneType, lanes: Lanes, lane: number): LaneValue {
  const value = lanes[lane]!;
  return type === "bool" ? value !== 0 : value;
}

/** Gives every lane one value, or those of a range. */
export function fillLanes(lanes: Lanes, value: LaneValue, start: number = 0, stop: number = lanes.length): void {
  if (typeof value === "bigint") (lanes as LanesOf["i64"]).fill(value, start, stop);
  else (lanes as LanesOf["f64"]).fill(Number(value), start, stop);
}

/** Overwrites the first `count` lanes, those only where `mask` is 1. */
export type MaskedCopy<L extends Lanes> = (target: L, source: L, mask: LanesOf["bool"], count: number) => void;

/** One text for each class of array: an engine keeps with the text what it knows of the class. */
export const MASKED_COPY: { readonly [T in LaneType]: MaskedCopy<LanesOf[T]> } = {
  bool: (target, source, mask, count) => {
    for (let i = 0; i < count; i++) if (mask[i] === 1) target[i] = source[i]!;
  },
  i32: (target, source, mask, count) => {
    for (let i = 0; i < count; i++) if (mask[i] === 1) target[i] = source[i]!;
  },
  i64: (target, source, mask, count) => {
    for (let i = 0; i < count; i++) if (mask[i] === 1) target[i] = source[i]!;
  },
  f32: (target, source, mask, count) => {
    for (let i = 0; i < count; i++) if (mask[i] === 1) target[i] = source[i]!;
  },
  f64: (target, source, mask, count) => {
    for (let i = 0; i < count; i++) if (mask[i] === 1) target[i] = source[i]!;
  },
};

/** Takes, lane by lane, the first source where `mask` is 1, else the second. */
export type Select<L extends Lanes> = (target: L, mask: LanesOf["bool"], yes: L, no: L, count: number) => void;

export const SELECT: { readonly [T in LaneType]: Select<LanesOf[T]> } = {
  bool: (target, mask, yes, no, count) => {
    for (let i = 0; i < count; i++) target[i] = mask[i] === 1 ? yes[i]! : no[i]!;
  },
  i32: (target, mask, yes, no, count) => {
    for (let i = 0; i < count; i++) target[i] = mask[i] === 1 ? yes[i]! : no[i]!;
  },
  i64: (target, mask, yes, no, count) => {
    for (let i = 0; i < count; i++) target[i] = mask[i] === 1 ? yes[i]! : no[i]!;
  },
  f32: (target, mask, yes, no, count) => {
    for (let i = 0; i < count; i++) target[i] = mask[i] === 1 ? yes[i]! : no[i]!;
  },
  f64: (target, mask, yes, no, count) => {
    for (let i = 0; i < count; i++) target[i] = mask[i] === 1 ? yes[i]! : no[i]!;
  },
};
