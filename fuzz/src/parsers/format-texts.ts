/**
 * Format strings: valid ones made up by the grammar of PEP 3118, then changed; and what must be true of each.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Codec,
  codecFor,
  type Format,
  FormatError,
  type FormatType,
  MemoryView,
  type Value,
} from "@instride/core";
import { type FormatDialect, parseFormatText } from "../../../packages/core/src/formats/format-parser.ts";
import { asJson } from "../as-json.ts";
import type { Random } from "@instride/cases";
import { mutatedText } from "./mutations.ts";
import { faultIn, faultOfRefusal, type Verdict } from "./verdict.ts";

const CODES = [...Array.from("xcbB?hHiIlLqQnNefdgspuwPOtFD"), "Zf", "Zd", "Zg", "&i", "X{}"];
const PREFIXES = ["", "", "", "@", "<", ">", "=", "!", "^"];
const NAMES = ["a", "b", "x1", "__proto__", "constructor", "", "é", " ", "\u{1f600}"];
const ALPHABET = "@^=<>!T{}():,&XZ 0123456789xcbBhHiIlLqQnNefdgspuwPOtFD?\n";

/** What would be deep or endless, were it followed. */
const TRAPS: readonly ((random: Random) => string)[] = [
  (random) => "T{".repeat(random.pick([60, 64, 65, 5000])),
  (random) => `${"T{".repeat(64)}${"}".repeat(random.below(70))}`,
  (random) => `${"&".repeat(random.pick([63, 64, 65, 9000]))}i`,
  (random) => `(${"1,".repeat(random.pick([62, 63, 64, 9000]))}1)i`,
  (random) => `(${random.pick(["1000000000", "9007199254740991", "0"])})T{}`,
  () => "(100000,0)i(0,100000)T{}",
  (random) => `${random.pick([65_000, 70_000, 2 ** 40])}T{}`,
  (random) => `(${"9,".repeat(random.below(20))}9)T{(9)T{}:a:}`,
  (random) => "i:a:".repeat(random.below(3000)),
  (random) => Array.from({ length: random.below(3000) }, (_, i) => `b:f${i}:`).join(""),
  (random) => `X${"{".repeat(random.below(5000))}${"}".repeat(random.below(5000))}`,
  (random) => `${" ".repeat(random.below(20_000))}i`,
  (random) => "0i".repeat(random.below(9000)),
];

/** A format, or what once was one. */
export function anyFormatText(random: Random): string {
  if (random.oneIn(20)) return random.pick(TRAPS)(random);
  const text = `${random.pick(PREFIXES)}${itemsText(random, 3)}`;
  return random.oneIn(3) ? text : mutatedText(random, text, ALPHABET);
}

function itemsText(random: Random, depth: number): string {
  return Array.from({ length: random.between(1, 4) }, () => itemText(random, depth)).join(random.pick(["", "", " "]));
}

function itemText(random: Random, depth: number): string {
  const shape = random.oneIn(5) ? `(${[random.below(4), random.below(4)].slice(random.below(2)).join()})` : "";
  const count = random.oneIn(3) ? String(random.below(12)) : "";
  const isRecord = depth > 0 && random.oneIn(4);
  const type = isRecord ? `T{${itemsText(random, depth - 1)}}` : random.pick(CODES);
  const name = random.oneIn(3) ? `:${random.pick(NAMES)}:` : "";
  return `${random.pick(PREFIXES)}${shape}${count}${type}${name}`;
}

/** Items up to this size are read and written. */
const ITEM_BYTES_MAX = 512;

/** Fields that are viewed: each view costs as much as parsing the format. */
const FIELDS_MAX = 4;

/** Parses a text in both dialects, and reads an item. */
export function checkFormat(text: string, random: Random): Verdict {
  const struct = parsed(text, "struct");
  const pep = parsed(text, "pep3118");
  const fault = struct.fault ?? pep.fault ?? faultOfPair(struct.format, pep.format);
  if (fault !== null || pep.format === null) return { isRead: false, fault };
  const { format } = pep;
  if (format.itemsize > ITEM_BYTES_MAX) return { isRead: true, fault: null, verify: () => faultOfTree(format.type) };
  const item = new DataView(random.bytes(format.itemsize).buffer);
  try {
    const codec = codecFor(format);
    const value = codec.read(item, 0);
    const verify = (): string | null =>
      faultOfTree(format.type) ?? faultIn(() => faultOfCodec(codec, item, value) ?? faultOfFields(format, item.buffer));
    return { isRead: true, fault: null, verify };
  } catch (error) {
    return { isRead: true, fault: faultOfRefusal(error), verify: () => faultOfTree(format.type) };
  }
}

interface Parsed {
  /** Null for what is none. */
  readonly format: Format | null;
  readonly fault: string | null;
}

/** Parses past the cache, which would remember. */
function parsed(text: string, dialect: FormatDialect): Parsed {
  try {
    return { format: parseFormatText(text, dialect), fault: null };
  } catch (error) {
    const isOther = !(error instanceof FormatError);
    return { format: null, fault: isOther ? `it is refused by no FormatError: ${String(error)}` : null };
  }
}

/** A format that `struct` takes has the same size in both dialects. */
function faultOfPair(struct: Format | null, pep: Format | null): string | null {
  if (struct === null || struct.itemsize === pep?.itemsize) return null;
  return `struct takes it for ${struct.itemsize} bytes, PEP 3118 for ${pep?.itemsize ?? "no format"}`;
}

/** Whether the parts of a type lie within it. */
function faultOfTree(type: FormatType): string | null {
  const { itemsize, alignment } = type;
  if (!Number.isSafeInteger(itemsize) || itemsize < 0) return `a type has ${itemsize} bytes`;
  if (![1, 2, 4, 8, 16].includes(alignment)) return `a type has alignment ${alignment}`;
  if (type.kind === "scalar") return null;
  if (type.kind === "subarray") {
    const size = type.shape.reduce((product, length) => product * BigInt(length), BigInt(type.item.itemsize));
    return size === BigInt(itemsize) ? faultOfTree(type.item) : `a sub-array of ${size} bytes has ${itemsize}`;
  }
  const parts = type.kind === "record" ? type.fields.map((field) => ({ ...field, count: 1 })) : type.members;
  for (const part of parts) {
    const stop = BigInt(part.offset) + BigInt(part.count) * BigInt(part.type.itemsize);
    if (part.offset < 0 || stop > BigInt(itemsize)) return `a part ends at byte ${stop} of ${itemsize}`;
    const fault = faultOfTree(part.type);
    if (fault !== null) return fault;
  }
  return null;
}

/** Whether an item that was read is the same once written. */
function faultOfCodec(codec: Codec, item: DataView, value: Value): string | null {
  codec.write(item, 0, value);
  const again = codec.read(item, 0);
  if (isDeepStrictEqual(again, value)) return null;
  return `an item of it was ${asJson(value)}, and is ${asJson(again)} once written`;
}

/** Whether the fields of a record can be viewed. */
function faultOfFields({ text, itemsize, type }: Format, buffer: ArrayBufferLike): string | null {
  if (type.kind !== "record") return null;
  const info = { buffer, byteOffset: 0, nbytes: itemsize, readonly: false, itemsize, format: text, ndim: 0 };
  using view = new MemoryView({ getBuffer: () => ({ ...info, shape: null, strides: null, suboffsets: null }) });
  for (const { name } of type.fields.slice(0, FIELDS_MAX)) {
    using part = view.field(name);
    part.toBytes();
  }
  return null;
}
