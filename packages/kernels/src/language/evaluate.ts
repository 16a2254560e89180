/**
 * Runs a program for one element of float64 or bool operands, as JavaScript would.
 *
 * It serves to try a program out. Both sides of every select are computed, and loops run wherever their conditions hold,
 * as they do in a compiled kernel.
 *
 * @module
 */
import type { Expression, LoopExpression, LoopKey, Program } from "../expression/expression.ts";
import { type Scalar, SCALAR_FUNCTIONS } from "./scalar-functions.ts";

/** What one element is computed of. */
export interface ElementInputs {
  readonly operand: (operand: number, shift: readonly number[]) => Scalar;
  readonly parameter: (name: string) => Scalar;
  readonly index: (axis: number) => number;
  /** Rounds after which a loop is given up. */
  readonly roundsMax: number;
}

/** A loop that is given up. */
export class RoundsError extends Error {
  override readonly name: string = "RoundsError";
}

/**
 * The outputs of a program for one element.
 *
 * @throws {@link RoundsError} for a loop that doesn't end
 */
export function evaluateProgram({ outputs }: Program, inputs: ElementInputs): readonly Scalar[] {
  const evaluator = new Evaluator(inputs);
  return outputs.map((output) => evaluator.valueOf(output));
}

/** A loop that is running: what is computed of its slots holds for a round. */
interface Round {
  readonly key: LoopKey | null;
  readonly held: readonly Scalar[];
  readonly values: Map<Expression, Scalar>;
}

class Evaluator {
  readonly #inputs: ElementInputs;
  /** The loops that run, innermost last. */
  #rounds: readonly Round[] = [{ key: null, held: [], values: new Map() }];
  readonly #dependencies = new Map<Expression, ReadonlySet<LoopKey>>();

  constructor(inputs: ElementInputs) {
    this.#inputs = inputs;
  }

  valueOf(expression: Expression): Scalar {
    const dependencies = this.#dependenciesOf(expression);
    const { values } = this.#rounds.findLast(({ key }) => key === null || dependencies.has(key))!;
    const known = values.get(expression);
    if (known !== undefined) return known;
    const value = this.#computed(expression);
    values.set(expression, value);
    return value;
  }

  #computed(expression: Expression): Scalar {
    switch (expression.kind) {
      case "operand":
        return this.#inputs.operand(expression.operand, expression.shift);
      case "parameter":
        return this.#inputs.parameter(expression.name);
      case "index":
        return this.#inputs.index(expression.axis);
      case "literal":
        return typeof expression.value === "bigint" ? Number(expression.value) : expression.value;
      case "call": {
        const [a, b = 0] = expression.args.map((arg) => Number(this.valueOf(arg)));
        return SCALAR_FUNCTIONS[expression.name](a!, b);
      }
      case "select": {
        const [condition, then, otherwise] = expression.args.map((arg) => this.valueOf(arg));
        return condition === true ? then! : otherwise!;
      }
      case "carried":
        return this.#rounds.findLast(({ key }) => key === expression.loop)!.held[expression.slot]!;
      default:
        return this.#run(expression.loop)[expression.slot]!;
    }
  }

  #run({ key, initial, condition, next }: LoopExpression): readonly Scalar[] {
    const outer = this.#rounds;
    let held = initial.map((expression) => this.valueOf(expression));
    for (let round = 0; ; round++) {
      this.#rounds = [...outer, { key, held, values: new Map() }];
      if (this.valueOf(condition) !== true) break;
      if (round === this.#inputs.roundsMax) throw new RoundsError(`a loop goes on after ${round} rounds`);
      held = next.map((expression) => this.valueOf(expression));
    }
    this.#rounds = outer;
    return held;
  }

  /** The loops whose slots an expression is computed of. */
  #dependenciesOf(expression: Expression): ReadonlySet<LoopKey> {
    const known = this.#dependencies.get(expression);
    if (known !== undefined) return known;
    const dependencies = new Set<LoopKey>();
    if (expression.kind === "carried") dependencies.add(expression.loop);
    for (const part of partsOf(expression)) for (const key of this.#dependenciesOf(part)) dependencies.add(key);
    if (expression.kind === "loop-result") dependencies.delete(expression.loop.key);
    this.#dependencies.set(expression, dependencies);
    return dependencies;
  }
}

function partsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === "call" || expression.kind === "select") return expression.args;
  if (expression.kind !== "loop-result") return [];
  const { initial, condition, next } = expression.loop;
  return [...initial, condition, ...next];
}
