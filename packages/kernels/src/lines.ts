/**
 * Lines: stretches of elements brought into a `Float64Array`, and taken out of one, for each dtype.
 *
 * Kernels compute in float64. Where an operand is of another type they load a stretch of it into a line, compute on
 * lines, and store the result, so that no loop of theirs needs to know of dtypes. The rounding of results is here, too:
 * float types round to nearest, ties to even; integer types likewise, and values beyond their range become the nearest
 * one in it, NaN 0; of bool all but zero is true, NaN too, as in NumPy. 64-bit integers are rounded when loaded, if
 * they have more than 53 bits.
 *
 * The functions of a table look alike on purpose. An engine compiles a loop for the array classes that this very loop
 * has met, and one that has met several is many times slower; so each class gets a loop of its own.
 *
 * Units: everything in elements.
 *
 * @module
 */
import type { TypedArrays } from "@instride/core";
import { decodeFloat16, encodeFloat16 } from "./float16.ts";
import type { RealDType } from "./operands.ts";
import { INT64_MAX, INT64_MIN, saturate, saturateBigInt, UINT64_MAX } from "./rounding.ts";

/**
 * Loads `n` elements, times `scale` plus `offset`: `line[to + i * toStep] = from[at + i * step] * scale + offset`.
 * A scale of 1 and an offset of -0 change nothing (an offset of 0 would turn -0 into 0).
 */
export type Load<T = TypedArrays[RealDType]> = (
  n: number,
  line: Float64Array,
  to: number,
  toStep: number,
  from: T,
  at: number,
  step: number,
  scale: number,
  offset: number,
) => void;

/** Stores `n` elements, rounded: `to[at + i * step] = line[from + i * fromStep]`. */
export type Store<T = TypedArrays[RealDType]> = (
  n: number,
  to: T,
  at: number,
  step: number,
  line: Float64Array,
  from: number,
  fromStep: number,
) => void;

/** The load of a dtype. Its array must be one of that dtype. */
export function loadOf(dtype: RealDType): Load {
  return LOADS[dtype] as Load;
}

/** The store of a dtype. Its array must be one of that dtype. */
export function storeOf(dtype: RealDType): Store {
  return STORES[dtype] as Store;
}

const hasFloat16Array: boolean = typeof Float16Array !== "undefined";

const LOADS: { readonly [D in RealDType]: Load<TypedArrays[D]> } = {
  bool: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = (from[at] === 0 ? 0 : 1) * scale + offset;
  },
  int8: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  int16: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  int32: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  int64: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = Number(from[at]) * scale + offset;
  },
  uint8: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  uint16: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  uint32: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  uint64: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = Number(from[at]) * scale + offset;
  },
  float16: hasFloat16Array
    ? (n, line, to, toStep, from, at, step, scale, offset) => {
        for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
      }
    : (n, line, to, toStep, from, at, step, scale, offset) => {
        for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = decodeFloat16(from[at]!) * scale + offset;
      },
  float32: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
  float64: (n, line, to, toStep, from, at, step, scale, offset) => {
    for (let i = 0; i < n; i++, to += toStep, at += step) line[to] = from[at]! * scale + offset;
  },
};

const STORES: { readonly [D in RealDType]: Store<TypedArrays[D]> } = {
  bool: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = line[from] === 0 ? 0 : 1;
  },
  int8: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturate(line[from]!, -128, 127);
  },
  int16: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturate(line[from]!, -32_768, 32_767);
  },
  int32: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep)
      to[at] = saturate(line[from]!, -2_147_483_648, 2_147_483_647);
  },
  int64: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep)
      to[at] = saturateBigInt(line[from]!, INT64_MIN, INT64_MAX);
  },
  uint8: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturate(line[from]!, 0, 255);
  },
  uint16: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturate(line[from]!, 0, 65_535);
  },
  uint32: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturate(line[from]!, 0, 4_294_967_295);
  },
  uint64: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = saturateBigInt(line[from]!, 0n, UINT64_MAX);
  },
  float16: hasFloat16Array
    ? (n, to, at, step, line, from, fromStep) => {
        for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = line[from]!;
      }
    : (n, to, at, step, line, from, fromStep) => {
        for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = encodeFloat16(line[from]!);
      },
  float32: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = line[from]!;
  },
  float64: (n, to, at, step, line, from, fromStep) => {
    for (let i = 0; i < n; i++, at += step, from += fromStep) to[at] = line[from]!;
  },
};
