/**
 * Formats whose size is known without parsing them: by Python's `struct.calcsize`, and PEP 3118 for what `struct` lacks.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import { FORMAT_LENGTH_MAX } from "./oracle.ts";

/** A text, and the bytes of an item; null for what is no format. */
export interface SizedFormat {
  readonly text: unknown;
  readonly size: bigint | null;
}

const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  "?": 1,
  h: 2,
  e: 2,
  "<i": 4,
  ">I": 4,
  f: 4,
  d: 8,
  "@q": 8,
  l: 8,
  "<l": 4,
  Zf: 8,
  Zd: 16,
  "3s": 3,
  bi: 8,
  "<bi": 5,
  bi0q: 8,
  // One half, then three ints.
  "1e3i": 16,
  "T{b:a:h:b:}": 4,
  "T{d:x:b:y:}": 16,
  "(2,3)h": 12,
  "^T{b:a:(2)i:b:}": 9,
  // The end of the text closes a record.
  "T{i": 4,
  "": 0,
  "@": 0,
  "0s": 0,
};

const KNOWN: readonly SizedFormat[] = Object.entries(SIZES).map(([text, size]) => ({ text, size: BigInt(size) }));

const WRONG: readonly SizedFormat[] = [
  "j",
  "i:",
  "\0",
  "T{i:a:i:a:}",
  "3",
  "(2",
  "(2)",
  "<n",
  "i\u0130",
  "9007199254740992s",
  "99999999999999999999i",
  "-1i",
  105,
  null,
  undefined,
  true,
  ["i"],
  { toString: () => "i" },
].map((text) => ({ text, size: null }));

const COUNTED: Readonly<Record<string, bigint>> = { s: 1n, x: 1n, b: 1n, h: 2n, i: 4n, f: 4n, d: 8n, q: 8n };
const CODES = Object.keys(COUNTED);

const COUNTS: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  100n,
  2n ** 31n,
  2n ** 32n,
  2n ** 50n,
  2n ** 51n,
  2n ** 52n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 64n,
];

const INT_MAX = 2n ** 53n - 1n;

/** A format of small items. */
export function knownFormat(random: Random): SizedFormat {
  return random.pick(KNOWN);
}

/** What may be no format, and may be of items that no buffer holds. */
export function anyFormat(random: Random): SizedFormat {
  if (random.oneIn(2000)) return longFormat(random);
  const choice = random.below(4);
  if (choice === 0) return random.pick(WRONG);
  return choice === 1 ? random.pick(KNOWN) : countedFormat(random);
}

function countedFormat(random: Random): SizedFormat {
  const count = random.oneIn(2) ? random.pick(COUNTS) : BigInt(random.below(300));
  const code = random.pick(CODES);
  const size = count * COUNTED[code]!;
  const prefix = random.pick(["", "", "@", "<", ">", "=", "!"]);
  return { text: `${prefix}${count}${code}`, size: count > INT_MAX || size > INT_MAX ? null : size };
}

/** Just as long as is allowed, or one character more. */
function longFormat(random: Random): SizedFormat {
  const length = FORMAT_LENGTH_MAX + random.below(2);
  return { text: "x".repeat(length), size: BigInt(length) };
}
