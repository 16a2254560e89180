/**
 * The function that reduces runs of elements to one state each: the inner loop of a reduction.
 *
 * `fold(items, n, states..., step, inputs..., strides..., position..., turns..., parameters..., cancel?)` computes so many
 * states, of n elements each (1 to those of a block) that lie at constant steps; and that in each turn of a loop around, if
 * there is one. The order in which elements are merged is fixed by n alone:
 *
 * - There are C chains, one for each lane of the accumulators. Element i is merged into chain i modulo C, in order.
 * - Then the chains are merged: the upper half of them into the lower, chain by chain, until one is left. Chains that no
 *   element has come to are left out.
 * - Where there are sections, each has chains of its own. Elements at the end that are fewer than C come to those of the
 *   section before. Chains of a section are merged until those of one vector are left; then vectors of sections, as leaves
 *   of a binary tree, neighbours first; then the chains of the last vector.
 *
 * So it is the same order wherever the elements lie, and nobody else has to compute in vectors to get the same bits.
 *
 * The result is an i32: 0 where all is done. Graphs with loops may leave early: a positive number where an element went
 * round too often, a negative one because the word at `cancel` was not 0.
 *
 * @module
 */
import type { LoadNode, ParameterNode } from "../graph/graph.ts";
import { type FoldLoop, type FoldParameter, foldParameters, foldStreams, positionOperand } from "./fold-parameters.ts";
import { itemParameterKey, itemVariable, slotBytes } from "./item-parameters.ts";
import { FoldExtremes } from "./fold-extremes.ts";
import { FoldStates, pushStore } from "./fold-states.ts";
import { emitTurns } from "./fold-turns.ts";
import { FunctionBuilder, type Local } from "./function-builder.ts";
import { ItemStreams, partialGroup } from "./item-streams.ts";
import { LaneEmitter } from "./lane-emitter.ts";
import type { LoopExits } from "./lane-loops.ts";
import { LanePlan } from "./lane-plan.ts";
import { hasLoops } from "./run-parameters.ts";
import { ALL_ONES, constantOf } from "./vectors.ts";

export interface FoldFunction {
  readonly function: FunctionBuilder;
  /** What the function takes, in order. */
  readonly parameters: readonly FoldParameter[];
}

/** Builds the function. Cost: O(nodes · accumulators). */
export function buildFoldLoop(loop: FoldLoop): FoldFunction {
  return new FoldBuilder(loop).build();
}

class FoldBuilder {
  readonly #loop: FoldLoop;
  readonly #parameters: readonly FoldParameter[];
  readonly #places: ReadonlyMap<string, Local>;
  readonly #f: FunctionBuilder;
  /** Elements that are left of the state at hand. */
  readonly #count: Local;
  readonly #streams: ItemStreams;
  readonly #lift: LaneEmitter;
  readonly #states: FoldStates;
  readonly #extremes: FoldExtremes | null;
  /** Places of a vector's elements. */
  readonly #positions: Local;
  /** What has been lifted, of a vector that may not be full; and which of its lanes are elements. */
  readonly #lifted: readonly Local[];
  readonly #mask: Local;

  constructor(loop: FoldLoop) {
    this.#loop = loop;
    this.#parameters = foldParameters(loop);
    this.#places = new Map(this.#parameters.map((parameter, place) => [itemParameterKey(parameter), place]));
    const variables = this.#parameters.map((parameter) => itemVariable(parameter, loop));
    const f = new FunctionBuilder(loop.name, variables, ["i32"]);
    this.#f = f;
    this.#count = f.local("i32", "left");
    this.#streams = new ItemStreams(f, loop.lift, loop.width, foldStreams(loop), loop.inputs, (stream) => ({
      base: this.#parameter({ kind: "input", stream }),
      itemStride: this.#parameter({ kind: "item-stride", stream }),
      stride: loop.inputs[stream] === "strided" ? this.#parameter({ kind: "input-stride", stream }) : null,
    }));
    const exits = this.#exits();
    const parameterOf =
      (of: "lift" | "merge") =>
      ({ parameter }: ParameterNode): void =>
        void f.get(this.#parameter({ kind: "parameter", of, parameter }));
    const plan = new LanePlan(loop.lift, () => false, loop.width);
    this.#lift = new LaneEmitter(
      f,
      plan,
      { load: (node, vector) => this.#load(node, vector), index: noIndex, parameter: parameterOf("lift") },
      exits,
    );
    const levels = loop.section === null ? 0 : Math.log2(loop.block / loop.section);
    this.#states = new FoldStates(f, loop, parameterOf("merge"), exits, levels);
    const [type] = loop.slots;
    this.#extremes =
      loop.extreme !== null && (type === "f32" || type === "f64") ? new FoldExtremes(f, type, loop.extreme) : null;
    this.#positions = f.local("v128", "positions");
    this.#lifted = loop.slots.map((_, slot) => f.local("v128", `lifted_${slot}`));
    this.#mask = f.local("v128", "mask");
  }

  build(): FoldFunction {
    const f = this.#f;
    const items = this.#parameter({ kind: "items" });
    f.get(items)
      .op("i32.eqz")
      .if("nothing", () => f.i32(0).op("return"));
    this.#lift.emitInvariants();
    this.#states.emitInvariants();
    emitTurns(f, this.#loop, () => {
      f.loop("item", (next) => {
        this.#emitItem();
        this.#emitNextItem();
        f.get(items).i32(1).op("i32.sub").tee(items).brIf(next);
      });
    });
    f.i32(0);
    return { function: f, parameters: this.#parameters };
  }

  #emitItem(): void {
    const f = this.#f;
    const { width, accumulators, takesPosition } = this.#loop;
    const chains = accumulators * width;
    const n = this.#parameter({ kind: "count" });
    f.get(n).set(this.#count);
    this.#streams.beginItem();
    if (takesPosition) {
      f.get(this.#parameter({ kind: "position" }))
        .op("i32x4.splat")
        .get(laneNumbers(f, 0));
      f.op("i32x4.add").set(this.#positions);
    }
    const pushIsFew = (): void => void f.get(n).i32(chains).op("i32.lt_u");
    this.#extremes?.begin();
    const few = (): void => this.#states.fold((chain) => this.#pushHasChain(n, chain));
    if (this.#loop.section === null) {
      pushIsFew();
      f.op("i32.eqz").if("many", () => {
        this.#emitGroup((vector) => this.#beginChains(vector));
        this.#emitGroups(chains, (vector) => this.#mergeChains(vector));
      });
      f.get(this.#count).if("rest", () => this.#emitRest(pushIsFew));
      pushIsFew();
      f.if("few", few, () => {
        this.#states.fold(null);
        this.#extremes?.settle(this.#states.local(0, 0), (body) => this.#emitAgain(n, chains, body));
      });
    } else {
      this.#emitSections(this.#loop.section, pushIsFew, few);
    }
    this.#states.store(this.#loop.slots.map((_, slot) => this.#parameter({ kind: "slot", slot })));
  }

  /** Section by section. Each begins anew: nothing that it loads waits for the one before to be merged. */
  #emitSections(section: number, pushIsFew: () => void, few: () => void): void {
    const f = this.#f;
    const chains = this.#loop.accumulators * this.#loop.width;
    const sections = f.local("i32", "sections");
    const enough = f.local("i32", "enough");
    f.i32(0).set(sections);
    f.loop("section", (again) => {
      f.get(this.#count).i32(chains).op("i32.ge_u");
      f.if("many", () => {
        // While there are so many left, there is another group of this section: of one for each chain at least.
        f.get(this.#count)
          .i32(section - chains)
          .op("i32.sub")
          .tee(enough)
          .i32(chains);
        f.get(enough).i32(chains).op("i32.gt_s").op("select").set(enough);
        this.#emitGroup((vector) => this.#beginChains(vector));
        this.#emitGroups(chains, (vector) => this.#mergeChains(vector), enough);
      });
      f.get(this.#count)
        .i32(1)
        .op("i32.sub")
        .i32(chains - 1)
        .op("i32.lt_u");
      f.if("rest", () => this.#emitRest(pushIsFew));
      pushIsFew();
      f.if("few", few, () => {
        this.#states.foldVectors(null);
        f.get(sections).get(this.#count).op("i32.or");
        f.if("several", () => this.#states.carry(sections, this.#count, again));
        this.#states.foldLanes(null);
      });
    });
  }

  #beginChains(vector: number): void {
    this.#states.begin(vector, (slot) => this.#pushLifted(slot, vector));
    this.#extremes?.watch(vector, this.#states.local(vector, 0));
  }

  #mergeChains(vector: number): void {
    const push = (slot: number): void => this.#pushLifted(slot, vector);
    if (this.#extremes === null) this.#states.add(vector, push);
    else this.#extremes.merge(vector, this.#states.local(vector, 0), () => push(0));
  }

  /** Goes over the whole groups of an item once more. */
  #emitAgain(n: Local, chains: number, body: (push: () => void) => void): void {
    this.#f.get(n).set(this.#count);
    this.#streams.beginItem();
    this.#emitGroups(chains, (vector) => body(() => this.#pushLifted(0, vector)));
  }

  #emitNextItem(): void {
    const f = this.#f;
    this.#streams.nextItem();
    for (const [slot, type] of this.#loop.slots.entries()) {
      const pointer = this.#parameter({ kind: "slot", slot });
      f.get(pointer)
        .get(this.#parameter({ kind: "slot-step" }))
        .i32(slotBytes(type));
      f.op("i32.mul").op("i32.add").set(pointer);
    }
    if (!this.#loop.takesPosition) return;
    const position = this.#parameter({ kind: "position" });
    f.get(position)
      .get(this.#parameter({ kind: "position-step" }))
      .op("i32.add")
      .set(position);
  }

  /** Whole groups of vectors, one for each accumulator, while there are elements for one; or as many as are enough. */
  #emitGroups(chains: number, body: (vector: number) => void, enough: Local | null = null): void {
    const f = this.#f;
    const pushIsEnough = (): void => {
      f.get(this.#count);
      if (enough === null) f.i32(chains);
      else f.get(enough);
      f.op("i32.ge_u");
    };
    pushIsEnough();
    f.if(`by_${chains}`, () => {
      f.loop("next", (next) => {
        this.#emitGroup(body);
        pushIsEnough();
        f.brIf(next);
      });
    });
  }

  #emitGroup(body: (vector: number) => void): void {
    const { width, accumulators } = this.#loop;
    this.#streams.begin({ vectors: accumulators });
    this.#lift.group(accumulators, body);
    this.#advance(accumulators * width);
  }

  /**
   * Fewer elements than chains: vector by vector, the last of which may not be full. Each is the first vector's turn; after
   * each all states move on by one, and have come round when as many turns as vectors are done.
   */
  #emitRest(pushIsFirst: () => void): void {
    const f = this.#f;
    const turns = f.local("i32", "turns");
    f.i32(this.#loop.accumulators).set(turns);
    f.loop("turn", (again) => {
      f.block("turned", (done) => {
        f.get(this.#count).i32(this.#loop.width).op("i32.ge_u");
        f.if(
          "whole",
          () => {
            this.#streams.begin({ vectors: 1 });
            this.#liftOne();
            f.v128(ALL_ONES).set(this.#mask);
            this.#advance(this.#loop.width);
          },
          () => {
            f.get(this.#count).op("i32.eqz").brIf(done);
            this.#liftPartial();
          },
        );
        pushIsFirst();
        f.if(
          "first",
          () => this.#beginRest(turns),
          () =>
            this.#states.add(
              0,
              (slot) => void f.get(this.#lifted[slot]!),
              () => void f.get(this.#mask),
            ),
        );
      });
      this.#states.rotate();
      f.get(turns).i32(1).op("i32.sub").tee(turns).brIf(again);
    });
  }

  /** Begins the first vector's chains, of fewer elements than there are chains. */
  #beginRest(turns: Local): void {
    const f = this.#f;
    const { accumulators, merge } = this.#loop;
    const begin = (vector: number): void => this.#states.begin(vector, (slot) => void f.get(this.#lifted[slot]!));
    begin(0);
    if (!hasLoops(merge)) return;
    // Chains that no element comes to are merged too, for nothing: with elements that there are, so that loops end.
    f.get(turns).i32(accumulators).op("i32.eq");
    f.if("all", () => {
      for (let vector = 1; vector < accumulators; vector++) begin(vector);
    });
  }

  #liftPartial(): void {
    const f = this.#f;
    this.#streams.begin(partialGroup(f, this.#loop.width, this.#count));
    this.#liftOne();
    this.#pushHasChain(this.#count, 0);
    f.set(this.#mask);
    f.i32(0).set(this.#count);
  }

  #liftOne(): void {
    this.#lift.group(1, () => {
      for (const [slot, local] of this.#lifted.entries()) {
        this.#pushLifted(slot, 0);
        this.#f.set(local);
      }
    });
  }

  /** Leaves which of the chains from some one on are less than a number, as a mask of 32-bit lanes. */
  #pushHasChain(number: Local, chain: number): void {
    this.#f.get(number).op("i32x4.splat").get(laneNumbers(this.#f, chain)).op("i32x4.gt_s");
  }

  #pushLifted(slot: number, vector: number): void {
    pushStore(this.#lift, this.#loop.lift, slot, vector, this.#loop.width);
  }

  #load(node: LoadNode, vector: number): void {
    if (node.operand !== positionOperand(this.#loop)) {
      this.#streams.load(node, vector);
      return;
    }
    this.#f.get(this.#positions);
    if (vector > 0) this.#f.get(constantOf(this.#f, "i32", vector * this.#loop.width)).op("i32x4.add");
  }

  /** Goes on to the elements after those of some vectors. */
  #advance(elements: number): void {
    const f = this.#f;
    this.#streams.advance(elements);
    f.get(this.#count).i32(elements).op("i32.sub").set(this.#count);
    if (this.#loop.takesPosition)
      f.get(this.#positions)
        .get(constantOf(f, "i32", elements))
        .op("i32x4.add")
        .set(this.#positions);
  }

  #exits(): LoopExits | null {
    const cancel = this.#places.get(itemParameterKey({ kind: "cancel" }));
    if (cancel === undefined) return null;
    // There is always a state at hand: a number of them that is not 0.
    return { remaining: this.#parameter({ kind: "items" }), cancel, polls: this.#f.local("i32", "polls") };
  }

  /** The variable of a parameter. */
  #parameter(wanted: FoldParameter): Local {
    return this.#places.get(itemParameterKey(wanted))!;
  }
}

/** The variable of the numbers of four chains, from some one on. */
function laneNumbers(f: FunctionBuilder, first: number): Local {
  const bytes = new Uint8Array(new Int32Array([0, 1, 2, 3].map((lane) => first + lane)).buffer);
  return f.constant(`lanes:${first}`, bytes);
}

function noIndex(): never {
  throw new Error("internal: a fold knows no indices");
}
