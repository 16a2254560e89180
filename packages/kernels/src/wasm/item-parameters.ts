/**
 * What functions over items take that fold or scan them: so many states or lines, of so many elements each.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import type { ValueType, Variable } from "./function-builder.ts";
import { hasLoops } from "./run-parameters.ts";
import type { Step } from "./streams.ts";

/** How a slot lies in memory. */
export const SLOT_DTYPES: Readonly<Record<LaneType, DType>> = {
  bool: "bool",
  i32: "int32",
  i64: "int64",
  f32: "float32",
  f64: "float64",
};

/** What a parameter of such a function is. Units: addresses and strides in bytes. */
export type ItemParameter =
  /** i32: items to compute. */
  | { readonly kind: "items" }
  /** i32: elements of each, at least one. */
  | { readonly kind: "count" }
  /** i32: where a slot of the first item's state lies. */
  | { readonly kind: "slot"; readonly slot: number }
  /** i32: from one state to the next, in elements of the slots. */
  | { readonly kind: "slot-step" }
  /** i32: the first element of a stream, how far it is to that of the next item, and to the next of the same. */
  | { readonly kind: "input"; readonly stream: number }
  | { readonly kind: "item-stride"; readonly stream: number }
  | { readonly kind: "input-stride"; readonly stream: number }
  /** Of the type that the graph says; a bool as an i32. Those of `finish` are those of `merge`. */
  | { readonly kind: "parameter"; readonly of: "lift" | "merge"; readonly parameter: number }
  /** i32: the address of a word. Only where a graph has loops. */
  | { readonly kind: "cancel" };

/** A function over items, as far as its parameters follow from it. */
export interface ItemLoop {
  /** What states consist of. */
  readonly slots: readonly LaneType[];
  /** From an element to a state, stored in the slots' own dtypes. */
  readonly lift: Graph;
  /** From two states to one. */
  readonly merge: Graph;
  /** For each stream. */
  readonly inputs: readonly Step[];
}

/** What comes first: items and where they lie. */
export function placeParameters({ slots, inputs }: ItemLoop): ItemParameter[] {
  const streams = [...inputs.keys()];
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
  ];
}

/** What comes last: the parameters of the graphs. @param graphs - all that the function computes */
export function graphParameters({ lift, merge }: ItemLoop, graphs: readonly Graph[]): ItemParameter[] {
  const scalars = (of: "lift" | "merge", graph: Graph): ItemParameter[] =>
    graph.parameters.map((_, parameter) => ({ kind: "parameter", of, parameter }));
  return [
    ...scalars("lift", lift),
    ...scalars("merge", merge),
    ...(graphs.some(hasLoops) ? [{ kind: "cancel" } as const] : []),
  ];
}

/** A text that only the same parameter has, also of functions that take more. */
export function itemParameterKey(parameter: Readonly<Record<string, string | number>>): string {
  return Object.values(parameter).join();
}

/** A parameter as a variable of the function. */
export function itemVariable(
  parameter: { readonly kind: string },
  { lift, merge }: Pick<ItemLoop, "lift" | "merge">,
): Variable {
  const known = parameter as ItemParameter;
  if (known.kind === "parameter") {
    const type = (known.of === "lift" ? lift : merge).parameters[known.parameter]!;
    const name = `${known.of}_scalar_${known.parameter}`;
    return { type: type === "bool" ? "i32" : (type satisfies ValueType), name };
  }
  if (known.kind === "slot") return { type: "i32", name: `state_${known.slot}` };
  return { type: "i32", name: Object.values(parameter).join("_").replaceAll("-", "_") };
}

/** Bytes of a slot in memory. */
export function slotBytes(type: LaneType): number {
  return DTYPES[SLOT_DTYPES[type]].itemsize;
}
