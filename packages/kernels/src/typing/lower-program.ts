/**
 * From a program and the dtypes of its operands to a graph of primitive operations: the entry of this folder.
 *
 * Types are found first (`inference.ts`), by NumPy's rules (`promotion.ts`, `ufunc-types.ts`); then every expression
 * becomes nodes (`lowering.ts`), of which `expansion/` knows the forms.
 *
 * @module
 */
import { type DType, DTypeError } from "@instride/core";
import { type Parts, partsToStore, storedParts } from "../expansion/parts.ts";
import type { Program } from "../expression/expression.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Store } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import { TypeInference, type TypingRequest, weakComputation } from "./inference.ts";
import { Lowering } from "./lowering.ts";
import { type GraphParameter, GraphParameters, negativeExponent } from "./parameters.ts";
import {
  canCast,
  type Casting,
  defaultOf,
  isInteger,
  isWeak,
  kindOf,
  type ValueType,
  WEAK_DEFAULTS,
  type WeakDefaults,
  type WeakType,
} from "./promotion.ts";

/** Rounds that an element goes in a loop before it is given up, where nothing else is asked for. */
export const ROUNDS_MAX_DEFAULT: number = 1_000_000;

export interface LowerRequest extends TypingRequest {
  /** The dtype of each output, of `dtype` or `out`; null for what the program gives. */
  readonly dtypes?: readonly (DType | null)[];
  /** Whether `a * b + c` may be rounded once: faster, and not the same on all machines. */
  readonly relaxed?: boolean;
  /** Rounds after which an element that is still in a loop is given up. */
  readonly roundsMax?: number;
  /**
   * Whether elements are written only where a mask holds. Then the outputs follow the operands, as operands of their own
   * dtypes, and the mask of bool comes last.
   */
  readonly where?: boolean;
}

/** A test that has to be false for every element, before anything is computed. */
export interface Precondition {
  /** Of the same operands and parameters, with one output of bool. */
  readonly graph: Graph;
  /** What is to be thrown where it is true for any element. */
  error(): Error;
}

export interface Lowered {
  readonly graph: Graph;
  /** Of the outputs. */
  readonly dtypes: readonly DType[];
  /** One for each of the graph's, in order. */
  readonly parameters: readonly GraphParameter[];
  /** Mostly none: integers that are raised to powers which may be negative. */
  readonly preconditions: readonly Precondition[];
}

/**
 * Types a program for operands of some dtypes, and expands it.
 *
 * @throws a `DTypeError` for a function that doesn't take its arguments, or a result that may not be cast to the dtype
 *   wanted; an `OverflowError` for a literal that the dtype it meets doesn't have; a `ValueError` for a negative power of
 *   integers; an `IndexError` for an index along an axis that isn't there
 *
 * Cost: O(nodes) for programs without loops; with loops, times the few rounds that their types take.
 */
export function lowerProgram(program: Program, request: LowerRequest): Lowered {
  const { operands, where = false, dtypes = [] } = request;
  check(
    operands.length >= program.operands.length,
    `${operands.length} dtypes for ${program.operands.length} operands`,
  );
  const types = new TypeInference(request);
  const results = program.outputs.map((output, place) => outputDType(types.typeOf(output), dtypes[place], request));
  const parameters = new GraphParameters();
  const loaded = where ? [...operands, ...results, "bool" as const] : operands;
  const b = new GraphBuilder(loaded, parameters.lanes);
  const { relaxed = false, roundsMax = ROUNDS_MAX_DEFAULT, compute } = request;
  const options = {
    parameters: request.parameters,
    relaxed,
    roundsMax,
    ...(compute === undefined ? {} : { compute }),
    ...(where ? { mask: () => maskOf(b) } : {}),
  };
  const lowering = new Lowering(b, types, parameters, options);
  const stores = program.outputs.map((output, place): Store => {
    const dtype = results[place]!;
    const value = partsToStore(b, dtype, lowering.valueOf(output).as(dtype));
    return { dtype, value: where ? masked(b, operands.length + place, value) : value };
  });
  const refused = lowering.negativeExponents.map((node) => (where ? b.and(maskOf(b), node) : node));
  return {
    graph: b.finish(stores),
    dtypes: results,
    parameters: parameters.all,
    preconditions: refused.map((node) => ({
      graph: b.finish([{ dtype: "bool", value: [node] }]),
      error: () => negativeExponent("negative for some element"),
    })),
  };
}

/** What is stored where the mask doesn't hold is what was there. */
function masked(b: GraphBuilder, old: number, value: Parts): Parts {
  const kept = storedParts(b, old);
  return value.map((node, part) => b.select(maskOf(b), node, kept[part]!));
}

function maskOf(b: GraphBuilder): Parts[number] {
  return b.load(b.operands.length - 1);
}

function outputDType(type: ValueType, wanted: DType | null | undefined, request: LowerRequest): DType {
  const { casting = "same_kind", compute } = request;
  if (wanted === null || wanted === undefined) return isWeak(type) ? defaultOf(type, storedDefaults(compute)) : type;
  const fits = isWeak(type) ? canCastWeak(type, wanted, casting) : canCast(type, wanted, casting);
  if (fits) return wanted;
  throw new DTypeError(
    `cannot store a result of ${type} as ${wanted}: casting is ${casting}, expected a dtype that it can be cast to`,
  );
}

/** The dtypes of outputs that are weak: those that they were computed in, but for whole numbers. */
function storedDefaults(compute: DType | undefined): WeakDefaults {
  if (compute === undefined) return WEAK_DEFAULTS;
  const computed = weakComputation(compute);
  const isReal = isInteger(compute) || kindOf(compute) === "float";
  return { ...computed, int: isReal ? computed.int : WEAK_DEFAULTS.int };
}

/** A weak value is of any dtype that its kind is no more general than. */
function canCastWeak(type: WeakType, to: DType, casting: Casting): boolean {
  if (casting === "unsafe") return true;
  switch (type) {
    case "weak complex":
      return kindOf(to) === "complex";
    case "weak float":
      return kindOf(to) === "complex" || kindOf(to) === "float";
    default:
      return kindOf(to) !== "bool";
  }
}
