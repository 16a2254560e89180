/**
 * In which order the nodes of a graph come: each after those that it takes, and the same for the same graph.
 *
 * The order follows from what takes what alone, not from when a node was made: first all that the first argument needs,
 * then the second, and so on.
 *
 * @module
 */
import type { Node } from "./graph.ts";

const NONE: readonly Node[] = [];

/** The nodes that a node takes: of a loop what it begins with, its condition and what comes next, in this order. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "load":
    case "parameter":
    case "index":
    case "constant":
    case "carried":
      return NONE;
    case "loop":
      return [...node.initial, node.condition, ...node.next];
    default:
      return node.args;
  }
}

/**
 * The nodes that some roots need, each after those that it takes.
 *
 * @param enters - says whether to look at a node at all: what it takes is left out with it. Default: at every node.
 *
 * Cost: O(nodes) time and memory, also for graphs too deep for a recursion.
 */
export function inOrder(roots: readonly Node[], enters: (node: Node) => boolean = () => true): Node[] {
  const done = new Set<Node>();
  const order: Node[] = [];
  const stack = roots.toReversed().map((node): Visit => ({ node, children: null }));
  while (stack.length > 0) {
    const visit = stack.at(-1)!;
    if (visit.children === null && (done.has(visit.node) || !enters(visit.node))) {
      stack.pop();
      continue;
    }
    visit.children ??= [...childrenOf(visit.node)].reverse();
    const child = visit.children.pop();
    if (child !== undefined) {
      stack.push({ node: child, children: null });
    } else {
      stack.pop();
      done.add(visit.node);
      order.push(visit.node);
    }
  }
  return order;
}

interface Visit {
  readonly node: Node;
  /** Those not yet visited, the next one last; null before the node is entered. */
  children: Node[] | null;
}
