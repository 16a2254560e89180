/**
 * Reductions of those elements that a mask takes, of which there may be none.
 *
 * @module
 */
import { integer } from "../expansion/integers.ts";
import type { Parts } from "../expansion/parts.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { countLane } from "./count-lane.ts";
import type { FoldRule } from "./fold-rules.ts";

/** A rule whose `lift` takes a mask too: a bool. */
export interface MaskedRule extends Omit<FoldRule, "lift"> {
  readonly lift: (b: GraphBuilder, element: Parts, position: Node | null, mask: Node | null) => Parts;
  /** Merges with a state that is not empty; the same as `merge` where none can be. */
  readonly mergeStart: FoldRule["merge"];
}

/** What `merge` does is done otherwise where elements are left out. */
const NO_NEXT = { next: undefined };

export function unmasked(rule: FoldRule): MaskedRule {
  return { ...rule, mergeStart: rule.merge };
}

/**
 * Leaves elements out. Where nothing is neutral, a slot says whether there was an element at all; where the result
 * depends on how many there are, one counts them.
 *
 * @param elements - the most there are
 */
export function masked(rule: FoldRule, elements: number): MaskedRule {
  const plain = rule.neutral === null ? flagged(rule) : neutralized(rule, rule.neutral);
  return rule.counts === true ? counted(plain, elements) : plain;
}

function neutralized(rule: FoldRule, neutral: NonNullable<FoldRule["neutral"]>): MaskedRule {
  return {
    ...rule,
    ...NO_NEXT,
    lift: (b, element, position, mask) =>
      rule
        .lift(b, element, position)
        .map((node, slot) => (mask === null ? node : b.select(mask, node, b.constant(node.type, neutral[slot]!)))),
    mergeStart: rule.merge,
  };
}

function flagged(rule: FoldRule): MaskedRule {
  return {
    ...rule,
    ...NO_NEXT,
    lift: (b, element, position, mask) => [...rule.lift(b, element, position), mask ?? b.bool(true)],
    merge: (b, x, y) => {
      const [xs, ys] = [x.slice(0, -1), y.slice(0, -1)];
      const [hasX, hasY] = [x.at(-1)!, y.at(-1)!];
      const both = rule.merge(b, xs, ys);
      const merged = xs.map((node, slot) => b.select(hasX, b.select(hasY, both[slot]!, node), ys[slot]!));
      return [...merged, b.or(hasX, hasY)];
    },
    mergeStart: (b, start, y) => {
      const both = rule.merge(b, start.slice(0, -1), y.slice(0, -1));
      return [...both.map((node, slot) => b.select(y.at(-1)!, node, start[slot]!)), b.bool(true)];
    },
    finish: (b, state, scalars) => rule.finish(b, state.slice(0, -1), scalars),
    neutral: null,
  };
}

function counted(rule: MaskedRule, elements: number): MaskedRule {
  const lane = countLane(elements);
  const withCount =
    (merge: FoldRule["merge"]): FoldRule["merge"] =>
    (b, x, y) => [...merge(b, x.slice(0, -1), y.slice(0, -1)), b.add(x.at(-1)!, y.at(-1)!)];
  return {
    ...rule,
    ...NO_NEXT,
    // What a reduction starts with is no element.
    lift: (b, element, position, mask) => [
      ...rule.lift(b, element, position, mask),
      mask === null ? integer(b, lane, 0n) : b.fromBool(mask, lane),
    ],
    merge: withCount(rule.merge),
    mergeStart: withCount(rule.mergeStart),
    finish: (b, state, scalars) =>
      rule.finish(b, state.slice(0, -1), { ...scalars, count: b.convertU(state.at(-1)!, "f64") }),
    neutral: rule.neutral === null ? null : [...rule.neutral, lane === "i32" ? 0 : 0n],
  };
}
