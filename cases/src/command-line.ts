/**
 * What the command lines of such commands have in common.
 *
 * @module
 */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** The command line can't be followed. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

const SEED_LIMIT = 2 ** 32;

/** Options by their names, and what is none. */
export interface CommandLine<Name extends string> {
  readonly values: Readonly<Partial<Record<Name, string>>>;
  readonly help: boolean;
  readonly positionals: readonly string[];
}

/**
 * Reads a command line of options that take a value each, `--help` beside them.
 *
 * @throws {@link UsageError} for options that don't exist, or have no value
 */
export function readCommandLine<Name extends string>(
  argv: readonly string[],
  names: readonly Name[],
): CommandLine<Name> {
  const options: ParseArgsOptionsConfig = { help: { type: "boolean", short: "h" } };
  for (const name of names) options[name] = { type: "string" };
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    const { help, ...others } = values;
    return { values: others as Partial<Record<Name, string>>, help: help === true, positionals };
  } catch (cause) {
    // The sentences that follow the first explain `--`, which means nothing here.
    const fact = (cause as Error).message.split(/[.\n]/, 1)[0]!;
    throw new UsageError(`cannot read the command line: ${fact}`, { cause });
  }
}

/** The value of an option that is an integer. @throws {@link UsageError} unless it is one, from `least` on */
export function integer(name: string, text: string, least: number): number {
  // Thousands may be told apart, as they are in what is printed.
  const value = /^\d[\d,_]*$/.test(text) ? Number(text.replaceAll(/[,_]/g, "")) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} is "${text}": expected an integer from ${least} to 2^53 - 1`);
}

/** The value of `--seed`, or one of its own. */
export function seedOf(text: string | undefined): number {
  return text === undefined ? Math.floor(Math.random() * SEED_LIMIT) : integer("seed", text, 0);
}
