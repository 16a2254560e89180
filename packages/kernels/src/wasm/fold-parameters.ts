/**
 * What the function of a fold takes (`fold-loop.ts`), and in which order.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { graphParameters, type ItemLoop, type ItemParameter, placeParameters } from "./item-parameters.ts";
import type { Width } from "./lane-plan.ts";
import { type InputStream, inputStreams } from "./streams.ts";

/** Its streams are {@link foldStreams}. */
export interface FoldLoop extends ItemLoop {
  /** What the function is called. */
  readonly name: string;
  /** Whether the last operand of `lift` is the element's place. */
  readonly takesPosition: boolean;
  /** As `merge`, of a state and of one element which comes after all of its own. */
  readonly next: Graph;
  /** Of a fold with one slot, a float, whose `merge` is `min` or `max`: which. */
  readonly extreme: "min" | "max" | null;
  /** Elements in a vector: 2 where either graph needs that. */
  readonly width: Width;
  /** Vectors of states that are merged side by side: a power of two. */
  readonly accumulators: number;
  /** The most elements of a state: a power of two. */
  readonly block: number;
  /** Elements of a section: a power of two, at least two for each chain. Null: there is one section, whatever its length. */
  readonly section: number | null;
  /** Whether there is a loop around the items. */
  readonly hasTurns: boolean;
}

/** What a parameter of the function is. Units: addresses and strides in bytes. */
export type FoldParameter =
  | ItemParameter
  /** i32: the place of the first element, and how far it is to that of the next state. */
  | { readonly kind: "position" }
  | { readonly kind: "position-step" }
  /**
   * i32: turns of a loop around the items, at least one; how far it is from where the items end to where those of the next
   * turn begin, of a stream and of the states, these in elements of the slots. Only where there is such a loop.
   */
  | { readonly kind: "turns" }
  | { readonly kind: "input-turn"; readonly stream: number }
  | { readonly kind: "slot-turn" };

/** The operand that is no array but the element's place; -1 for none. */
export function positionOperand({ lift, takesPosition }: Pick<FoldLoop, "lift" | "takesPosition">): number {
  return takesPosition ? lift.operands.length - 1 : -1;
}

/** What a fold reads, in the order of first use. */
export function foldStreams(loop: Pick<FoldLoop, "lift" | "takesPosition">): InputStream[] {
  const position = positionOperand(loop);
  return inputStreams(loop.lift).filter(({ operand }) => operand !== position);
}

/** What the function takes, in order. */
export function foldParameters(loop: FoldLoop): FoldParameter[] {
  const { lift, merge, inputs, takesPosition, hasTurns } = loop;
  return [
    ...placeParameters(loop),
    ...(takesPosition ? [{ kind: "position" } as const, { kind: "position-step" } as const] : []),
    ...(hasTurns
      ? [
          { kind: "turns" } as const,
          ...inputs.map((_, stream) => ({ kind: "input-turn", stream }) as const),
          { kind: "slot-turn" } as const,
        ]
      : []),
    ...graphParameters(loop, [lift, merge]),
  ];
}
