/**
 * NumPy's promotion: the dtype of what several dtypes make together, and which casts are legal.
 *
 * Source: NumPy 2.4, "Array types and conversions", "Data type promotion"; NEP 50, of weak Python scalars.
 *
 * @module
 */
import type { DType } from "@instride/core";

/** What a dtype counts as, from the least to the most general. */
export type DTypeKind = "bool" | "unsigned" | "signed" | "float" | "complex";

interface DTypeTraits {
  readonly kind: DTypeKind;
  /** Of an integer or a float; of each part of a complex number. */
  readonly bits: number;
}

const TRAITS: Readonly<Record<DType, DTypeTraits>> = {
  bool: { kind: "bool", bits: 1 },
  int8: { kind: "signed", bits: 8 },
  int16: { kind: "signed", bits: 16 },
  int32: { kind: "signed", bits: 32 },
  int64: { kind: "signed", bits: 64 },
  uint8: { kind: "unsigned", bits: 8 },
  uint16: { kind: "unsigned", bits: 16 },
  uint32: { kind: "unsigned", bits: 32 },
  uint64: { kind: "unsigned", bits: 64 },
  float16: { kind: "float", bits: 16 },
  float32: { kind: "float", bits: 32 },
  float64: { kind: "float", bits: 64 },
  complex64: { kind: "complex", bits: 32 },
  complex128: { kind: "complex", bits: 64 },
};

const KIND_ORDER: readonly DTypeKind[] = ["bool", "unsigned", "signed", "float", "complex"];

export function kindOf(dtype: DType): DTypeKind {
  return TRAITS[dtype].kind;
}

/** Bits of an integer or a float, of each part of a complex number; 1 of a bool. */
export function bitsOf(dtype: DType): number {
  return TRAITS[dtype].bits;
}

export function isInteger(dtype: DType): boolean {
  return kindOf(dtype) === "signed" || kindOf(dtype) === "unsigned";
}

/** The smallest dtype that both can be cast to safely, with int64 and uint64 as float64. */
export function promoteTypes(a: DType, b: DType): DType {
  const [low, high] = orderOf(a) <= orderOf(b) ? [a, b] : [b, a];
  const kind = kindOf(high);
  if (kind === "complex") return floatBits(low, high) > 32 ? "complex128" : "complex64";
  if (kind === "float") return `float${floatBits(low, high)}` as DType;
  if (kindOf(low) === "bool") return high;
  if (kindOf(low) === kind) return bitsOf(low) > bitsOf(high) ? low : high;
  // An unsigned integer and a signed one.
  if (bitsOf(high) > bitsOf(low)) return high;
  return bitsOf(low) === 64 ? "float64" : (`int${bitsOf(low) * 2}` as DType);
}

function orderOf(dtype: DType): number {
  return KIND_ORDER.indexOf(kindOf(dtype));
}

/** Bits of the float that both fit into; at least those of the second, a float or a complex number. */
function floatBits(low: DType, high: DType): number {
  const needed = isInteger(low) ? Math.min(bitsOf(low) * 2, 64) : bitsOf(low);
  return Math.max(needed, bitsOf(high));
}

/** Which casts an operation may do by itself: NumPy's names. */
export type Casting = "no" | "equiv" | "safe" | "same_kind" | "unsafe";

export const CASTINGS: readonly Casting[] = ["no", "equiv", "safe", "same_kind", "unsafe"];

/** Whether a dtype may be cast to another under a rule. */
export function canCast(from: DType, to: DType, casting: Casting = "safe"): boolean {
  switch (casting) {
    case "no":
    case "equiv":
      return from === to;
    case "safe":
      return promoteTypes(from, to) === to;
    case "same_kind":
      return orderOf(from) <= orderOf(to) || promoteTypes(from, to) === to;
    default:
      return true;
  }
}

/**
 * What has no dtype of its own, from the least to the most general: it takes that of what it meets.
 *
 * `weak int` is a number of JavaScript's that is whole, `weak bigint` an integer of any size.
 */
export const WEAK_TYPES = ["weak int", "weak bigint", "weak float", "weak complex"] as const;

export type WeakType = (typeof WEAK_TYPES)[number];

/** What an expression is: of a dtype, or weak. */
export type ValueType = DType | WeakType;

export function isWeak(type: ValueType): type is WeakType {
  return type.startsWith("weak ");
}

/** The dtypes that weak values are computed in, and stored as, where they meet nothing but each other. */
export interface WeakDefaults {
  readonly int: DType;
  readonly float: DType;
  readonly complex: DType;
}

/** NumPy's. */
export const WEAK_DEFAULTS: WeakDefaults = { int: "int64", float: "float64", complex: "complex128" };

/** The dtype of a weak type that meets nothing else. */
export function defaultOf(type: WeakType, defaults: WeakDefaults = WEAK_DEFAULTS): DType {
  if (type === "weak float") return defaults.float;
  return type === "weak complex" ? defaults.complex : defaults.int;
}

/**
 * What values of these types make together: NumPy's `result_type`, where weak ones yield to others of their kind. Weak
 * if all are.
 */
export function resultType(types: readonly ValueType[]): ValueType {
  const weak = WEAK_TYPES.findLast((type) => types.includes(type));
  const dtypes = types.filter((type): type is DType => !isWeak(type));
  const [first, ...others] = dtypes;
  if (first === undefined) {
    if (weak === undefined) throw new Error("internal: no types to promote");
    return weak;
  }
  const dtype = others.reduce(promoteTypes, first);
  return weak === undefined ? dtype : withWeak(dtype, weak);
}

/** The dtype of a value of some dtype and a weak one. */
export function withWeak(dtype: DType, weak: WeakType): DType {
  const kind = kindOf(dtype);
  switch (weak) {
    case "weak int":
    case "weak bigint":
      return kind === "bool" ? "int64" : dtype;
    case "weak float":
      return kind === "float" || kind === "complex" ? dtype : "float64";
    default:
      if (kind === "complex") return dtype;
      return kind === "float" && bitsOf(dtype) <= 32 ? "complex64" : "complex128";
  }
}

/**
 * What may come of two sides of a choice, or of a value and the next one in a loop: their promotion. A bool beside a weak
 * number is a weak 0 or 1, as JavaScript has it.
 */
export function joinTypes(a: ValueType, b: ValueType): ValueType {
  if (a === "bool" && isWeak(b)) return b;
  return b === "bool" && isWeak(a) ? a : resultType([a, b]);
}
