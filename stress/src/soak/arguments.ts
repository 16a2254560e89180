/**
 * The command line of `pnpm soak`.
 *
 * @module
 */
import { integer, readCommandLine, seedOf, UsageError } from "@instride/cases";

export interface SoakArguments {
  readonly seconds: number;
  readonly seed: number;
  readonly help: boolean;
}

/** How long it takes unless told otherwise. */
export const SECONDS = 60;

/** Reads the command line. @throws {@link UsageError} for what can't be followed */
export function parseArguments(argv: readonly string[]): SoakArguments {
  const { values, positionals, help } = readCommandLine(argv, ["seconds", "seed"]);
  const [stranger] = positionals;
  if (stranger !== undefined) throw new UsageError(`cannot make anything of "${stranger}"`);
  const seconds = values.seconds === undefined ? SECONDS : integer("seconds", values.seconds, 1);
  return { seconds, seed: seedOf(values.seed), help };
}
