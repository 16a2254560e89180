/**
 * Reads one function: what every part of it shares while it is read.
 *
 * Syntax is looked at in the order in which it would run, each piece with what the variables hold at that point
 * (`flow.ts`), and what it says is built as expressions (`builder.ts`). Functions that are called are read where they are
 * called. How each kind of syntax is read stands in the files that this one joins.
 *
 * @module
 */
import type { Expression } from "../expression/expression.ts";
import { ExpressionBuilder } from "./builder.ts";
import { GLOBALS } from "./builtins.ts";
import { evaluateExpression } from "./expressions.ts";
import { Flow } from "./flow.ts";
import type { FunctionText } from "./function-text.ts";
import { NESTING_MAX, STEPS_MAX } from "./limits.ts";
import type { Syntax, SyntaxNode } from "./parser.ts";
import { Scope } from "./scope.ts";
import { executeStatement } from "./statements.ts";
import { describeValue, isExpression, UNDEFINED, type Value } from "./values.ts";

/** What a function of two numbers gives. */
export type HelperMeaning = (builder: ExpressionBuilder, a: Expression, b: Expression) => Expression;

/** A function of two numbers that a text calls, and doesn't say what it is: it may be a compiler's own. */
export interface Helper {
  readonly text: FunctionText;
  readonly name: string;
  /** The error, if it is no helper. */
  readonly captured: Error;
}

/** What helpers are taken for. */
export type HelperMeanings = (text: FunctionText, name: string) => HelperMeaning;

/** Names that every platform has: to pass one as a parameter is no way out. */
const PLATFORM: ReadonlySet<string> = new Set([
  "Array",
  "Atomics",
  "BigInt",
  "Date",
  "JSON",
  "Object",
  "String",
  "arguments",
  "console",
  "eval",
  "globalThis",
  "parseFloat",
  "parseInt",
]);

export class Reader {
  readonly builder: ExpressionBuilder;
  readonly flow: Flow;
  /** The functions that are being read, outermost first: one that is called again never ends. */
  readonly inlining: SyntaxNode[] = [];
  /** Null: every unknown function is refused. */
  readonly helperMeanings: HelperMeanings | null;
  /** The functions that were taken for helpers. */
  readonly helpers: Helper[] = [];
  scope: Scope;
  text: FunctionText;
  #node: SyntaxNode;
  #steps = 0;
  #nesting = 0;
  #activations = 0;

  constructor(text: FunctionText, helperMeanings: HelperMeanings | null) {
    this.text = text;
    this.#node = text.node;
    this.helperMeanings = helperMeanings;
    this.builder = new ExpressionBuilder((reason) => this.#refuseLarge(reason));
    this.flow = new Flow(this.builder, (steps) => this.#charge(steps));
    this.scope = this.newScope(null);
  }

  /** The scope of a call of a function that stands in `around`. */
  newScope(around: Scope | null): Scope {
    return new Scope(around, this.#activations++);
  }

  evaluate(node: Syntax.Expression): Value {
    return this.#nested(node, () => evaluateExpression(this, node));
  }

  execute(node: Syntax.Statement): void {
    if (!this.flow.isDead) this.#nested(node, () => executeStatement(this, node));
  }

  /** The value of what has to be a number or a bool. */
  number(node: Syntax.Expression): Expression {
    return this.asNumber(this.evaluate(node), node);
  }

  /** The value as arithmetic takes it. */
  numeric(node: Syntax.Expression): Expression {
    return this.builder.numeric(this.number(node));
  }

  asNumber(value: Value, node: SyntaxNode): Expression {
    if (isExpression(value)) return value;
    return this.refuse(
      node,
      `it is ${describeValue(value)}, expected a number or a bool`,
      value.kind === "absent" || value.kind === "partial"
        ? "give it a number where it is declared"
        : "use its numbers one by one",
    );
  }

  /** JavaScript's truth of a value: a bool. */
  condition(node: Syntax.Expression): Expression {
    return this.truth(this.evaluate(node), node);
  }

  truth(value: Value, node: SyntaxNode): Expression {
    if (isExpression(value)) return this.builder.truth(value);
    if (value.kind === "partial") return this.builder.and(value.present, this.truth(value.value, node));
    if (value.kind !== "absent") return this.builder.true;
    if (value.what !== "unknown") return this.builder.false;
    return this.asNumber(value, node);
  }

  /** What a name holds. Undefined for one that is declared nowhere. */
  lookup(node: Syntax.Identifier): Value | undefined {
    const { name } = node;
    const variable = this.scope.lookup(name);
    if (variable === undefined) {
      const value = GLOBALS.get(name);
      return value?.kind === "literal" ? this.builder.literal(value.value) : value;
    }
    const value = this.flow.values.get(variable);
    if (value === undefined || (value.kind === "absent" && value.what === "unknown"))
      return this.refuse(
        node,
        "on some path it has no value here, or one of another nature",
        `give it a number where it is declared, as in let ${name} = 0`,
      );
    return value;
  }

  /**
   * The error for a name that stands for something outside of the function.
   *
   * @param node - what is asked of it, as `lib.clamp`
   * @param wanted - what would be passed instead, as `clamp`
   */
  captured({ name }: Syntax.Identifier, node: SyntaxNode, wanted: string): Error {
    if (PLATFORM.has(name))
      return this.text.refusal(
        node,
        "of what is global a kernel has Math, Number, Boolean, isNaN, isFinite, NaN and Infinity only",
        "compute outside what needs more, and pass numbers",
      );
    const { operands, parameters } = this.text.signature();
    const list = [...parameters, wanted].join(", ");
    const isOfMath = name === wanted && Object.hasOwn(Math, name);
    return this.text.refusal(
      node,
      "it is not a parameter, and a kernel's text carries names, not values",
      isOfMath
        ? `write Math.${name}`
        : `pass it: map((${[...operands, `{ ${list} }`].join(", ")}) => ..., { parameters: { ${list} } })`,
    );
  }

  refuse(node: SyntaxNode, reason: string, wayOut: string): never {
    throw this.text.refusal(node, reason, wayOut);
  }

  /** Reads something with another scope, of another text. */
  inside<T>(scope: Scope, text: FunctionText, read: () => T): T {
    const { scope: outerScope, text: outerText } = this;
    this.scope = scope;
    this.text = text;
    const result = read();
    this.scope = outerScope;
    this.text = outerText;
    return result;
  }

  /** The value of a return or of a declaration that has none. */
  evaluateOptional(node: Syntax.Expression | null | undefined): Value {
    return node == null ? UNDEFINED : this.evaluate(node);
  }

  #nested<T>(node: SyntaxNode, read: () => T): T {
    this.#node = node;
    this.#charge(1);
    if (++this.#nesting > NESTING_MAX) this.#refuseLarge(`it nests more than ${NESTING_MAX} deep`);
    const result = read();
    this.#nesting--;
    this.#node = node;
    return result;
  }

  #charge(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEPS_MAX)
      this.#refuseLarge(`with the functions that it calls it has more than ${STEPS_MAX} steps`);
  }

  #refuseLarge(reason: string): never {
    throw this.text.refusal(this.#node, reason, "split it into several kernels");
  }
}
