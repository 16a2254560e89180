/**
 * When two nodes, loops or graphs are the same: texts that are equal exactly where what they stand for is equal.
 *
 * @module
 */
import type { Graph, LaneValue, LoopNode, Node } from "./graph.ts";
import { inOrder } from "./order.ts";

/** How a text calls what a node takes. */
export interface Names {
  node(node: Node): string | number;
  loop(loop: number): string | number;
}

/** Says what a node is: its kind, operation, type and content, and the names of what it takes. */
export function nodeKey(node: Node, names: Names): string {
  const list = (nodes: readonly Node[]): string => nodes.map((arg) => names.node(arg)).join(" ");
  switch (node.kind) {
    case "load":
      return `load ${node.type} ${node.operand} ${node.part} [${node.shift.join(" ")}]`;
    case "parameter":
      return `parameter ${node.type} ${node.parameter}`;
    case "index":
      return `index ${node.axis}`;
    case "constant":
      return `constant ${node.type} ${valueKey(node.value)}`;
    case "carried":
      return `carried ${node.type} ${names.loop(node.loop)} ${node.slot}`;
    case "loop":
      return (
        `loop ${names.loop(node.loop)} ${node.roundsMax} [${list(node.initial)}] ` +
        `${names.node(node.condition)} [${list(node.next)}]`
      );
    case "loop-result":
      return `result ${node.type} ${node.slot} ${list(node.args)}`;
    case "select":
    case "fused":
      return `${node.kind} ${node.type} ${list(node.args)}`;
    default:
      return `${node.kind} ${node.op} ${node.type} ${list(node.args)}`;
  }
}

/** By bits, but for NaNs, which are one. */
function valueKey(value: LaneValue): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * A text that two graphs share exactly if they are equal: the same operands, parameters, stores and nodes in the same
 * places.
 *
 * Cost: O(nodes).
 */
export function graphKey({ operands, parameters, stores, nodes }: Graph): string {
  const names: Names = { node: (node) => node.id, loop: (loop) => loop };
  const outputs = stores.map(({ dtype, value }) => `${dtype} ${value.map((node) => node.id).join(" ")}`);
  return [
    `operands ${operands.join(" ")}`,
    `parameters ${parameters.join(" ")}`,
    `stores ${outputs.join(", ")}`,
    ...nodes.map((node) => nodeKey(node, names)),
  ].join("\n");
}

/**
 * A text that two loops share exactly if they compute the same, whatever numbers they and the loops inside have.
 *
 * @param isOutside - whether a node is known outside of the loop, where it goes by its own name
 */
export function loopKey(loop: LoopNode, isOutside: (node: Node) => boolean): string {
  const inside = inOrder([loop.condition, ...loop.next], (node) => !isOutside(node));
  const places = new Map<Node, number>(inside.map((node, place) => [node, place]));
  const numbers = new Map<number, number>();
  const names: Names = {
    node: (node) => (places.has(node) ? `$${places.get(node)}` : node.id),
    loop: (number) => {
      if (!numbers.has(number)) numbers.set(number, numbers.size);
      return numbers.get(number)!;
    },
  };
  return [nodeKey(loop, names), ...inside.map((node) => nodeKey(node, names))].join("\n");
}
