/**
 * One call of a reduction, as a thread sees it: where arrays lie, and the numbers that its functions are given.
 *
 * @module
 */
import { BufferFlags, getBuffer } from "@instride/core";
import type { LaneValue } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { BoxPlan } from "../iteration/plan.ts";
import { operandName, type PlanBuffers } from "../iteration/plan-views.ts";
import type { Views } from "../kernel.ts";
import type { WasmModule } from "../wasm/platform.ts";
import { CompiledCalls } from "./compiled-calls.ts";
import type { Fold } from "./fold.ts";
import type { PassArray, ReductionPass, ReductionPlan, ReductionProgram } from "./plan.ts";

/** What is sent to the threads with a call. */
export interface ReductionArguments {
  readonly plan: ReductionPlan;
  /** Which of the plan's steps a range runs over the units of. */
  readonly step: number;
  /** Null where WebAssembly is refused: then graphs are interpreted. May be left out where the thread has had it. */
  readonly module?: WasmModule | null;
  /** May be left out where the thread has had one of the same plan's key. */
  readonly program?: ReductionProgram;
  /** One for each parameter of the element's graph, as lanes hold it. */
  readonly parameters: readonly LaneValue[];
  /** Of the graph that combines. Default: none. */
  readonly combineParameters?: readonly LaneValue[];
  /** What the reduction starts with, one or two parts in the lanes of the accumulator (float16: an f32). */
  readonly initial?: readonly LaneValue[];
  /** Degrees of freedom that variances take away. Default 0. */
  readonly ddof?: number;
  /** Address in the heap of a 32-bit word that ends kernels with loops early when it is not 0. */
  readonly cancel?: number;
  /** Address in the heap of `ParameterWords` that stand for `parameters` and `combineParameters`, of their types. */
  readonly parametersAt?: number;
}

/** Where the first element of an array lies. */
export interface Place {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
}

/** A pass of a call. */
export class PassCall {
  readonly pass: ReductionPass;
  readonly fold: Fold;
  readonly place: number;
  readonly args: ReductionArguments;
  /** On the heap. */
  readonly calls: CompiledCalls;
  readonly #buffers = new Map<string, Place>();
  readonly #views: Views;
  #scratchAddress: number | null = null;

  constructor(place: number, fold: Fold, views: Views, args: ReductionArguments) {
    this.place = place;
    this.pass = args.plan.passes[place]!;
    this.fold = fold;
    this.args = args;
    this.calls = new CompiledCalls(args.cancel);
    this.#views = views;
  }

  /** Where an array of a plan in the heap begins there. */
  addressOf({ view, byteOffset }: PassArray): number {
    return view === "scratch" ? this.scratchAddress(byteOffset) : byteOffset;
  }

  /** Where the states of a slot begin, in the heap. */
  slotAddress(slot: number): number {
    return this.scratchAddress(this.pass.slotOffsets[slot]!);
  }

  /** A place in scratch memory that lies in the heap, and stays there. */
  scratchAddress(byteOffset: number): number {
    this.#scratchAddress ??= this.#bufferOf("scratch").byteOffset;
    return this.#scratchAddress + byteOffset;
  }

  /** An address in the heap, as a place in its buffer. */
  heapPlace(address: number): Place {
    return { buffer: this.#bufferOf("scratch").buffer, byteOffset: address };
  }

  /** Forgets buffers: those that move come back as others. */
  begin(): void {
    this.#buffers.clear();
  }

  placeOf({ view, byteOffset }: PassArray): Place {
    const { buffer, byteOffset: start } = this.#bufferOf(view);
    return { buffer, byteOffset: view === "scratch" ? start + byteOffset : byteOffset };
  }

  /** Where the states of a slot begin. */
  slotPlace(slot: number): Place {
    const { buffer, byteOffset } = this.#bufferOf("scratch");
    return { buffer, byteOffset: byteOffset + this.pass.slotOffsets[slot]! };
  }

  /** A place in scratch memory. */
  scratchPlace(byteOffset: number): Place {
    const scratch = this.#bufferOf("scratch");
    return { buffer: scratch.buffer, byteOffset: scratch.byteOffset + byteOffset };
  }

  /** The parameters of the fold's `lift`: none where elements are computed before. */
  get liftParameters(): readonly LaneValue[] {
    const { made, stored } = this.pass;
    return made === null && stored === null ? this.args.parameters : [];
  }

  /** The memories of the element's operands, and that where it is to be stored. */
  elementBuffers(target: ArrayBufferLike, { operands }: BoxPlan): PlanBuffers {
    return {
      outputs: [target],
      operands: operands.map((_, operand) => this.#bufferOf(operandName(operand)).buffer),
    };
  }

  /** The parameters of the fold's `finish` and `empty`. */
  finishParameters(): LaneValue[] {
    const { args, pass, fold } = this;
    const initial = args.initial ?? pass.initial ?? [];
    const own = fold.finishParameters.map((parameter): LaneValue => {
      if (parameter.kind === "count") return pass.elements;
      if (parameter.kind === "ddof") return args.ddof ?? 0;
      const value = initial[parameter.part];
      check(value !== undefined, "a reduction has nothing to start with");
      return value;
    });
    return [...own, ...(args.combineParameters ?? [])];
  }

  #bufferOf(name: string): Place {
    let place = this.#buffers.get(name);
    if (place === undefined) {
      const held = getBuffer(this.#views[name]!, BufferFlags.FULL_RO);
      place = { buffer: held.buffer, byteOffset: held.byteOffset };
      held.release();
      this.#buffers.set(name, place);
    }
    return place;
  }
}

/** A lane's value as a function of WebAssembly takes it. */
export function argumentOf(value: LaneValue): number | bigint {
  return typeof value === "boolean" ? Number(value) : value;
}
