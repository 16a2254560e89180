/**
 * What the function of a fold takes (`fold-loop.ts`), and in which order.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import type { ValueType, Variable } from "./function-builder.ts";
import type { Width } from "./lane-plan.ts";
import { hasLoops } from "./run-parameters.ts";
import { type InputStream, inputStreams, type Step } from "./streams.ts";

/** How a slot lies in memory. */
export const SLOT_DTYPES: Readonly<Record<LaneType, DType>> = {
  bool: "bool",
  i32: "int32",
  i64: "int64",
  f32: "float32",
  f64: "float64",
};

export interface FoldLoop {
  /** What the function is called. */
  readonly name: string;
  /** What states consist of. */
  readonly slots: readonly LaneType[];
  /** From an element to a state, stored in the slots' own dtypes. */
  readonly lift: Graph;
  /** Whether the last operand of `lift` is the element's place. */
  readonly takesPosition: boolean;
  /** From two states to one. */
  readonly merge: Graph;
  /** The same of a state and of one element which comes after all of its own. */
  readonly next: Graph;
  /** Of a fold with one slot, a float, whose `merge` is `min` or `max`: which. */
  readonly extreme: "min" | "max" | null;
  /** For each of {@link foldStreams}. */
  readonly inputs: readonly Step[];
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
  /** i32: states to compute. */
  | { readonly kind: "items" }
  /** i32: elements of each, at least one. */
  | { readonly kind: "count" }
  /** i32: where a slot of the first state is stored. */
  | { readonly kind: "slot"; readonly slot: number }
  /** i32: from one state to the next, in elements of the slots. */
  | { readonly kind: "slot-step" }
  /** i32: the first element of a stream, how far it is to that of the next state, and to the next of the same. */
  | { readonly kind: "input"; readonly stream: number }
  | { readonly kind: "item-stride"; readonly stream: number }
  | { readonly kind: "input-stride"; readonly stream: number }
  /** i32: the place of the first element, and how far it is to that of the next state. */
  | { readonly kind: "position" }
  | { readonly kind: "position-step" }
  /**
   * i32: turns of a loop around the items, at least one; how far it is from where the items end to where those of the next
   * turn begin, of a stream and of the states, these in elements of the slots. Only where there is such a loop.
   */
  | { readonly kind: "turns" }
  | { readonly kind: "input-turn"; readonly stream: number }
  | { readonly kind: "slot-turn" }
  /** Of the type that the graph says; a bool as an i32. */
  | { readonly kind: "parameter"; readonly of: "lift" | "merge"; readonly parameter: number }
  /** i32: the address of a word. Only where a graph has loops. */
  | { readonly kind: "cancel" };

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
  const { slots, lift, merge, inputs, takesPosition, hasTurns } = loop;
  const streams = [...inputs.keys()];
  const scalars = (of: "lift" | "merge", graph: Graph): FoldParameter[] =>
    graph.parameters.map((_, parameter) => ({ kind: "parameter", of, parameter }));
  return [
    { kind: "items" },
    { kind: "count" },
    ...slots.map((_, slot) => ({ kind: "slot", slot }) as const),
    { kind: "slot-step" },
    ...streams.map((stream) => ({ kind: "input", stream }) as const),
    ...streams.map((stream) => ({ kind: "item-stride", stream }) as const),
    ...streams
      .filter((stream) => inputs[stream] === "strided")
      .map((stream) => ({ kind: "input-stride", stream }) as const),
    ...(takesPosition ? [{ kind: "position" } as const, { kind: "position-step" } as const] : []),
    ...(hasTurns
      ? [
          { kind: "turns" } as const,
          ...streams.map((stream) => ({ kind: "input-turn", stream }) as const),
          { kind: "slot-turn" } as const,
        ]
      : []),
    ...scalars("lift", lift),
    ...scalars("merge", merge),
    ...(hasLoops(lift) || hasLoops(merge) ? [{ kind: "cancel" } as const] : []),
  ];
}

/** Bytes of a slot in memory. */
export function slotBytes(type: LaneType): number {
  return DTYPES[SLOT_DTYPES[type]].itemsize;
}

/** A text that only the same parameter has. */
export function foldParameterKey(parameter: FoldParameter): string {
  return Object.values(parameter).join();
}

/** The parameter as a variable of the function. */
export function foldVariable(parameter: FoldParameter, { lift, merge }: FoldLoop): Variable {
  switch (parameter.kind) {
    case "slot":
      return { type: "i32", name: `state_${parameter.slot}` };
    case "input":
    case "item-stride":
    case "input-stride":
    case "input-turn":
      return { type: "i32", name: `${parameter.kind.replace("-", "_")}_${parameter.stream}` };
    case "parameter": {
      const type = (parameter.of === "lift" ? lift : merge).parameters[parameter.parameter]!;
      const name = `${parameter.of}_scalar_${parameter.parameter}`;
      return { type: type === "bool" ? "i32" : (type satisfies ValueType), name };
    }
    default:
      return { type: "i32", name: parameter.kind.replace("-", "_") };
  }
}
