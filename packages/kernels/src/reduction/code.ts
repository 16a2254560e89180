/**
 * The functions that carry a pass out, and how they are written.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { stepOf } from "../iteration/steps.ts";
import { type FoldLoop, foldStreams } from "../wasm/fold-parameters.ts";
import type { ElementLoop } from "../wasm/run-parameters.ts";
import { inputStreams, type Step } from "../wasm/streams.ts";
import type { Fold } from "./fold.ts";
import type { ReductionPass } from "./plan.ts";

/** What is known of the steps of a pass, when code is written for it. */
export interface PassCode {
  /** For each of the fold's streams. */
  readonly inputs: readonly Step[];
  /** Of the results that a run of states becomes. */
  readonly result: Step;
}

export function codeOf(pass: Pick<ReductionPass, "operands" | "reduced" | "kept" | "result" | "isDirect">, fold: Fold): PassCode {
  const { operands, reduced, kept, result, isDirect } = pass;
  const inputs = foldStreams(fold).map(({ operand }): Step => {
    if (!isDirect) return 1;
    return stepOf(reduced.strides[operand]!.at(-1)!, DTYPES[operands[operand]!.dtype].itemsize);
  });
  return { inputs, result: stepOf(kept.strides.at(-1)!.at(-1)!, DTYPES[result.dtype].itemsize) };
}

/** Names of a pass's functions. */
export function functionNames(pass: number): { readonly fold: string; readonly merge: string; readonly finish: string } {
  return { fold: `fold_${pass}`, merge: `merge_${pass}`, finish: `finish_${pass}` };
}

export function foldLoop(place: number, pass: ReductionPass, fold: Fold): FoldLoop {
  const { slots, lift, merge, takesPosition } = fold;
  const { width, accumulators } = pass.order;
  const { inputs } = codeOf(pass, fold);
  return { name: functionNames(place).fold, slots, lift, merge, takesPosition, inputs, width, accumulators };
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
