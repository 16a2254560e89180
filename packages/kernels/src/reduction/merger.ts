/**
 * Merging states by the interpreter, many at once.
 *
 * @module
 */
import type { Graph, LaneValue } from "../graph/graph.ts";
import { Interpreter } from "../graph/interpreter.ts";
import type { Lanes, LanesOf } from "../graph/lanes.ts";

/** Lanes of the interpreters: a few steps of many lanes cost less than many of a few. */
export const WIDTH = 512;

/** Copies some lanes of one array into another of the same class. */
export function copyLanes(target: Lanes, source: Lanes, from: number, to: number, count: number): void {
  (target as LanesOf["f64"]).set((source as LanesOf["f64"]).subarray(from, from + count), to);
}

/** The lanes from some one on, where they lie. */
export function lanesFrom(lanes: Lanes, first: number): Lanes {
  return (lanes as LanesOf["f64"]).subarray(first);
}

/** A state's slots, for many states. */
export type States = readonly Lanes[];

/** Merges states lane by lane. */
export class Merger {
  readonly #interpreter: Interpreter;
  readonly #slots: number;

  constructor(merge: Graph, parameters: readonly LaneValue[], width: number) {
    this.#interpreter = new Interpreter(merge, width);
    this.#interpreter.setParameters(parameters);
    this.#slots = merge.stores.length;
  }

  /** Those of `second`, from some one on, into the first of `first`. */
  run(first: States, second: States, from: number, count: number): void {
    const { width } = this.#interpreter;
    for (let at = 0; at < count; at += width) this.#run(first, at, second, from + at, Math.min(width, count - at));
  }

  #run(first: States, at: number, second: States, from: number, count: number): void {
    const { loads, outputs } = this.#interpreter;
    for (const { node, lanes } of loads) {
      if (node.operand < this.#slots) copyLanes(lanes, first[node.operand]!, at, 0, count);
      else copyLanes(lanes, second[node.operand - this.#slots]!, from, 0, count);
    }
    this.#interpreter.run(count);
    for (const [slot, { parts }] of outputs.entries()) copyLanes(first[slot]!, parts[0]!, 0, at, count);
  }
}
