/**
 * Loops of any number of rounds: one round is read, with what it changes as carried values.
 *
 * Which variables a loop changes, and whether they are bools or numbers, is assumed first and seen from the round that was
 * read with it; where an assumption was wrong the round is read again.
 *
 * A loop that `break` or `return` may end carries a bool that says whether one has. A `break` before anything has changed
 * in the round is a part of the loop's condition instead: what is carried is then what it was.
 *
 * @module
 */
import type { Expression, LoopExpression } from "../expression/expression.ts";
import type { Exit, Values } from "./flow.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { assignedNames, holdsFunction, type Variable } from "./scope.ts";
import { Slots } from "./slots.ts";
import { describeValue, isExpression, merged, pairedExpressions, UNDEFINED, UNKNOWN, type Value } from "./values.ts";

/** A loop, however it is written. */
export interface Loop {
  readonly node: Syntax.Statement;
  /** Null: it goes on until something leaves it. */
  readonly test: Syntax.Expression | null;
  readonly update: Syntax.Expression | null;
  readonly body: Syntax.Statement;
  /** Whether a round comes before it is asked. */
  readonly testsAfter: boolean;
}

/** What is assumed of a loop. */
interface Assumptions {
  /** The variables that it may change. */
  readonly changed: Set<Variable>;
  /** Those of them that have been found to change. */
  readonly certain: Set<Variable>;
  /** Those that are bools in some rounds and numbers in others. */
  readonly ofUnknownKind: Set<Variable>;
  /** Whether asking for another round runs a loop, which must not run for an element that has left. */
  testLoops: boolean;
}

/** A round as it was read. */
interface Round {
  /** What variables hold at its beginning. */
  readonly start: Values;
  readonly condition: Expression;
  readonly testChanges: boolean;
  /** What variables hold where the round came to its end. Null: it never does. */
  readonly end: Values | null;
  /** Whether there is another, for a loop that asks after the round. */
  readonly goesOn: Expression;
  readonly exits: readonly Exit[];
  /** The slot that says whether `break` or `return` was taken, if it was needed to read the round. */
  readonly left: Expression | null;
}

export function carryLoop(reader: Reader, loop: Loop): void {
  const { flow } = reader;
  const names = assignedNames(loop.node);
  const isAssigned = (variable: Variable): boolean =>
    names.has(variable.name) && reader.scope.lookup(variable.name) === variable;
  const before = flow.values;
  const assumed: Assumptions = {
    changed: new Set([...before.keys()].filter(isAssigned)),
    certain: new Set(),
    ofUnknownKind: new Set(),
    testLoops: false,
  };
  while (!new LoopReader(reader, loop, assumed, before).read());
}

/** Reads a loop under assumptions. */
class LoopReader {
  readonly #reader: Reader;
  readonly #loop: Loop;
  readonly #assumed: Assumptions;
  readonly #before: Values;
  readonly #live: Expression;
  readonly #slots: Slots;
  /** What the variables that change hold in a round. */
  readonly #carried = new Map<Variable, Value>();
  #isWrong = false;

  constructor(reader: Reader, loop: Loop, assumed: Assumptions, before: Values) {
    this.#reader = reader;
    this.#loop = loop;
    this.#assumed = assumed;
    this.#before = before;
    this.#live = reader.flow.live;
    this.#slots = new Slots(reader.builder, reader.text.placeOf(loop.node));
  }

  /** @returns false if an assumption was wrong: nothing has been done then but to correct it */
  read(): boolean {
    const { builder, flow } = this.#reader;
    const round = this.#readRound();
    const { firstBreak, others } = this.#partExits(round);
    const after = new Map<Variable, Value>();
    for (const variable of this.#before.keys()) {
      const value = this.#afterRound(variable, round, others);
      if (value !== undefined) after.set(variable, value);
    }
    const returns = others.filter(({ kind }) => kind === "return");
    const { left, returned } = this.#leaving(round, others, returns);
    const value = returns.length === 0 ? UNDEFINED : this.#slots.leave(flow.returnOf(returns, null));
    flow.values = flow.copyOf(this.#before);
    flow.live = this.#live;
    if (this.#isWrong) return false;
    const hasNotLeft = left === null ? builder.true : builder.not(left);
    const own = builder.and(builder.and(hasNotLeft, round.condition), builder.not(firstBreak));
    if (own === builder.true)
      return this.#reader.refuse(this.#loop.node, "the loop never ends", "give it a condition, or break from it");
    if (own !== builder.false) {
      const loop = this.#slots.loop(builder.and(this.#live, own));
      for (const [variable, held] of after) flow.values.set(variable, this.#slots.result(loop, held));
      this.#goOn(loop, round, left, returned, value);
    } else if (round.testChanges) this.#testAgain(builder.false);
    return true;
  }

  #readRound(): Round {
    const { builder, flow } = this.#reader;
    const { test, update, body, testsAfter } = this.#loop;
    const { changed, ofUnknownKind, testLoops } = this.#assumed;
    const left = testLoops ? this.#slots.add(builder.false, "boolean") : null;
    for (const variable of changed) {
      const isUnknown = ofUnknownKind.has(variable);
      const held = this.#slots.carry(this.#before.get(variable)!, (expression) =>
        isUnknown ? "unknown" : builder.kindOf(expression),
      );
      this.#carried.set(variable, held);
    }
    const start: Values = new Map([...this.#before, ...this.#carried]);
    let condition: Expression = builder.true;
    let goesOn: Expression = builder.true;
    let testChanges = false;
    flow.values = flow.copyOf(start);
    const exits = flow.framed(() => {
      if (test !== null && !testsAfter) {
        // Asked also of elements that don't come to the loop, or that have left it.
        flow.live = builder.and(this.#live, left === null ? builder.true : builder.not(left));
        condition = this.#reader.condition(test);
        testChanges = !isSame(start, flow.values);
        if (builder.hasLoop(condition) && !testLoops) this.#assume(() => (this.#assumed.testLoops = true));
      }
      flow.live = builder.true;
      this.#reader.execute(body);
      const continued = flow.take("continue", 0);
      if (continued.length > 0) {
        flow.values = flow.valuesOf(continued, flow.isDead ? null : flow.values);
        flow.live = continued.reduce<Expression>((live, exit) => builder.or(live, exit.live), flow.live);
      }
      if (flow.isDead) return;
      if (update !== null) this.#reader.evaluate(update);
      if (test !== null && testsAfter) goesOn = this.#reader.condition(test);
    });
    return { start, condition, testChanges, end: flow.isDead ? null : flow.values, goesOn, exits, left };
  }

  /** Parts what leaves the loop before anything has changed in a round from what leaves it later. */
  #partExits({ exits, start }: Round): { readonly firstBreak: Expression; readonly others: readonly Exit[] } {
    const { builder } = this.#reader;
    const isFirst = ({ kind, guard, values }: Exit): boolean =>
      kind === "break" && !builder.hasLoop(guard) && isSame(start, values);
    const count = exits.findIndex((exit) => !isFirst(exit));
    const first = exits.slice(0, count < 0 ? exits.length : count);
    let firstBreak: Expression = builder.false;
    for (const { guard } of first) firstBreak = builder.or(firstBreak, guard);
    return { firstBreak, others: exits.slice(first.length) };
  }

  /**
   * Finds what a variable holds after a round, and tells its slots.
   *
   * @returns it as slots; undefined if the loop doesn't change it
   */
  #afterRound(variable: Variable, round: Round, others: readonly Exit[]): Value | undefined {
    const { changed, certain } = this.#assumed;
    const initial = this.#before.get(variable)!;
    const next = this.#nextOf(variable, round, others);
    const held = this.#carried.get(variable);
    if (held === undefined) {
      if (next !== initial)
        this.#assume(() => {
          changed.add(variable);
          certain.add(variable);
        });
      return undefined;
    }
    const pairs = pairedExpressions(held, next);
    if (pairs?.every(([a, b]) => a === b) === true && !certain.has(variable)) {
      this.#assume(() => changed.delete(variable));
      return undefined;
    }
    if (held === UNKNOWN) return this.#firstValue(next, round);
    if (pairs === null)
      return this.#reader.refuse(
        this.#loop.node,
        `"${variable.name}" is ${describeValue(initial)} before the loop, and ${describeValue(next)} after a round`,
        "use a variable for each",
      );
    for (const [carried, becomes] of pairs) this.#become(variable, carried, becomes);
    return held;
  }

  /** A variable without a value before the loop has one after it if every way through a first round gives it one. */
  #firstValue(next: Value, { exits, start }: Round): Value | undefined {
    const isNumber = isExpression(next) || next.kind === "list" || next.kind === "record";
    const leavesAtOnce = exits.some(({ values }) => isSame(start, values));
    return isNumber && !leavesAtOnce && this.#runsOnce() ? this.#slots.leave(next) : UNKNOWN;
  }

  #runsOnce(): boolean {
    const { builder, flow } = this.#reader;
    const { test, testsAfter } = this.#loop;
    if (test === null || testsAfter) return true;
    const { values } = flow;
    flow.values = flow.copyOf(this.#before);
    const runs = this.#reader.condition(test) === builder.true;
    flow.values = values;
    return runs;
  }

  #become(variable: Variable, carried: Expression, next: Expression): void {
    this.#slots.become(carried, next);
    const assumed = this.#slots.kindOf(carried);
    if (assumed !== "unknown" && this.#reader.builder.kindOf(next) !== assumed)
      this.#assume(() => this.#assumed.ofUnknownKind.add(variable));
  }

  /** What a variable holds after a round that came to its end, or that left the loop. */
  #nextOf(variable: Variable, { end }: Round, others: readonly Exit[]): Value {
    const { builder, inlining, scope } = this.#reader;
    // Nobody sees it after a return, unless a function holds it.
    const isGone = variable.activation === scope.activation && !holdsFunction(inlining.at(-1)!);
    let next = end?.get(variable);
    for (const { kind, guard, values } of others.toReversed()) {
      if (next === undefined) next = values.get(variable);
      else if (kind !== "return" || !isGone) next = merged(builder, guard, values.get(variable)!, next);
    }
    return next ?? this.#before.get(variable)!;
  }

  /** The slots that say whether something has left the loop, and whether with a return. Null: nothing does. */
  #leaving(
    { end, goesOn, left }: Round,
    others: readonly Exit[],
    returns: readonly Exit[],
  ): { readonly left: Expression | null; readonly returned: Expression | null } {
    const { builder, flow } = this.#reader;
    const taken = end === null ? builder.true : flow.isTaken(others, ["break", "return"]);
    const leaves = builder.or(taken, builder.not(goesOn));
    if (left !== null) this.#slots.become(left, leaves);
    if (leaves === builder.false) return { left, returned: null };
    const slot = left ?? this.#slots.add(builder.false, "boolean");
    this.#slots.become(slot, leaves);
    if (returns.length === 0) return { left: slot, returned: null };
    if (returns.length === others.length && !this.#loop.testsAfter) return { left: slot, returned: slot };
    const returned = this.#slots.add(builder.false, "boolean");
    this.#slots.become(returned, flow.isTaken(others, ["return"]));
    return { left: slot, returned };
  }

  /** Goes on after the loop. */
  #goOn(loop: LoopExpression, round: Round, left: Expression | null, returned: Expression | null, value: Value): void {
    const { builder, flow } = this.#reader;
    if (round.testChanges) this.#testAgain(left === null ? builder.false : this.#slots.resultOf(loop, left));
    if (returned === null) return;
    const hasReturned = this.#slots.resultOf(loop, returned);
    flow.exits.push({
      kind: "return",
      guard: builder.and(flow.guard, hasReturned),
      live: builder.and(flow.live, hasReturned),
      values: flow.copyOf(flow.values),
      value: this.#slots.result(loop, value),
    });
    flow.live = builder.and(flow.live, builder.not(hasReturned));
  }

  /** What asking whether the loop goes on changes, once more: the answer was no, unless something has left the loop. */
  #testAgain(left: Expression): void {
    const { builder, flow } = this.#reader;
    const held = flow.values;
    const { live } = flow;
    flow.values = flow.copyOf(held);
    flow.live = builder.and(live, builder.not(left));
    this.#reader.condition(this.#loop.test!);
    flow.values = flow.mergedValues(left, held, flow.values);
    flow.live = live;
  }

  #assume(correct: () => void): void {
    correct();
    this.#isWrong = true;
  }
}

/** Whether variables hold the same as before. Those that came since don't count. */
function isSame(before: Values, values: Values): boolean {
  for (const [variable, value] of before) if (values.get(variable) !== value) return false;
  return true;
}
