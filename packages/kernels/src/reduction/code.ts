/**
 * The functions that carry a pass out, and how they are written.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { GraphBuilder } from "../graph/builder.ts";
import { stepOf } from "../iteration/steps.ts";
import { BEGIN_ROWS, type ColumnLoop, ROWS } from "../wasm/column-loop.ts";
import { type FoldLoop, foldStreams } from "../wasm/fold-parameters.ts";
import type { ElementLoop } from "../wasm/run-parameters.ts";
import type { ScanLoop } from "../wasm/scan-loop.ts";
import { inputStreams, type Step } from "../wasm/streams.ts";
import type { Fold } from "./fold.ts";
import { chainsOf } from "./fold-order.ts";
import { MADE } from "./made-elements.ts";
import type { ReductionPass } from "./plan.ts";
import { chainGraph, scanGraph, wholeGraph } from "./row-graphs.ts";

/** What is known of the steps of a pass, when code is written for it. */
export interface PassCode {
  /** For each of the fold's streams. */
  readonly inputs: readonly Step[];
  /** Of the results that a run of states becomes, or that a scan leaves. */
  readonly result: Step;
  /** Whether there are several states to merge. */
  readonly merges: boolean;
  /** Whether a unit has several blocks of several results. */
  readonly hasTurns: boolean;
  /** Of operands whose elements are copied side by side, along the innermost axis that is reduced. */
  readonly gathered: readonly Step[];
}

/** The steps of a row's elements, by operand of `lift`. */
function rowSteps({ operands, kept }: ReductionPass, { lift }: Fold): Step[] {
  // What is no operand is the place of an element, which is the same for the whole row.
  return lift.operands.map((dtype, operand) =>
    operand < operands.length ? stepOf(kept.strides[operand]!.at(-1)!, DTYPES[dtype].itemsize) : 0,
  );
}

/** Nodes up to which a loop over many rows is worth its code, and has registers for them. */
const BEGIN_NODES_MAX = 16;

/** Reduces rows. */
export function columnLoop(place: number, pass: ReductionPass, fold: Fold): ColumnLoop {
  const { slots, lift, merge, takesPosition } = fold;
  const steps = rowSteps(pass, fold);
  const beginsMany = pass.order.section !== null && lift.nodes.length + merge.nodes.length <= BEGIN_NODES_MAX;
  const loop = (name: string, rows: number, hasState: boolean): ElementLoop => {
    const graph = chainGraph(fold, rows, hasState);
    const states = hasState ? slots.length : 0;
    return {
      name: `${name}_${place}`,
      graph,
      inputs: inputStreams(graph).map(({ operand }) =>
        operand < states ? 1 : steps[(operand - states) % lift.operands.length]!,
      ),
      outputs: graph.stores.map(() => 1),
      ...(hasState ? { outer: [null] } : {}),
    };
  };
  return {
    name: functionNames(place).fold,
    slots,
    arrays: lift.operands.length,
    takesPosition,
    chains: chainsOf(pass.order),
    width: pass.order.width,
    section: pass.order.section,
    lifting: lift.parameters,
    merging: merge.parameters,
    begin: loop("begin", ROWS, false),
    beginMany: beginsMany ? loop("begin_many", BEGIN_ROWS, false) : null,
    beginOne: loop("begin_one", 1, false),
    goOn: loop("go_on", ROWS, true),
    goOnOne: loop("go_on_one", 1, true),
    join: {
      name: `join_${place}`,
      graph: merge,
      inputs: inputStreams(merge).map(() => 1),
      outputs: merge.stores.map(() => 1),
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
    if (mode === "gathered" && isSame(pass, operand)) return 0;
    if (mode === "staged" || mode === "gathered") return 1;
    const { strides } = mode === "runs" ? reduced : kept;
    return stepOf(strides[operand]!.at(-1)!, DTYPES[operands[operand]!.dtype].itemsize);
  });
  const stride = (kind === "reduction" || mode === "columns" ? kept : reduced).strides.at(-1)!.at(-1)!;
  const isStaged = kind !== "reduction" && mode === "staged";
  const step = isStaged ? 1 : stepOf(stride, DTYPES[result.dtype].itemsize);
  const hasTurns = mode === "runs" && kind === "reduction" && blocks > 1 && pass.outputsPerUnit > 1;
  return { inputs, result: step, merges: blocks > 1, hasTurns, gathered: mode === "gathered" ? gatherSteps(pass) : [] };
}

function gatherSteps({ operands, reduced }: ReductionPass): Step[] {
  return operands.map(({ dtype }, operand) => stepOf(reduced.strides[operand]!.at(-1)!, DTYPES[dtype].itemsize));
}

/** A function that scans some rows, in a loop around. */
export interface RowScan {
  readonly loop: ElementLoop;
  readonly rows: number;
  readonly hasState: boolean;
}

/** The functions of a scan over rows: the first one, and several or one more. */
export function rowScans(
  place: number,
  pass: ReductionPass,
  fold: Fold,
): Readonly<Record<"begin" | "goOn" | "goOnOne", RowScan>> {
  const steps = rowSteps(pass, fold);
  const { result } = codeOf(pass, fold);
  const scan = (name: string, rows: number, hasState: boolean): RowScan => {
    const graph = scanGraph(fold, rows, hasState);
    const states = hasState ? fold.slots.length : 0;
    const loop: ElementLoop = {
      name: `${name}_${place}`,
      graph,
      inputs: inputStreams(graph).map(({ operand }) =>
        operand < states ? 1 : steps[(operand - states) % fold.lift.operands.length]!,
      ),
      outputs: graph.stores.map((_, output) => (output < fold.slots.length ? 1 : result)),
      outer: [null],
    };
    return { loop, rows, hasState };
  };
  return {
    begin: scan("scan_first", 1, false),
    goOn: scan("scan_more", ROWS, true),
    goOnOne: scan("scan_one", 1, true),
  };
}

/** Whether an operand has one element for all that are reduced to one. */
function isSame({ reduced }: ReductionPass, operand: number): boolean {
  return reduced.strides[operand]!.every((stride) => stride === 0);
}

/** Copies an operand's elements. */
export interface GatherLoop {
  readonly operand: number;
  readonly loop: ElementLoop;
  readonly isStrided: boolean;
}

/** The functions that copy elements side by side, of each operand that is read: runs of them, in two loops around. */
export function gatherLoops(place: number, pass: ReductionPass, fold: Fold): GatherLoop[] {
  const steps = gatherSteps(pass);
  const operands = [...new Set(foldStreams(fold).map(({ operand }) => operand))];
  return operands
    .filter((operand) => !isSame(pass, operand) && pass.operands[operand]!.view !== MADE)
    .map((operand) => {
      const { dtype } = pass.operands[operand]!;
      const b = new GraphBuilder([dtype]);
      const parts = DTYPES[dtype].lanes === 2 ? ([0, 1] as const) : ([0] as const);
      const graph = b.finish([{ dtype, value: parts.map((part) => b.load(0, part)) }]);
      const step = steps[operand]!;
      const loop = { name: `gather_${place}_${operand}`, graph, inputs: [step], outputs: [1], outer: [null, null] };
      return { operand, loop, isStrided: step === "strided" };
    });
}

/** Names of a pass's functions. */
export function functionNames(pass: number): Readonly<Record<"fold" | "merge" | "finish" | "scan", string>> {
  return { fold: `fold_${pass}`, merge: `merge_${pass}`, finish: `finish_${pass}`, scan: `scan_${pass}` };
}

export function foldLoop(place: number, pass: ReductionPass, fold: Fold): FoldLoop {
  const { slots, lift, merge, next, takesPosition, extreme } = fold;
  const { width, accumulators, section, block } = pass.order;
  const { inputs, hasTurns } = codeOf(pass, fold);
  return {
    name: functionNames(place).fold,
    slots,
    lift,
    merge,
    next,
    takesPosition,
    extreme,
    inputs,
    width,
    accumulators,
    block,
    section,
    hasTurns,
  };
}

/** Merges states that lie side by side. */
export function mergeLoop(place: number, { merge }: Fold): ElementLoop {
  return {
    name: functionNames(place).merge,
    graph: merge,
    inputs: inputStreams(merge).map(() => 1),
    outputs: merge.stores.map(() => 1),
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
