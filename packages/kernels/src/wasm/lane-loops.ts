/**
 * Loops inside a kernel: each lane goes round until its condition fails, then waits for the others.
 *
 * A mask of active lanes starts with all, or with those of the loop around, and loses in each round those whose condition
 * fails. What a loop carries changes in active lanes only. The loop is left when none is active. A lane that is active
 * after as many rounds as the loop may go is given up, and so is all work when the caller's cancel word is set: then the
 * function returns how many elements are not done.
 *
 * @module
 */
import type { LoopNode } from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneEmitter, OpenLoop } from "./lane-emitter.ts";
import { bitsOf, type LaneBits, type Width } from "./lane-plan.ts";
import { ALL_ONES, LOW_32_OF_64 } from "./vectors.ts";

/** What a function needs that leaves from inside a loop. Its result is an i32. */
export interface LoopExits {
  /** i32: elements that are not done, counted from the first of the group of vectors at hand. */
  readonly remaining: Local;
  /** i32: the address of the word that cancels when it is not 0. */
  readonly cancel: Local;
  /** i32: rounds of all loops, counted to know when to look at the word. */
  readonly polls: Local;
}

/** Rounds between two looks at the cancel word, of a few nanoseconds each. A power of two. */
const POLL_ROUNDS = 1024;

/** Writes a loop for some vectors of a group, side by side. @param define - is told what the loop carries */
export function emitLoop(
  emitter: LaneEmitter,
  loop: LoopNode,
  vectors: readonly number[],
  define: (open: OpenLoop) => void,
): void {
  const { f, plan } = emitter;
  const exits = emitter.exits!;
  const width = plan.widthOf(loop);
  const bits: LaneBits = width === 2 ? 64 : 32;
  const around = emitter.open.at(-1);
  for (const node of plan.boundary(loop)) for (const vector of vectors) emitter.keep(node, vector);
  const open: OpenLoop = { carried: [], active: [] };
  for (const vector of vectors) {
    open.carried[vector] = loop.initial.map((initial, slot) => {
      const carried = f.local("v128", `carried_${slot}`);
      if (initial.type === "bool") emitter.mask(initial, vector, bits, width);
      else emitter.value(initial, vector);
      f.set(carried);
      return carried;
    });
    const active = f.local("v128", "active");
    if (around === undefined) f.v128(ALL_ONES);
    else f.get(around.active[vector]!);
    f.set(active);
    open.active[vector] = active;
  }
  define(open);
  const rounds = f.local("i64", "rounds");
  f.i64(0n).set(rounds);
  const statements = plan.loopStatements(loop);
  emitter.open.push(open);
  f.block("done", (done) => {
    f.loop("round", (again) => {
      emitter.statements(statements.condition, vectors);
      emitActive(emitter, loop, vectors, open, bits);
      f.op("v128.any_true").op("i32.eqz").brIf(done);
      f.get(rounds).i64(BigInt(loop.roundsMax)).op("i64.ge_u");
      f.if("given_up", () => emitGiveUp(f, exits, vectors, open, width));
      f.get(rounds).i64(1n).op("i64.add").set(rounds);
      emitPoll(f, exits);
      emitter.statements(statements.body, vectors);
      for (const vector of vectors) emitNext(emitter, loop, vector, open, width);
      f.br(again);
    });
  });
  emitter.open.pop();
}

/** Leaves the active lanes of all vectors together. */
function emitActive(
  emitter: LaneEmitter,
  { condition }: LoopNode,
  vectors: readonly number[],
  { active }: OpenLoop,
  bits: LaneBits,
): void {
  const { f } = emitter;
  for (const [place, vector] of vectors.entries()) {
    emitter.mask(condition, vector, bits, bits === 64 ? 2 : 4);
    f.get(active[vector]!).op("v128.and").tee(active[vector]!);
    if (place > 0) f.op("v128.or");
  }
}

/** Writes the carried values after a round, all at once: every one is on the stack before the first is set. */
function emitNext(emitter: LaneEmitter, loop: LoopNode, vector: number, open: OpenLoop, width: Width): void {
  const { f } = emitter;
  const active = open.active[vector]!;
  const carried = open.carried[vector]!;
  const changed = [...loop.next.entries()].filter(
    ([slot, next]) => !(next.kind === "carried" && next.loop === loop.loop && next.slot === slot),
  );
  const isNarrow = (slot: number): boolean =>
    width === 2 && loop.next[slot]!.type !== "bool" && bitsOf(loop.next[slot]!.type) === 32;
  let narrow = active;
  if (changed.some(([slot]) => isNarrow(slot))) {
    narrow = f.local("v128", "active_low");
    f.get(active).get(active).shuffle(LOW_32_OF_64).set(narrow);
  }
  for (const [slot, next] of changed) {
    if (next.type === "bool") emitter.mask(next, vector, width === 2 ? 64 : 32, width);
    else emitter.value(next, vector);
    f.get(carried[slot]!)
      .get(isNarrow(slot) ? narrow : active)
      .op("v128.bitselect");
  }
  for (const [slot] of changed.toReversed()) f.set(carried[slot]!);
}

/** Returns the elements from the first active lane on. */
function emitGiveUp(
  f: FunctionBuilder,
  { remaining }: LoopExits,
  vectors: readonly number[],
  { active }: OpenLoop,
  width: Width,
): void {
  const bitmask = width === 2 ? "i64x2.bitmask" : "i32x4.bitmask";
  const returnFrom = (vector: number): void => {
    f.get(remaining)
      .i32(vector * width)
      .op("i32.sub");
    f.get(active[vector]!).op(bitmask).op("i32.ctz").op("i32.sub").op("return");
  };
  for (const vector of vectors.slice(0, -1)) {
    f.get(active[vector]!)
      .op("v128.any_true")
      .if("here", () => returnFrom(vector));
  }
  returnFrom(vectors.at(-1)!);
}

/** Looks at the cancel word now and then. If it is set, returns the elements that are not done, as a negative number. */
function emitPoll(f: FunctionBuilder, { cancel, polls, remaining }: LoopExits): void {
  f.get(polls).i32(1).op("i32.add").tee(polls);
  f.i32(POLL_ROUNDS - 1)
    .op("i32.and")
    .op("i32.eqz");
  f.if("poll", () => {
    // Pairs with the store of whoever cancels. Nothing else is read because of it, so its order with other accesses
    // does not matter; atomic, it is seen in finite time.
    f.get(cancel)
      .memory("i32.atomic.load")
      .if("cancelled", () => {
        f.i32(0).get(remaining).op("i32.sub").op("return");
      });
  });
}
