/**
 * Where control is while a function is read, and what its variables hold there.
 *
 * Both sides of a branch are read, one after the other, and what they leave is merged: a variable becomes a select. A
 * side that ends in `return`, `break` or `continue` leaves an {@link Exit} with what the variables held there, and what
 * follows the branch is read as if the other side had been taken.
 *
 * Two conditions are kept for it. `guard` is the branches around the place, from the start of the function or of the round
 * of a loop: with it exits can be told apart, in the order in which they are read, where the first whose guard holds is
 * the one that is taken. `live` says whether control comes to the place at all, exits before it and callers considered: a
 * loop goes on only while it holds, so that an element that left before is not kept going round.
 *
 * @module
 */
import type { Expression } from "../expression/expression.ts";
import type { ExpressionBuilder } from "./builder.ts";
import type { Variable } from "./scope.ts";
import { merged, UNDEFINED, type Value } from "./values.ts";

export type Values = ReadonlyMap<Variable, Value>;

export type ExitKind = "break" | "continue" | "return";

/** A place where control leaves a loop, a round of it, or a function. */
export interface Exit {
  readonly kind: ExitKind;
  /** Whether control comes there, unless an exit that was read before was taken. */
  readonly guard: Expression;
  readonly live: Expression;
  readonly values: Values;
  /** What is returned. */
  readonly value: Value;
}

export class Flow {
  values: Map<Variable, Value> = new Map();
  guard: Expression;
  live: Expression;
  exits: Exit[] = [];
  readonly #builder: ExpressionBuilder;
  readonly #charge: (steps: number) => void;

  /** @param charge - is told of work beyond that of one step for each piece of syntax */
  constructor(builder: ExpressionBuilder, charge: (steps: number) => void) {
    this.#builder = builder;
    this.#charge = charge;
    this.guard = builder.true;
    this.live = builder.true;
  }

  /** Whether control never comes here. */
  get isDead(): boolean {
    return this.live === this.#builder.false;
  }

  leave(kind: ExitKind, value: Value = UNDEFINED): void {
    const { guard, live } = this;
    this.exits.push({ kind, guard, live, values: this.copyOf(this.values), value });
    this.live = this.#builder.false;
  }

  /**
   * Reads both sides of a branch and merges what they leave; or the one side that is taken, where that is known.
   *
   * @returns which side is taken: what is known of the condition
   */
  branch(condition: Expression, then: () => void, otherwise: () => void): Expression {
    const builder = this.#builder;
    const { values, guard, live } = this;
    const neverOtherwise = builder.and(live, builder.not(condition)) === builder.false;
    if (neverOtherwise || builder.and(live, condition) === builder.false) {
      if (neverOtherwise) then();
      else otherwise();
      return neverOtherwise ? builder.true : builder.false;
    }
    const side = (holds: Expression, run: () => void): [Map<Variable, Value>, Expression, boolean] => {
      this.values = this.copyOf(values);
      this.guard = builder.and(guard, holds);
      this.live = builder.and(live, holds);
      const liveBefore = this.live;
      run();
      return [this.values, this.live, this.live === liveBefore];
    };
    const [valuesThen, liveThen, stayedThen] = side(condition, then);
    const [valuesOtherwise, liveOtherwise, stayedOtherwise] = side(builder.not(condition), otherwise);
    this.guard = guard;
    this.live = stayedThen && stayedOtherwise ? live : builder.or(liveThen, liveOtherwise);
    this.values =
      liveThen === builder.false
        ? valuesOtherwise
        : liveOtherwise === builder.false
          ? valuesThen
          : this.mergedValues(condition, valuesThen, valuesOtherwise);
    return condition;
  }

  /** What variables hold, by a condition. Those that only one side has are gone. */
  mergedValues(condition: Expression, a: Values, b: Values): Map<Variable, Value> {
    this.#charge(a.size >> 3);
    const values = new Map<Variable, Value>();
    for (const [variable, value] of a) {
      const other = b.get(variable);
      if (other !== undefined) values.set(variable, merged(this.#builder, condition, value, other));
    }
    return values;
  }

  /** The variables of the first exit that is taken, or of `rest` if none is. Null: there is always one. */
  valuesOf(exits: readonly Exit[], rest: Values | null): Map<Variable, Value> {
    let values = rest;
    for (const exit of exits.toReversed())
      values = values === null ? exit.values : this.mergedValues(exit.guard, exit.values, values);
    return this.copyOf(values ?? new Map());
  }

  /** What the first exit that is taken returns, or `rest` if none is. Null: there is always one. */
  returnOf(exits: readonly Exit[], rest: Value | null): Value {
    let value = rest;
    for (const exit of exits.toReversed())
      value = value === null ? exit.value : merged(this.#builder, exit.guard, exit.value, value);
    return value ?? UNDEFINED;
  }

  /** Whether the first exit that is taken is one of some kinds: false if none is taken. */
  isTaken(exits: readonly Exit[], kinds: readonly ExitKind[]): Expression {
    let taken: Expression = this.#builder.false;
    for (const { kind, guard } of exits.toReversed())
      taken = this.#builder.select(guard, kinds.includes(kind) ? this.#builder.true : this.#builder.false, taken);
    return taken;
  }

  /**
   * Takes the exits of a kind out of those made since `start`. The guards of those that stay say then what their order
   * said before.
   */
  take(kind: ExitKind, start: number): Exit[] {
    const taken: Exit[] = [];
    const kept = this.exits.slice(0, start);
    let before: Expression = this.#builder.false;
    for (const exit of this.exits.slice(start)) {
      if (exit.kind === kind) {
        taken.push(exit);
        before = this.#builder.or(before, exit.guard);
      } else kept.push({ ...exit, guard: this.#builder.and(exit.guard, this.#builder.not(before)) });
    }
    this.exits = kept;
    return taken;
  }

  /** Reads what has exits of its own: a function, or a round of a loop. @returns those exits, in order */
  framed(run: () => void): Exit[] {
    const { guard, exits } = this;
    this.guard = this.#builder.true;
    this.exits = [];
    run();
    const own = this.exits;
    this.guard = guard;
    this.exits = exits;
    return own;
  }

  copyOf(values: Values): Map<Variable, Value> {
    this.#charge(values.size >> 3);
    return new Map(values);
  }
}
