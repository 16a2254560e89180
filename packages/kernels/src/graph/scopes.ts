/**
 * In which loop each node of a graph is computed, and when.
 *
 * A node is of a loop if its value may change from round to round: if it takes a carried value of that loop, directly or
 * not. Of several loops, one inside the other, it is computed in the innermost, once in each round; a node of none is
 * computed before all loops that use it.
 *
 * @module
 */
import type { CarriedNode, Graph, LoopNode, Node } from "./graph.ts";
import { childrenOf, inOrder } from "./order.ts";

/** What a graph computes, as nested lists of nodes in the order in which to compute them. */
export interface Schedule {
  /** Outside of all loops. A loop is one step among others. */
  readonly steps: readonly Node[];
  readonly loops: ReadonlyMap<LoopNode, LoopSchedule>;
}

export interface LoopSchedule {
  /** The innermost loop around it, or null. */
  readonly outer: LoopNode | null;
  /** Those carried values that are used inside: by slot. */
  readonly carried: ReadonlyMap<number, CarriedNode>;
  /** What to compute in each round to know whether it is one. */
  readonly condition: readonly Node[];
  /** What else to compute in a round. */
  readonly body: readonly Node[];
}

/** Numbers of loops, none twice. */
export type LoopNumbers = readonly number[];

const NO_LOOPS: LoopNumbers = [];

/**
 * Finds the loops whose carried values a node takes and that it is not around itself: those that it is inside of.
 *
 * @param of - the same of what the node takes
 */
export function loopsAround(node: Node, of: (child: Node) => LoopNumbers): LoopNumbers {
  if (node.kind === "carried") return [node.loop];
  let loops = NO_LOOPS;
  for (const child of childrenOf(node)) {
    for (const loop of of(child))
      if (!loops.includes(loop) && !(node.kind === "loop" && loop === node.loop)) loops = [...loops, loop];
  }
  return loops;
}

/**
 * True for a loop that goes one round at most: a branch, whose condition is a carried bool that is false after it. Such are
 * the slow paths of functions, which hardly an element takes.
 */
export function isBranch({ loop, condition, next }: LoopNode): boolean {
  if (condition.kind !== "carried" || condition.loop !== loop) return false;
  const after = next[condition.slot]!;
  return after.kind === "constant" && after.value === false;
}

/** Cost: O(nodes · depth of the loops). */
export function scheduleOf({ nodes }: Graph): Schedule {
  const around = new Map<Node, LoopNumbers>();
  const loops = new Map<number, LoopNode>();
  for (const node of nodes) {
    around.set(
      node,
      loopsAround(node, (child) => around.get(child)!),
    );
    if (node.kind === "loop") loops.set(node.loop, node);
  }
  const depth = (loop: LoopNode): number =>
    Math.max(0, ...around.get(loop)!.map((number) => 1 + depth(loops.get(number)!)));
  const innermost = new Map<Node, LoopNode | null>();
  for (const [node, numbers] of around) {
    const candidates = numbers.map((number) => loops.get(number)!);
    innermost.set(
      node,
      candidates.reduce<LoopNode | null>((best, loop) => (best && depth(best) > depth(loop) ? best : loop), null),
    );
  }
  const within = (loop: LoopNode | null): Node[] =>
    nodes.filter((node) => innermost.get(node) === loop && node.kind !== "carried");
  const schedules = new Map<LoopNode, LoopSchedule>();
  for (const loop of loops.values()) {
    const forCondition = new Set(inOrder([loop.condition]));
    const own = within(loop);
    const carried = nodes.filter((node) => node.kind === "carried" && node.loop === loop.loop) as CarriedNode[];
    schedules.set(loop, {
      outer: innermost.get(loop)!,
      carried: new Map(carried.map((node) => [node.slot, node])),
      condition: own.filter((node) => forCondition.has(node)),
      body: own.filter((node) => !forCondition.has(node)),
    });
  }
  return { steps: within(null), loops: schedules };
}
