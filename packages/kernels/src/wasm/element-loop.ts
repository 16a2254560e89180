/**
 * The function that computes a graph for each element of a run: the inner loop of an element-wise kernel.
 *
 * `run(n, outputs..., inputs..., strides..., turns..., indices..., parameters..., cancel?)` works on n elements (below
 * 2^31) that lie at constant steps, and, where there are loops around the run, on such a run in each of their turns. Whole
 * vectors are done first, several at once where that is worth it, then one at a time, then one that has more lanes than
 * there are elements: the rest repeat an element, so that a tail is computed as the body is.
 * All that a vector takes is read before any of its outputs is written: an output may lie exactly on an input, but not
 * beside it.
 *
 * The result is an i32: 0 where all is done. A graph with loops may leave early: a positive number is how many elements
 * are not done because the first of them went round too often, a negative one because the word at `cancel` was not 0.
 *
 * @module
 */
import type { IndexNode, LoadNode, Node, ParameterNode } from "../graph/graph.ts";
import { rangeOf } from "../graph/ranges.ts";
import { FunctionBuilder, type Local } from "./function-builder.ts";
import { LaneEmitter, type LaneLeaves } from "./lane-emitter.ts";
import type { LoopExits } from "./lane-loops.ts";
import { LanePlan } from "./lane-plan.ts";
import { NARROW_ELEMENTS, NarrowEmitter, type NarrowStreams } from "./narrow-emitter.ts";
import { narrowBitsOf } from "./narrow-plan.ts";
import {
  type ElementLoop,
  hasLoops,
  parameterKey,
  type RunParameter,
  runParameters,
  variableOf,
} from "./run-parameters.ts";
import { StreamLoads } from "./stream-loads.ts";
import { type PushVector, StreamStores } from "./stream-stores.ts";
import { inputStreams, type PartialLanes, streamKey, StreamPointer } from "./streams.ts";
import { constantOf, rearrange, SPREAD_64 } from "./vectors.ts";

export interface RunFunction {
  readonly function: FunctionBuilder;
  /** What the function takes, in order. */
  readonly parameters: readonly RunParameter[];
}

/** Builds the function, named `run`. Cost: O(nodes · vectors in a group). */
export function buildElementLoop(loop: ElementLoop): RunFunction {
  return new RunBuilder(loop).build();
}

/** Nodes up to which four vectors, or two, are worth the code: beyond, there is enough to do in one. */
const UNROLL_4_NODES_MAX = 16;
const UNROLL_2_NODES_MAX = 40;

class RunBuilder implements LaneLeaves {
  readonly #loop: ElementLoop;
  readonly #plan: LanePlan;
  readonly #parameters: readonly RunParameter[];
  readonly #places: ReadonlyMap<string, Local>;
  readonly #f: FunctionBuilder;
  /** Of the loops around the run, outermost first: turns that are done. */
  readonly #turns: readonly Local[];
  /** What a run changes and the next one begins with again. */
  readonly #working: [RunParameter, Local][] = [];
  readonly #count: Local;
  readonly #emitter: LaneEmitter;
  readonly #narrow: NarrowEmitter | null;
  readonly #inputs: readonly StreamPointer[];
  readonly #loads: ReadonlyMap<string, StreamLoads>;
  readonly #outputs: readonly StreamPointer[];
  readonly #stores: readonly StreamStores[];
  /** The inner axis's indices of the first vector of a group, if they are asked for. */
  #index: Local | null = null;
  #isPartial = false;

  constructor(loop: ElementLoop) {
    const { graph } = loop;
    const streams = inputStreams(graph);
    const stepOf = new Map(streams.map((stream, at) => [streamKey(stream), loop.inputs[at]!]));
    this.#loop = loop;
    this.#plan = new LanePlan(graph, (node) =>
      node.kind === "load" ? stepOf.get(streamKey(node)) === 0 : node.axis !== loop.axis,
    );
    this.#parameters = runParameters(loop);
    this.#places = new Map(this.#parameters.map((parameter, place) => [parameterKey(parameter), place]));
    const f = new FunctionBuilder(
      loop.name ?? "run",
      this.#parameters.map((parameter) => variableOf(parameter, graph)),
      ["i32"],
    );
    this.#f = f;
    this.#turns = (loop.outer ?? []).map(() => f.local("i32", "turn"));
    this.#count = this.#pointer({ kind: "count" });
    this.#inputs = streams.map(({ operand }, stream) => {
      const stride = loop.inputs[stream] === "strided" ? this.#parameter({ kind: "input-stride", stream }) : null;
      const pointer = this.#pointer({ kind: "input", stream });
      return new StreamPointer(f, graph.operands[operand]!, loop.inputs[stream]!, pointer, stride);
    });
    this.#outputs = graph.stores.map(({ dtype }, output) => {
      const stride = loop.outputs[output] === "strided" ? this.#parameter({ kind: "output-stride", output }) : null;
      return new StreamPointer(f, dtype, loop.outputs[output]!, this.#pointer({ kind: "output", output }), stride);
    });
    const { width } = this.#plan;
    this.#loads = new Map(
      streams.map((stream, at) => [streamKey(stream), new StreamLoads(f, width, this.#inputs[at]!)]),
    );
    this.#stores = this.#outputs.map((stream, output) => {
      const range = rangeOf(graph.stores[output]!.value[0]!, graph.operands);
      return new StreamStores(f, width, stream, range);
    });
    this.#emitter = new LaneEmitter(f, this.#plan, this, this.#exits());
    const bits = loop.unroll === undefined ? narrowBitsOf(this.#plan, loop.inputs, loop.outputs) : null;
    this.#narrow = bits === null ? null : new NarrowEmitter(f, this.#plan, bits, this.#narrowStreams());
  }

  #narrowStreams(): NarrowStreams {
    const keys = inputStreams(this.#loop.graph).map(streamKey);
    return {
      inputs: new Map(keys.map((key, at) => [key, this.#inputs[at]!])),
      outputs: this.#outputs,
      invariant: (node) => (node.type === "bool" ? this.#emitter.mask(node, 0, 32, 4) : this.#emitter.value(node, 0)),
    };
  }

  build(): RunFunction {
    const f = this.#f;
    f.get(this.#parameter({ kind: "count" }))
      .op("i32.eqz")
      .if("empty", () => f.i32(0).op("return"));
    this.#emitTurns(0);
    f.i32(0);
    return { function: f, parameters: this.#parameters };
  }

  /** The loops around the run from some level on, and in them the run. */
  #emitTurns(level: number): void {
    const f = this.#f;
    const turn = this.#turns[level];
    if (turn === undefined) return this.#emitRun();
    f.i32(0).set(turn);
    f.loop("turn", (again) => {
      this.#emitTurns(level + 1);
      for (const [parameter, moved] of this.#moves(level))
        f.get(this.#parameter(parameter)).get(this.#parameter(moved)).op("i32.add").set(this.#parameter(parameter));
      f.get(turn).i32(1).op("i32.add").tee(turn);
      f.get(this.#parameter({ kind: "turns", level }))
        .op("i32.lt_u")
        .brIf(again);
    });
  }

  /** What is moved after a turn, and by how much. */
  #moves(level: number): [RunParameter, RunParameter][] {
    const { graph, outputs } = this.#loop;
    return [
      ...outputs.map((_, output): [RunParameter, RunParameter] => [
        { kind: "output", output },
        { kind: "output-turn", level, output },
      ]),
      ...inputStreams(graph).map(({ operand }, stream): [RunParameter, RunParameter] => [
        { kind: "input", stream },
        { kind: "input-turn", level, operand },
      ]),
    ];
  }

  #emitRun(): void {
    const f = this.#f;
    const { width } = this.#plan;
    for (const [parameter, local] of this.#working) f.get(this.#parameter(parameter)).set(local);
    this.#emitter.emitInvariants();
    this.#beginIndex();
    const unroll = this.#loop.unroll ?? this.#unroll();
    if (this.#narrow !== null) this.#emitNarrow(this.#narrow);
    else if (unroll > 1) this.#emitGroups(unroll);
    this.#emitGroups(1);
    f.get(this.#count).if("tail", () => this.#emitTail(width));
  }

  load(node: LoadNode, vector: number): void {
    this.#loads.get(streamKey(node))!.load(node.part, vector);
  }

  index({ axis }: IndexNode, vector: number): void {
    const f = this.#f;
    if (axis !== this.#loop.axis) {
      this.#pushIndex(axis);
      return;
    }
    f.get(this.#index!);
    if (this.#isPartial) rearrange(f, SPREAD_64);
    else if (vector > 0) this.#addToIndex(vector * this.#plan.width);
  }

  parameter({ parameter }: ParameterNode): void {
    this.#f.get(this.#parameter({ kind: "parameter", parameter }));
  }

  /** A loop over groups of so many whole vectors. */
  #emitGroups(vectors: number): void {
    this.#emitRounds(vectors * this.#plan.width, () => {
      for (const loads of this.#loads.values()) loads.begin({ vectors });
      this.#emitGroup(vectors, (output, vector, values) => this.#stores[output]!.store(vector, vectors, values));
    });
  }

  /** The same in lanes as narrow as the elements are. */
  #emitNarrow(narrow: NarrowEmitter): void {
    this.#f
      .get(this.#count)
      .i32(NARROW_ELEMENTS)
      .op("i32.ge_u")
      .if("narrow", () => narrow.emitInvariants());
    this.#emitRounds(NARROW_ELEMENTS, () => narrow.emitRound());
  }

  /** A loop for as long as there are so many elements. @param round - what is done with them */
  #emitRounds(elements: number, round: () => void): void {
    const f = this.#f;
    const pushIsEnough = (): void => void f.get(this.#count).i32(elements).op("i32.ge_u");
    pushIsEnough();
    f.if(`by_${elements}`, () => {
      f.loop("next", (next) => {
        round();
        for (const stream of [...this.#inputs, ...this.#outputs]) stream.advance(elements);
        if (this.#index !== null) {
          f.get(this.#index);
          this.#addToIndex(elements);
          f.set(this.#index);
        }
        f.get(this.#count).i32(elements).op("i32.sub").set(this.#count);
        pushIsEnough();
        f.brIf(next);
      });
    });
  }

  /** The elements that are left, fewer than a vector has lanes. */
  #emitTail(width: number): void {
    const f = this.#f;
    const elements: Local[] = [];
    if (width === 4) {
      elements.push(f.local("i32", "second"), f.local("i32", "third"));
      f.get(this.#count).i32(1).op("i32.gt_u").set(elements[0]!);
      f.get(this.#count).i32(1).op("i32.sub").set(elements[1]!);
    }
    const partial: PartialLanes = { elements };
    for (const loads of this.#loads.values()) loads.begin({ partial });
    this.#isPartial = true;
    this.#emitGroup(1, (output, _, values) => this.#stores[output]!.storePartial(this.#count, values));
    this.#isPartial = false;
  }

  /** The vectors of a group, and what becomes of each. */
  #emitGroup(vectors: number, store: (output: number, vector: number, values: readonly PushVector[]) => void): void {
    const { stores } = this.#loop.graph;
    this.#emitter.group(vectors, (vector) => {
      const values = stores.map(({ value }) => value.map((node) => () => this.#push(node, vector)));
      const isOne = stores.length === 1;
      const kept = isOne ? values : values.map((parts, at) => parts.map((push, part) => this.#keep(push, at, part)));
      for (const [output, parts] of kept.entries()) store(output, vector, parts);
    });
  }

  #push(node: Node, vector: number): void {
    if (node.type === "bool") this.#emitter.mask(node, vector, 32, this.#plan.width);
    else this.#emitter.value(node, vector);
  }

  /** Computes a vector of an output at once, for later. */
  #keep(push: PushVector, output: number, part: number): PushVector {
    const kept = this.#f.scratch("v128", `value_${output}_${part}`);
    push();
    this.#f.set(kept);
    return () => void this.#f.get(kept);
  }

  #beginIndex(): void {
    const { axis, graph } = this.#loop;
    if (!graph.nodes.some((node) => node.kind === "index" && node.axis === axis)) return;
    this.#index = this.#f.local("v128", "indices");
    this.#pushIndex(axis!);
    const lanes = new Uint8Array(new BigInt64Array([0n, 1n]).buffer);
    this.#f.get(this.#f.constant("i64:0:1", lanes)).op("i64x2.add").set(this.#index);
  }

  /** Leaves the index of the run's first element, in all lanes. */
  #pushIndex(axis: number): void {
    const f = this.#f;
    const turn = this.#turns[this.#loop.outer?.indexOf(axis) ?? -1];
    f.get(this.#parameter({ kind: "index", axis }));
    if (turn !== undefined) f.get(turn).op("f64.convert_i32_u").op("f64.add");
    f.op("i64.trunc_sat_f64_s").op("i64x2.splat");
  }

  #addToIndex(elements: number): void {
    this.#f.get(constantOf(this.#f, "i64", BigInt(elements))).op("i64x2.add");
  }

  #exits(): LoopExits | null {
    if (!hasLoops(this.#loop.graph)) return null;
    const polls = this.#f.local("i32", "polls");
    return { remaining: this.#count, cancel: this.#parameter({ kind: "cancel" }), polls };
  }

  #unroll(): number {
    const { graph, inputs, outputs } = this.#loop;
    const nodes = graph.nodes.filter((node) => !this.#plan.isInvariant(node) && !this.#plan.isRare(node)).length;
    // Lanes that wait for each other: two vectors side by side, as long as the code is small.
    if (this.#plan.hasLoops) return nodes <= UNROLL_2_NODES_MAX ? 2 : 1;
    // Each lane that is read or written alone is code of its own.
    const isByLane = inputs.includes("strided") || outputs.some((step) => step !== 1);
    if (nodes <= UNROLL_4_NODES_MAX && !isByLane) return 4;
    return nodes <= UNROLL_2_NODES_MAX ? 2 : 1;
  }

  /** A variable that begins each run as a parameter: the parameter itself where there is but one run. */
  #pointer(wanted: RunParameter): Local {
    if (this.#turns.length === 0) return this.#parameter(wanted);
    const local = this.#f.local("i32", wanted.kind === "count" ? "left" : `${wanted.kind}_pointer`);
    this.#working.push([wanted, local]);
    return local;
  }

  /** The variable of a parameter. */
  #parameter(wanted: RunParameter): Local {
    return this.#places.get(parameterKey(wanted))!;
  }
}
