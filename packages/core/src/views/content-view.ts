/**
 * What a view's elements are, taken as a whole: their bytes, their values as lists, whether they equal others.
 *
 * Source: CPython `Objects/memoryobject.c`.
 *
 * @module
 */
import { type AnyDType, BufferView } from "./buffer-view.ts";
import { codecFor, type Value } from "../formats/codec.ts";
import { contiguousBytes } from "./copy.ts";
import { type Content, contentsAreEqual, valuesAreEqual } from "./equality.ts";
import { describe, MemoryError, NotImplementedError, ValueError } from "../errors.ts";
import { checkHashable, hashOf } from "./hash.ts";
import { hexOf } from "./hex.ts";
import { stridedElements } from "./indirection.ts";
import { type Exportable, isExporter } from "../protocol/exporter.ts";
import { checkOrder, type Order } from "../layout/layout.ts";
import { type Integer, sliceIndices } from "../layout/slicing.ts";

/** Lists and elements that a list may have, whatever the memory. */
export const LIST_ENTRIES_FREE = 16_777_216;

/**
 * More for each byte of the memory: every element may be in as many lists as there are axes. A file of some bytes can say
 * any shape of elements without bytes, or of one that is repeated, and no list of those fits anywhere.
 */
export const LIST_ENTRIES_PER_BYTE = 64;

export class ContentView<D extends AnyDType = AnyDType> extends BufferView<D> {
  /**
   * A private copy of the elements' bytes, in C or Fortran order; `A` is Fortran where only that fits the memory, and null
   * is C.
   *
   * @throws a `MemoryError` if they are too many; {@link ValueError} for another order
   */
  toBytes(order: Order | null = "C"): Uint8Array<ArrayBuffer> {
    const content = this.#content();
    return contiguousBytes(content, checkOrder(order ?? "C"));
  }

  /**
   * The elements as nested arrays; of a view of no axes, the element.
   *
   * @throws {@link MemoryError} if there are more than memory accounts for, by {@link LIST_ENTRIES_FREE} and
   *   {@link LIST_ENTRIES_PER_BYTE}
   */
  toList(): unknown {
    const { buffer, format, shape, strides, byteOffset } = this.#content();
    checkListable(shape, buffer.byteLength);
    const codec = codecFor(format);
    const bytes = new DataView(buffer);
    const list = (axis: number, offset: number): unknown =>
      axis === shape.length
        ? codec.read(bytes, offset)
        : Array.from({ length: shape[axis]! }, (_, i) => list(axis + 1, offset + i * strides[axis]!));
    return list(0, byteOffset);
  }

  /**
   * The bytes in C order as two hexadecimal digits each.
   *
   * @param separator - one ASCII character between groups
   * @param bytesPerSeparator - bytes in a group, counted from the right if positive, from the left if negative
   * @throws {@link ValueError} for another separator
   */
  hex(separator?: string, bytesPerSeparator?: number): string {
    return hexOf(this.toBytes(), separator, bytesPerSeparator);
  }

  /**
   * True if `other` exports elements of equal values in an equal shape, whatever the formats: `view == other`.
   *
   * NaN equals nothing, and neither does an element of a format that has no values. A released view equals itself alone.
   *
   * Cost: O(size).
   */
  equals(other: unknown): boolean {
    if (this.released || (other instanceof BufferView && other.released)) return (this as unknown) === other;
    if (other instanceof ContentView) return contentsAreEqual(this.#content(), other.#content());
    if (!isExporter(other)) return false;
    const view = viewIfExported(other);
    if (view === null) return false;
    try {
      return contentsAreEqual(this.#content(), view.#content());
    } finally {
      view.release();
    }
  }

  /**
   * A hash of the bytes in C order: equal for equal bytes.
   *
   * @throws {@link ValueError} unless the view is read-only and of format B, b or c; `TypeError` if its exporter may still
   *   change the memory
   */
  hash(): number {
    checkHashable(this.checked());
    return hashOf(this.toBytes());
  }

  /** How many elements of a one-dimensional view equal `value`. @throws as {@link index} for other views */
  count(value: unknown): number {
    let count = 0;
    for (const element of this.#line("count in")) if (valuesAreEqual(element, value)) count++;
    return count;
  }

  /** True if an element of a one-dimensional view equals `value`: Python's `in`. */
  includes(value: unknown): boolean {
    for (const element of this.#line("search")) if (valuesAreEqual(element, value)) return true;
    return false;
  }

  /**
   * Where the first element that equals `value` is, in a one-dimensional view.
   *
   * @param start - and `stop`: where to look, as in a slice
   * @throws {@link ValueError} if there is none; `TypeError` for no dimensions, {@link NotImplementedError} for several
   */
  index(value: unknown, start: Integer = 0, stop: Integer = Number.MAX_SAFE_INTEGER): number {
    const bounds = sliceIndices({ start, stop }, this.shape[0] ?? 0);
    let i = bounds.start;
    for (const element of this.#line("search", bounds.start, bounds.stop)) {
      if (valuesAreEqual(element, value)) return i;
      i++;
    }
    throw new ValueError(`cannot find ${describe(value)}: no element of [${bounds.start}, ${bounds.stop}) equals it`);
  }

  /** The elements of a one-dimensional view, read one by one. */
  *#line(attempt: string, start: number = 0, stop: number = Infinity): Generator<Value> {
    const { shape, format } = this.checked();
    if (shape.length === 0) throw new TypeError(`cannot ${attempt} a view of no dimensions`);
    if (shape.length > 1)
      throw new NotImplementedError(`cannot ${attempt} a view of ${shape.length} dimensions: flatten it first`);
    const { buffer, strides, byteOffset } = this.#content();
    const codec = codecFor(format);
    const bytes = new DataView(buffer);
    const end = Math.min(stop, shape[0]!);
    for (let i = start; i < end; i++) {
      // What the elements are compared with may run code of its own, and that may release this view.
      this.checked();
      yield codec.read(bytes, byteOffset + i * strides[0]!);
    }
  }

  #content(): Content {
    const { managed, shape, strides, byteOffset, suboffsets, itemsize, format } = this.checked();
    const memory = { buffer: managed.buffer, shape, strides, byteOffset, itemsize, suboffsets };
    return { ...stridedElements(memory), format };
  }
}

function checkListable(shape: readonly number[], nbytes: number): void {
  let [entries, inAxis] = [0, 1];
  for (const length of shape) {
    inAxis *= length;
    entries += inAxis;
  }
  const most = LIST_ENTRIES_FREE + LIST_ENTRIES_PER_BYTE * nbytes;
  if (entries <= most) return;
  throw new MemoryError(
    `cannot list shape ${describe(shape)} of ${nbytes} bytes of memory: that has ${entries} entries, expected at most ${most}`,
  );
}

/** A view of an exporter, or null where it refuses, whatever the reason: then nothing can be said of its elements. */
function viewIfExported(exporter: Exportable): ContentView | null {
  try {
    return new ContentView(exporter);
  } catch {
    return null;
  }
}
