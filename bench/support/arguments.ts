/**
 * The command line of `pnpm bench`.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";

export interface BenchArguments {
  /** Names of suites, each once; all of them where none was named. */
  readonly suites: readonly string[];
  /** Absolute path. */
  readonly jsonFile: string | null;
  readonly quick: boolean;
  readonly help: boolean;
  /** Where there are several: the one that was named, or else the first. */
  readonly browser?: string;
}

/** The command line can't be followed. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/**
 * Reads the command line.
 *
 * @param folder - where the user stands: what a relative path starts from
 * @param browsers - those that may be named; without any, there is no such option
 * @throws {@link UsageError} for options and suites that don't exist, and for a file that can't be written where it is
 *   said to be: better now than after minutes of measuring
 */
export function parseArguments(
  argv: readonly string[],
  known: readonly string[],
  folder: string,
  browsers: readonly string[] = [],
): BenchArguments {
  const { values, positionals } = parse(argv);
  const stranger = positionals.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(`there is no suite "${stranger}": expected ${known.join(" or ")}`);
  }
  const suites = known.filter((name) => positionals.length === 0 || positionals.includes(name));
  const jsonFile = values.json === undefined ? null : resolve(folder, values.json);
  if (jsonFile !== null) checkWritable(jsonFile);
  const common = { suites, jsonFile, quick: values.quick ?? false, help: values.help ?? false };
  const browser = values.browser ?? browsers[0];
  if (browser === undefined) return common;
  if (browsers.length === 0) throw new UsageError("cannot read the command line: Unknown option '--browser'");
  if (!browsers.includes(browser)) {
    throw new UsageError(`there is no browser "${browser}": expected ${browsers.join(" or ")}`);
  }
  return { ...common, browser };
}

interface Values {
  readonly json?: string;
  readonly quick?: boolean;
  readonly help?: boolean;
  readonly browser?: string;
}

function parse(argv: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: "string" },
        quick: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        browser: { type: "string" },
      },
    });
  } catch (cause) {
    // The sentences that follow the first explain `--`, which means nothing here.
    const fact = (cause as Error).message.split(/[.\n]/, 1)[0]!;
    throw new UsageError(`cannot read the command line: ${fact}`, { cause });
  }
}

function checkWritable(file: string): void {
  const folder = dirname(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new UsageError(`cannot write ${file}: it is a folder, expected a file`);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`cannot write ${file}: there is no folder ${folder}`);
  }
  try {
    accessSync(found === undefined ? folder : file, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}
