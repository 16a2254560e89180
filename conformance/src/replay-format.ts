/**
 * The replays of `format.jsonl`: sizes and alignments of formats, values out of and into bytes, and NumPy's formats.
 *
 * @module
 */
import { codecFor } from "../../packages/core/src/formats/codec.ts";
import { FormatError, NotImplementedError } from "../../packages/core/src/errors.ts";
import { calcsize, nativeFormat, parseFormat } from "../../packages/core/src/formats/format.ts";
import { pack, packInto, unpack, unpackFrom } from "../../packages/core/src/formats/struct.ts";
import {
  decode,
  expectOutcome,
  expectSame,
  floatOf,
  fromHex,
  isRaised,
  outcomeOf,
  toHex,
  type Case,
  type Raised,
  type Replays,
} from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { expectDType, numpyRecord } from "./numpy-dtypes.ts";
import { PLACE_OFFSET, place, type World } from "./world.ts";

export const replays: Replays = {
  calcsize: replayCalcsize,
  unpack: replayUnpack,
  "unpack-size": replayUnpackSize,
  pack: replayPack,
  "mv-setitem": replaySetItem,
  "numpy-dtype": replayNumpyDType,
  "pep3118-parse": replayPep3118Parse,
};

interface CalcsizeCase extends Case {
  readonly format: string;
  readonly size: number | Raised;
  /** Of a single code in native mode; 1 in standard mode; null where there is no telling. */
  readonly align: number | null;
}

function replayCalcsize(c: Case): void {
  const { format, size, align } = c as CalcsizeCase;
  expectOutcome("size", () => calcsize(format), divergenceOf(c) === null ? size : { error: "struct.error", msg: "" });
  if (align === null) return;
  const parsed = parseFormat(format);
  expectSame("alignment", parsed.alignment, align);
  expectSame("size by PEP 3118", parsed.itemsize, size);
  const native = nativeFormat(format);
  if (native !== null) expectSame("native format", [native.itemsize, native.alignment], [size, align]);
}

interface UnpackCase extends Case {
  readonly format: string;
  readonly size: number;
  readonly hex: string;
  readonly values: readonly unknown[];
}

function replayUnpack(c: Case, world: World): void {
  const { format, size, hex, values } = c as UnpackCase;
  const bytes = place(fromHex(hex), world);
  expectSame("size", calcsize(format), size);
  expectSame("values", unpack(format, bytes), decode(values));
  expectSame("values from an offset", unpackFrom(format, bytes.buffer, PLACE_OFFSET), decode(values));

  // Bytes don't come back as they were where there is padding, or a boolean or a string that is not normal: values do.
  const packed = place(new Uint8Array(size).fill(0xff), world);
  packInto(format, packed.buffer, PLACE_OFFSET, ...unpack(format, bytes));
  expectSame("packed bytes", toHex(packed), toHex(pack(format, ...unpack(format, bytes))));
  expectSame("packed and unpacked", unpack(format, packed), decode(values));
}

interface UnpackSizeCase extends Case {
  readonly format: string;
  /** Bytes given. */
  readonly n: number;
  readonly result: unknown;
}

function replayUnpackSize(c: Case, world: World): void {
  const { format, n, result } = c as UnpackSizeCase;
  expectOutcome("values", () => unpack(format, place(new Uint8Array(n), world)), result);
}

interface StoreCase extends Case {
  /** A native code. */
  readonly format: string;
  readonly value: unknown;
  readonly result: Raised | { readonly hex: string; readonly read?: unknown };
}

function replayPack(c: Case, world: World): void {
  const { format, value } = c as StoreCase;
  const expected = expectedOfStore(c as StoreCase);
  expectOutcome("packed bytes", () => toHex(pack(`@${format}`, decode(value))), hexOf(expected));

  const target = place(new Uint8Array(calcsize(format)).fill(0xa5), world);
  const before = toHex(target);
  const outcome = outcomeOf(() => packInto(`@${format}`, target, 0, decode(value)));
  expectSame("bytes packed into", toHex(target), "error" in outcome ? before : hexOf(expected));
}

function replaySetItem(c: Case, world: World): void {
  const { format, value } = c as StoreCase;
  const expected = expectedOfStore(c as StoreCase);
  const codec = codecFor(format);
  const item = place(new Uint8Array(codec.itemsize), world);
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength);
  const store = (): string => {
    codec.write(view, 0, decode(value));
    return toHex(item);
  };
  expectOutcome("stored bytes", store, hexOf(expected));
  if (isRaised(expected)) expectSame("bytes after an error", toHex(item), "00".repeat(codec.itemsize));
  else if (expected.read !== undefined) expectSame("item", codec.read(view, 0), decode(expected.read));
}

function hexOf(result: StoreCase["result"]): unknown {
  return isRaised(result) ? result : result.hex;
}

/** The rules of ours that a case meets; null where Python's hold. See `divergences.ts`. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind === "calcsize") {
    const { size } = c as CalcsizeCase;
    return isRaised(size) && size.error === "UnicodeEncodeError" ? "nonAsciiFormat" : null;
  }
  if (c.kind === "pep3118-parse") {
    const { format, result } = c as Pep3118Case;
    return isRaised(result) && result.error === "NotImplementedError" && format === "u" ? "ucs2Text" : null;
  }
  if (c.kind !== "pack" && c.kind !== "mv-setitem") return null;
  const store = c as StoreCase;
  const ours = expectedOfStore(store);
  if (isRaised(ours) && isRaised(store.result) && ours.error === store.result.error) return null;
  if (ours === store.result) return null;
  return store.format === "e" ? "integralFloatTooLarge" : "integralFloat";
}

/** What our rule makes of a store: what the vector says, unless it is a float that JavaScript takes for an int. */
function expectedOfStore({ kind, format, value, result }: StoreCase): StoreCase["result"] {
  const float = floatOf(value);
  if (float === null || !Number.isSafeInteger(float)) return result;
  if (format === "e") return isRaised(result) ? { error: "struct.error", msg: "" } : result;
  if (!"bBhHiIlLqQnNP".includes(format)) return result;
  return storedInteger(BigInt(float), format, kind === "pack" ? "struct.error" : "ValueError");
}

/** An integer's bytes in two's complement, little-endian, or the error of one that is out of range. */
function storedInteger(integer: bigint, format: string, rangeError: string): StoreCase["result"] {
  const bits = 8 * calcsize(format);
  const isSigned = "bhilqn".includes(format);
  const modulo = isSigned ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer);
  if (modulo !== integer) return { error: rangeError, msg: "" };
  const digits = BigInt.asUintN(bits, integer)
    .toString(16)
    .padStart(bits / 4, "0");
  return { hex: toHex(fromHex(digits).toReversed()) };
}

interface NumpyDTypeCase extends Case {
  /** NumPy's `dtype.str`. */
  readonly str: string;
  readonly itemsize: number;
  /** Name, dtype and offset of each field of a record. */
  readonly fields: readonly (readonly [name: string, dtype: string, offset: number])[] | null;
  /** What a memoryview of such an array says. */
  readonly buffer: Raised | { readonly format: string; readonly itemsize: number };
}

function replayNumpyDType(c: Case): void {
  const { str, fields, itemsize, buffer } = c as NumpyDTypeCase;
  if (isRaised(buffer)) {
    // Dates have no format: their name must not pass for one.
    expectOutcome("a dtype that can't be exported", () => parseFormat(str), { error: "struct.error", msg: "" });
    return;
  }
  const { type, itemsize: parsed } = parseFormat(buffer.format);
  expectSame("itemsize of the dtype", buffer.itemsize, itemsize);
  // NumPy doesn't write the padding at the end of a record: a consumer goes by the buffer's itemsize.
  expectSame("itemsize", fields === null ? parsed : Math.max(parsed, itemsize), itemsize);
  if (fields !== null) expectFields(type, fields);
  // NumPy writes a void without fields as padding, which is read as nothing.
  else if (str.startsWith("|V")) expectSame("values", codecFor(buffer.format).length, 0);
  else expectDType("dtype", type.kind === "tuple" ? parseFormat(`T{${buffer.format}}`).type : type, str);
}

function expectFields(type: Parameters<typeof numpyRecord>[0], fields: NonNullable<NumpyDTypeCase["fields"]>): void {
  const record = numpyRecord(type);
  if (record === null) throw new Error(`expected a record, got a ${type.kind}`);
  expectSame(
    "names",
    record.fields.map((field) => field.name),
    fields.map(([name]) => name),
  );
  expectSame(
    "offsets",
    record.fields.map((field) => field.offset),
    fields.map(([, , offset]) => offset),
  );
  for (const [index, field] of record.fields.entries()) {
    expectDType(`field ${field.name}`, field.type, fields[index]?.[1] ?? "");
  }
}

interface Pep3118Case extends Case {
  readonly format: string;
  readonly result:
    | Raised
    | {
        /** Python's `str` of the dtype. */
        readonly str: string;
        readonly itemsize: number;
        readonly alignment: number;
        readonly fields: NumpyDTypeCase["fields"];
      };
}

function replayPep3118Parse(c: Case): void {
  const { format, result } = c as Pep3118Case;
  if (isRaised(result) && result.error === "NotImplementedError") {
    // NumPy stops at what it has no dtype for. We know its size, and but for text have no values for it.
    const { hasValues, itemsize } = parseFormat(format);
    expectSame("has a size", itemsize > 0, true);
    expectSame("has values", hasValues, divergenceOf(c) !== null);
    if (!hasValues) expectThrows("codec", () => codecFor(format), NotImplementedError);
  } else if (isRaised(result)) {
    expectThrows("format", () => parseFormat(format), FormatError);
  } else {
    const { type, itemsize } = parseFormat(format);
    expectSame("itemsize", itemsize, result.itemsize);
    expectDType("dtype", type, result.str);
    if (result.fields !== null) expectFields(type, result.fields);
    // NumPy's alignment is that of the type, whatever the prefix; its records from formats are unaligned.
    else if (!format.includes("T{")) {
      expectSame("alignment", parseFormat(format.replace(/^[@=<>^!]/, "")).alignment, result.alignment);
    }
  }
}

/** NumPy's parser raises ValueError and others where ours has one class for what is no format. */
function expectThrows(
  what: string,
  run: () => unknown,
  errorClass: typeof FormatError | typeof NotImplementedError,
): void {
  const outcome = outcomeOf(run);
  if ("error" in outcome && outcome.thrown instanceof errorClass) return;
  throw new Error(`${what}: expected ${errorClass.name}, got ${"error" in outcome ? outcome.error : "no error"}`);
}
