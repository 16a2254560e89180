/**
 * What a file of vectors holds: its cases as JSON, and the Python values in them as JavaScript values.
 *
 * Each line of a file is one case, an object with `id`, `kind` and the fields of that kind; the first line is
 * `{"meta": ...}`. `vectors/index.json` counts the cases by kind. Fields that hold Python values use tags for what JSON
 * can't say; {@link decode} turns them into the values that this project has for them:
 *
 *     int                          number, or bigint from {"i": "..."} beyond 2^53
 *     float, {"f": "nan"}          number
 *     {"b": "hex"}                 Uint8Array
 *     {"z": [re, im]}              { re, im }
 *     list, {"t": [...]} (tuple)   array
 *     bool, None, str              boolean, null, string
 *
 * Python tells 1.0 from 1 and JSON's text does too, so a number written as a float stays a {@link PythonFloat} until
 * it is decoded. Whatever raised is a {@link Raised}; only its class is normative, never its message.
 *
 * A replay module exports one function for each kind of its file ({@link Replays}); {@link mismatches} runs them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { World } from "./world.ts";

/** One line of a file, decoded as JSON and no further. A replay narrows it to the fields of its kind. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A number that Python wrote as a float. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What an operation that raised left: the name of its class in Python, `"struct.error"` too. */
export interface Raised {
  readonly error: string;
  readonly msg: string;
}

/** Checks one case, over the memory of `world`. Throws an error with what was expected and what came. */
export type Replay = (c: Case, world: World) => void;

/** The replays of one file, by kind. */
export type Replays = Readonly<Record<string, Replay>>;

/** The folder of the vectors that come with the project. */
export const VECTORS: URL = new URL("../vectors/", import.meta.url);

/**
 * Reads the cases of a file.
 *
 * @param file - its name without `.jsonl`
 */
export function readCases(file: string, folder: URL = VECTORS): readonly Case[] {
  const lines = readFileSync(new URL(`${file}.jsonl`, folder), "utf8").split("\n");
  return lines.filter((line) => line !== "").flatMap(caseOf);
}

/** @returns nothing for a file's first line @throws `TypeError` for a line that is no case */
function caseOf(line: string, index: number): Case[] {
  const row = parseLine(line);
  if (index === 0 && "meta" in row) return [];
  if ("id" in row && "kind" in row) return [row as Case];
  throw new TypeError(`line ${index + 1} is no case: expected an object with id and kind`);
}

/** The part of ECMA-262's `JSON.parse` source text access that is used; TypeScript 7.0 doesn't declare it. */
interface ReviverContext {
  readonly source?: string;
}

type ParseJson = (text: string, reviver: (key: string, value: unknown, context: ReviverContext) => unknown) => object;

function parseLine(line: string): object {
  const row: unknown = (JSON.parse as ParseJson)(line, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && /[.eE]/.test(source) ? new PythonFloat(value) : value,
  );
  return typeof row === "object" && row !== null ? row : {};
}

/** The JavaScript value of a Python value. */
export function decode(raw: unknown): unknown {
  if (raw instanceof PythonFloat) return raw.value;
  if (Array.isArray(raw)) return raw.map(decode);
  if (typeof raw !== "object" || raw === null) return raw;
  const entries = Object.entries(raw);
  const [tag, value] = entries[0] ?? [];
  if (entries.length === 1) {
    if (tag === "i") return BigInt(value as string);
    if (tag === "f") return floatOf(raw);
    if (tag === "b") return fromHex(value as string);
    if (tag === "t") return (value as unknown[]).map(decode);
    if (tag === "z") {
      const [re, im] = (value as unknown[]).map(decode);
      return { re, im };
    }
  }
  return Object.fromEntries(entries.map(([key, item]): [string, unknown] => [key, decode(item)]));
}

const SPECIAL_FLOATS: ReadonlyMap<unknown, number> = new Map([
  ["nan", NaN],
  ["inf", Infinity],
  ["-inf", -Infinity],
  ["-0", -0],
]);

/** The number of a Python float, and null for anything else: an int, too. */
export function floatOf(raw: unknown): number | null {
  if (raw instanceof PythonFloat) return raw.value;
  if (typeof raw !== "object" || raw === null || !("f" in raw)) return null;
  return SPECIAL_FLOATS.get(raw.f) ?? null;
}

/** The bytes of `{"hex": "..."}` or of `{"pattern": "p37", "n": N}`, whose byte i is (37 i + 11) mod 256. */
export function baseBytes(base: { readonly hex?: string; readonly n?: number }): Uint8Array {
  if (base.hex !== undefined) return fromHex(base.hex);
  return Uint8Array.from({ length: base.n ?? 0 }, (_, i) => i * 37 + 11);
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isRaised(result: unknown): result is Raised {
  return typeof result === "object" && result !== null && "error" in result;
}

/** The name that Python has for the class of an error of ours. */
export function pyNameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "pyName" in error ? String(error.pyName) : error.name;
}

/** What came of a run: a value, or an error by its name in Python. */
export type Outcome<T> = { readonly value: T } | { readonly error: string; readonly thrown: unknown };

export function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() };
  } catch (thrown) {
    return { error: pyNameOf(thrown), thrown };
  }
}

/**
 * Throws unless two values are the same: numbers by value, bigint or not, with -0 apart from 0 and NaN the same as
 * itself; bytes, lists and objects part by part.
 *
 * @param what - names the part that was compared
 */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (!isSame(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Python's classes that have none of their own here, and the one above them that has. */
const SUPERCLASSES: ReadonlyMap<string, string> = new Map([
  ["AxisError", "IndexError"],
  ["UFuncTypeError", "TypeError"],
  ["UnicodeEncodeError", "ValueError"],
]);

/** Throws unless `run` does what the vector says: gives `decode(expected)`, or raises what it says. */
export function expectOutcome(what: string, run: () => unknown, expected: unknown): void {
  const outcome = outcomeOf(run);
  const wanted = isRaised(expected) ? (SUPERCLASSES.get(expected.error) ?? expected.error) : show(decode(expected));
  if ("error" in outcome) {
    if (isRaised(expected) && wanted === outcome.error) return;
    throw new Error(`${what}: expected ${wanted}, got ${outcome.error}`, { cause: outcome.thrown });
  }
  if (isRaised(expected)) throw new Error(`${what}: expected ${wanted}, got ${show(outcome.value)}`);
  expectSame(what, outcome.value, decode(expected));
}

function isSame(actual: unknown, expected: unknown): boolean {
  if (typeof actual === "bigint" || typeof expected === "bigint") {
    return isInteger(actual) && isInteger(expected) && BigInt(actual) === BigInt(expected);
  }
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return Object.is(actual, expected);
  }
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  if (ArrayBuffer.isView(actual) !== ArrayBuffer.isView(expected)) return false;
  const keys = Object.keys(expected);
  return (
    keys.length === Object.keys(actual).length &&
    keys.every((key) => Object.hasOwn(actual, key) && isSame(Reflect.get(actual, key), Reflect.get(expected, key)))
  );
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** A value as a reader of a mismatch wants to see it. */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value instanceof Uint8Array) return `bytes ${toHex(value)}`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${show(item)}`)
    .join(", ")} }`;
}

/** Replays the cases of one kind, and tells those that don't hold: `"format-12: expected 4, got 5"`. */
export function mismatches(cases: readonly Case[], kind: string, replays: Replays, world: World): readonly string[] {
  const replay = replays[kind];
  if (replay === undefined)
    throw new Error(`no replay for kind ${show(kind)}: expected one of ${Object.keys(replays).join(", ")}`);
  return cases
    .filter((c) => c.kind === kind)
    .flatMap((c) => {
      const outcome = outcomeOf(() => replay(c, world));
      if ("value" in outcome) return [];
      return [`${c.id}: ${outcome.thrown instanceof Error ? outcome.thrown.message : String(outcome.thrown)}`];
    });
}

/** The kinds of a file's cases. */
export function kindsOf(cases: readonly Case[]): readonly string[] {
  return [...new Set(cases.map((c) => c.kind))];
}
