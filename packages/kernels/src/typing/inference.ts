/**
 * The type of every expression of a program, for operands of some dtypes: before anything is computed.
 *
 * Weak values among themselves stay weak. A loop's slot has the promotion of what it begins with and of what comes next,
 * which may itself depend on the slot: types only ever grow, so that asking again until nothing changes ends soon.
 *
 * @module
 */
import { type DType, DTypeError, IndexError } from "@instride/core";
import type {
  CallExpression,
  Expression,
  FunctionName,
  IndexExpression,
  LoopExpression,
  LoopKey,
  OperandExpression,
} from "../expression/expression.ts";
import { check } from "../graph/typing.ts";
import { typeOfLiteral } from "./literals.ts";
import { visitInOrder } from "./order.ts";
import { type ParameterKind, typeOfParameter } from "./parameters.ts";
import {
  canCast,
  type Casting,
  isInteger,
  isWeak,
  joinTypes,
  kindOf,
  type ValueType,
  type WeakDefaults,
  type WeakType,
} from "./promotion.ts";
import { resolveFunction, takes } from "./ufunc-types.ts";

/** What a program is typed for. */
export interface TypingRequest {
  readonly operands: readonly DType[];
  /** Of each parameter, by name. */
  readonly parameters: ReadonlyMap<string, ParameterKind>;
  /** What everything but bools is computed in. */
  readonly compute?: DType;
  /** Which casts may be done to compute in it. Default same_kind. */
  readonly casting?: Casting;
  /** Axes of the elements; needed where an index is counted from the last. */
  readonly ndim?: number;
}

/** How a function is computed: what its arguments are cast to, what that gives, and what it counts as. */
export interface Call {
  readonly inputs: readonly DType[];
  /** The dtype that comes out. */
  readonly computed: DType;
  readonly type: ValueType;
}

/** The dtypes that weak values among themselves are computed in: numbers as JavaScript computes them. */
export function weakComputation(compute: DType | undefined): WeakDefaults {
  const part = compute === "complex64" ? "float32" : compute;
  const isFloat = part !== undefined && kindOf(part) === "float";
  return {
    int: isFloat || (part !== undefined && isInteger(part)) ? part : "float64",
    float: isFloat ? part : "float64",
    complex: isFloat && part !== "float64" ? "complex64" : "complex128",
  };
}

export class TypeInference {
  readonly #request: TypingRequest;
  readonly #weak: WeakDefaults;
  readonly #types = new Map<Expression, ValueType>();
  readonly #slots = new Map<LoopKey, readonly ValueType[]>();

  constructor(request: TypingRequest) {
    this.#request = request;
    this.#weak = weakComputation(request.compute);
  }

  /** @throws a `DTypeError` for a function that doesn't take its arguments, an `IndexError` for an axis that isn't there */
  typeOf(expression: Expression): ValueType {
    const known = this.#types.get(expression);
    if (known !== undefined) return known;
    visitInOrder(
      expression,
      (part) => this.#types.has(part),
      (part) => this.#types.set(part, this.#inferred(part)),
    );
    return this.#types.get(expression)!;
  }

  /** The types of a loop's slots. */
  slotsOf({ key, initial, next }: LoopExpression): readonly ValueType[] {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    let types = initial.map((expression) => this.typeOf(expression));
    const before = new Set(this.#slots.keys());
    for (;;) {
      this.#slots.set(key, types);
      const grown = types.map((type, slot) => joinTypes(type, this.typeOf(next[slot]!)));
      if (grown.every((type, slot) => type === types[slot])) break;
      types = grown;
      this.#forget(before);
    }
    return types;
  }

  /** What was found of the slots as they were, loops inside of the loop among it. */
  #forget(before: ReadonlySet<LoopKey>): void {
    this.#types.clear();
    for (const key of this.#slots.keys()) if (!before.has(key)) this.#slots.delete(key);
  }

  #inferred(expression: Expression): ValueType {
    switch (expression.kind) {
      case "operand":
        this.#checkShift(expression);
        return this.#computedIn(this.#request.operands[expression.operand]!, `operand ${expression.operand}`);
      case "parameter": {
        const kind = this.#request.parameters.get(expression.name);
        check(kind !== undefined, `nothing is known of the parameter ${expression.name}`);
        const type = typeOfParameter(kind);
        return isWeak(type) ? type : this.#computedIn(type, `the parameter ${expression.name}`);
      }
      case "index":
        this.axisOf(expression);
        return this.#computedIn("int64", "an index");
      case "literal":
        return typeOfLiteral(expression.value);
      case "call":
        return this.callOf(expression).type;
      case "select":
        return joinTypes(this.typeOf(expression.args[1]), this.typeOf(expression.args[2]));
      case "carried":
        return this.#slots.get(expression.loop)![expression.slot]!;
      default:
        return this.slotsOf(expression.loop)[expression.slot]!;
    }
  }

  /** The axis of an index, counted from the first. */
  axisOf({ axis }: IndexExpression): number {
    const { ndim } = this.#request;
    if (axis >= 0 && (ndim === undefined || axis < ndim)) return axis;
    if (ndim !== undefined && axis < 0 && axis + ndim >= 0) return axis + ndim;
    throw new IndexError(
      `cannot give the index along axis ${axis}: there are ${ndim ?? "no"} axes, expected one from the first or the last`,
    );
  }

  #checkShift({ shift }: OperandExpression): void {
    const { ndim } = this.#request;
    if (ndim === undefined || shift.length <= ndim) return;
    throw new IndexError(
      `cannot read the neighbour at [${shift.join(", ")}]: there are ${ndim} axes, expected at most as many distances`,
    );
  }

  /** Bools stay: what they decide has no dtype. */
  #computedIn(dtype: DType, what: string): DType {
    const { compute, casting = "same_kind" } = this.#request;
    if (compute === undefined || dtype === "bool") return dtype;
    if (canCast(dtype, compute, casting)) return compute;
    throw new DTypeError(
      `cannot compute ${what} of ${dtype} in ${compute}: casting is ${casting}, expected a dtype that it can be cast to`,
    );
  }

  callOf({ name, args }: CallExpression): Call {
    const types = args.map((arg) => this.typeOf(arg));
    if (name === "to_numeric" || name === "to_number") return numericOf(name, types[0]!);
    const weak = types.filter(isWeak);
    if (weak.length === types.length) return this.#weakCall(name, weak, args);
    const { inputs, result } = resolveFunction(name, types);
    return { inputs, computed: result, type: result };
  }

  /** Of weak values a function gives weak ones; whole numbers are computed as JavaScript computes numbers. */
  #weakCall(name: FunctionName, types: readonly WeakType[], args: readonly Expression[]): Call {
    const isBig = types.includes("weak bigint");
    const { inputs, result } = resolveFunction(name, types.map(standIn));
    const computed = this.#computation(name, inputs[0]!, isBig);
    const resolved = resolveFunction(
      name,
      inputs.map(() => computed),
    );
    const type = weakTypeOf(result, isBig);
    const isWhole = type !== "weak int" || staysWhole(name, args);
    return { inputs: resolved.inputs, computed: resolved.result, type: isWhole ? type : "weak float" };
  }

  #computation(name: FunctionName, loop: DType, isBig: boolean): DType {
    if (loop === "complex128") return this.#weak.complex;
    if (loop === "float64") return this.#weak.float;
    return isBig || !takes(name, this.#weak.int) ? "int64" : this.#weak.int;
  }
}

/** Whether a function of whole numbers gives one: no fraction, no NaN, and none that is known to be no weak int. */
function staysWhole(name: FunctionName, [first, second]: readonly Expression[]): boolean {
  const literal = second?.kind === "literal" ? Number(second.value) : NaN;
  const base = first?.kind === "literal" ? Number(first.value) : 1;
  switch (name) {
    case "power":
    case "js_power":
      return literal >= 0 && Math.abs(base) ** literal <= Number.MAX_SAFE_INTEGER;
    case "fmod":
    case "remainder":
    case "floor_divide":
      return literal !== 0 && !Number.isNaN(literal);
    default:
      return true;
  }
}

/** A bool as a weak 0 or 1; 64-bit integers as float64, where a number is asked for. */
function numericOf(name: "to_numeric" | "to_number", type: ValueType): Call {
  if (isWeak(type)) return { inputs: [], computed: "bool", type };
  if (type === "bool") return { inputs: ["bool"], computed: "bool", type: "weak int" };
  const isWide = name === "to_number" && (type === "int64" || type === "uint64");
  const number = isWide ? "float64" : type;
  return { inputs: [number], computed: number, type: number };
}

/** NumPy's dtype of a weak value alone, by which functions of weak values alone are resolved. */
function standIn(type: WeakType): DType {
  if (type === "weak float") return "float64";
  return type === "weak complex" ? "complex128" : "int64";
}

function weakTypeOf(result: DType, isBig: boolean): ValueType {
  switch (kindOf(result)) {
    case "bool":
      return "bool";
    case "float":
      return "weak float";
    case "complex":
      return "weak complex";
    default:
      return isBig ? "weak bigint" : "weak int";
  }
}
