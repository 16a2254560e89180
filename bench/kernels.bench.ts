/**
 * Decides whether a compiled kernel is worth writing: what it reaches beside a plain loop, other packages, NumPy and C.
 *
 * The same workloads, on the same numbers, in one run. Each way has its operands where they are at home before anything
 * is timed; every result is compared with what float64 arithmetic gives. NumPy and C are measured where the machine has
 * them, in processes that time themselves. Beside that: what a call adds to the compiled function, and how long a program
 * waits for its first result.
 *
 * @module
 */
import { barFindings } from "./kernels/bars.ts";
import { FIRST_RESULT, firstResultFinding, measureFirstResult } from "./kernels/first-result.ts";
import { openInstride } from "./kernels/instride.ts";
import { openC, openNumpy, Scratch } from "./kernels/native.ts";
import { CALL_OVERHEAD, measureOverhead, overheadFindings } from "./kernels/overhead.ts";
import { PLAIN_JAVASCRIPT } from "./kernels/plain-javascript.ts";
import { measureRow, roundsEffort } from "./kernels/rounds.ts";
import { allRows } from "./kernels/workloads.ts";
import { versionOf } from "./support/machine.ts";
import type { Finding, Group } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

export const kernels: Suite = {
  name: "kernels",
  decides: "whether a compiled kernel is worth writing, beside a loop, other packages, NumPy and C",
  measure: measureKernels,
  findings: kernelFindings,
};

async function* measureKernels({ threads, quick }: SuiteContext): AsyncGenerator<Group | Finding> {
  // Loaded on use: other suites do without them.
  const [{ openNumpyTs }, { openJaxJs }] = await Promise.all([
    import("./kernels/numpy-ts.ts"),
    import("./kernels/jax-js.ts"),
  ]);
  const effort = roundsEffort(quick);
  yield await measureOverhead(threads, effort);
  yield await measureFirstResult(threads, quick);
  using scratch = new Scratch();
  await using rivals = new AsyncDisposableStack();
  // In the order of columns: others beside C, which they are compared with.
  const columns = [
    PLAIN_JAVASCRIPT,
    rivals.use(await openInstride(threads)),
    openNumpyTs(),
    await openJaxJs(versionOf("@jax-js/jax"), "one thread"),
    rivals.use(await openNumpy(scratch)),
    rivals.use(await openC(scratch, threads)),
  ];
  for (const { name, remark } of columns)
    yield { name: `${name}: what was measured`, value: null, unit: "", text: remark };
  for (const row of allRows(quick)) yield await measureRow(row, columns, effort, threads);
}

export function kernelFindings(groups: readonly Group[]): Finding[] {
  const of = (operation: string): Group[] => groups.filter(({ parameters }) => parameters["operation"] === operation);
  return [
    ...barFindings(groups.filter(({ parameters }) => "row" in parameters)),
    ...of(CALL_OVERHEAD).flatMap(overheadFindings),
    ...of(FIRST_RESULT).map(firstResultFinding),
  ];
}
