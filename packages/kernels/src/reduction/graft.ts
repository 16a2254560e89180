/**
 * Graphs made of graphs: the nodes of one built anew in another, with other things as its leaves.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph, IndexNode, LoadNode, LoopNode, Node, ParameterNode } from "../graph/graph.ts";
import { inOrder } from "../graph/order.ts";
import { type LoopNumbers, loopsAround } from "../graph/scopes.ts";

/** What stands for the leaves of a graph: nodes of the builder that takes it in. */
export interface GraftLeaves {
  readonly load: (node: LoadNode) => Node;
  /** Default: the parameter of the same place. */
  readonly parameter?: (node: ParameterNode) => Node;
  /** Default: the same index. */
  readonly index?: (node: IndexNode) => Node;
}

/**
 * Builds what a graph computes.
 *
 * @returns the nodes of each of its stores
 *
 * Cost: O(nodes · depth of the loops).
 */
export function graft(builder: GraphBuilder, graph: Graph, leaves: GraftLeaves): readonly (readonly Node[])[] {
  const copy = new Graft(builder, graph, leaves);
  copy.nodes(graph.nodes);
  return graph.stores.map(({ value }) => value.map((node) => copy.at(node)));
}

class Graft {
  readonly #builder: GraphBuilder;
  readonly #graph: Graph;
  readonly #leaves: GraftLeaves;
  readonly #places = new Map<Node, Node>();
  readonly #loops = new Map<LoopNode, readonly Node[]>();
  readonly #around = new Map<Node, LoopNumbers>();
  /** The loops whose round is being built. */
  readonly #open: number[] = [];

  constructor(builder: GraphBuilder, graph: Graph, leaves: GraftLeaves) {
    this.#builder = builder;
    this.#graph = graph;
    this.#leaves = leaves;
    for (const node of graph.nodes)
      this.#around.set(
        node,
        loopsAround(node, (child) => this.#around.get(child)!),
      );
  }

  at(node: Node): Node {
    return this.#places.get(node)!;
  }

  /** Builds those that are of the loops being built, or of none; each comes after what it takes. */
  nodes(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (this.#places.has(node) || !this.#around.get(node)!.every((loop) => this.#open.includes(loop))) continue;
      if (node.kind !== "loop") this.#places.set(node, this.#copy(node));
      else if (!this.#loops.has(node)) this.#loops.set(node, this.#loop(node));
    }
  }

  #loop(loop: LoopNode): readonly Node[] {
    const initial = loop.initial.map((node) => this.at(node));
    return this.#builder.loop(initial, loop.roundsMax, (carried) => {
      for (const node of this.#graph.nodes)
        if (node.kind === "carried" && node.loop === loop.loop) this.#places.set(node, carried[node.slot]!);
      this.#open.push(loop.loop);
      this.nodes(inOrder([loop.condition, ...loop.next]));
      this.#open.pop();
      return { condition: this.at(loop.condition), next: loop.next.map((node) => this.at(node)) };
    });
  }

  #copy(node: Exclude<Node, LoopNode>): Node {
    const b = this.#builder;
    switch (node.kind) {
      case "load":
        return this.#leaves.load(node);
      case "parameter":
        return this.#leaves.parameter?.(node) ?? b.parameter(node.parameter);
      case "index":
        return this.#leaves.index?.(node) ?? b.index(node.axis);
      case "constant":
        return b.constant(node.type, node.value);
      case "carried":
        throw new Error("internal: a carried value outside of its loop");
      case "loop-result":
        return this.#loops.get(node.args[0])![node.slot]!;
      default:
        return this.#operation(node);
    }
  }

  #operation(
    node: Extract<Node, { kind: "unary" | "binary" | "comparison" | "select" | "conversion" | "fused" }>,
  ): Node {
    const b = this.#builder;
    const [first, second, third] = node.args.map((child) => this.at(child)) as [Node, Node, Node];
    switch (node.kind) {
      case "unary":
        return b.unary(node.op, first);
      case "binary":
        return b.binary(node.op, first, second);
      case "comparison":
        return b.comparison(node.op, first, second);
      case "select":
        return b.select(first, second, third);
      case "conversion":
        return b.convert(node.op, first, node.type);
      default:
        return b.fused(first, second, third);
    }
  }
}
