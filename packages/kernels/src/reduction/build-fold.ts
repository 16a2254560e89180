/**
 * From what an element is computed by and how states are merged, to the graphs of a fold.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import { type Parts, partsToStore, workingLane } from "../expansion/parts.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";
import { check } from "../graph/typing.ts";
import { workingForm } from "./combined-rule.ts";
import { SLOT_DTYPES } from "../wasm/item-parameters.ts";
import type { FinishParameter, Fold } from "./fold.ts";
import { graft } from "./graft.ts";
import type { MaskedRule } from "./masked-rules.ts";

export interface FoldRequest {
  readonly rule: MaskedRule;
  /** What an element is computed by: one store, of the accumulator's dtype. */
  readonly element: Graph;
  /** Whether a last operand says which elements to take. */
  readonly hasMask: boolean;
  /** Whether there is a value to start with. */
  readonly starts: boolean;
  /** Whether degrees of freedom are taken away. */
  readonly hasDdof: boolean;
  /** Of what is stored in the end. */
  readonly result: DType;
  /** Types of the parameters of the function that combines. */
  readonly parameters: readonly LaneType[];
}

/** Cost: O(nodes). */
export function buildFold(request: FoldRequest): Fold {
  const { rule, element, parameters } = request;
  check(element.stores.length === 1, `an element has ${element.stores.length} values`);
  const lift = liftOf(request);
  const slots = lift.stores.map(({ value }) => value[0]!.type);
  const finishParameters = finishParametersOf(request);
  const mergedBy = (merge: MaskedRule["merge"]): Graph => {
    const b = new GraphBuilder(
      [...slots, ...slots].map((type) => SLOT_DTYPES[type]),
      parameters,
    );
    return storeSlots(b, merge(b, loadSlots(b, slots, 0), loadSlots(b, slots, slots.length)));
  };
  const merged = mergedBy(rule.merge);
  return {
    slots,
    lift,
    takesPosition: rule.takesPosition === true,
    extreme: extremeOf(merged),
    merge: merged,
    next: rule.next === undefined ? merged : mergedBy(rule.next),
    finish: finishOf(request, finishParameters, slots),
    empty: request.starts || rule.hasEmpty ? finishOf(request, finishParameters, null) : null,
    finishParameters,
  };
}

/** Whether a graph takes the lesser or the greater of two floats. */
function extremeOf({ stores }: Graph): "min" | "max" | null {
  const value = stores[0]!.value[0]!;
  if (stores.length > 1 || value.kind !== "binary" || (value.op !== "min" && value.op !== "max")) return null;
  const operands = value.args.map((node) => (node.kind === "load" ? node.operand : -1)).toSorted((a, c) => a - c);
  return operands.join() === "0,1" ? value.op : null;
}

function liftOf({ rule, element, hasMask }: FoldRequest): Graph {
  const mask = element.operands.length;
  const position = mask + (hasMask ? 1 : 0);
  const b = new GraphBuilder(
    [
      ...element.operands,
      ...(hasMask ? ["bool" as const] : []),
      ...(rule.takesPosition === true ? ["int32" as const] : []),
    ],
    element.parameters,
  );
  const [stored] = graft(b, element, { load: ({ operand, part, shift }) => b.load(operand, part, shift) });
  const value = workingForm(b, element.stores[0]!.dtype, stored!);
  const place = rule.takesPosition === true ? b.load(position) : null;
  return storeSlots(b, rule.lift(b, value, place, hasMask ? b.load(mask) : null));
}

/** @param slots - of the state that the result is made of; null for that of no elements */
function finishOf(request: FoldRequest, own: readonly FinishParameter[], slots: readonly LaneType[] | null): Graph {
  const { rule, element, parameters, result } = request;
  const lane = workingLane(element.stores[0]!.dtype);
  const types = own.map(({ kind }): LaneType => (kind === "initial" ? lane : "f64"));
  const b = new GraphBuilder(
    (slots ?? []).map((type) => SLOT_DTYPES[type]),
    [...types, ...parameters],
  );
  const parametersOf = (kind: FinishParameter["kind"]): Node[] =>
    own.flatMap((parameter, place) => (parameter.kind === kind ? [b.parameter(place)] : []));
  const start = request.starts ? rule.lift(b, parametersOf("initial"), null, null) : null;
  const scalars = { count: parametersOf("count")[0] ?? null, ddof: parametersOf("ddof")[0] ?? null };
  const state = (): Parts => {
    if (slots === null) return start ?? neutralState(b, request);
    const loaded = loadSlots(b, slots, 0);
    return start === null ? loaded : rule.mergeStart(b, start, loaded);
  };
  const value = rule.finish(b, state(), scalars);
  return b.finish([{ dtype: result, value: partsToStore(b, result, castParts(b, value, rule.dtype, result)) }]);
}

function neutralState(b: GraphBuilder, { rule }: FoldRequest): Parts {
  const lifted = rule.neutral!;
  return lifted.map((value) => b.constant(laneOf(value), value));
}

/** The lane of a neutral value of those reductions that have a result for no elements: they count, or are of bools. */
function laneOf(value: unknown): LaneType {
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "i64" : "i32";
}

function finishParametersOf({ rule, element, starts, hasDdof, hasMask }: FoldRequest): FinishParameter[] {
  const { value } = element.stores[0]!;
  return [
    ...(starts ? value.map((_, part): FinishParameter => ({ kind: "initial", part: part as 0 | 1 })) : []),
    ...(rule.counts === true && !hasMask ? [{ kind: "count" } as const] : []),
    ...(hasDdof ? [{ kind: "ddof" } as const] : []),
  ];
}

function loadSlots(b: GraphBuilder, slots: readonly LaneType[], first: number): Parts {
  return slots.map((_, slot) => b.load(first + slot));
}

function storeSlots(b: GraphBuilder, state: Parts): Graph {
  return b.finish(state.map((node) => ({ dtype: SLOT_DTYPES[node.type], value: [node] })));
}
