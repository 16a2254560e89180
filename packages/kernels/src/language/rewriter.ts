/**
 * Makes expressions anew from others, with something in them replaced: a kernel's operands, the slots of its loops.
 *
 * @module
 */
import type {
  Expression,
  LoopExpression,
  LoopKey,
  OperandExpression,
  ParameterExpression,
  Program,
} from "../expression/expression.ts";
import type { ExpressionBuilder } from "./builder.ts";

/** What takes the place of parts of an expression. */
interface Replacements {
  readonly operand?: (expression: OperandExpression) => Expression;
  readonly parameter?: (expression: ParameterExpression) => Expression;
  /** The slots of a loop that stay. Default: all. */
  readonly slots?: (loop: LoopExpression) => readonly number[];
  /** Where the loops may go on. Default: wherever their own conditions say. */
  readonly live?: Expression;
}

interface NewLoop {
  readonly key: LoopKey;
  /** The new place of each old slot that stays. */
  readonly places: ReadonlyMap<number, number>;
}

class Rewriter {
  readonly #builder: ExpressionBuilder;
  readonly #replacements: Replacements;
  readonly #done = new Map<Expression, Expression>();
  readonly #keys = new Map<LoopKey, NewLoop>();
  readonly #loops = new Map<LoopExpression, LoopExpression>();
  #loopDepth = 0;

  constructor(builder: ExpressionBuilder, replacements: Replacements) {
    this.#builder = builder;
    this.#replacements = replacements;
  }

  rewrite(expression: Expression): Expression {
    const done = this.#done.get(expression);
    if (done !== undefined) return done;
    const made = this.#made(expression);
    this.#done.set(expression, made);
    return made;
  }

  #made(expression: Expression): Expression {
    const builder = this.#builder;
    switch (expression.kind) {
      case "operand":
        return this.#replacements.operand?.(expression) ?? builder.operand(expression.operand, expression.shift);
      case "parameter":
        return this.#replacements.parameter?.(expression) ?? builder.parameter(expression.name);
      case "index":
        return builder.index(expression.axis);
      case "literal":
        return builder.literal(expression.value);
      case "call":
        return builder.call(expression.name, ...expression.args.map((arg) => this.rewrite(arg)));
      case "select": {
        const [condition, then, otherwise] = expression.args;
        return builder.select(this.rewrite(condition), this.rewrite(then), this.rewrite(otherwise));
      }
      case "carried": {
        const { key, places } = this.#keys.get(expression.loop)!;
        return builder.carried(key, places.get(expression.slot)!, builder.kindOf(expression));
      }
      default: {
        const loop = this.#loop(expression.loop);
        const place = this.#keys.get(expression.loop.key)!.places.get(expression.slot)!;
        return builder.loopResult(loop, place, builder.kindOf(expression));
      }
    }
  }

  #loop(loop: LoopExpression): LoopExpression {
    const done = this.#loops.get(loop);
    if (done !== undefined) return done;
    const { live, slots } = this.#replacements;
    const kept = slots?.(loop) ?? loop.initial.map((_, slot) => slot);
    const { line, column } = loop.key;
    const key: LoopKey = { line, column };
    const initial = kept.map((slot) => this.rewrite(loop.initial[slot]!));
    this.#keys.set(loop.key, { key, places: new Map(kept.map((slot, place) => [slot, place])) });
    this.#loopDepth++;
    const own = this.rewrite(loop.condition);
    const next = kept.map((slot) => this.rewrite(loop.next[slot]!));
    this.#loopDepth--;
    // A loop inside another runs only where that one does.
    const condition = live === undefined || this.#loopDepth > 0 ? own : this.#builder.and(live, own);
    const made: LoopExpression = { key, initial, condition, next };
    this.#loops.set(loop, made);
    return made;
  }
}

/**
 * The outputs of a program for other operands.
 *
 * @param live - where its loops may go on
 * @param refuseNeighbour - throws, for an operand whose neighbours it reads and that has none
 */
export function inlined(
  builder: ExpressionBuilder,
  { outputs }: Program,
  operands: readonly Expression[],
  parameters: ReadonlyMap<string, Expression>,
  live: Expression,
  refuseNeighbour: (operand: number) => never,
): readonly Expression[] {
  const rewriter = new Rewriter(builder, {
    operand: ({ operand, shift }) => {
      const given = operands[operand]!;
      if (shift.length === 0) return given;
      if (given.kind !== "operand" || given.shift.length > 0) return refuseNeighbour(operand);
      return builder.operand(given.operand, shift);
    },
    parameter: ({ name }) => parameters.get(name)!,
    live,
  });
  return outputs.map((output) => rewriter.rewrite(output));
}

/** What outputs need of what was read for them. */
export interface Needed {
  readonly outputs: readonly Expression[];
  /** The names of the parameters that are used. */
  readonly parameters: ReadonlySet<string>;
}

/** The same outputs, with loops that carry only what something needs. */
export function neededFor(builder: ExpressionBuilder, outputs: readonly Expression[]): Needed {
  const parameters = new Set<string>();
  const loops = new Map<LoopKey, LoopExpression>();
  const slots = new Map<LoopKey, Set<number>>();
  const seen = new Set<Expression>();
  const left: Expression[] = [...outputs];
  const needSlot = (key: LoopKey, slot: number): void => {
    // What is carried is found inside of its loop only.
    const { initial, next } = loops.get(key)!;
    slots.get(key)!.add(slot);
    left.push(initial[slot]!, next[slot]!);
  };
  for (let expression = left.pop(); expression !== undefined; expression = left.pop()) {
    if (seen.has(expression)) continue;
    seen.add(expression);
    if (expression.kind === "parameter") parameters.add(expression.name);
    else if (expression.kind === "call" || expression.kind === "select") left.push(...expression.args);
    else if (expression.kind === "carried") needSlot(expression.loop, expression.slot);
    else if (expression.kind === "loop-result") {
      const { loop, slot } = expression;
      if (!loops.has(loop.key)) {
        loops.set(loop.key, loop);
        slots.set(loop.key, new Set());
        left.push(loop.condition);
      }
      needSlot(loop.key, slot);
    }
  }
  const rewriter = new Rewriter(builder, {
    slots: ({ key, initial }) => initial.flatMap((_, slot) => (slots.get(key)!.has(slot) ? [slot] : [])),
  });
  return { outputs: outputs.map((output) => rewriter.rewrite(output)), parameters };
}
