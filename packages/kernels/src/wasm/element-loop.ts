/**
 * The function that computes a graph for each element of a run: the inner loop of an element-wise kernel.
 *
 * `run(n, outputs..., inputs..., strides..., indices..., parameters..., cancel?)` works on n elements (below 2^31) that
 * lie at constant steps. Whole vectors are done first, several at once where that is worth it, then one at a time, then
 * one that has more lanes than there are elements: the rest repeat an element, so that a tail is computed as the body is.
 * All that a vector takes is read before any of its outputs is written: an output may lie exactly on an input, but not
 * beside it.
 *
 * The result is an i32: 0 where all is done. A graph with loops may leave early: a positive number is how many elements
 * are not done because the first of them went round too often, a negative one because the word at `cancel` was not 0.
 *
 * @module
 */
import type { Graph, IndexNode, LoadNode, Node, ParameterNode } from "../graph/graph.ts";
import { FunctionBuilder, type Local, type ValueType, type Variable } from "./function-builder.ts";
import { LaneEmitter, type LaneLeaves } from "./lane-emitter.ts";
import type { LoopExits } from "./lane-loops.ts";
import { LanePlan } from "./lane-plan.ts";
import { StreamLoads } from "./stream-loads.ts";
import { type PushVector, StreamStores } from "./stream-stores.ts";
import { inputStreams, type PartialLanes, type Step, streamKey, StreamPointer } from "./streams.ts";
import { constantOf, rearrange, SPREAD_64 } from "./vectors.ts";

export interface ElementLoop {
  readonly graph: Graph;
  /** For each of {@link inputStreams}. */
  readonly inputs: readonly Step[];
  /** For each output. */
  readonly outputs: readonly Step[];
  /** The axis along which the run goes; all other indices stay as they are. Default: none. */
  readonly axis?: number;
  /** Vectors in a group. Default: by what the graph costs. */
  readonly unroll?: 1 | 2 | 4;
}

/** What a parameter of the function is. Units: strides and addresses in bytes. */
export type RunParameter =
  /** i32: elements. */
  | { readonly kind: "count" }
  /** i32: addresses of the first elements. */
  | { readonly kind: "output"; readonly output: number }
  | { readonly kind: "input"; readonly stream: number }
  /** i32: of outputs and inputs whose step is not known. */
  | { readonly kind: "output-stride"; readonly output: number }
  | { readonly kind: "input-stride"; readonly stream: number }
  /** f64: the index of the first element along an axis. */
  | { readonly kind: "index"; readonly axis: number }
  /** Of the type that the graph says; a bool as an i32. */
  | { readonly kind: "parameter"; readonly parameter: number }
  /** i32: the address of a word. Only where the graph has loops. */
  | { readonly kind: "cancel" };

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
  readonly #count: Local;
  readonly #emitter: LaneEmitter;
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
    this.#parameters = parametersOf(loop);
    this.#places = new Map(this.#parameters.map((parameter, place) => [parameterKey(parameter), place]));
    const f = new FunctionBuilder(
      "run",
      this.#parameters.map((parameter) => variableOf(parameter, graph)),
      ["i32"],
    );
    this.#f = f;
    this.#count = this.#parameter({ kind: "count" });
    this.#inputs = streams.map(({ operand }, stream) => {
      const stride = loop.inputs[stream] === "strided" ? this.#parameter({ kind: "input-stride", stream }) : null;
      const pointer = this.#parameter({ kind: "input", stream });
      return new StreamPointer(f, graph.operands[operand]!, loop.inputs[stream]!, pointer, stride);
    });
    this.#outputs = graph.stores.map(({ dtype }, output) => {
      const stride = loop.outputs[output] === "strided" ? this.#parameter({ kind: "output-stride", output }) : null;
      return new StreamPointer(f, dtype, loop.outputs[output]!, this.#parameter({ kind: "output", output }), stride);
    });
    const { width } = this.#plan;
    this.#loads = new Map(
      streams.map((stream, at) => [streamKey(stream), new StreamLoads(f, width, this.#inputs[at]!)]),
    );
    this.#stores = this.#outputs.map((stream) => new StreamStores(f, width, stream));
    this.#emitter = new LaneEmitter(f, this.#plan, this, this.#exits());
  }

  build(): RunFunction {
    const f = this.#f;
    const { width } = this.#plan;
    f.get(this.#count)
      .op("i32.eqz")
      .if("empty", () => f.i32(0).op("return"));
    this.#emitter.emitInvariants();
    this.#beginIndex();
    const unroll = this.#loop.unroll ?? this.#unroll();
    if (unroll > 1) this.#emitGroups(unroll);
    this.#emitGroups(1);
    f.get(this.#count).if("tail", () => this.#emitTail(width));
    f.i32(0);
    return { function: f, parameters: this.#parameters };
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
    const f = this.#f;
    const elements = vectors * this.#plan.width;
    const pushIsEnough = (): void => void f.get(this.#count).i32(elements).op("i32.ge_u");
    pushIsEnough();
    f.if(`by_${elements}`, () => {
      f.loop("next", (next) => {
        for (const loads of this.#loads.values()) loads.begin({ vectors });
        this.#emitGroup(vectors, (output, vector, values) => this.#stores[output]!.store(vector, vectors, values));
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

  /** Leaves an index that the caller gives, in all lanes. */
  #pushIndex(axis: number): void {
    this.#f
      .get(this.#parameter({ kind: "index", axis }))
      .op("i64.trunc_sat_f64_s")
      .op("i64x2.splat");
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
    const nodes = graph.nodes.filter((node) => !this.#plan.isInvariant(node)).length;
    // Lanes that wait for each other: two vectors side by side, as long as the code is small.
    if (this.#plan.hasLoops) return nodes <= UNROLL_2_NODES_MAX ? 2 : 1;
    // Each lane that is read or written alone is code of its own.
    const isByLane = inputs.includes("strided") || outputs.some((step) => step !== 1);
    if (nodes <= UNROLL_4_NODES_MAX && !isByLane) return 4;
    return nodes <= UNROLL_2_NODES_MAX ? 2 : 1;
  }

  /** The variable of a parameter. */
  #parameter(wanted: RunParameter): Local {
    return this.#places.get(parameterKey(wanted))!;
  }
}

/** A text that only the same parameter has. */
function parameterKey(parameter: RunParameter): string {
  return Object.values(parameter).join();
}

function hasLoops({ nodes }: Graph): boolean {
  return nodes.some(({ kind }) => kind === "loop");
}

function parametersOf({ graph, inputs, outputs }: ElementLoop): RunParameter[] {
  const axes = graph.nodes.flatMap((node) => (node.kind === "index" ? [node.axis] : []));
  const strided = (steps: readonly Step[]): number[] => [...steps.keys()].filter((at) => steps[at] === "strided");
  return [
    { kind: "count" },
    ...outputs.map((_, output) => ({ kind: "output", output }) as const),
    ...inputs.map((_, stream) => ({ kind: "input", stream }) as const),
    ...strided(outputs).map((output) => ({ kind: "output-stride", output }) as const),
    ...strided(inputs).map((stream) => ({ kind: "input-stride", stream }) as const),
    ...[...new Set(axes)].toSorted((a, b) => a - b).map((axis) => ({ kind: "index", axis }) as const),
    ...graph.parameters.map((_, parameter) => ({ kind: "parameter", parameter }) as const),
    ...(hasLoops(graph) ? [{ kind: "cancel" } as const] : []),
  ];
}

function variableOf(parameter: RunParameter, { parameters }: Graph): Variable {
  switch (parameter.kind) {
    case "output":
      return { type: "i32", name: `output_${parameter.output}` };
    case "input":
      return { type: "i32", name: `input_${parameter.stream}` };
    case "output-stride":
      return { type: "i32", name: `output_stride_${parameter.output}` };
    case "input-stride":
      return { type: "i32", name: `input_stride_${parameter.stream}` };
    case "index":
      return { type: "f64", name: `first_index_${parameter.axis}` };
    case "parameter": {
      const type = parameters[parameter.parameter]!;
      return { type: type === "bool" ? "i32" : (type satisfies ValueType), name: `scalar_${parameter.parameter}` };
    }
    default:
      return { type: "i32", name: parameter.kind };
  }
}
