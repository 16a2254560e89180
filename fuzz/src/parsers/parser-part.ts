/**
 * Parsers: whatever a file or a format string says, it is read or refused by a typed error, in bounded time and memory.
 *
 * @module
 */
import { asJson } from "../as-json.ts";
import type { CaseResult, Random } from "@instride/cases";
import type { Part } from "../part.ts";
import { boundsFor, checkWithin } from "./bounds.ts";
import { anyFormatText, checkFormat } from "./format-texts.ts";
import { anyNpyFile, checkNpy } from "./npy-files.ts";
import { anyNpzFile, checkNpz } from "./npz-files.ts";
import type { Verdict } from "./verdict.ts";

/** One kind of input. */
export interface Parser {
  readonly kind: string;
  /** Makes an input. @returns what shows it, and what checks it */
  make(random: Random): { readonly input: string | Uint8Array; readonly check: () => Verdict | Promise<Verdict> };
}

const format: Parser = {
  kind: "format",
  make(random) {
    const text = anyFormatText(random);
    return { input: text, check: () => checkFormat(text, random) };
  },
};

const npy: Parser = {
  kind: "npy",
  make(random) {
    const file = anyNpyFile(random);
    return { input: file, check: () => checkNpy(file) };
  },
};

const npz: Parser = {
  kind: "npz",
  make(random) {
    const file = anyNpzFile(random);
    return { input: file, check: () => checkNpz(file) };
  },
};

/** By how often. */
const PARSERS: readonly Parser[] = [format, format, npy, npy, npz];

/** The part, for some parsers. */
export function parserPart(parsers: readonly Parser[] = PARSERS): Part {
  return {
    name: "parsers",
    about: "a file or format makes an error without a type, or costs too much time or memory",
    percent: 6,
    check: (random) => checkCase(random, random.pick(parsers)),
  };
}

async function checkCase(random: Random, parser: Parser): Promise<CaseResult> {
  const { input, check } = parser.make(random);
  const { isRead, fault, verify } = await checkWithin(boundsFor(input.length), check);
  const kind = `${parser.kind} ${isRead ? "read" : "refused"}`;
  return { kind, fault: fault ?? verify?.() ?? null, input: () => asJson(input) };
}
