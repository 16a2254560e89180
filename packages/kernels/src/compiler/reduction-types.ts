/**
 * What a reduction reduces, and in which dtype: the element's graph and what joins two of them.
 *
 * @module
 */
import { type Complex, type DType, ValueError } from "@instride/core";
import type { Program } from "../expression/expression.ts";
import type { Graph, LaneValue } from "../graph/graph.ts";
import { elementOf } from "../reduction/element.ts";
import { asksForPlace } from "../reduction/made-elements.ts";
import { REDUCTIONS, type ReductionName, SCANS, type ScanName } from "../reduction/reductions.ts";
import { checkRange } from "../typing/literals.ts";
import type { Lowered, LowerRequest, Precondition } from "../typing/lower-program.ts";
import type { GraphParameter } from "../typing/parameters.ts";
import { bitsOf, isInteger, kindOf, promoteTypes } from "../typing/promotion.ts";
import { lowerKept } from "./map-program.ts";

/** What is reduced, before it is typed. */
export interface ReductionQuery extends Pick<
  LowerRequest,
  "operands" | "parameters" | "compute" | "relaxed" | "roundsMax" | "ndim"
> {
  /** A named reduction or scan, or the program that makes one value of two. */
  readonly by: ReductionName | ScanName | Program;
  /** What is computed of the operands' elements; null for the elements of the one operand. */
  readonly of: Program | null;
  /** The dtype to accumulate in, if the caller says so. */
  readonly dtype?: DType | undefined;
}

/** A reduction that was typed. */
export interface TypedReduction<N = ReductionName | ScanName> {
  readonly kind: { readonly name: N } | { readonly combine: Graph };
  /** Its one store is of the accumulator's dtype. */
  readonly element: Graph;
  readonly parameters: readonly GraphParameter[];
  readonly combineParameters: readonly GraphParameter[];
  /** Of the element. */
  readonly preconditions: readonly Precondition[];
  readonly accumulator: DType;
  readonly result: DType;
}

const TRAITS = { ...REDUCTIONS, ...SCANS };

/** Dtypes that a combining function may widen before it is refused: it takes what it gives. */
const WIDENINGS_MAX = 4;

/**
 * Types a reduction.
 *
 * @throws as `lowerProgram`; a `DTypeError` where the reduction is not defined; a `ValueError` for a function of two values
 *   that asks where they are
 */
export function typeReduction(query: ReductionQuery): TypedReduction {
  const { by, of, dtype } = query;
  const natural = of === null ? query.operands[0]! : lowerKept(of, requestOf(query)).dtypes[0]!;
  if (typeof by === "string") {
    const { accumulator, result } = TRAITS[by];
    const wide = accumulator(natural, dtype);
    const element = elementGraph(query, wide);
    return { kind: { name: by }, ...element, combineParameters: [], accumulator: wide, result: result(natural, dtype) };
  }
  const combined = combinedOf(query, by, dtype ?? natural);
  const [accumulator] = combined.dtypes as [DType];
  return {
    kind: { combine: combined.graph },
    ...elementGraph(query, accumulator),
    combineParameters: combined.parameters,
    accumulator,
    result: accumulator,
  };
}

function requestOf({ operands, parameters, compute, relaxed, roundsMax, ndim }: ReductionQuery): LowerRequest {
  return {
    operands,
    parameters,
    ...(ndim === undefined ? {} : { ndim }),
    ...(compute === undefined ? {} : { compute }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(roundsMax === undefined ? {} : { roundsMax }),
  };
}

function elementGraph(
  query: ReductionQuery,
  accumulator: DType,
): Pick<TypedReduction, "element" | "parameters" | "preconditions"> {
  const { of, operands } = query;
  if (of === null) return { element: elementOf(operands[0]!, accumulator), parameters: [], preconditions: [] };
  const { graph, parameters, preconditions } = lowerKept(of, {
    ...requestOf(query),
    dtypes: [accumulator],
    casting: "unsafe",
  });
  return { element: graph, parameters, preconditions };
}

/** A combining function, of a dtype that it gives where it takes two of it. */
function combinedOf(query: ReductionQuery, by: Program, dtype: DType): Lowered {
  const lowered = widenedOf(query, by, dtype);
  if (!asksForPlace(lowered.graph)) return lowered;
  throw new ValueError(
    "cannot reduce by a function of two values that asks for indices or neighbours: the values are not at any one place, " +
      "expected that in the option of, which is given the elements",
  );
}

function widenedOf(query: ReductionQuery, by: Program, dtype: DType): Lowered {
  let accumulator = dtype;
  for (let widened = 0; widened < WIDENINGS_MAX; widened++) {
    const operands = [accumulator, accumulator];
    if (query.dtype !== undefined) {
      return lowerKept(by, { ...requestOf(query), operands, dtypes: [accumulator], casting: "unsafe" });
    }
    const lowered = lowerKept(by, { ...requestOf(query), operands });
    const [given] = lowered.dtypes as [DType];
    if (given === accumulator) return lowered;
    accumulator = promoteTypes(accumulator, given);
  }
  throw new ValueError(
    `cannot reduce by a function of two ${dtype} values: what it gives is of another dtype than what it takes, expected ` +
      "the option dtype, for that to accumulate in",
  );
}

/**
 * A value in the lanes of an accumulator: one part, or two of a complex one.
 *
 * @throws an `OverflowError` for an integer that the dtype hasn't; `TypeError` for what is no value
 */
export function accumulatorLanes(value: number | bigint | boolean | Complex, dtype: DType): LaneValue[] {
  if (kindOf(dtype) === "complex") {
    const { re, im } = typeof value === "object" ? value : { re: Number(value), im: 0 };
    return dtype === "complex64" ? [Math.fround(re), Math.fround(im)] : [re, im];
  }
  if (typeof value === "object") throw new TypeError(`cannot start a reduction of ${dtype} with a complex number`);
  if (dtype === "bool") return [Number(value) !== 0];
  if (!isInteger(dtype)) return [dtype === "float64" ? Number(value) : Math.fround(Number(value))];
  if (typeof value === "number" && !Number.isInteger(value)) {
    throw new TypeError(`cannot start a reduction of ${dtype} with ${value}: expected an integer`);
  }
  const whole = checkRange(BigInt(value), dtype);
  return [bitsOf(dtype) === 64 ? BigInt.asIntN(64, whole) : Number(BigInt.asIntN(32, whole))];
}
