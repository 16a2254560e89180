/**
 * What the operations on floats do, lane by lane.
 *
 * JavaScript's own arithmetic is binary64 of IEEE 754, rounded to nearest, ties to even. For binary32 each operation is
 * done in binary64 and rounded again by `Math.fround`, which gives what rounding once would:
 *
 * - A product of two numbers of 24 bits has at most 48, and is exact before it is rounded.
 * - What is not exact could be misrounded only if the first rounding moves it onto the middle between two neighbours of
 *   binary32, a number of at most 25 bits, and so representable, when it wasn't there. Binary64 moves a number by at most
 *   2^-53 of it.
 * - A sum is exact if the exponents differ by at most 28. Else it is within 2^-28 of the larger number, relatively, and
 *   every middle is 2^-25 or more away from that.
 * - A quotient `a / b` differs from a middle `m` by `(a - m b) / b`, where `m b` has at most 49 bits: relatively by at
 *   least 2^-49. A root differs by at least 2^-51, since `m m` has at most 50 bits.
 * - Below the normal numbers a middle has fewer bits still, and sums are exact.
 *
 * Sources: IEEE 754-2019; S. A. Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30 (1995).
 *
 * Each loop has a text of its own: an engine keeps with the text what it knows of the arrays and of the operation.
 *
 * @module
 */
import type { LanesOf } from "./lanes.ts";
import type { FloatBinary, FloatComparison, FloatUnary } from "./operations.ts";

type F32 = LanesOf["f32"];
type F64 = LanesOf["f64"];
type Bool = LanesOf["bool"];

export type UnaryLanes<L, R = L> = (target: R, a: L, count: number) => void;
export type BinaryLanes<L, R = L> = (target: R, a: L, b: L, count: number) => void;

/** In binary64, numbers from here on are integers. */
const INTEGERS_FROM: number = 2 ** 52;

/** To an integer, ties to even. A number of binary32 gives one of binary32. Source: the addition rounds as wanted. */
function nearest(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < INTEGERS_FROM)) return x;
  const rounded = magnitude + INTEGERS_FROM - INTEGERS_FROM;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** A NaN's sign counts as positive. */
function copysign(x: number, sign: number): number {
  const magnitude = Math.abs(x);
  return sign < 0 || Object.is(sign, -0) ? -magnitude : magnitude;
}

export const F32_UNARY: Readonly<Record<FloatUnary, UnaryLanes<F32>>> = {
  sqrt: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.fround(Math.sqrt(a[i]!));
  },
  abs: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.abs(a[i]!);
  },
  neg: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = -a[i]!;
  },
  ceil: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.ceil(a[i]!);
  },
  floor: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.floor(a[i]!);
  },
  trunc: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.trunc(a[i]!);
  },
  nearest: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = nearest(a[i]!);
  },
};

export const F64_UNARY: Readonly<Record<FloatUnary, UnaryLanes<F64>>> = {
  sqrt: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.sqrt(a[i]!);
  },
  abs: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.abs(a[i]!);
  },
  neg: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = -a[i]!;
  },
  ceil: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.ceil(a[i]!);
  },
  floor: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.floor(a[i]!);
  },
  trunc: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.trunc(a[i]!);
  },
  nearest: (target, a, count) => {
    for (let i = 0; i < count; i++) target[i] = nearest(a[i]!);
  },
};

export const F32_BINARY: Readonly<Record<FloatBinary, BinaryLanes<F32>>> = {
  add: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]! + b[i]!);
  },
  sub: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]! - b[i]!);
  },
  mul: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]! * b[i]!);
  },
  div: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]! / b[i]!);
  },
  min: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.min(a[i]!, b[i]!);
  },
  max: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.max(a[i]!, b[i]!);
  },
  copysign: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = copysign(a[i]!, b[i]!);
  },
};

export const F64_BINARY: Readonly<Record<FloatBinary, BinaryLanes<F64>>> = {
  add: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! + b[i]!;
  },
  sub: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! - b[i]!;
  },
  mul: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! * b[i]!;
  },
  div: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! / b[i]!;
  },
  min: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.min(a[i]!, b[i]!);
  },
  max: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.max(a[i]!, b[i]!);
  },
  copysign: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = copysign(a[i]!, b[i]!);
  },
};

export const F32_COMPARISON: Readonly<Record<FloatComparison, BinaryLanes<F32, Bool>>> = {
  eq: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 1 : 0;
  },
  ne: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 0 : 1;
  },
  lt: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  gt: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! > b[i]! ? 1 : 0;
  },
  ge: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >= b[i]! ? 1 : 0;
  },
};

export const F64_COMPARISON: Readonly<Record<FloatComparison, BinaryLanes<F64, Bool>>> = {
  eq: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 1 : 0;
  },
  ne: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 0 : 1;
  },
  lt: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! < b[i]! ? 1 : 0;
  },
  le: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  gt: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! > b[i]! ? 1 : 0;
  },
  ge: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >= b[i]! ? 1 : 0;
  },
};
