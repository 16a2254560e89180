/**
 * The command line of `pnpm fuzz`.
 *
 * @module
 */
import { integer, readCommandLine, seedOf, UsageError } from "@instride/cases";

export interface FuzzArguments {
  /** Names of parts, each once; all of them where none was named. */
  readonly parts: readonly string[];
  /** Whether parts were named: each then has as many cases as were asked for. */
  readonly areNamed: boolean;
  readonly cases: number;
  readonly seed: number;
  /** The only case to run, or null for all. */
  readonly onlyCase: number | null;
  readonly help: boolean;
}

/** Cases of the first part unless told otherwise: some seconds of each part. */
export const CASES: number = 1_000_000;

/**
 * Reads the command line.
 *
 * @throws {@link UsageError} for options and parts that don't exist, and for numbers that are none
 */
export function parseArguments(argv: readonly string[], known: readonly string[]): FuzzArguments {
  const { values, positionals, help } = readCommandLine(argv, ["cases", "seed", "case"]);
  const stranger = positionals.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new UsageError(`there is no part "${stranger}": expected ${known.join(" or ")}`);
  const onlyCase = values.case === undefined ? null : integer("case", values.case, 0);
  if (onlyCase !== null && values.seed === undefined) {
    throw new UsageError("--case means nothing without the --seed that it was of");
  }
  return {
    parts: known.filter((name) => positionals.length === 0 || positionals.includes(name)),
    areNamed: positionals.length > 0,
    cases: values.cases === undefined ? CASES : integer("cases", values.cases, 1),
    seed: seedOf(values.seed),
    onlyCase,
    help,
  };
}
