/**
 * The function that scans runs of elements: each result is what all elements up to it have been merged to.
 *
 * `scan(items, n, has start, states..., step, inputs..., strides..., outputs..., parameters..., cancel?)` scans so many
 * items, of n elements each (1 to 2^31 - 1) that lie at constant steps. Elements are merged one after the other, in their
 * order, into a state that begins as the first element, or as what lies at `states`.
 *
 * A loop for totals writes no results, but the last state to `states`.
 *
 * The result is an i32: 0 where all is done; else as of `fold-loop.ts`.
 *
 * @module
 */
import type { Graph, LoadNode, ParameterNode } from "../graph/graph.ts";
import { FoldStates, type PushSlot, pushStore } from "./fold-states.ts";
import { FunctionBuilder, type Local } from "./function-builder.ts";
import {
  graphParameters,
  type ItemLoop,
  type ItemParameter,
  itemParameterKey,
  itemVariable,
  placeParameters,
  slotBytes,
} from "./item-parameters.ts";
import { ItemStreams, partialGroup } from "./item-streams.ts";
import { LaneEmitter } from "./lane-emitter.ts";
import type { LoopExits } from "./lane-loops.ts";
import { bitsOf, LanePlan, type Width } from "./lane-plan.ts";
import { StreamStores } from "./stream-stores.ts";
import { inputStreams, type Step, StreamPointer } from "./streams.ts";
import { HIGH_HALF, INTERLEAVED_LOW_32, LOW_HALVES, orderOf, rearrange } from "./vectors.ts";

export interface ScanLoop extends ItemLoop {
  /** What the function is called. */
  readonly name: string;
  /** From a state to a result. Null: a loop for totals. */
  readonly finish: Graph | null;
  readonly output: Step;
  /** Elements in a vector: 2 where any of the graphs needs that. */
  readonly width: Width;
}

/** What a parameter of the function is. Units: addresses and strides in bytes. */
export type ScanParameter =
  | ItemParameter
  /** i32: whether items begin with a state. Not of a loop for totals. */
  | { readonly kind: "has-start" }
  /** i32: where the first result of the first item is, how far it is to that of the next, and to the next of the same. */
  | { readonly kind: "output" }
  | { readonly kind: "output-item-stride" }
  | { readonly kind: "output-stride" };

export interface ScanFunction {
  readonly function: FunctionBuilder;
  /** What the function takes, in order. */
  readonly parameters: readonly ScanParameter[];
}

/** What the function takes, in order. */
export function scanParameters(loop: ScanLoop): ScanParameter[] {
  const { lift, merge, finish, output } = loop;
  const writing: ScanParameter[] = [{ kind: "has-start" }, { kind: "output" }, { kind: "output-item-stride" }];
  if (output === "strided") writing.push({ kind: "output-stride" });
  return [
    ...placeParameters(loop),
    ...(finish === null ? [] : writing),
    ...graphParameters(loop, finish === null ? [lift, merge] : [lift, merge, finish]),
  ];
}

/** Builds the function. Cost: O(nodes). */
export function buildScanLoop(loop: ScanLoop): ScanFunction {
  return new ScanBuilder(loop).build();
}

class ScanBuilder {
  readonly #loop: ScanLoop;
  readonly #parameters: readonly ScanParameter[];
  readonly #places: ReadonlyMap<string, Local>;
  readonly #f: FunctionBuilder;
  /** Elements that are left of the item at hand. */
  readonly #count: Local;
  /** Whether the state is one. */
  readonly #started: Local;
  readonly #streams: ItemStreams;
  readonly #lift: LaneEmitter;
  readonly #states: FoldStates;
  readonly #lifted: readonly Local[];
  /** The states after each of a vector's elements, by lane and slot; and those of all lanes, by slot. */
  readonly #after: readonly (readonly Local[])[];
  readonly #scanned: readonly Local[];
  readonly #finish: LaneEmitter | null;
  readonly #output: StreamPointer | null;
  readonly #stores: StreamStores | null;

  constructor(loop: ScanLoop) {
    this.#loop = loop;
    this.#parameters = scanParameters(loop);
    this.#places = new Map(this.#parameters.map((parameter, place) => [itemParameterKey(parameter), place]));
    const { slots, lift, finish, width } = loop;
    const variables = this.#parameters.map((parameter) => itemVariable(parameter, loop));
    const f = new FunctionBuilder(loop.name, variables, ["i32"]);
    this.#f = f;
    this.#count = f.local("i32", "left");
    this.#started = f.local("i32", "started");
    this.#streams = new ItemStreams(f, lift, width, inputStreams(lift), loop.inputs, (stream) => ({
      base: this.#parameter({ kind: "input", stream }),
      itemStride: this.#parameter({ kind: "item-stride", stream }),
      stride: loop.inputs[stream] === "strided" ? this.#parameter({ kind: "input-stride", stream }) : null,
    }));
    const exits = this.#exits();
    const parameterOf =
      (of: "lift" | "merge") =>
      ({ parameter }: ParameterNode): void =>
        void f.get(this.#parameter({ kind: "parameter", of, parameter }));
    const emitter = (graph: Graph, load: (node: LoadNode, vector: number) => void, of: "lift" | "merge"): LaneEmitter =>
      new LaneEmitter(
        f,
        new LanePlan(graph, () => false, width),
        { load, index: noIndex, parameter: parameterOf(of) },
        exits,
      );
    this.#lift = emitter(lift, (node, vector) => this.#streams.load(node, vector), "lift");
    this.#states = new FoldStates(f, { ...loop, next: loop.merge, accumulators: 1 }, parameterOf("merge"), exits);
    this.#lifted = slots.map((_, slot) => f.local("v128", `lifted_${slot}`));
    this.#after = Array.from({ length: width }, () => slots.map((_, slot) => f.local("v128", `after_${slot}`)));
    this.#scanned = slots.map((_, slot) => f.local("v128", `scanned_${slot}`));
    this.#finish = null;
    this.#output = null;
    this.#stores = null;
    if (finish === null) return;
    this.#finish = emitter(finish, ({ operand }) => void f.get(this.#scanned[operand]!), "merge");
    const stride = loop.output === "strided" ? this.#parameter({ kind: "output-stride" }) : null;
    this.#output = new StreamPointer(f, finish.stores[0]!.dtype, loop.output, f.local("i32", "written"), stride);
    this.#stores = new StreamStores(f, width, this.#output);
  }

  build(): ScanFunction {
    const f = this.#f;
    const items = this.#parameter({ kind: "items" });
    f.get(items)
      .op("i32.eqz")
      .if("nothing", () => f.i32(0).op("return"));
    this.#lift.emitInvariants();
    this.#states.emitInvariants();
    this.#finish?.emitInvariants();
    f.loop("item", (next) => {
      this.#beginItem();
      this.#emitVectors();
      f.get(this.#count).if("rest", () => this.#emitTail());
      this.#endItem();
      f.get(items).i32(1).op("i32.sub").tee(items).brIf(next);
    });
    f.i32(0);
    return { function: f, parameters: this.#parameters };
  }

  #beginItem(): void {
    const f = this.#f;
    f.get(this.#parameter({ kind: "count" })).set(this.#count);
    this.#streams.beginItem();
    if (this.#output === null) {
      f.i32(0).set(this.#started);
      return;
    }
    f.get(this.#parameter({ kind: "output" })).set(this.#output.pointer);
    f.get(this.#parameter({ kind: "has-start" })).tee(this.#started);
    f.if("start", () => this.#states.read(this.#slots()));
  }

  #endItem(): void {
    const f = this.#f;
    if (this.#output === null) {
      this.#states.store(this.#slots());
    } else {
      const output = this.#parameter({ kind: "output" });
      f.get(output)
        .get(this.#parameter({ kind: "output-item-stride" }))
        .op("i32.add")
        .set(output);
    }
    this.#streams.nextItem();
    for (const [slot, pointer] of this.#slots().entries()) {
      f.get(pointer)
        .get(this.#parameter({ kind: "slot-step" }))
        .i32(slotBytes(this.#loop.slots[slot]!));
      f.op("i32.mul").op("i32.add").set(pointer);
    }
  }

  /** Whole vectors, while there are elements for one. */
  #emitVectors(): void {
    const f = this.#f;
    const { width } = this.#loop;
    const pushIsEnough = (): void => void f.get(this.#count).i32(width).op("i32.ge_u");
    pushIsEnough();
    f.if(`by_${width}`, () => {
      f.loop("next", (next) => {
        this.#streams.begin({ vectors: 1 });
        this.#liftOne();
        for (let lane = 0; lane < width; lane++) this.#emitLane(lane);
        this.#emitResults((values) => this.#stores!.store(0, 1, values));
        this.#streams.advance(width);
        this.#output?.advance(width);
        f.get(this.#count).i32(width).op("i32.sub").set(this.#count);
        pushIsEnough();
        f.brIf(next);
      });
    });
  }

  #emitTail(): void {
    const f = this.#f;
    const { width } = this.#loop;
    this.#streams.begin(partialGroup(f, width, this.#count));
    this.#liftOne();
    this.#emitLane(0);
    for (let lane = 1; lane < width - 1; lane++)
      f.get(this.#count)
        .i32(lane)
        .op("i32.gt_u")
        .if("has_lane", () => this.#emitLane(lane));
    this.#emitResults((values) => this.#stores!.storePartial(this.#count, values));
  }

  #liftOne(): void {
    this.#lift.group(1, () => {
      for (const [slot, local] of this.#lifted.entries()) {
        pushStore(this.#lift, this.#loop.lift, slot, 0, this.#loop.width);
        this.#f.set(local);
      }
    });
  }

  /** Merges an element of a vector, and keeps the state. */
  #emitLane(lane: number): void {
    const f = this.#f;
    const { slots } = this.#loop;
    const push: PushSlot = (slot) => {
      f.get(this.#lifted[slot]!);
      if (lane === 0) return;
      rearrange(f, bitsOf(slots[slot]!) === 64 ? HIGH_HALF : orderOf(4, [lane, lane, lane, lane]));
    };
    if (lane > 0) {
      this.#states.merge(0, push);
    } else {
      f.get(this.#started).if(
        "goes_on",
        () => this.#states.merge(0, push),
        () => {
          this.#states.begin(0, push);
          f.i32(1).set(this.#started);
        },
      );
    }
    for (const [slot, local] of this.#after[lane]!.entries()) {
      this.#states.push(slot);
      f.set(local);
    }
  }

  /** Makes results of the states after each lane. */
  #emitResults(store: (values: readonly (() => void)[]) => void): void {
    const { finish, slots, width } = this.#loop;
    const emitter = this.#finish;
    if (finish === null || emitter === null) return;
    for (const [slot, type] of slots.entries()) {
      const lanes = this.#after.map((own) => own[slot]!);
      this.#collect(lanes, bitsOf(type));
      this.#f.set(this.#scanned[slot]!);
    }
    emitter.group(1, () =>
      store(
        finish.stores[0]!.value.map((node) => () => {
          if (node.type === "bool") emitter.mask(node, 0, 32, width);
          else emitter.value(node, 0);
        }),
      ),
    );
  }

  /** Leaves a vector of the first lanes of others. */
  #collect(lanes: readonly Local[], bits: 32 | 64): void {
    const f = this.#f;
    const [first, second, third, fourth] = lanes as [Local, Local, Local, Local];
    f.get(first)
      .get(second)
      .shuffle(bits === 64 ? LOW_HALVES : INTERLEAVED_LOW_32);
    if (lanes.length === 4) f.get(third).get(fourth).shuffle(INTERLEAVED_LOW_32).shuffle(LOW_HALVES);
  }

  #slots(): Local[] {
    return this.#loop.slots.map((_, slot) => this.#parameter({ kind: "slot", slot }));
  }

  #exits(): LoopExits | null {
    const cancel = this.#places.get(itemParameterKey({ kind: "cancel" }));
    if (cancel === undefined) return null;
    // There is always an item at hand: a number of them that is not 0.
    return { remaining: this.#parameter({ kind: "items" }), cancel, polls: this.#f.local("i32", "polls") };
  }

  /** The variable of a parameter. */
  #parameter(wanted: ScanParameter): Local {
    return this.#places.get(itemParameterKey(wanted))!;
  }
}

function noIndex(): never {
  throw new Error("internal: a scan knows no indices");
}
