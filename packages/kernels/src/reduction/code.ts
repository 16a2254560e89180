/**
 * The functions that carry a pass out, and how they are written.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { stepOf } from "../iteration/steps.ts";
import { type FoldLoop, foldStreams } from "../wasm/fold-parameters.ts";
import type { ElementLoop } from "../wasm/run-parameters.ts";
import type { ScanLoop } from "../wasm/scan-loop.ts";
import { inputStreams, type Step } from "../wasm/streams.ts";
import { ROWS } from "./columns.ts";
import type { Fold } from "./fold.ts";
import { chainsOf } from "./fold-order.ts";
import type { ReductionPass } from "./plan.ts";
import { chainGraph, wholeGraph } from "./row-graphs.ts";

/** What is known of the steps of a pass, when code is written for it. */
export interface PassCode {
  /** For each of the fold's streams. */
  readonly inputs: readonly Step[];
  /** Of the results that a run of states becomes, or that a scan leaves. */
  readonly result: Step;
  /** Whether there are several states to merge. */
  readonly merges: boolean;
}

/** The functions of a pass over rows. */
export interface ColumnLoops {
  /** The first elements of a chain: several, or one. */
  readonly begin: ElementLoop;
  readonly beginOne: ElementLoop;
  /** More of them, again and again. */
  readonly goOn: ElementLoop;
  readonly goOnOne: ElementLoop;
  /** Two chains to one. */
  readonly join: ElementLoop;
}

/** The steps of a row's elements, by operand of `lift`. */
function rowSteps({ operands, kept }: ReductionPass, { lift }: Fold): Step[] {
  // What is no operand is the place of an element, which is the same for the whole row.
  return lift.operands.map((dtype, operand) =>
    operand < operands.length ? stepOf(kept.strides[operand]!.at(-1)!, DTYPES[dtype].itemsize) : 0,
  );
}

export function columnLoops(place: number, pass: ReductionPass, fold: Fold): ColumnLoops {
  const steps = rowSteps(pass, fold);
  const loop = (name: string, rows: number, hasState: boolean): ElementLoop => {
    const graph = chainGraph(fold, rows, hasState);
    const states = hasState ? fold.slots.length : 0;
    return {
      name: `${name}_${place}`,
      graph,
      inputs: inputStreams(graph).map(({ operand }) =>
        operand < states ? 1 : steps[(operand - states) % fold.lift.operands.length]!,
      ),
      outputs: graph.stores.map(() => 1),
      ...(hasState ? { outer: [null] } : {}),
    };
  };
  return {
    begin: loop("begin", ROWS, false),
    beginOne: loop("begin_one", 1, false),
    goOn: loop("go_on", ROWS, true),
    goOnOne: loop("go_on_one", 1, true),
    join: {
      name: `join_${place}`,
      graph: fold.merge,
      inputs: inputStreams(fold.merge).map(() => 1),
      outputs: fold.merge.stores.map(() => 1),
    },
  };
}

/** Reads all elements that are reduced to one at once. */
export function wholeLoop(place: number, pass: ReductionPass, fold: Fold): ElementLoop {
  const graph = wholeGraph(fold, pass.elements, chainsOf(pass.order));
  const steps = rowSteps(pass, fold);
  return {
    name: `whole_${place}`,
    graph,
    inputs: inputStreams(graph).map(({ operand }) => steps[operand % fold.lift.operands.length]!),
    outputs: [codeOf(pass, fold).result],
  };
}

export function codeOf(pass: ReductionPass, fold: Fold): PassCode {
  const { operands, reduced, kept, result, mode, kind, blocks } = pass;
  const inputs = foldStreams(fold).map(({ operand }): Step => {
    if (mode === "staged") return 1;
    const { strides } = mode === "runs" ? reduced : kept;
    return stepOf(strides[operand]!.at(-1)!, DTYPES[operands[operand]!.dtype].itemsize);
  });
  const stride = (kind === "reduction" ? kept : reduced).strides.at(-1)!.at(-1)!;
  const isStaged = kind !== "reduction" && mode === "staged";
  const step = isStaged ? 1 : stepOf(stride, DTYPES[result.dtype].itemsize);
  return { inputs, result: step, merges: blocks > 1 };
}

/** Names of a pass's functions. */
export function functionNames(pass: number): Readonly<Record<"fold" | "merge" | "finish" | "scan", string>> {
  return { fold: `fold_${pass}`, merge: `merge_${pass}`, finish: `finish_${pass}`, scan: `scan_${pass}` };
}

export function foldLoop(place: number, pass: ReductionPass, fold: Fold): FoldLoop {
  const { slots, lift, merge, takesPosition, extreme } = fold;
  const { width, accumulators } = pass.order;
  const { inputs } = codeOf(pass, fold);
  return { name: functionNames(place).fold, slots, lift, merge, takesPosition, extreme, inputs, width, accumulators };
}

/** Merges states that lie at any steps into others of theirs. */
export function mergeLoop(place: number, { merge }: Fold): ElementLoop {
  return {
    name: functionNames(place).merge,
    graph: merge,
    inputs: inputStreams(merge).map(() => "strided"),
    outputs: merge.stores.map(() => "strided"),
  };
}

/** Makes results of states that lie side by side. */
export function finishLoop(place: number, pass: ReductionPass, fold: Fold): ElementLoop {
  const { finish } = fold;
  return {
    name: functionNames(place).finish,
    graph: finish,
    inputs: inputStreams(finish).map(() => 1),
    outputs: [codeOf(pass, fold).result],
  };
}

/** Scans elements. @param isTotal - whether nothing but the last state is wanted */
export function scanLoop(place: number, pass: ReductionPass, fold: Fold, isTotal: boolean): ScanLoop {
  const { slots, lift, merge, finish } = fold;
  const { inputs, result } = codeOf(pass, fold);
  const names = functionNames(place);
  return {
    name: isTotal ? names.fold : names.scan,
    slots,
    lift,
    merge,
    finish: isTotal ? null : finish,
    inputs,
    output: result,
    width: pass.order.width,
  };
}
