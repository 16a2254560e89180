/**
 * Python's `struct`: values into bytes by a format, and back.
 *
 * The functions take `struct`'s own formats, as Python's do; records and sub-arrays (PEP 3118) are read and written by
 * the codecs of `codec.ts`. Values that don't fit raise `struct.pack`'s errors. Memory is anything that exports
 * contiguous bytes: buffers, typed arrays, views.
 *
 * Source: CPython's `struct` documentation and `Modules/_struct.c`.
 *
 * @module
 */
import { codecFor, type Codec, type Value } from "./codec.ts";
import { BufferError, FormatError, MemoryError, describe } from "../errors.ts";
import { getBuffer, type Exportable, type PyBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { parseStructFormat } from "./format.ts";

/**
 * Packs values into new bytes: `struct.pack`.
 *
 * @throws {@link FormatError} if the values are not those that the format asks for; `OverflowError` for a float that is
 *   too large for `e` or a standard `f`; {@link MemoryError} if there is no room for the bytes
 *
 * @example
 * ```ts
 * pack("<hb", 1, -1); // Uint8Array [1, 0, 255]
 * ```
 */
export function pack(format: string, ...values: readonly unknown[]): Uint8Array<ArrayBuffer> {
  const codec = structCodec(format);
  checkCount(codec, values, "pack");
  const bytes = allocate(codec.itemsize);
  writeValues(codec, new DataView(bytes.buffer), 0, values);
  return bytes;
}

/**
 * Packs values into memory that exists: `struct.pack_into`.
 *
 * @param byteOffset - where the item starts; a negative one counts from the end
 * @throws {@link FormatError} if the values or the room are not those that the format asks for; then nothing is written
 * @throws `TypeError` if the memory can't be written, or its bytes don't lie side by side
 */
export function packInto(format: string, target: Exportable, byteOffset: number, ...values: readonly unknown[]): void {
  const codec = structCodec(format);
  checkCount(codec, values, "pack_into");
  using buffer = writableBytes(target);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.nbytes);
  writeValues(codec, view, startOf(codec, view, byteOffset, "pack"), values);
}

/**
 * Unpacks bytes into values: `struct.unpack`.
 *
 * @param source - of exactly the format's size
 * @throws {@link FormatError} for another size
 *
 * @example
 * ```ts
 * unpack(">hq", Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 2)); // [1, 2n]
 * ```
 */
export function unpack(format: string, source: Exportable): Value[] {
  const codec = structCodec(format);
  return withBytes(source, (view) => {
    if (view.byteLength !== codec.itemsize) {
      throw new FormatError(
        `cannot unpack ${view.byteLength} bytes as format ${describe(format)}: expected ${codec.itemsize} bytes`,
      );
    }
    return readValues(codec, view, 0);
  });
}

/**
 * Unpacks the values at a place in memory: `struct.unpack_from`.
 *
 * @param byteOffset - where the item starts; a negative one counts from the end
 * @throws {@link FormatError} if the item does not lie in `source`
 */
export function unpackFrom(format: string, source: Exportable, byteOffset: number = 0): Value[] {
  const codec = structCodec(format);
  return withBytes(source, (view) => {
    return readValues(codec, view, startOf(codec, view, byteOffset, "unpack"));
  });
}

/**
 * Unpacks one item after another: `struct.iter_unpack`.
 *
 * @param source - bytes of a whole number of items
 * @throws {@link FormatError} at once if the format is empty or the size is no multiple of its
 */
export function iterUnpack(format: string, source: Exportable): IterableIterator<Value[]> {
  const codec = structCodec(format);
  withBytes(source, (view) => checkMultiple(codec, view));
  return unpackEach(codec, source);
}

/** Holds the memory from the first item to the last, so that an iterator nobody starts holds nothing. */
function* unpackEach(codec: Codec, source: Exportable): Generator<Value[], void, undefined> {
  const buffer = getBuffer(source, BufferFlags.SIMPLE);
  try {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.nbytes);
    checkMultiple(codec, view);
    for (let start = 0; start < buffer.nbytes; start += codec.itemsize) yield readValues(codec, view, start);
  } finally {
    buffer.release();
  }
}

function structCodec(format: string): Codec {
  return codecFor(parseStructFormat(format), "struct");
}

function readValues(codec: Codec, view: DataView, byteOffset: number): Value[] {
  const value = codec.read(view, byteOffset);
  return codec.length === 1 ? [value] : (value as Value[]);
}

function writeValues(codec: Codec, view: DataView, byteOffset: number, values: readonly unknown[]): void {
  codec.write(view, byteOffset, codec.length === 1 ? values[0] : values);
}

function withBytes<T>(exporter: Exportable, use: (view: DataView) => T): T {
  const buffer = getBuffer(exporter, BufferFlags.SIMPLE);
  try {
    return use(new DataView(buffer.buffer, buffer.byteOffset, buffer.nbytes));
  } finally {
    buffer.release();
  }
}

/** What CPython's functions take as "read-write bytes-like": any refusal is a `TypeError` there. */
function writableBytes(target: Exportable): PyBuffer {
  try {
    return getBuffer<number>(target, BufferFlags.WRITABLE);
  } catch (cause) {
    if (!(cause instanceof BufferError)) throw cause;
    throw new TypeError(`cannot pack into ${describe(target)}: expected contiguous memory that may be written`, {
      cause,
    });
  }
}

function allocate(nbytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(nbytes);
  } catch (cause) {
    throw new MemoryError(`cannot pack ${nbytes} bytes: there is no buffer of this size`, { cause });
  }
}

function checkCount({ format, length }: Codec, values: readonly unknown[], name: string): void {
  if (values.length === length) return;
  throw new FormatError(
    `cannot ${name} ${values.length} values as format ${describe(format.text)}: expected ${length}`,
  );
}

function checkMultiple({ format, itemsize }: Codec, view: DataView): void {
  if (itemsize > 0 && view.byteLength % itemsize === 0) return;
  const expected = itemsize > 0 ? `a multiple of ${itemsize} bytes` : "a format of at least 1 byte";
  throw new FormatError(
    `cannot iterate over ${view.byteLength} bytes as format ${describe(format.text)}: expected ${expected}`,
  );
}

function startOf({ format, itemsize }: Codec, view: DataView, byteOffset: number, verb: string): number {
  const start = byteOffset < 0 ? byteOffset + view.byteLength : byteOffset;
  if (Number.isInteger(start) && start >= 0 && start <= view.byteLength - itemsize) return start;
  throw new FormatError(
    `cannot ${verb} format ${describe(format.text)} at byte ${describe(byteOffset)} of ${view.byteLength}: expected room for ${itemsize} bytes`,
  );
}
