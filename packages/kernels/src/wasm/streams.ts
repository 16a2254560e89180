/**
 * Where the elements of a run lie: a pointer, and how far it is from one to the next.
 *
 * A stream is what a loop reads or writes one element of at each step: an operand, an operand some elements further (for
 * stencils), an output. Streams are told apart by what is known of their steps when the code is written; what is known
 * makes it faster.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { Graph, LoadNode } from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";

/**
 * Elements from one to the next: 1 for contiguous ones, 0 for one that is the same for all, any other number as it is.
 * `"strided"`: so many bytes as a parameter of the function says, of any sign.
 */
export type Step = number | "strided";

/** What a graph reads: elements of an operand, or those some elements beside. */
export interface InputStream {
  readonly operand: number;
  readonly shift: readonly number[];
}

/** Finds the streams that a graph reads, in the order of their first use. A complex operand's two parts are one. */
export function inputStreams({ nodes }: Graph): InputStream[] {
  const streams = new Map<string, InputStream>();
  for (const node of nodes)
    if (node.kind === "load" && !streams.has(streamKey(node)))
      streams.set(streamKey(node), { operand: node.operand, shift: node.shift });
  return [...streams.values()];
}

/** A text that two reads share exactly if they are of one stream. */
export function streamKey({ operand, shift }: InputStream | LoadNode): string {
  return `${operand}:${shift.join()}`;
}

/** An address: what a variable holds, and so many bytes after. */
export interface Place {
  readonly pointer: Local;
  readonly offset: number;
}

/** Which elements the lanes of a vector stand for that is not full. Lane 0 stands for the first there is. */
export interface PartialLanes {
  /** i32: for lanes from 1 on their element, or the last one where there is none. Further lanes are as lane 0. */
  readonly elements: readonly Local[];
}

/**
 * The pointer of a stream, as a group of vectors walks over it.
 *
 * Where the step is known, elements lie at offsets from the pointer, which moves once for a group. Where it is not, the
 * pointer moves from element to element: places must be asked for in order, each once.
 */
export class StreamPointer {
  readonly dtype: DType;
  readonly step: Step;
  readonly pointer: Local;
  readonly #f: FunctionBuilder;
  readonly #stride: Local | null;

  constructor(f: FunctionBuilder, dtype: DType, step: Step, pointer: Local, stride: Local | null) {
    this.#f = f;
    this.dtype = dtype;
    this.step = step;
    this.pointer = pointer;
    this.#stride = stride;
  }

  get itemsize(): number {
    return DTYPES[this.dtype].itemsize;
  }

  /** The place of an element of the group. */
  place(element: number): Place {
    if (this.step !== "strided") return this.placeAt(element * this.step * this.itemsize);
    if (element > 0) this.#move();
    return { pointer: this.pointer, offset: 0 };
  }

  /** The place so many bytes from the pointer, of any sign. It lasts until the next is asked for. */
  placeAt(bytes: number): Place {
    if (bytes >= 0) return { pointer: this.pointer, offset: bytes };
    const address = this.#f.scratch("i32", "address");
    this.#f.get(this.pointer).i32(bytes).op("i32.add").set(address);
    return { pointer: address, offset: 0 };
  }

  /** The place that a lane reads of a vector that is not full: every lane reads an element that there is. */
  partialPlace(lane: number, lanes: PartialLanes): Place {
    const element = lanes.elements[lane - 1];
    if (element === undefined || lane === 0) return { pointer: this.pointer, offset: 0 };
    const address = this.#f.scratch("i32", "address");
    this.#f.get(element);
    if (this.step === "strided") this.#f.get(this.#stride!).op("i32.mul");
    else if (this.step * this.itemsize !== 1) this.#f.i32(this.step * this.itemsize).op("i32.mul");
    this.#f.get(this.pointer).op("i32.add").set(address);
    return { pointer: address, offset: 0 };
  }

  /** Moves the pointer to the next group, after one of so many elements. */
  advance(elements: number): void {
    if (this.step === "strided") return this.#move();
    if (this.step === 0) return;
    const bytes = elements * this.step * this.itemsize;
    this.#f.get(this.pointer).i32(bytes).op("i32.add").set(this.pointer);
  }

  #move(): void {
    this.#f.get(this.pointer).get(this.#stride!).op("i32.add").set(this.pointer);
  }
}
