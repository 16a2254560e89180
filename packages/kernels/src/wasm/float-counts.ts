/**
 * Counting in floats, as JavaScript's `n++` does in a loop of lanes.
 *
 * Lanes that don't go round add 0 rather than keep what they have by a choice, which is more instructions. That leaves
 * every number as it is but -0, so it has to be known that there is none: no sum is -0 unless both its terms are.
 *
 * @module
 */
import type { BinaryNode, Node } from "../graph/graph.ts";
import type { LaneEmitter } from "./lane-emitter.ts";

/** Says whether what comes next is what was carried so far, from a constant on, and another constant more. */
export function isFloatCount(initial: Node, next: Node): next is BinaryNode {
  if (next.kind !== "binary" || next.op !== "add" || (next.type !== "f32" && next.type !== "f64")) return false;
  return initial.kind === "constant" && !Object.is(initial.value, -0) && next.args[1].kind === "constant";
}

/** Leaves the sum. @param pushActive - leaves the mask of lanes that go round */
export function emitFloatCount(emitter: LaneEmitter, next: BinaryNode, vector: number, pushActive: () => void): void {
  for (const arg of next.args) emitter.value(arg, vector);
  pushActive();
  emitter.f.op("v128.and").op(next.type === "f32" ? "f32x4.add" : "f64x2.add");
}
