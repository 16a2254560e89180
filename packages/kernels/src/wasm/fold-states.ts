/**
 * The states of a fold while it runs: some vectors, whose lanes are chains of elements, and how they are merged.
 *
 * A bool is kept as a mask of 32-bit lanes. In vectors of two lanes, slots of 32 bits lie in the lower half.
 *
 * @module
 */
import type { Graph, LoadNode, ParameterNode } from "../graph/graph.ts";
import type { FunctionBuilder, Label, Local } from "./function-builder.ts";
import { LaneEmitter } from "./lane-emitter.ts";
import type { LoopExits } from "./lane-loops.ts";
import { bitsOf, LanePlan, type Width } from "./lane-plan.ts";
import type { FoldLoop } from "./fold-parameters.ts";
import { HIGH_HALF, orderOf, rearrange, ZERO } from "./vectors.ts";

/** The second 32-bit lane into all. */
const SECOND_32 = orderOf(4, [1, 1, 1, 1]);

/** Leaves a slot's vector on the stack. */
export type PushSlot = (slot: number) => void;

/** Leaves a mask of 32-bit lanes: which lanes of a state are to change. Null: all. */
export type PushMask = (() => void) | null;

/** What states are, and how many vectors of them there are. */
export type StatesShape = Pick<FoldLoop, "slots" | "merge" | "next" | "width" | "accumulators">;

/** Leaves which lanes of a vector have a chain so many chains further. Null: all have. */
export type MaskOf = ((chain: number) => void) | null;

export class FoldStates {
  readonly #f: FunctionBuilder;
  readonly #loop: StatesShape;
  readonly #merge: LaneEmitter;
  readonly #next: LaneEmitter;
  /** By vector and slot. */
  readonly #states: readonly (readonly Local[])[];
  /** First vectors of sections that wait for those after them, by level of the tree and slot. */
  readonly #waiting: readonly (readonly Local[])[];
  /** What is being merged. */
  #first: PushSlot = missing;
  #second: PushSlot = missing;

  constructor(
    f: FunctionBuilder,
    loop: StatesShape,
    pushParameter: (node: ParameterNode) => void,
    exits: LoopExits | null,
    levels = 0,
  ) {
    this.#f = f;
    this.#loop = loop;
    const { merge, next, slots, width, accumulators } = loop;
    const count = slots.length;
    const load = ({ operand }: LoadNode): void =>
      operand < count ? this.#first(operand) : this.#second(operand - count);
    const emitterOf = (graph: Graph): LaneEmitter => {
      const plan = new LanePlan(graph, () => false, width);
      return new LaneEmitter(f, plan, { load, parameter: pushParameter, index: missing }, exits);
    };
    this.#merge = emitterOf(merge);
    this.#next = next === merge ? this.#merge : emitterOf(next);
    this.#states = Array.from({ length: accumulators }, () =>
      slots.map((_, slot) => f.local("v128", `chains_${slot}`)),
    );
    this.#waiting = Array.from({ length: levels }, () => slots.map((_, slot) => f.local("v128", `waiting_${slot}`)));
  }

  emitInvariants(): void {
    this.#merge.emitInvariants();
    if (this.#next !== this.#merge) this.#next.emitInvariants();
  }

  /** Begins the chains of a vector. */
  begin(vector: number, push: PushSlot): void {
    for (const [slot, local] of this.#states[vector]!.entries()) {
      push(slot);
      this.#f.set(local);
    }
  }

  /** Merges the elements that are given into the chains of a vector, which they come after. */
  add(vector: number, push: PushSlot, mask: PushMask = null): void {
    this.#apply(this.#next, vector, push, mask);
  }

  /** Merges the chains that are given into those of a vector. */
  merge(vector: number, push: PushSlot, mask: PushMask = null): void {
    this.#apply(this.#merge, vector, push, mask);
  }

  #apply(emitter: LaneEmitter, vector: number, push: PushSlot, mask: PushMask): void {
    const states = this.#states[vector]!;
    this.#mergeInto(emitter, states, (slot) => void this.#f.get(states[slot]!), push, mask);
  }

  #mergeInto(
    emitter: LaneEmitter,
    states: readonly Local[],
    first: PushSlot,
    second: PushSlot,
    mask: PushMask = null,
  ): void {
    const { slots, width } = this.#loop;
    this.#first = first;
    this.#second = second;
    emitter.group(1, () => pushSlots(emitter, emitter.plan.graph, width));
    for (let slot = slots.length - 1; slot >= 0; slot--) {
      const local = states[slot]!;
      if (mask !== null) {
        this.#f.get(local);
        mask();
        if (slots[slot] !== "bool" && bitsOf(slots[slot]!) === 64) this.#f.op("i64x2.extend_low_i32x4_s");
        this.#f.op("v128.bitselect");
      }
      this.#f.set(local);
    }
  }

  /** Moves every vector's chains one vector down, and the first's to the end. */
  rotate(): void {
    const spare = this.#f.scratch("v128", "spare");
    for (const slot of this.#loop.slots.keys()) {
      const locals = this.#states.map((slots) => slots[slot]!);
      this.#f.get(locals[0]!).set(spare);
      for (let vector = 1; vector < locals.length; vector++) this.#f.get(locals[vector]!).set(locals[vector - 1]!);
      this.#f.get(spare).set(locals.at(-1)!);
    }
  }

  /** Merges all chains into the first: the upper half of them into the lower, again and again. */
  fold(mask: MaskOf): void {
    this.foldVectors(mask);
    this.foldLanes(mask);
  }

  /** The first turns of `fold`, that leave the chains of one vector. */
  foldVectors(mask: MaskOf): void {
    const { width, accumulators } = this.#loop;
    const maskOf = maskBy(mask);
    for (let half = accumulators / 2; half >= 1; half /= 2) {
      for (let vector = 0; vector < half; vector++) {
        const other = this.#states[vector + half]!;
        this.merge(vector, (slot) => void this.#f.get(other[slot]!), maskOf((vector + half) * width));
      }
    }
  }

  /** The rest of them. */
  foldLanes(mask: MaskOf): void {
    const maskOf = maskBy(mask);
    for (let half = this.#loop.width / 2; half >= 1; half /= 2)
      this.merge(0, (slot) => this.#pushUpper(slot, half), maskOf(half));
  }

  /**
   * Merges the first vector, which is what a section has come to, into those that wait: as one is added to a binary number.
   *
   * @param sections - how many there are before it; they are counted
   * @param again - a loop that is gone on with where the section then waits itself: while `left` is not 0
   */
  carry(sections: Local, left: Local, again: Label): void {
    const f = this.#f;
    for (const [level, waiting] of this.#waiting.entries()) {
      f.get(sections)
        .i32(2 ** level)
        .op("i32.and");
      f.if(
        "waits",
        () => {
          const states = this.#states[0]!;
          const earlier = (slot: number): void => void f.get(waiting[slot]!);
          this.#mergeInto(this.#merge, states, earlier, (slot) => void f.get(states[slot]!));
        },
        () => {
          f.get(left);
          f.if("more", () => {
            for (const [slot, local] of waiting.entries()) f.get(this.#states[0]![slot]!).set(local);
            f.get(sections).i32(1).op("i32.add").set(sections);
            f.br(again);
          });
        },
      );
    }
  }

  /** Reads a state into all chains of the first vector. */
  read(pointers: readonly Local[]): void {
    const f = this.#f;
    for (const [slot, type] of this.#loop.slots.entries()) {
      f.get(pointers[slot]!);
      if (type === "bool") f.memory("i32.load8_u").op("i32x4.splat").v128(ZERO).op("i32x4.ne");
      else f.memory(bitsOf(type) === 64 ? "v128.load64_splat" : "v128.load32_splat");
      f.set(this.#states[0]![slot]!);
    }
  }

  /** The variable of a slot's chains. */
  local(vector: number, slot: number): Local {
    return this.#states[vector]![slot]!;
  }

  /** Leaves a slot of the first vector's states. */
  push(slot: number): void {
    this.#f.get(this.#states[0]![slot]!);
  }

  /** Writes the first chain's state. */
  store(pointers: readonly Local[]): void {
    const f = this.#f;
    for (const [slot, type] of this.#loop.slots.entries()) {
      f.get(pointers[slot]!).get(this.#states[0]![slot]!);
      if (type === "bool") f.i32(31).op("i32x4.shr_u").laneMemory("v128.store8_lane", 0);
      else f.laneMemory(bitsOf(type) === 64 ? "v128.store64_lane" : "v128.store32_lane", 0);
    }
  }

  /** Leaves a slot of the first vector, so many lanes further. */
  #pushUpper(slot: number, lanes: number): void {
    this.#f.get(this.#states[0]![slot]!);
    const bytes = lanes * (bitsOf(this.#loop.slots[slot]!) / 8);
    rearrange(this.#f, bytes === 8 ? HIGH_HALF : SECOND_32);
  }
}

function maskBy(mask: MaskOf): (chain: number) => PushMask {
  return (chain) => (mask === null ? null : () => mask(chain));
}

/** Leaves the values of a graph's stores, one after the other. */
function pushSlots(emitter: LaneEmitter, graph: Graph, width: Width): void {
  for (const slot of graph.stores.keys()) pushStore(emitter, graph, slot, 0, width);
}

/** Leaves the value of a store, a bool as a mask of 32-bit lanes. */
export function pushStore(emitter: LaneEmitter, { stores }: Graph, slot: number, vector: number, width: Width): void {
  const node = stores[slot]!.value[0]!;
  if (node.type === "bool") emitter.mask(node, vector, 32, width);
  else emitter.value(node, vector);
}

function missing(): never {
  throw new Error("internal: a fold has no such leaf");
}
