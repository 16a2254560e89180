/**
 * The command line of `pnpm fuzz`.
 *
 * @module
 */
import { parseArgs } from "node:util";

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

/** The command line can't be followed. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Cases of the first part unless told otherwise: some seconds of each part. */
export const CASES: number = 1_000_000;

const SEED_LIMIT = 2 ** 32;

/**
 * Reads the command line.
 *
 * @throws {@link UsageError} for options and parts that don't exist, and for numbers that are none
 */
export function parseArguments(argv: readonly string[], known: readonly string[]): FuzzArguments {
  const { values, positionals } = parse(argv);
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
    seed: values.seed === undefined ? Math.floor(Math.random() * SEED_LIMIT) : integer("seed", values.seed, 0),
    onlyCase,
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        cases: { type: "string" },
        seed: { type: "string" },
        case: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    // The sentences that follow the first explain `--`, which means nothing here.
    const fact = (cause as Error).message.split(/[.\n]/, 1)[0]!;
    throw new UsageError(`cannot read the command line: ${fact}`, { cause });
  }
}

function integer(name: string, text: string, least: number): number {
  // Thousands may be told apart, as they are in what is printed.
  const value = /^\d[\d,_]*$/.test(text) ? Number(text.replaceAll(/[,_]/g, "")) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} is "${text}": expected an integer from ${least} to 2^53 - 1`);
}
