/**
 * The command line of `pnpm faults`.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { integer, readCommandLine, seedOf, UsageError } from "@instride/cases";
import type { Mode } from "instride";
import { FAULT_KINDS, happensIn, MODES } from "./draw.ts";
import type { FaultKind } from "./plan.ts";

export interface FaultArguments {
  /** Kinds of faults, each once; all of them where none was named. */
  readonly kinds: readonly FaultKind[];
  /** Whether kinds were named. */
  readonly areNamed: boolean;
  readonly modes: readonly Mode[];
  readonly count: number;
  readonly seed: number;
  /** The only case to run, `count` times; null for all. */
  readonly onlyCase: number | null;
  readonly processes: number;
  readonly help: boolean;
}

/** Cases unless told otherwise: some minutes. */
export const COUNT = 2000;

/** Reads the command line. @throws {@link UsageError} for what can't be followed */
export function parseArguments(argv: readonly string[]): FaultArguments {
  const { values, positionals, help } = readCommandLine(argv, ["count", "seed", "case", "mode", "processes"]);
  const kinds = positionals.map((name) => known("kind of fault", name, FAULT_KINDS));
  const onlyCase = values.case === undefined ? null : integer("case", values.case, 0);
  if (onlyCase !== null && values.seed === undefined) {
    throw new UsageError("--case means nothing without the --seed that it was of");
  }
  const modes = values.mode === undefined ? MODES : [known("mode", values.mode, MODES)];
  const unfit = kinds.find((kind) => !happensIn(kind, modes));
  if (unfit !== undefined) throw new UsageError(`there is no fault "${unfit}" in mode ${modes.join(", ")}`);
  return {
    kinds: FAULT_KINDS.filter((kind) => (kinds.length === 0 ? happensIn(kind, modes) : kinds.includes(kind))),
    areNamed: kinds.length > 0,
    modes,
    count: values.count === undefined ? (onlyCase === null ? COUNT : 1) : integer("count", values.count, 1),
    seed: seedOf(values.seed),
    onlyCase,
    // Most of a case is waiting for threads that start.
    processes: values.processes === undefined ? availableParallelism() : integer("processes", values.processes, 1),
    help,
  };
}

function known<T extends string>(what: string, name: string, names: readonly T[]): T {
  const found = names.find((each) => each === name);
  if (found === undefined) throw new UsageError(`there is no ${what} "${name}": expected ${names.join(" or ")}`);
  return found;
}
