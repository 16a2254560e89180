/**
 * What the user asked for: the command line, checked.
 *
 * Paths are resolved where the user stands.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { THREADS_MAX } from "instride";
import { UserError } from "./user-error.ts";

export interface Options {
  /** The picture's file: an absolute path. */
  readonly picture: string;
  /** Millions of pixels that the picture is tiled up to. */
  readonly megapixels: number;
  readonly threads: number;
  /** The folder for the results: an absolute path. */
  readonly out: string;
}

const DEFAULT_PICTURE: string = join(import.meta.dirname, "../pictures/hubble_deep_field.jpg");
const DEFAULT_MEGAPIXELS = 24;

/** So that pixels can be counted; how many fit into memory is another question. */
const MEGAPIXELS_MAX = 1e9;

const DEFAULT_OUT = "photo-out";

export const HELP = `Develops a picture on every core, in memory that all threads share.

Usage: pnpm demo [picture] [options]

  picture          a file that sharp can read: JPEG, PNG, WebP, AVIF, TIFF, GIF,
                   SVG (default: ${basename(DEFAULT_PICTURE)}, which comes along)

  --megapixels N   repeat the picture, mirrored so that its edges fit, up to N
                   million pixels (default: ${DEFAULT_MEGAPIXELS}); a picture that has more is
                   taken as it is, never scaled or cut
  --threads N      threads that share the work (default: ${availableParallelism()}, as many as this
                   machine runs at once)
  --out DIR        folder for the results (default: ${DEFAULT_OUT}, where you stand)
  -h, --help       show this

It writes the developed photo, its equalised luminance and a mirrored thumbnail,
and compares, stage by stage: one thread, all threads, and the ordinary way
(Piscina tasks with cloned typed arrays). Everything is computed once more
inline, without threads, and must be equal bit for bit.

Exit code: 0 if it is; 1 if it is not, or a lease is left; 2 for input that
can't be used; 128 and the signal's number if interrupted.`;

/**
 * Reads a command line.
 *
 * @param args - without the names of node and the program
 * @param where - the folder in which the user stands
 * @returns what was asked for, or `"help"`
 * @throws a {@link UserError} for the first argument that can't be used
 */
export function parseOptions(args: readonly string[], where: string): Options | "help" {
  const { values, positionals } = readArguments(withoutSeparator(args));
  if (values.has("help")) return "help";
  if (positionals.length > 1) {
    throw new UserError(`cannot develop ${positionals.length} pictures (${quote(positionals)}): expected one at most`);
  }
  return {
    picture: positionals[0] === undefined ? DEFAULT_PICTURE : pathOf(positionals[0], "a picture", where),
    megapixels: megapixelsOf(values.get("megapixels")),
    threads: threadsOf(values.get("threads")),
    out: pathOf(values.get("out") ?? DEFAULT_OUT, "--out", where),
  };
}

/** Those used to npm write `pnpm demo -- my.jpg`; pnpm passes the separator on. */
function withoutSeparator(args: readonly string[]): string[] {
  return args.slice(args[0] === "--" ? 1 : 0);
}

const OPTIONS = {
  megapixels: { type: "string", example: "12" },
  threads: { type: "string", example: "2" },
  out: { type: "string", example: "pictures" },
  help: { type: "boolean", short: "h" },
} as const;

function readArguments(args: string[]): { values: ReadonlyMap<string, string>; positionals: readonly string[] } {
  const values = new Map<string, string>();
  const positionals: string[] = [];
  // Not strict: what is wrong is said here, in one line.
  const { tokens } = parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") values.set(token.name, checkOption(token));
  }
  return { values, positionals };
}

interface OptionToken {
  readonly name: string;
  /** As the user wrote it. */
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** Gives an option's value, empty where it takes none. */
function checkOption({ name, rawName, value, inlineValue }: OptionToken): string {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as keyof typeof OPTIONS] : null;
  if (option === null) throw new UserError(`cannot take the option ${rawName}: expected one of ${optionNames()}`);
  if (option.type === "boolean") {
    if (value === undefined) return "";
    throw new UserError(`cannot take ${rawName}=${value}: expected ${rawName} alone`);
  }
  if (value !== undefined && (inlineValue === true || !value.startsWith("--"))) return value;
  throw new UserError(
    `cannot take ${rawName} without a value: expected one after it, as in ${rawName} ${option.example}`,
  );
}

function threadsOf(value: string | undefined): number {
  if (value === undefined) return Math.min(availableParallelism(), THREADS_MAX);
  const threads = /^\d+$/.test(value) ? Number(value) : 0;
  if (threads >= 1 && threads <= THREADS_MAX) return threads;
  throw new UserError(`cannot work on ${quote([value])} threads: expected an integer from 1 to ${THREADS_MAX}`);
}

function megapixelsOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_MEGAPIXELS;
  const megapixels = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : 0;
  if (megapixels > 0 && megapixels <= MEGAPIXELS_MAX) return megapixels;
  throw new UserError(
    `cannot develop ${quote([value])} megapixels: expected a number above 0 and up to ${MEGAPIXELS_MAX}`,
  );
}

function pathOf(value: string, what: string, where: string): string {
  if (value === "" || value.includes("\0"))
    throw new UserError(`cannot use ${quote([value])} as ${what}: expected a path`);
  return resolve(where, value);
}

function optionNames(): string {
  return Object.keys(OPTIONS)
    .map((name) => `--${name}`)
    .join(", ");
}

function quote(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}
