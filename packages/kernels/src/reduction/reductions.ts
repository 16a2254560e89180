/**
 * The named reductions and scans: which dtypes they compute in and give, and what they take.
 *
 * Source: NumPy 2.4, whose rules these are. float16 is accumulated in float32 and rounded once, at the end.
 *
 * @module
 */
import { type DType, ValueError } from "@instride/core";
import { bitsOf, isInteger, kindOf } from "../typing/promotion.ts";

export type ReductionName =
  | "sum"
  | "prod"
  | "min"
  | "max"
  | "mean"
  | "var"
  | "std"
  | "any"
  | "all"
  | "argmin"
  | "argmax"
  | "count_nonzero"
  | "ptp"
  | "dot"
  | "norm";

export type ScanName = "cumsum" | "cumprod";

export interface ReductionTraits {
  /**
   * The dtype of the elements that are reduced: what an element's graph is to store.
   *
   * @param dtype - of the operand, or of the expression that is reduced
   * @param wanted - what the caller asks to be computed in, if anything
   */
  readonly accumulator: (dtype: DType, wanted?: DType) => DType;
  /** The dtype of the result. */
  readonly result: (dtype: DType, wanted?: DType) => DType;
  /** The result of no elements, where the caller gives no `initial` to start with; null: there must be one. */
  readonly identity: 0 | 1 | null;
  readonly takesDType: boolean;
  readonly takesInitial: boolean;
  readonly takesWhere: boolean;
  readonly takesDdof: boolean;
  /** Whether several axes can be given. */
  readonly takesAxes: boolean;
  /** Whether an array without axes may be reduced along axis 0 or -1. */
  readonly allowsAxisOfScalar: boolean;
}

/** What is computed in float32 where memory has float16. */
function widened(dtype: DType): DType {
  return dtype === "float16" ? "float32" : dtype;
}

/** Of sums and products: bools and integers of less than 64 bits are widened. */
function summed(dtype: DType): DType {
  if (dtype === "bool") return "int64";
  if (!isInteger(dtype)) return dtype;
  return kindOf(dtype) === "unsigned" ? "uint64" : "int64";
}

/** Of means: integers become float64. */
function averaged(dtype: DType): DType {
  return dtype === "bool" || isInteger(dtype) ? "float64" : dtype;
}

function realPart(dtype: DType): DType {
  return kindOf(dtype) === "complex" ? (bitsOf(dtype) === 64 ? "float64" : "float32") : dtype;
}

const PLAIN = {
  identity: null,
  takesDType: false,
  takesInitial: false,
  takesWhere: false,
  takesDdof: false,
  takesAxes: true,
  allowsAxisOfScalar: true,
} as const;

const SUM: ReductionTraits = {
  ...PLAIN,
  accumulator: (dtype, wanted) => widened(wanted ?? summed(dtype)),
  result: (dtype, wanted) => wanted ?? summed(dtype),
  identity: 0,
  takesDType: true,
  takesInitial: true,
  takesWhere: true,
};

const MIN: ReductionTraits = {
  ...PLAIN,
  accumulator: widened,
  result: (dtype) => dtype,
  takesInitial: true,
  takesWhere: true,
};

const MEAN: ReductionTraits = {
  ...PLAIN,
  accumulator: (dtype, wanted) => widened(wanted ?? averaged(dtype)),
  result: (dtype, wanted) => wanted ?? averaged(dtype),
  identity: 0,
  takesDType: true,
  takesWhere: true,
  allowsAxisOfScalar: false,
};

const VAR: ReductionTraits = {
  ...MEAN,
  result: (dtype, wanted) => realPart(wanted ?? averaged(dtype)),
  takesDdof: true,
};

const ANY: ReductionTraits = {
  ...PLAIN,
  accumulator: () => "bool",
  result: () => "bool",
  identity: 0,
  takesWhere: true,
};

const ARGMIN: ReductionTraits = {
  ...PLAIN,
  accumulator: widened,
  result: () => "int64",
  takesAxes: false,
};

export const REDUCTIONS: Readonly<Record<ReductionName, ReductionTraits>> = {
  sum: SUM,
  prod: { ...SUM, identity: 1 },
  min: MIN,
  max: MIN,
  mean: MEAN,
  var: VAR,
  std: VAR,
  any: ANY,
  all: { ...ANY, identity: 1 },
  argmin: ARGMIN,
  argmax: ARGMIN,
  count_nonzero: { ...ANY, result: () => "int64", takesWhere: false },
  ptp: {
    ...PLAIN,
    accumulator: widened,
    result: (dtype) => dtype,
  },
  dot: { ...SUM, accumulator: (dtype, wanted) => widened(wanted ?? dtype), result: (dtype, wanted) => wanted ?? dtype },
  norm: {
    ...PLAIN,
    accumulator: (dtype) => widened(averaged(dtype)),
    result: (dtype) => realPart(averaged(dtype)),
    identity: 0,
  },
};

/** True for the name of a reduction. */
export function isReductionName(name: unknown): name is ReductionName {
  return typeof name === "string" && Object.hasOwn(REDUCTIONS, name);
}

/** The dtypes of a scan's elements and of its results. */
export const SCANS: Readonly<Record<ScanName, Pick<ReductionTraits, "accumulator" | "result">>> = {
  cumsum: SUM,
  cumprod: SUM,
};

/** The error of a reduction without elements or anything to start with. */
export function emptyReductionError(name: string): ValueError {
  return new ValueError(
    `cannot reduce by ${name}: there are no elements, expected at least one, or an initial value to start with`,
  );
}
