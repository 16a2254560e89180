/**
 * Loops inside a kernel: each lane goes round until its condition fails, then waits for the others.
 *
 * A mask of active lanes starts with all, or with those of the loop around, and loses in each round those whose condition
 * fails. The loop is left when none is active. What is taken after the loop changes in active lanes only; what is not may
 * change in any, since a lane that has left never comes back.
 *
 * A lane that is active after as many rounds as the loop may go is given up, and so is all work when the caller's cancel
 * word is set: then the function returns how many elements are not done.
 *
 * @module
 */
import type { LoopNode, Node } from "../graph/graph.ts";
import { emitFloatCount, isFloatCount } from "./float-counts.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneEmitter } from "./lane-emitter.ts";
import { bitsOf, type LaneBits, type Width } from "./lane-plan.ts";
import { NO_CANCEL } from "./run-parameters.ts";
import { isRareBranch } from "./rare-branch.ts";
import { ALL_ONES, LOW_32_OF_64, SHAPES } from "./vectors.ts";

/** What a function needs that leaves from inside a loop. Its result is an i32. */
export interface LoopExits {
  /** i32: elements that are not done, counted from the first of the group of vectors at hand. */
  readonly remaining: Local;
  /** i32: the address of the word that cancels when it is not 0, or {@link NO_CANCEL}. */
  readonly cancel: Local;
  /** i32: rounds of all loops, counted to know when to look at the word. */
  readonly polls: Local;
}

/** The variables of a loop. */
export interface LoopLocals {
  /** What it carries, by vector of the group and slot. */
  readonly carried: (readonly Local[])[];
  /** By vector: which lanes go round. */
  readonly active: Local[];
  /** i64: rounds that have been gone. */
  readonly rounds: Local;
}

/** Rounds between two looks at the cancel word, of a few nanoseconds each. A power of two. */
const POLL_ROUNDS = 1024;

/** Writes a loop for some vectors of a group, side by side. */
export function emitLoop(emitter: LaneEmitter, loop: LoopNode, locals: LoopLocals, vectors: readonly number[]): void {
  const { f, plan } = emitter;
  if (emitter.open.length === 0 && isRareBranch(plan, loop)) {
    for (const vector of vectors) emitRareBranch(emitter, loop, locals, vector);
    return;
  }
  const exits = emitter.exits!;
  const statements = plan.loopStatements(loop);
  for (const node of plan.boundary(loop)) for (const vector of vectors) emitter.keep(node, vector);
  for (const vector of vectors) emitStart(emitter, loop, locals, vector);
  f.i64(0n).set(locals.rounds);
  emitter.open.push(locals);
  f.block("done", (done) => {
    f.loop("round", (again) => {
      emitter.statements(statements.condition, vectors);
      for (const vector of vectors) emitActive(emitter, loop, locals, vector);
      for (let i = 1; i < vectors.length; i++) f.op("v128.or");
      f.op("v128.any_true").op("i32.eqz").brIf(done);
      f.get(locals.rounds).i64(BigInt(loop.roundsMax)).op("i64.ge_u");
      f.if("given_up", () => emitGiveUp(f, exits, locals, vectors, plan.widthOf(loop)));
      f.get(locals.rounds).i64(1n).op("i64.add").set(locals.rounds);
      emitPoll(f, exits);
      emitter.statements(statements.body, vectors);
      for (const vector of vectors) emitNext(emitter, loop, locals, vector);
      f.br(again);
    });
  });
  emitter.open.pop();
}

/** Calls the function of a branch where some lane takes it. */
function emitRareBranch(emitter: LaneEmitter, loop: LoopNode, locals: LoopLocals, vector: number): void {
  const { f } = emitter;
  const branch = emitter.branch(loop);
  const carried = locals.carried[vector]!;
  for (const node of branch.inputs) emitter.keep(node, vector);
  emitStart(emitter, loop, locals, vector);
  emitActive(emitter, loop, locals, vector);
  f.op("v128.any_true").if("taken", () => {
    for (const node of branch.inputs) emitter.value(node, vector);
    for (const local of carried) f.get(local);
    f.get(locals.active[vector]!).call(branch.function);
    for (const slot of branch.results.toReversed()) f.set(carried[slot]!);
  });
}

function maskBitsOf(width: Width): LaneBits {
  return width === 2 ? 64 : 32;
}

/** Leaves a value that a loop carries; a bool with lanes as wide as the mask of active ones. */
function pushCarried(emitter: LaneEmitter, loop: LoopNode, node: Node, vector: number): void {
  const width = emitter.plan.widthOf(loop);
  if (node.type === "bool") emitter.mask(node, vector, maskBitsOf(width), width);
  else emitter.value(node, vector);
}

function emitStart(emitter: LaneEmitter, loop: LoopNode, { carried, active }: LoopLocals, vector: number): void {
  const { f } = emitter;
  for (const [slot, initial] of loop.initial.entries()) {
    pushCarried(emitter, loop, initial, vector);
    f.set(carried[vector]![slot]!);
  }
  const around = emitter.open.at(-1);
  if (around === undefined) f.v128(ALL_ONES);
  else f.get(around.active[vector]!);
  f.set(active[vector]!);
}

/** Leaves the lanes that go on, and keeps them. */
function emitActive(emitter: LaneEmitter, loop: LoopNode, { active }: LoopLocals, vector: number): void {
  const width = emitter.plan.widthOf(loop);
  emitter.mask(loop.condition, vector, maskBitsOf(width), width);
  emitter.f.get(active[vector]!).op("v128.and").tee(active[vector]!);
}

/** Writes the carried values after a round, all at once: every one is on the stack before the first is set. */
export function emitNext(emitter: LaneEmitter, loop: LoopNode, locals: LoopLocals, vector: number): void {
  const { f, plan } = emitter;
  const carried = locals.carried[vector]!;
  const isCarried = (node: Node, slot: number): boolean =>
    node.kind === "carried" && node.loop === loop.loop && node.slot === slot;
  const changed = [...loop.next.entries()].filter(([slot, next]) => !isCarried(next, slot));
  let low: Local | undefined;
  /** Leaves the active lanes, as wide as those of a value. */
  const pushActive = (node: Node): void => {
    if (plan.widthOf(loop) === 4 || node.type === "bool" || bitsOf(node.type) === 64) {
      f.get(locals.active[vector]!);
    } else if (low === undefined) {
      low = f.scratch("v128", "active_low");
      f.get(locals.active[vector]!).get(locals.active[vector]!).shuffle(LOW_32_OF_64).tee(low);
    } else {
      f.get(low);
    }
  };
  for (const [slot, next] of changed) {
    if (!plan.isResult(loop, slot)) {
      pushCarried(emitter, loop, next, vector);
    } else if (isCount(next) && isCarried(next.args[0], slot)) {
      // An active lane of the mask is -1.
      f.get(carried[slot]!);
      pushActive(next);
      f.op(`${SHAPES[next.type]}.sub`);
    } else if (isFloatCount(loop.initial[slot]!, next) && isCarried(next.args[0], slot)) {
      emitFloatCount(emitter, next, vector, () => pushActive(next));
    } else {
      pushCarried(emitter, loop, next, vector);
      f.get(carried[slot]!);
      pushActive(next);
      f.op("v128.bitselect");
    }
  }
  for (const [slot] of changed.toReversed()) f.set(carried[slot]!);
}

/** Says whether a node is an integer and 1. */
function isCount(node: Node): node is Node & { readonly kind: "binary"; readonly type: "i32" | "i64" } {
  if (node.kind !== "binary" || node.op !== "add" || (node.type !== "i32" && node.type !== "i64")) return false;
  const [, one] = node.args;
  return one.kind === "constant" && BigInt(one.value) === 1n;
}

/** Returns the elements from the first active lane on. */
function emitGiveUp(
  f: FunctionBuilder,
  { remaining }: LoopExits,
  { active }: LoopLocals,
  vectors: readonly number[],
  width: Width,
): void {
  const bitmask = width === 2 ? "i64x2.bitmask" : "i32x4.bitmask";
  const returnFrom = (vector: number): void => {
    f.get(remaining);
    if (vector > 0) f.i32(vector * width).op("i32.sub");
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
    f.get(cancel)
      .i32(NO_CANCEL)
      .op("i32.ne")
      .if("cancellable", () => {
        // Pairs with the store of whoever cancels. Nothing else is read because of it, so its order with other accesses
        // does not matter; atomic, it is seen in finite time.
        f.get(cancel)
          .memory("i32.atomic.load")
          .if("cancelled", () => {
            f.i32(0).get(remaining).op("i32.sub").op("return");
          });
      });
  });
}
