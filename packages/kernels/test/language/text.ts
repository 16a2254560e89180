/**
 * Programs as text, so that tests can say what they expect.
 *
 * Operands are `$0`, with their shifts in brackets; a loop is `L0(slots; while condition; next slots)`, what it carries
 * `L0.0`, and what it leaves `L0!0`.
 *
 * @module
 */
import type { Expression, LoopExpression, LoopKey, Program } from "../../src/expression/expression.ts";

/** A text for each output. */
export function textsOf({ outputs }: Program): string[] {
  const writer = new Writer();
  return outputs.map((output) => writer.write(output));
}

class Writer {
  readonly #names = new Map<LoopKey, string>();

  write(expression: Expression): string {
    switch (expression.kind) {
      case "operand":
        return `$${expression.operand}${expression.shift.length === 0 ? "" : `[${expression.shift.join()}]`}`;
      case "parameter":
        return expression.name;
      case "index":
        return `index ${expression.axis}`;
      case "literal":
        return typeof expression.value === "bigint" ? `${expression.value}n` : literal(expression.value);
      case "call":
        return `${expression.name}(${this.#list(expression.args)})`;
      case "select":
        return `select(${this.#list(expression.args)})`;
      case "carried":
        return `${this.#names.get(expression.loop)}.${expression.slot}`;
      default:
        return `${this.#loop(expression.loop)}!${expression.slot}`;
    }
  }

  /** A loop is written out where it comes first. */
  #loop({ key, initial, condition, next }: LoopExpression): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = `L${this.#names.size}`;
    const before = this.#list(initial);
    this.#names.set(key, name);
    return `${name}(${before}; while ${this.write(condition)}; ${this.#list(next)})`;
  }

  #list(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.write(expression)).join(", ");
  }
}

function literal(value: number | boolean): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
