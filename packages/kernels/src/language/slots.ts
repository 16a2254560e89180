/**
 * The slots of one loop, as they are found while a round of it is read.
 *
 * @module
 */
import type { Expression, LoopExpression, LoopKey } from "../expression/expression.ts";
import type { ExpressionBuilder, Kind } from "./builder.ts";
import { mapExpressions, UNKNOWN, type Value } from "./values.ts";

interface Slot {
  readonly initial: Expression;
  readonly kind: Kind;
  /** What it becomes: stays what it is until that is known. */
  next: Expression;
}

export class Slots {
  readonly key: LoopKey;
  readonly #builder: ExpressionBuilder;
  readonly #slots: Slot[] = [];

  constructor(builder: ExpressionBuilder, key: LoopKey) {
    this.#builder = builder;
    this.key = key;
  }

  /** A slot that begins with a value. @returns what it holds in a round */
  add(initial: Expression, kind: Kind): Expression {
    const carried = this.#builder.carried(this.key, this.#slots.length, kind);
    this.#slots.push({ initial, kind, next: carried });
    return carried;
  }

  /** Slots for what a variable holds. What is no number is not carried; what may be none can't be looked at. */
  carry(value: Value, kindOf: (expression: Expression) => Kind): Value {
    if (value.kind === "absent" || value.kind === "partial") return UNKNOWN;
    return mapExpressions(value, (expression) => this.add(expression, kindOf(expression)));
  }

  /** Slots for what only the last round leaves: what they begin with is never looked at. */
  leave(value: Value): Value {
    // A bool, so that it has the type of whatever comes.
    return mapExpressions(value, (expression) => {
      const carried = this.add(this.#builder.false, this.#builder.kindOf(expression));
      this.become(carried, expression);
      return carried;
    });
  }

  become(carried: Expression, next: Expression): void {
    this.#slots[this.#placeOf(carried)]!.next = next;
  }

  /** The kind that a slot was taken for. */
  kindOf(carried: Expression): Kind {
    return this.#slots[this.#placeOf(carried)]!.kind;
  }

  loop(condition: Expression): LoopExpression {
    return {
      key: this.key,
      initial: this.#slots.map(({ initial }) => initial),
      condition,
      next: this.#slots.map(({ next }) => next),
    };
  }

  /** What a loop has left of a value that is made of slots. */
  result(loop: LoopExpression, value: Value): Value {
    return mapExpressions(value, (carried) => this.resultOf(loop, carried));
  }

  resultOf(loop: LoopExpression, carried: Expression): Expression {
    return this.#builder.loopResult(loop, this.#placeOf(carried), this.kindOf(carried));
  }

  #placeOf(carried: Expression): number {
    if (carried.kind === "carried" && carried.loop === this.key) return carried.slot;
    throw new Error("internal: an expression that is no slot of this loop");
  }
}
