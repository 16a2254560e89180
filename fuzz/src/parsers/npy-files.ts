/**
 * `.npy` files: valid ones made up from what NumPy writes, then changed, in the text of their header or anywhere; and what
 * must be true of each.
 *
 * @module
 */
import { type MemoryView, npyDataOffset, parseNpyHeader, readNpy, writeNpy } from "@instride/core";
import type { Random } from "@instride/cases";
import { mutatedBytes, mutatedText, splicedBytes } from "./mutations.ts";
import { faultIn, refusal, type Verdict } from "./verdict.ts";

const DESCRS: readonly string[] = [
  "'<f8'",
  "'>i4'",
  "'|b1'",
  "'|u1'",
  "'<c16'",
  "'|S5'",
  "'<U3'",
  "'|V7'",
  "'=i2'",
  "'<f2'",
  "'|O'",
  "'<M8[ns]'",
  "[('a', '<i2'), ('b', '>f8')]",
  "[('x', '|S3'), ('', '|V5'), ('y', '<u4', (2, 3))]",
  "[(('title', 'name'), '<i8'), ('r', [('u', '<f4'), ('v', '>U2')], (2,))]",
  "[('__proto__', '|u1'), ('\\u00e9', '<i4')]",
];
const SIZES: Readonly<Record<string, number>> = { "'<f8'": 8, "'>i4'": 4, "'|u1'": 1, "'<c16'": 16 };
const SHAPES = ["()", "(0,)", "(3,)", "(2, 3)", "(2L, 2)", "(1, 0, 5)", "(1, 1, 1, 2)"];
const ALPHABET = "{}[]()'\",: \\uxLTrueFals<>|=iufcSUVOMmb0123456789\n";

/** What would be deep or long, were it followed. */
const TRAPS: readonly ((random: Random) => string)[] = [
  (random) => headerText(`${"[('a', ".repeat(random.pick([60, 70, 100, 9000]))}'<i4'`, "(1,)"),
  (random) => headerText(nested(random.pick([10, 63, 64, 65, 79, 80, 90])), "(1,)"),
  (random) => headerText("'<i4'", `(${"1, ".repeat(random.pick([63, 64, 65, 3000]))})`),
  (random) =>
    headerText("'|u1'", `(${random.pick(["9007199254740991", "4294967296, 4294967296", "1" + "0".repeat(999)])},)`),
  (random) => headerText(`'|S${random.pick(["9007199254740991", "1" + "0".repeat(400)])}'`, "(0,)"),
  (random) => headerText(`[('a', '<i4', (${"9007199254740991, ".repeat(random.below(70))}))]`, "(1,)"),
  (random) => headerText(`[${manyFields(random.below(3000))}]`, "(1,)"),
  (random) => `${"{".repeat(random.below(500))}'a'`,
  (random) => `{'descr': '${"\\x41".repeat(random.below(5000))}'}`,
  (random) => "(".repeat(random.pick([159, 160, 161, 30_000])),
  (random) => headerText("'<i4'", "(1,)") + " ".repeat(random.below(60_000)),
];

function headerText(descr: string, shape: string): string {
  return `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
}

/** A record in a record in a record. */
function nested(depth: number): string {
  return `${"[('a', ".repeat(depth)}'<i4'${")]".repeat(depth)}`;
}

function manyFields(count: number): string {
  return Array.from({ length: count }, (_, i) => `('f${i}', '<i4'), `).join("");
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Headers of this many bytes have a length of 16 bits. */
const VERSION_1_MAX = 0xffff;

/** The header that its own length says, and data. */
function fileOf(random: Random, header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = random.oneIn(8) ? Buffer.from(header, "utf8") : Buffer.from(header, "latin1");
  const version = bytes.length > VERSION_1_MAX ? 2 : random.pick([1, 1, 1, 2, 3]);
  const length = new DataView(new ArrayBuffer(version === 1 ? 2 : 4));
  if (version === 1) length.setUint16(0, bytes.length, true);
  else length.setUint32(0, bytes.length, true);
  const prefix = [...MAGIC, version, 0, ...new Uint8Array(length.buffer)];
  return Uint8Array.from(Buffer.concat([Uint8Array.from(prefix), bytes, data]));
}

/** A file as NumPy would write it. */
export function validNpyFile(random: Random): Uint8Array<ArrayBuffer> {
  const descr = random.pick(DESCRS);
  const shape = random.pick(SHAPES);
  const text = headerText(descr, shape).replace("False", random.pick(["True", "False"]));
  const size = (shape.match(/\d+/g) ?? []).reduce((product, digits) => product * Number(digits), 1);
  return fileOf(random, text, random.bytes(size * (SIZES[descr] ?? 40)));
}

/** A file, or what once was one. */
export function anyNpyFile(random: Random): Uint8Array<ArrayBuffer> {
  const choice = random.below(16);
  if (choice === 0) return fileOf(random, random.pick(TRAPS)(random), random.bytes(random.below(64)));
  if (choice === 1) return splicedBytes(random, validNpyFile(random), validNpyFile(random));
  if (choice === 2) return validNpyFile(random);
  if (choice < 8) return mutatedBytes(random, validNpyFile(random));
  const text = mutatedText(random, headerText(random.pick(DESCRS), random.pick(SHAPES)), ALPHABET);
  return fileOf(random, text, random.bytes(random.below(300)));
}

/** Arrays that would be more lists than this are not turned into any: an empty one may be long along its other axes. */
const LISTS_MAX = 1000;

/** Reads a file in every way. */
export function checkNpy(file: Uint8Array): Verdict {
  try {
    npyDataOffset(file);
    parseNpyHeader(file);
    const view = readNpy(file);
    return {
      isRead: true,
      fault: null,
      verify: () => faultOfArray(view, file.length) ?? faultIn(() => faultOfCopy(file)),
    };
  } catch (error) {
    return refusal(error);
  }
}

function faultOfCopy(file: Uint8Array): string | null {
  let asked = 0;
  const allocate = (nbytes: number): SharedArrayBuffer => {
    asked = nbytes;
    return new SharedArrayBuffer(nbytes);
  };
  using view = readNpy(file, { allocate, byteOrder: "native" });
  if (asked > file.length) return `it asked for ${asked} bytes, and has ${file.length}`;
  return view.nbytes === asked ? null : `the array has ${view.nbytes} bytes of ${asked}`;
}

/** What is wrong with an array that was read: what is written of it must be read as the same. */
export function faultOfArray(view: MemoryView, bytesMax: number): string | null {
  if (view.nbytes > bytesMax) return `the array has ${view.nbytes} bytes, expected at most ${bytesMax}`;
  const bytes = view.toBytes();
  return (
    faultIn(() => {
      const lists = view.shape.reduce((product, length) => product * Math.max(1, length), 1);
      if (lists <= LISTS_MAX) view.toList();
      if (!view.equals(view) && view.size === 0) return "it is empty, and differs from itself";
      return null;
    }) ??
    faultIn(() => {
      using again = readNpy(writeNpy(view));
      const isSame = Buffer.compare(again.toBytes(), bytes) === 0;
      return isSame && again.size * again.itemsize === view.nbytes ? null : "once written, it is read as another array";
    })
  );
}
