/**
 * Operations on constants, computed while a graph is built: by the interpreter's own loops, on one lane.
 *
 * @module
 */
import type { ConstantNode, LaneValue, Node } from "./graph.ts";
import { fillLanes, type Lanes, laneAt, newLanes } from "./lanes.ts";
import { isOperation, stepOf } from "./steps.ts";

/**
 * Computes a node that takes constants alone; null for any other.
 *
 * A fused multiplication is left as it is: a machine may round it twice, and then does so for every element.
 */
export function fold(node: Node): LaneValue | null {
  if (!isOperation(node) || node.kind === "fused") return null;
  const args: readonly Node[] = node.args;
  if (args.some(({ kind }) => kind !== "constant")) return null;
  const lanesOf = new Map<Node, Lanes>([[node, newLanes(node.type, 1)]]);
  for (const arg of args as readonly ConstantNode[]) {
    const lanes = newLanes(arg.type, 1);
    fillLanes(lanes, arg.value);
    lanesOf.set(arg, lanes);
  }
  stepOf(node, (taken) => lanesOf.get(taken)!)(1);
  return laneAt(node.type, lanesOf.get(node)!, 0);
}
