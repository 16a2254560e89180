/**
 * What compiled kernels reach in a page, beside plain JavaScript and jax-js: `kernels`, in a page.
 *
 * @module
 */
import { PLAIN_JAVASCRIPT } from "../../kernels/plain-javascript.ts";
import { openInstride } from "../../kernels/instride.ts";
import { openJaxJs } from "../../kernels/jax-js.ts";
import { measureRow, roundsEffort } from "../../kernels/rounds.ts";
import { allRows, type Row, type WorkloadName } from "../../kernels/workloads.ts";
import type { Finding, Group } from "../../support/report.ts";
import type { SuiteContext } from "../../support/suite.ts";
import { sampleUs, WARMUP_MS_MIN } from "./clock.ts";

const WORKLOADS: readonly WorkloadName[] = [
  "add",
  "fused",
  "sum",
  "add transposed",
  "sum axis 1",
  "uint8 to float32",
  "gray",
  "Mandelbrot",
  "Black-Scholes",
];

/** Of a row of one axis. More would be more of the same, and several programs hold the operands in a page's memory. */
const ELEMENTS_MAX = 1_000_000;

/** @param jaxVersion - of the package that is bundled */
export async function* measureKernels(
  { threads, quick }: SuiteContext,
  jaxVersion: string,
): AsyncGenerator<Group | Finding> {
  const common = roundsEffort(quick);
  const effort = { ...common, warmupMs: Math.max(WARMUP_MS_MIN, common.warmupMs), batchUs: sampleUs() };
  await using rivals = new AsyncDisposableStack();
  const columns = [
    PLAIN_JAVASCRIPT,
    rivals.use(await openInstride(threads, "run")),
    await openJaxJs(jaxVersion, `${navigator.hardwareConcurrency} threads`),
  ];
  for (const { name, remark } of columns)
    yield { name: `${name}: what was measured`, value: null, unit: "", text: remark };
  for (const row of allRows(quick).filter(isMeasured)) yield await measureRow(row, columns, effort, threads);
}

function isMeasured({ workload, rows, columns }: Row): boolean {
  return WORKLOADS.includes(workload) && (rows > 1 || columns <= ELEMENTS_MAX);
}
