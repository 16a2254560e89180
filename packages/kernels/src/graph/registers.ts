/**
 * Where the interpreter keeps the value of each node.
 *
 * @module
 */
import type { Graph, LoopNode, Node } from "./graph.ts";
import { fillLanes, type Lanes, newLanes } from "./lanes.ts";

export class Registers {
  /** Lanes of each. */
  readonly width: number;
  readonly #lanes: Map<Node, Lanes> = new Map();
  /** By a loop's number and the slot: what a loop carries and what it leaves lies in the same lanes. */
  readonly #carried: Map<number, readonly Lanes[]> = new Map();

  /** Makes room for every node of a graph; constants have their values. */
  constructor({ nodes }: Graph, width: number) {
    this.width = width;
    for (const node of nodes) {
      if (node.kind !== "loop") continue;
      this.#carried.set(
        node.loop,
        node.initial.map(({ type }) => newLanes(type, width)),
      );
    }
    for (const node of nodes) if (node.kind !== "loop") this.#lanes.set(node, this.#lanesFor(node));
  }

  /** The lanes of a node that is no loop. */
  of(node: Node): Lanes {
    return this.#lanes.get(node)!;
  }

  /** The lanes of what a loop carries, by slot. */
  carriedBy({ loop }: LoopNode): readonly Lanes[] {
    return this.#carried.get(loop)!;
  }

  #lanesFor(node: Exclude<Node, LoopNode>): Lanes {
    if (node.kind === "carried") return this.#carried.get(node.loop)![node.slot]!;
    if (node.kind === "loop-result") return this.carriedBy(node.args[0])[node.slot]!;
    const lanes = newLanes(node.type, this.width);
    if (node.kind === "constant") fillLanes(lanes, node.value);
    return lanes;
  }
}
