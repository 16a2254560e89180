/**
 * The code of reductions and scans: built and compiled once for each fold and way of walking, whoever asks.
 *
 * @module
 */
import type { OperandLayout } from "../iteration/layouts.ts";
import { buildReduction } from "../reduction/module.ts";
import { planReduction, type PlannedReduction, type ReductionPlan } from "../reduction/plan.ts";
import type { ReductionRequest } from "../reduction/request.ts";
import { planScan, type ScanRequest } from "../reduction/scan-plan.ts";
import type { ReduceCode } from "./generated-loops.ts";
import { hasLoops } from "../wasm/run-parameters.ts";
import { moduleOf } from "./map-code.ts";
import { RecentMap } from "./recent-map.ts";

/** Modules that are kept for later calls, in one process. */
const MODULES_KEPT_MAX = 512;

/** A module as it is kept. */
interface Entry {
  /** Short, and of this code only: it travels with each call. */
  readonly id: string;
  readonly code: ReduceCode;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether its functions have loops, which may take long. */
  readonly hasLoops: boolean;
}

/** A planned reduction, and the code that it runs. */
export interface PlannedReduce extends Entry {
  readonly plan: ReductionPlan;
  readonly planned: PlannedReduction;
}

const kept = new RecentMap<string, Entry>(MODULES_KEPT_MAX);
let count = 0;

/**
 * Plans a reduction, and compiles what has not been.
 *
 * @param compiles - false to have the graphs interpreted
 * @throws as `planReduction`
 */
export function planReduce(request: ReductionRequest, compiles: boolean = true): PlannedReduce {
  return withCode((isInHeap) => planReduction(isInHeap ? request : outOfHeap(request)), compiles);
}

/** As {@link planReduce}, of a scan. @throws as `planScan` */
export function planScanning(request: ScanRequest, compiles: boolean = true): PlannedReduce {
  return withCode((isInHeap) => planScan(isInHeap ? request : outOfHeap(request)), compiles);
}

/** What is interpreted goes by plans for arrays that lie anywhere: others leave steps to the code of their own. */
function withCode(plan: (isInHeap: boolean) => PlannedReduction, compiles: boolean): PlannedReduce {
  const made = codeOf(plan(compiles), compiles);
  return made.code.module === null && made.plan.isInHeap ? codeOf(plan(false), false) : made;
}

function outOfHeap<R extends Pick<ReductionRequest, "operands" | "where" | "result">>(request: R): R {
  const { operands, where, result } = request;
  const elsewhere = (layout: OperandLayout): OperandLayout => ({ ...layout, inHeap: false });
  return {
    ...request,
    operands: operands.map(elsewhere),
    result: elsewhere(result),
    ...(where === undefined ? {} : { where: elsewhere(where) }),
  };
}

function codeOf(planned: PlannedReduction, compiles: boolean): PlannedReduce {
  const key = `${compiles ? "compiled" : "interpreted"}\n${planned.plan.key}`;
  const known = kept.get(key);
  const entry = known ?? build(planned, compiles);
  if (known === undefined) kept.set(key, entry);
  return { ...entry, plan: { ...planned.plan, key: entry.id }, planned };
}

function build(planned: PlannedReduction, compiles: boolean): Entry {
  const bytes = buildReduction(planned);
  const module = compiles ? moduleOf(bytes) : null;
  const { program } = planned;
  const { folds, element } = program;
  const graphs = [
    ...folds.flatMap(({ lift, merge, finish }) => [lift, merge, finish]),
    ...(element === null ? [] : [element]),
  ];
  const loops = graphs.some(hasLoops);
  return { id: `reduce ${++count}`, code: { module, program }, bytes, hasLoops: loops };
}
