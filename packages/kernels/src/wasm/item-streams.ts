/**
 * What a loop over items reads: the elements of one item after the other, and then of the next item.
 *
 * @module
 */
import type { Graph, LoadNode } from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { Width } from "./lane-plan.ts";
import { type Group, StreamLoads } from "./stream-loads.ts";
import { type InputStream, type Step, streamKey, StreamPointer } from "./streams.ts";

/** The parameters of a stream: i32, in bytes. */
export interface ItemParameters {
  /** The first element of the item at hand. */
  readonly base: Local;
  /** From an item's first element to the next's. */
  readonly itemStride: Local;
  /** From one element to the next; null where the step is known. */
  readonly stride: Local | null;
}

interface ItemStream extends ItemParameters {
  readonly pointer: StreamPointer;
}

export class ItemStreams {
  readonly #f: FunctionBuilder;
  readonly #streams: readonly ItemStream[];
  readonly #loads: ReadonlyMap<string, StreamLoads>;

  /**
   * @param steps - of the streams
   * @param parametersOf - of a stream, by its number
   */
  constructor(
    f: FunctionBuilder,
    { operands }: Graph,
    width: Width,
    streams: readonly InputStream[],
    steps: readonly Step[],
    parametersOf: (stream: number) => ItemParameters,
  ) {
    this.#f = f;
    this.#streams = streams.map(({ operand }, stream) => {
      const parameters = parametersOf(stream);
      const pointer = f.local("i32", `pointer_${stream}`);
      return {
        ...parameters,
        pointer: new StreamPointer(f, operands[operand]!, steps[stream]!, pointer, parameters.stride),
      };
    });
    this.#loads = new Map(
      streams.map((stream, at) => [streamKey(stream), new StreamLoads(f, width, this.#streams[at]!.pointer)]),
    );
  }

  /** Goes to the first element of the item at hand. */
  beginItem(): void {
    for (const { pointer, base } of this.#streams) this.#f.get(base).set(pointer.pointer);
  }

  /** Goes on to the next item. */
  nextItem(): void {
    for (const { base, itemStride } of this.#streams) this.#f.get(base).get(itemStride).op("i32.add").set(base);
  }

  /** Says what the next vectors belong to. */
  begin(group: Group): void {
    for (const loads of this.#loads.values()) loads.begin(group);
  }

  /** Leaves a vector of the group. */
  load(node: LoadNode, vector: number): void {
    this.#loads.get(streamKey(node))!.load(node.part, vector);
  }

  /** Moves on past a group of so many elements. */
  advance(elements: number): void {
    for (const { pointer } of this.#streams) pointer.advance(elements);
  }
}

/** Which elements the lanes of a vector stand for that is not full: as many as `count` says, which are at least one. */
export function partialGroup(f: FunctionBuilder, width: Width, count: Local): Group {
  const elements: Local[] = [];
  if (width === 4) {
    elements.push(f.local("i32", "second"), f.local("i32", "third"));
    f.get(count).i32(1).op("i32.gt_u").set(elements[0]!);
    f.get(count).i32(1).op("i32.sub").set(elements[1]!);
  }
  return { partial: { elements } };
}
