/**
 * Makes expressions: the same object for the same expression, constants computed, and truth kept apart from numbers.
 *
 * JavaScript tells bools from numbers where it runs, dtypes only after a function was read. So a builder knows of each
 * expression whether it is a bool, a number, or one of the two, and converts only what may be the other.
 *
 * @module
 */
import type {
  CallExpression,
  Expression,
  FunctionName,
  LiteralExpression,
  LoopExpression,
  LoopKey,
} from "../expression/expression.ts";
import { EXPRESSION_DEPTH_MAX, EXPRESSIONS_MAX } from "./limits.ts";
import { EXACT, SCALAR_FUNCTIONS } from "./scalar-functions.ts";

/** What is known of a value before dtypes are. */
export type Kind = "boolean" | "number" | "unknown";

interface Facts {
  readonly id: number;
  readonly depth: number;
  readonly kind: Kind;
  /** Whether a loop has to run for it. */
  readonly hasLoop: boolean;
}

const BOOLEAN_FUNCTIONS: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "logical_and",
  "logical_or",
  "logical_xor",
  "logical_not",
  "isnan",
  "isfinite",
  "isinf",
  "signbit",
  "to_boolean",
]);

/** Functions that give numbers for bools too. */
const NUMBER_FUNCTIONS: ReadonlySet<FunctionName> = new Set<FunctionName>(["to_numeric", "to_number"]);

export class ExpressionBuilder {
  readonly #byKey = new Map<string, Expression>();
  readonly #facts = new Map<Expression, Facts>();
  readonly #ids = new Map<object, number>();
  readonly #refuse: (reason: string) => never;

  readonly true: LiteralExpression;
  readonly false: LiteralExpression;

  /** @param refuse - throws, for what is too large */
  constructor(refuse: (reason: string) => never) {
    this.#refuse = refuse;
    this.true = this.literal(true);
    this.false = this.literal(false);
  }

  /** Of another builder's expression it is not known. */
  kindOf(expression: Expression): Kind {
    return this.#facts.get(expression)?.kind ?? "unknown";
  }

  hasLoop(expression: Expression): boolean {
    return this.#facts.get(expression)!.hasLoop;
  }

  operand(operand: number, shift: readonly number[]): Expression {
    return this.#made(`o${operand}[${shift.join()}]`, { kind: "operand", operand, shift }, [], "unknown");
  }

  parameter(name: string): Expression {
    return this.#made(`p${name}`, { kind: "parameter", name }, [], "unknown");
  }

  index(axis: number): Expression {
    return this.#made(`i${axis}`, { kind: "index", axis }, [], "number");
  }

  literal(value: number | bigint | boolean): LiteralExpression {
    const text = Object.is(value, -0) ? "-0" : String(value);
    const kind = typeof value === "boolean" ? "boolean" : "number";
    return this.#made(`${typeof value} ${text}`, { kind: "literal", value }, [], kind);
  }

  carried(loop: LoopKey, slot: number, kind: Kind): Expression {
    return this.#made(`v${this.#idOf(loop)}.${slot}`, { kind: "carried", loop, slot }, [], kind);
  }

  loopResult(loop: LoopExpression, slot: number, kind: Kind): Expression {
    const inside = [...loop.initial, loop.condition, ...loop.next];
    return this.#made(`r${this.#idOf(loop)}.${slot}`, { kind: "loop-result", loop, slot }, inside, kind);
  }

  call(name: FunctionName, ...args: readonly Expression[]): Expression {
    const simpler = constantOf(name, args) ?? this.#simplerCall(name, args);
    if (simpler !== undefined) return typeof simpler === "object" ? simpler : this.literal(simpler);
    const key = `c${name}(${args.map((arg) => this.#facts.get(arg)!.id).join()})`;
    return this.#made(key, { kind: "call", name, args }, args, this.#kindOfCall(name, args));
  }

  /** @param condition - a bool */
  select(condition: Expression, then: Expression, otherwise: Expression): Expression {
    if (condition.kind === "literal") return condition.value === true ? then : otherwise;
    if (then === otherwise) return then;
    if (then === condition) return this.select(condition, this.true, otherwise);
    if (otherwise === condition) return this.select(condition, then, this.false);
    const negated = this.#negated(condition);
    if (negated !== undefined) return this.select(negated, otherwise, then);
    if (then.kind === "select" && then.args[0] === condition) return this.select(condition, then.args[1], otherwise);
    if (otherwise.kind === "select" && otherwise.args[0] === condition)
      return this.select(condition, then, otherwise.args[2]);
    const kind = this.kindOf(then) === this.kindOf(otherwise) ? this.kindOf(then) : "unknown";
    if (kind === "boolean") {
      if (then.kind === "literal")
        return then.value === true ? this.or(condition, otherwise) : this.and(this.not(condition), otherwise);
      if (otherwise.kind === "literal")
        return otherwise.value === true ? this.or(this.not(condition), then) : this.and(condition, then);
    }
    const args = [condition, then, otherwise] as const;
    const key = `s${args.map((arg) => this.#facts.get(arg)!.id).join()}`;
    return this.#made(key, { kind: "select", args }, args, kind);
  }

  /** Of bools, as are {@link or} and {@link not}. */
  and(a: Expression, b: Expression): Expression {
    return this.call("logical_and", a, b);
  }

  or(a: Expression, b: Expression): Expression {
    return this.call("logical_or", a, b);
  }

  not(a: Expression): Expression {
    return this.call("logical_not", a);
  }

  /** JavaScript's truth of a value: neither 0 nor NaN. */
  truth(value: Expression): Expression {
    return this.call("to_boolean", value);
  }

  /** What arithmetic takes a value for. */
  numeric(value: Expression): Expression {
    return this.call("to_numeric", value);
  }

  #simplerCall(name: FunctionName, [a, b]: readonly Expression[]): Expression | undefined {
    if (a === undefined) return undefined;
    switch (name) {
      case "to_boolean":
        return this.kindOf(a) === "boolean" ? a : undefined;
      case "to_numeric":
        return this.kindOf(a) === "number" ? a : undefined;
      case "logical_not":
        if (a.kind === "call" && a.name === "not_equal") return this.call("equal", a.args[0]!, a.args[1]!);
        return this.#negated(a) ?? (isCallOf(a, "equal") ? this.call("not_equal", a.args[0]!, a.args[1]!) : undefined);
      case "logical_and":
      case "logical_or":
        return b === undefined ? undefined : this.#simplerLogic(name === "logical_and", a, b);
      default:
        return undefined;
    }
  }

  /** Of bools only: NumPy's functions take numbers too, and give bools for them. */
  #simplerLogic(isAnd: boolean, a: Expression, b: Expression): Expression | undefined {
    if (this.kindOf(a) !== "boolean" || this.kindOf(b) !== "boolean") return undefined;
    if (a === b) return a;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one.kind === "literal") return one.value === isAnd ? other : one;
      if (this.#negated(one) === other) return isAnd ? this.false : this.true;
      // What the outer one asks has been asked inside.
      if (isCallOf(one, isAnd ? "logical_and" : "logical_or") && one.args.includes(other)) return one;
    }
    return undefined;
  }

  /** The bool that a bool is the negation of. */
  #negated(expression: Expression): Expression | undefined {
    const negated = isCallOf(expression, "logical_not") ? expression.args[0] : undefined;
    return negated !== undefined && this.kindOf(negated) === "boolean" ? negated : undefined;
  }

  #kindOfCall(name: FunctionName, args: readonly Expression[]): Kind {
    if (BOOLEAN_FUNCTIONS.has(name)) return "boolean";
    if (NUMBER_FUNCTIONS.has(name)) return "number";
    return args.every((arg) => this.kindOf(arg) === "number") ? "number" : "unknown";
  }

  #idOf(key: object): number {
    const id = this.#ids.get(key) ?? this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }

  #made<E extends Expression>(key: string, expression: E, inside: readonly Expression[], kind: Kind): E {
    const known = this.#byKey.get(key);
    // The key says everything of an expression, its kind of class included.
    if (known !== undefined) return known as E;
    let depth = 0;
    let hasLoop = expression.kind === "loop-result";
    for (const part of inside) {
      const facts = this.#facts.get(part)!;
      depth = Math.max(depth, facts.depth);
      hasLoop ||= facts.hasLoop;
    }
    if (depth >= EXPRESSION_DEPTH_MAX)
      this.#refuse(`more than ${EXPRESSION_DEPTH_MAX} operations follow one from the other`);
    if (this.#byKey.size >= EXPRESSIONS_MAX) this.#refuse(`the kernel has more than ${EXPRESSIONS_MAX} operations`);
    this.#byKey.set(key, expression);
    this.#facts.set(expression, { id: this.#byKey.size, depth: depth + 1, kind, hasLoop });
    return expression;
  }
}

function isCallOf(expression: Expression, name: FunctionName): expression is CallExpression {
  return expression.kind === "call" && expression.name === name;
}

/** The value of a function of constants, where it is the same everywhere. */
function constantOf(name: FunctionName, args: readonly Expression[]): number | bigint | boolean | undefined {
  const values: (number | bigint | boolean)[] = [];
  for (const arg of args) {
    if (arg.kind !== "literal") return undefined;
    values.push(arg.value);
  }
  if (values.every((value) => typeof value === "bigint")) {
    const integer = constantOfIntegers(name, values);
    return typeof integer === "bigint" && BigInt.asIntN(66, integer) !== integer ? undefined : integer;
  }
  const [a, b = 0] = values;
  if (typeof a === "bigint" || typeof b === "bigint") return undefined;
  if (EXACT.has(name) || name.startsWith("logical_")) return SCALAR_FUNCTIONS[name](Number(a), Number(b));
  return name === "power" ? exactPower(Number(a), Number(b)) : undefined;
}

/** The greatest exponent of 2 that a number has. */
const EXPONENT_MAX = 1023;

/** Powers of integers that are exact, however large: engines round others differently. */
function exactPower(base: number, exponent: number): number | undefined {
  if (!Number.isSafeInteger(base) || !Number.isInteger(exponent) || exponent < 0 || exponent > EXPONENT_MAX)
    return undefined;
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= base;
  return Number.isFinite(power) && BigInt(power) === BigInt(base) ** BigInt(exponent) ? power : undefined;
}

/** Operators on integers, of which none is much larger than what an element holds. */
function constantOfIntegers(name: FunctionName, [a = 0n, b = 0n]: readonly bigint[]): bigint | boolean | undefined {
  switch (name) {
    case "add":
      return a + b;
    case "subtract":
      return a - b;
    case "multiply":
      return a * b;
    case "negative":
      return -a;
    case "js_invert":
      return ~a;
    case "js_bitwise_and":
      return a & b;
    case "js_bitwise_or":
      return a | b;
    case "js_bitwise_xor":
      return a ^ b;
    case "js_left_shift":
      return b >= 0n && b <= 64n ? a << b : undefined;
    case "equal":
      return a === b;
    case "not_equal":
      return a !== b;
    case "less":
      return a < b;
    case "less_equal":
      return a <= b;
    case "greater":
      return a > b;
    case "greater_equal":
      return a >= b;
    case "to_boolean":
      return a !== 0n;
    default:
      return undefined;
  }
}
