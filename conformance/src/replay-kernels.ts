/**
 * The replay of a whole file of NumPy's answers: all of its cases at once, so that kernels are shared, in every mode.
 *
 * @module
 */
import { type Case, kindsOf } from "./cases.ts";
import type { KernelRuntime } from "./kernel-runtime.ts";
import type { Failures } from "./questions.ts";
import type { KindResult } from "./replay-file.ts";

/** Checks the cases of one kind. @returns those that don't hold */
export type KernelReplay = (cases: readonly Case[], runtimes: readonly KernelRuntime[]) => Promise<Failures>;

/** The replays of one file, by kind. */
export type KernelReplays = Readonly<Record<string, KernelReplay>>;

/** Checks what takes no runtime. */
export function checkEach(cases: readonly Case[], check: (c: Case) => void): Failures {
  const failures: Failures = new Map();
  for (const c of cases) {
    try {
      check(c);
    } catch (error) {
      failures.set(c.id, `${c.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}

/** Replays all cases of a file. Cases that nothing is known of fail. */
export async function replayKernelFile(
  file: string,
  cases: readonly Case[],
  replays: KernelReplays,
  runtimes: readonly KernelRuntime[],
): Promise<KindResult[]> {
  const results: KindResult[] = [];
  for (const kind of kindsOf(cases)) {
    const own = cases.filter((c) => c.kind === kind);
    const failures =
      replays[kind] === undefined
        ? own.map(({ id }) => `${id}: no replay is known for kind ${kind} of file ${file}`)
        : [...(await replays[kind](own, runtimes)).values()];
    results.push({ file, kind, cases: own.length, failures, divergences: new Map() });
  }
  return results;
}
