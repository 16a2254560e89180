/**
 * Random formats with what they must be: an independent model of sizes, offsets and values.
 *
 * Sizes are written down again here, and alignment is found by trying one offset after the other, as a reader of the
 * `struct` documentation would.
 *
 * @module
 */
import fc from "fast-check";

/** Bytes in native and in standard mode, and a value of each code. */
interface CodeModel {
  readonly code: string;
  readonly native: number;
  readonly standard: number;
  readonly alignment: number;
  readonly value: fc.Arbitrary<unknown>;
}

const bytes = (length: number): fc.Arbitrary<unknown> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));
const unsigned = (max: number): fc.Arbitrary<unknown> => fc.integer({ min: 0, max });
const signed = (half: number): fc.Arbitrary<unknown> => fc.integer({ min: -half, max: half - 1 });
const signed64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const unsigned64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const float32 = fc.float({ noNaN: true });
const float64 = fc.double({ noNaN: true });
/** Multiples of 1/4 up to 511.75 have 11 bits. */
const float16 = fc.integer({ min: -2047, max: 2047 }).map((quarters) => (quarters === 0 ? -0 : quarters / 4));
const complex = (part: fc.Arbitrary<number>): fc.Arbitrary<unknown> => fc.record({ re: part, im: part });

export const CODES: readonly CodeModel[] = [
  { code: "c", native: 1, standard: 1, alignment: 1, value: bytes(1) },
  { code: "b", native: 1, standard: 1, alignment: 1, value: signed(128) },
  { code: "B", native: 1, standard: 1, alignment: 1, value: unsigned(255) },
  { code: "?", native: 1, standard: 1, alignment: 1, value: fc.boolean() },
  { code: "h", native: 2, standard: 2, alignment: 2, value: signed(2 ** 15) },
  { code: "H", native: 2, standard: 2, alignment: 2, value: unsigned(2 ** 16 - 1) },
  { code: "i", native: 4, standard: 4, alignment: 4, value: signed(2 ** 31) },
  { code: "I", native: 4, standard: 4, alignment: 4, value: unsigned(2 ** 32 - 1) },
  { code: "q", native: 8, standard: 8, alignment: 8, value: signed64 },
  { code: "Q", native: 8, standard: 8, alignment: 8, value: unsigned64 },
  { code: "e", native: 2, standard: 2, alignment: 2, value: float16 },
  { code: "f", native: 4, standard: 4, alignment: 4, value: float32 },
  { code: "d", native: 8, standard: 8, alignment: 8, value: float64 },
  { code: "F", native: 8, standard: 8, alignment: 4, value: complex(float32) },
  { code: "D", native: 16, standard: 16, alignment: 8, value: complex(float64) },
];

/** Of another size in standard mode, or of none. */
const NATIVE_CODES: readonly CodeModel[] = [
  { code: "l", native: 8, standard: 4, alignment: 8, value: signed64 },
  { code: "L", native: 8, standard: 4, alignment: 8, value: unsigned64 },
  { code: "n", native: 8, standard: 0, alignment: 8, value: signed64 },
  { code: "N", native: 8, standard: 0, alignment: 8, value: unsigned64 },
  { code: "P", native: 8, standard: 0, alignment: 8, value: unsigned64 },
];

const STANDARD_CODES: readonly CodeModel[] = [
  { code: "l", native: 8, standard: 4, alignment: 8, value: signed(2 ** 31) },
  { code: "L", native: 8, standard: 4, alignment: 8, value: unsigned(2 ** 32 - 1) },
];

/** A format and what must be true of it. */
export interface FormatModel {
  readonly text: string;
  readonly itemsize: number;
  /** The value of one item. */
  readonly value: fc.Arbitrary<unknown>;
}

export interface StructModel extends FormatModel {
  /** The values of an item one by one. */
  readonly values: fc.Arbitrary<readonly unknown[]>;
}

interface Part {
  readonly text: string;
  readonly size: number;
  readonly alignment: number;
  /** Values that the part has, in turn. */
  readonly values: readonly fc.Arbitrary<unknown>[];
}

/** Lays parts one after the other, each at the first offset that suits it. */
function layOut(parts: readonly { readonly size: number; readonly alignment: number }[]): {
  offsets: number[];
  stop: number;
} {
  const offsets: number[] = [];
  let stop = 0;
  for (const { size, alignment } of parts) {
    while (stop % alignment !== 0) stop += 1;
    offsets.push(stop);
    stop += size;
  }
  return { offsets, stop };
}

function partsOf(isNative: boolean, isAligned: boolean): fc.Arbitrary<Part> {
  const codes = [...CODES, ...(isNative ? NATIVE_CODES : STANDARD_CODES)];
  const number = fc.record({ model: fc.constantFrom(...codes), count: fc.constantFrom(null, 0, 1, 2, 3, 7) });
  const numbers = number.map(({ model, count }): Part => {
    const size = isNative ? model.native : model.standard;
    const values = Array.from({ length: count ?? 1 }, () => model.value);
    return {
      text: `${count ?? ""}${model.code}`,
      size: size * (count ?? 1),
      alignment: isAligned ? model.alignment : 1,
      values,
    };
  });
  const strings = fc.record({ code: fc.constantFrom("s", "p", "x"), length: fc.integer({ min: 1, max: 300 }) });
  const texts = strings.map(({ code, length }): Part => {
    const value =
      code === "s"
        ? bytes(length)
        : fc.uint8Array({ maxLength: Math.min(length - 1, 255) }).map((a) => new Uint8Array(a));
    return { text: `${length}${code}`, size: length, alignment: 1, values: code === "x" ? [] : [value] };
  });
  return fc.oneof({ arbitrary: numbers, weight: 6 }, { arbitrary: texts, weight: 1 });
}

/** Formats of `struct`, in every mode. */
export const structFormats: fc.Arbitrary<StructModel> = fc.constantFrom("", "@", "=", "<", ">", "!").chain((prefix) => {
  const isNative = prefix === "" || prefix === "@";
  return fc
    .record({
      parts: fc.array(partsOf(isNative, isNative), { maxLength: 8 }),
      gap: fc.constantFrom("", " ", "\t\n"),
    })
    .map(({ parts, gap }): StructModel => {
      const values = parts.flatMap((part) => part.values);
      const tuple = fc.tuple(...values);
      return {
        text: prefix + parts.map((part) => part.text).join(gap),
        itemsize: layOut(parts).stop,
        values: tuple,
        value: values.length === 1 ? tuple.map(([value]) => value) : tuple,
      };
    });
});

export interface TypeModel extends FormatModel {
  readonly alignment: number;
}

/** Values of PEP 3118 types in native mode, records and sub-arrays within each other. */
const types: fc.Memo<TypeModel> = fc.memo((depth) =>
  depth <= 1 ? scalars : fc.oneof(scalars, records(depth), subArrays(depth)),
);

const scalars: fc.Arbitrary<TypeModel> = fc.oneof(
  fc
    .constantFrom(...CODES, ...NATIVE_CODES)
    .map(({ code, native, alignment, value }): TypeModel => ({ text: code, itemsize: native, alignment, value })),
  fc.constantFrom(
    { text: "Zf", itemsize: 8, alignment: 4, value: complex(float32) },
    { text: "Zd", itemsize: 16, alignment: 8, value: complex(float64) },
  ),
  fc
    .integer({ min: 0, max: 9 })
    .chain((length) =>
      fc.constantFrom(
        { text: `${length}s`, itemsize: length, alignment: 1, value: bytes(length) },
        { text: `${length}w`, itemsize: 4 * length, alignment: 4, value: textOf(length, "grapheme-composite") },
        { text: `${length}u`, itemsize: 2 * length, alignment: 2, value: textOf(length, "binary-ascii") },
      ),
    ),
);

/** Text whose code points fit; zeros at its end would be lost. */
function textOf(length: number, unit: "grapheme-composite" | "binary-ascii"): fc.Arbitrary<unknown> {
  return fc
    .string({ unit, maxLength: length })
    .map((text) => Array.from(text).slice(0, length).join("").replace(/\0+$/, ""));
}

const names = fc.oneof(
  fc.string({ maxLength: 5 }).map((name) => name.replaceAll(":", ".")),
  fc.constantFrom("__proto__", "constructor", "toString", "f0", "length"),
);

function records(depth: number): fc.Arbitrary<TypeModel> {
  const fields = fc.uniqueArray(fc.tuple(names, types(depth - 1)), { maxLength: 4, selector: ([name]) => name });
  return fields.map((pairs): TypeModel => {
    const parts = pairs.map(([, type]) => ({ size: type.itemsize, alignment: type.alignment }));
    const alignment = Math.max(1, ...parts.map((part) => part.alignment));
    // A C compiler pads a struct so that the next one in an array is aligned.
    const { stop } = layOut([...parts, { size: 0, alignment }]);
    return {
      text: `T{${pairs.map(([name, type]) => `${type.text}:${name}:`).join("")}}`,
      itemsize: stop,
      alignment,
      value: fc.tuple(...pairs.map(([, type]) => type.value)).map((values) =>
        recordOf(
          pairs.map(([name]) => name),
          values,
        ),
      ),
    };
  });
}

function recordOf(fields: readonly string[], values: readonly unknown[]): object {
  return Object.fromEntries(fields.map((name, index) => [name, values[index]]));
}

function subArrays(depth: number): fc.Arbitrary<TypeModel> {
  const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
  return fc.tuple(shapes, fc.oneof(scalars, records(depth - 1))).map(([shape, item]): TypeModel => {
    const value = shape.reduceRight(
      (inner, extent) => fc.array(inner, { minLength: extent, maxLength: extent }) as fc.Arbitrary<unknown>,
      item.value,
    );
    const size = shape.reduce((product, extent) => product * extent, item.itemsize);
    return { text: `(${shape.join(",")})${item.text}`, itemsize: size, alignment: item.alignment, value };
  });
}

/** PEP 3118 formats of one value. */
export const pep3118Formats: fc.Arbitrary<TypeModel> = types(3);
