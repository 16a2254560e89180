/**
 * What conversions between types do, lane by lane.
 *
 * @module
 */
import type { UnaryLanes } from "./float-lanes.ts";
import type { Lanes, LanesOf } from "./lanes.ts";
import type { Conversion, CONVERSION_TYPES, LaneType } from "./operations.ts";

type TypesOf<O extends Conversion> = (typeof CONVERSION_TYPES)[O][number];

/** By the types, a blank between them. */
type LoopsOf<O extends Conversion> = {
  readonly [P in TypesOf<O> as `${P[0]} ${P[1]}`]: UnaryLanes<LanesOf[P[0]], LanesOf[P[1]]>;
};

type AnyLoop = UnaryLanes<Lanes, Lanes>;

/** The loop of a conversion. @throws an internal error for types that it doesn't lead from or to */
export function conversionLanes(op: Conversion, from: LaneType, to: LaneType): AnyLoop {
  const loops: Readonly<Record<string, unknown>> = CONVERSION_LANES[op];
  const loop = loops[`${from} ${to}`];
  if (loop === undefined) throw new Error(`internal: no ${op} leads from ${from} to ${to}`);
  return loop as AnyLoop;
}

const I32_MIN = -0x8000_0000;
const I32_MAX = 0x7fff_ffff;
const U32_END: number = 2 ** 32;
const I64_END: number = 2 ** 63;
const U64_END: number = 2 ** 64;
const I64_MIN: bigint = -(2n ** 63n);
const I64_MAX: bigint = 2n ** 63n - 1n;
/** The largest unsigned integer, as an i64 holds it. */
const U64_MAX = -1n;

/** `| 0` takes a NaN to 0, and truncates what is in the range. */
function truncToI32(x: number): number {
  return x >= I32_MAX ? I32_MAX : x <= I32_MIN ? I32_MIN : x | 0;
}

/** `| 0` takes numbers below 2^32 modulo it, which is how an i32 holds them. */
function truncToU32(x: number): number {
  return x >= U32_END ? -1 : x > 0 ? x | 0 : 0;
}

function truncToI64(x: number): bigint {
  if (x >= I64_END) return I64_MAX;
  if (x <= -I64_END) return I64_MIN;
  return Number.isNaN(x) ? 0n : BigInt(Math.trunc(x));
}

function truncToU64(x: number): bigint {
  if (x >= U64_END) return U64_MAX;
  return x > 0 ? BigInt.asIntN(64, BigInt(Math.trunc(x))) : 0n;
}

/** Integers of so many bits, the sign among them, are exact in float64. */
const EXACT_BITS = 54;

/** Bits of a 64-bit integer that float64 may have no room for. */
const LOW_BITS = 0x7ffn;
const LOW_COUNT = 11n;

/**
 * Rounds once to float32. Going by float64 would round twice, so the low bits of a large integer are first put together
 * into one that says whether any is set: what is left has 53 bits, and is exact in float64, and no middle between two
 * numbers of float32 unless it was one. Source: S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded
 * sums" (2008), rounding to odd.
 */
function roundToF32(x: bigint): number {
  if (BigInt.asIntN(EXACT_BITS, x) === x) return Math.fround(Number(x));
  const kept = x >> LOW_COUNT;
  const sticky = (x & LOW_BITS) === 0n ? kept : kept | 1n;
  return Math.fround(Number(sticky << LOW_COUNT));
}

const words = new Int32Array(2);
const f32 = new Float32Array(words.buffer, 0, 1);
const f64 = new Float64Array(words.buffer, 0, 1);
const i64 = new BigInt64Array(words.buffer, 0, 1);

/** The bits that every NaN has here: what an engine makes of a NaN's sign and payload is its own affair. */
const F32_NAN_BITS = 0x7fc0_0000;
const F64_NAN_BITS = 0x7ff8_0000_0000_0000n;

const CONVERSION_LANES: { readonly [O in Conversion]: LoopsOf<O> } = {
  extend_s: {
    "i32 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = BigInt(a[i]!);
    },
  },
  extend_u: {
    "i32 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = BigInt(a[i]! >>> 0);
    },
  },
  wrap: {
    "i64 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Number(BigInt.asIntN(32, a[i]!));
    },
  },
  convert_s: {
    "i32 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]!);
    },
    "i32 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i]!;
    },
    "i64 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = roundToF32(a[i]!);
    },
    "i64 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Number(a[i]!);
    },
  },
  convert_u: {
    "i32 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]! >>> 0);
    },
    "i32 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i]! >>> 0;
    },
    "i64 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = roundToF32(BigInt.asUintN(64, a[i]!));
    },
    "i64 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Number(BigInt.asUintN(64, a[i]!));
    },
  },
  trunc_sat_s: {
    "f32 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToI32(a[i]!);
    },
    "f32 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToI64(a[i]!);
    },
    "f64 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToI32(a[i]!);
    },
    "f64 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToI64(a[i]!);
    },
  },
  trunc_sat_u: {
    "f32 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToU32(a[i]!);
    },
    "f32 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToU64(a[i]!);
    },
    "f64 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToU32(a[i]!);
    },
    "f64 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = truncToU64(a[i]!);
    },
  },
  promote: {
    "f32 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i]!;
    },
  },
  demote: {
    "f64 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = Math.fround(a[i]!);
    },
  },
  reinterpret: {
    "i32 f32": (target, a, count) => {
      for (let i = 0; i < count; i++) {
        words[0] = a[i]!;
        target[i] = f32[0]!;
      }
    },
    "f32 i32": (target, a, count) => {
      for (let i = 0; i < count; i++) {
        f32[0] = a[i]!;
        target[i] = Number.isNaN(a[i]!) ? F32_NAN_BITS : words[0]!;
      }
    },
    "i64 f64": (target, a, count) => {
      for (let i = 0; i < count; i++) {
        i64[0] = a[i]!;
        target[i] = f64[0]!;
      }
    },
    "f64 i64": (target, a, count) => {
      for (let i = 0; i < count; i++) {
        f64[0] = a[i]!;
        target[i] = Number.isNaN(a[i]!) ? F64_NAN_BITS : i64[0]!;
      }
    },
  },
  to_bool: {
    "i32 bool": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i] === 0 ? 0 : 1;
    },
    "i64 bool": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i] === 0n ? 0 : 1;
    },
  },
  from_bool: {
    "bool i32": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = a[i]!;
    },
    "bool i64": (target, a, count) => {
      for (let i = 0; i < count; i++) target[i] = BigInt(a[i]!);
    },
  },
};
