/**
 * Expressions as nodes of a graph, once their types are known.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import { expandFunction } from "../expansion/functions.ts";
import { integer } from "../expansion/integers.ts";
import { loadParts, type Parts } from "../expansion/parts.ts";
import type {
  CallExpression,
  Expression,
  FunctionName,
  LoopExpression,
  LoopKey,
  ParameterExpression,
  SelectExpression,
} from "../expression/expression.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { IntegerLane } from "../graph/operations.ts";
import { type TypeInference, weakComputation } from "./inference.ts";
import { visitInOrder } from "./order.ts";
import { comparedBySide, comparedLiteral, type Outlier, outlierOf } from "./out-of-range.ts";
import { type GraphParameters, negativeExponent, type ParameterKind } from "./parameters.ts";
import { defaultOf, isWeak, kindOf, type ValueType, type WeakDefaults } from "./promotion.ts";
import { computedValue, literalValue, selectedValue, type Value } from "./values.ts";

export interface LoweringOptions {
  readonly parameters: ReadonlyMap<string, ParameterKind>;
  readonly compute?: DType;
  readonly relaxed: boolean;
  readonly roundsMax: number;
  /** Says of an element whether it is wanted: others go round in no loop. Default: all are. */
  readonly mask?: () => Node;
}

const LOGIC: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "logical_and",
  "logical_or",
  "logical_xor",
  "logical_not",
]);

export class Lowering {
  readonly b: GraphBuilder;
  /** Bools that hold for an element whose integers are raised to a negative power. */
  readonly negativeExponents: Node[] = [];
  readonly #types: TypeInference;
  readonly #parameters: GraphParameters;
  readonly #options: LoweringOptions;
  readonly #weak: WeakDefaults;
  readonly #values = new Map<Expression, Value>();
  readonly #loops = new Map<LoopKey, readonly Value[]>();
  /** What the slots of the loops that are being built hold. */
  readonly #carried = new Map<LoopKey, readonly Value[]>();

  constructor(b: GraphBuilder, types: TypeInference, parameters: GraphParameters, options: LoweringOptions) {
    this.b = b;
    this.#types = types;
    this.#parameters = parameters;
    this.#options = options;
    this.#weak = weakComputation(options.compute);
  }

  valueOf(expression: Expression): Value {
    const known = this.#values.get(expression);
    if (known !== undefined) return known;
    visitInOrder(
      expression,
      (part) => this.#values.has(part),
      (part) => this.#values.set(part, this.#lowered(part)),
    );
    return this.#values.get(expression)!;
  }

  #lowered(expression: Expression): Value {
    const { b } = this;
    switch (expression.kind) {
      case "operand":
        return this.#leaf(expression, b.operands[expression.operand]!, () =>
          loadParts(b, expression.operand, expression.shift),
        );
      case "parameter":
        return this.#parameter(expression);
      case "index":
        return this.#leaf(expression, "int64", () => [b.index(this.#types.axisOf(expression))]);
      case "literal":
        return literalValue(b, expression.value);
      case "call":
        return this.#call(expression);
      case "select":
        return this.#select(expression);
      case "carried":
        return this.#carried.get(expression.loop)![expression.slot]!;
      default:
        return this.#loop(expression.loop)[expression.slot]!;
    }
  }

  /** In the dtype that everything is computed in. */
  #leaf(expression: Expression, dtype: DType, load: () => Parts): Value {
    const type = this.#types.typeOf(expression) as DType;
    return computedValue(this.b, type, castParts(this.b, load(), dtype, type));
  }

  #parameter(expression: ParameterExpression): Value {
    const { name } = expression;
    const kind = this.#options.parameters.get(name)!;
    const type = this.#types.typeOf(expression);
    if (isWeak(type)) return { as: (dtype) => this.#parameters.parts(this.b, name, kind, dtype) };
    return computedValue(this.b, type, this.#parameters.parts(this.b, name, kind, type));
  }

  #select(expression: SelectExpression): Value {
    const [condition, then, otherwise] = expression.args;
    const [test] = this.valueOf(condition).as("bool");
    const type = this.#types.typeOf(expression);
    const value = selectedValue(this.b, test!, this.valueOf(then), this.valueOf(otherwise));
    return isWeak(type) ? value : computedValue(this.b, type, value.as(type));
  }

  #call(expression: CallExpression): Value {
    const { b } = this;
    const { name, args } = expression;
    const { inputs, computed } = this.#types.callOf(expression);
    // A weak number is one already.
    if (inputs.length === 0) return this.valueOf(args[0]!);
    const outlier = outlierOf(name, this.#typesOf(args));
    if (outlier !== null) return this.#comparison(expression, outlier);
    const parts = inputs.map((dtype, place) => this.#argument(expression, dtype, place));
    return computedValue(b, computed, this.#expanded(expression, parts));
  }

  #expanded(expression: CallExpression, parts: readonly Parts[]): Parts {
    const { inputs, computed } = this.#types.callOf(expression);
    const { relaxed } = this.#options;
    const site = { b: this.b, name: expression.name, dtype: inputs[0]!, inputs, result: computed, relaxed };
    return expandFunction(site, parts);
  }

  /** Of an integer with a number that may be out of its range. */
  #comparison(expression: CallExpression, outlier: Outlier): Value {
    const { b } = this;
    const dtype = this.#types.callOf(expression).inputs[0]!;
    const weak = this.#bare(expression.args[outlier.place]!);
    const known = comparedLiteral(outlier, weak, dtype);
    if (known !== null) return literalValue(b, known);
    if (weak.kind !== "parameter") {
      const parts = expression.args.map((arg) => this.valueOf(arg).as(dtype));
      return computedValue(b, "bool", this.#expanded(expression, parts));
    }
    const clamped = this.#parameters.parts(b, weak.name, "bigint", dtype, "clamped");
    const parts = expression.args.map((arg, place) =>
      place === outlier.place ? clamped : this.valueOf(arg).as(dtype),
    );
    const [inside] = this.#expanded(expression, parts);
    const side = this.#parameters.side(b, weak.name, dtype);
    return computedValue(b, "bool", [comparedBySide(b, outlier, side, inside!)]);
  }

  /** Without the conversions that leave it as it is: those of weak values to numbers. */
  #bare(expression: Expression): Expression {
    const isLeft = expression.kind === "call" && this.#types.callOf(expression).inputs.length === 0;
    return isLeft ? this.#bare(expression.args[0]!) : expression;
  }

  #typesOf(expressions: readonly Expression[]): readonly ValueType[] {
    return expressions.map((expression) => this.#types.typeOf(expression));
  }

  #argument({ name, args }: CallExpression, dtype: DType, place: number): Parts {
    const arg = this.#bare(args[place]!);
    const isExponent = place === 1 && (name === "power" || name === "js_power") && kindOf(dtype) === "signed";
    if (arg.kind === "parameter" && isExponent && isWeak(this.#types.typeOf(arg)))
      return this.#parameters.parts(this.b, arg.name, this.#options.parameters.get(arg.name)!, dtype, "exponent");
    // Any number has a truth, also one that the other's dtype hasn't.
    const parts = this.valueOf(arg).as(LOGIC.has(name) && isWeak(this.#types.typeOf(arg)) ? "bool" : dtype);
    if (isExponent) this.#checkExponent(parts[0]!);
    return parts;
  }

  /** What is computed inside a loop can't be looked at before the kernel runs. */
  #checkExponent(exponent: Node): void {
    const { b } = this;
    if (exponent.kind === "constant") {
      if (Number(exponent.value) < 0) throw negativeExponent(String(exponent.value));
      return;
    }
    if (this.#carried.size > 0) return;
    this.negativeExponents.push(b.ltS(exponent, integer(b, exponent.type as IntegerLane, 0n)));
  }

  /** The dtype that a slot is carried in. */
  #carriedIn(type: ValueType): DType {
    if (!isWeak(type)) return type;
    return type === "weak bigint" ? "int64" : defaultOf(type, this.#weak);
  }

  #loop(loop: LoopExpression): readonly Value[] {
    const known = this.#loops.get(loop.key);
    if (known !== undefined) return known;
    const { b } = this;
    const dtypes = this.#types.slotsOf(loop).map((type) => this.#carriedIn(type));
    const inLanes = (expressions: readonly Expression[]): readonly Node[] =>
      expressions.flatMap((expression, slot) => this.valueOf(expression).as(dtypes[slot]!));
    const results = b.loop(inLanes(loop.initial), this.#options.roundsMax, (carried) => {
      this.#carried.set(loop.key, this.#slotValues(dtypes, carried));
      const [condition] = this.valueOf(loop.condition).as("bool");
      const next = inLanes(loop.next);
      this.#carried.delete(loop.key);
      const { mask } = this.#options;
      return { condition: mask === undefined ? condition! : b.and(mask(), condition!), next };
    });
    const values = this.#slotValues(dtypes, results);
    this.#loops.set(loop.key, values);
    return values;
  }

  #slotValues(dtypes: readonly DType[], nodes: readonly Node[]): readonly Value[] {
    let place = 0;
    return dtypes.map((dtype) => {
      const count = kindOf(dtype) === "complex" ? 2 : 1;
      const parts = nodes.slice(place, place + count);
      place += count;
      return computedValue(this.b, dtype, parts);
    });
  }
}
