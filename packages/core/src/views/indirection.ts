/**
 * Memory behind tables of offsets: what `Py_buffer.suboffsets` mean, and how elements behind them are reached.
 *
 * Along an axis whose suboffset is not negative the stride leads to an entry of a table, not to an element. The entry is
 * an unsigned 32-bit number in the machine's byte order, and counts bytes from the start of the same buffer; C has a
 * pointer in its place. The suboffset is added to it, and from there the next axes step on. So rows may lie anywhere, as
 * in PIL's images.
 *
 * What a table holds is never trusted, and in shared memory it may change at any time. So an entry is read once, and the
 * bytes that it leads to are proved to lie inside the buffer before one of them is touched.
 *
 * Units: bytes, but for shapes and indices.
 *
 * Source: PEP 3118; CPython `Objects/memoryobject.c` (`ADJUST_PTR`, `init_slice`, `copy_rec`) and `Objects/abstract.c`
 * (`PyBuffer_GetPointer`).
 *
 * @module
 */
import { copyElements, privateBytes, refuseOtherElements, type Strided } from "./copy.ts";
import { isSharedArrayBuffer } from "../memory/array-buffer.ts";
import { BufferError, NotImplementedError } from "../errors.ts";
import { NATIVE_BYTE_ORDER } from "../formats/format-tree.ts";
import { type ByteBounds, byteBounds, contiguousStrides, type Layout, safeStride, sizeOf } from "../layout/layout.ts";
import { POINTER_BYTES, reachOf } from "../protocol/py-buffer.ts";
import { type IndexKey, selectionsOf } from "../layout/slicing.ts";

/** Where elements lie that may be behind tables of offsets. */
export interface IndirectLayout extends Layout {
  readonly suboffsets: readonly number[] | null;
}

/** Elements in a buffer that may lie behind tables of offsets in it. */
export interface Indirect extends Strided, IndirectLayout {}

/**
 * Finds the place of one element, and proves it to be inside the buffer.
 *
 * @param indices - one for each axis, from 0 up to its length
 * @throws {@link BufferError} if a table leads out of the buffer
 *
 * Cost: O(ndim).
 */
export function elementOffset(memory: Indirect, indices: readonly number[]): number {
  const { strides, suboffsets, itemsize } = memory;
  const bytes = bytesOf(memory.buffer);
  let offset = memory.byteOffset;
  for (const [axis, index] of indices.entries()) {
    offset += index * strides[axis]!;
    const suboffset = suboffsets?.[axis] ?? -1;
    if (suboffset >= 0) offset = follow(bytes, offset) + suboffset;
  }
  checkInside({ low: offset, high: offset + itemsize }, bytes);
  return offset;
}

/**
 * Gives the elements as memory that strides alone describe: themselves where no table is before them, else a private
 * copy in C order.
 *
 * @throws {@link BufferError} if a table leads out of the buffer; a `MemoryError` if there is no room for the copy
 *
 * Cost: O(1), or O(size) behind tables.
 */
export function stridedElements(source: Indirect): Strided {
  if (source.suboffsets === null) return source;
  const copy = privateMemory(source);
  const direct = directAxis(source);
  const targets = partsOf({ ...copy, suboffsets: null }, direct);
  for (const place of partsOf(source, direct)) {
    copyElements(partAt(copy, direct, targets.next().value as number), partAt(source, direct, place));
  }
  return copy;
}

/**
 * Copies every element of `source` to its place in `target`, as if `source` had been copied first.
 *
 * @param source - of `target`'s shape and itemsize
 * @throws as `copyElements`, and {@link BufferError} if a table leads out of the buffer; then nothing is written
 *
 * Cost: O(size).
 */
export function storeElements(target: Indirect, source: Strided): void {
  if (target.suboffsets === null) return copyElements(target, source);
  refuseOtherElements(target, source);
  let from = source;
  if (source.buffer === target.buffer || isSharedArrayBuffer(source.buffer)) {
    // The rows may lie over the source, and over their own table.
    from = privateMemory(target);
    copyElements(from, source);
  }
  const direct = directAxis(target);
  // All are found before the first is written.
  const places = new Float64Array(privateBytes(8 * sizeOf(target.shape.slice(0, direct))).buffer);
  let found = 0;
  for (const place of partsOf(target, direct)) places[found++] = place;
  const sources = partsOf({ ...from, suboffsets: null }, direct);
  for (const place of places.subarray(0, found)) {
    copyElements(partAt(target, direct, place), partAt(from, direct, sources.next().value as number));
  }
}

/**
 * Selects by one key for each axis, as `applyIndex` does. A slice moves the start of its axis where no table is before
 * it, and else the suboffset of the last table; an integer along an axis with a table follows it, once and for all.
 *
 * @returns a layout inside the buffer; behind tables still, or not
 * @throws as `applyIndex`; {@link BufferError} if a table leads out of the buffer
 * @throws {@link NotImplementedError} for what no suboffsets say: two tables without an axis between them, and elements
 *   that lie before the place that an entry names
 */
export function applyIndirectIndex(memory: Indirect, keys: readonly IndexKey[]): IndirectLayout {
  const selections = selectionsOf(memory.shape, keys);
  const bytes = bytesOf(memory.buffer);
  const result = new IndirectAxes(memory.byteOffset);
  // Where there are no elements there need be no tables.
  const isEmpty = selections.some((selection) => selection.kind === "part" && selection.length === 0);
  for (const selection of selections) {
    if (selection.kind === "insert") {
      result.push({ length: 1, stride: 0, suboffset: null });
      continue;
    }
    const stride = memory.strides[selection.axis]!;
    const suboffset = suboffsetOf(memory, selection.axis);
    const start = selection.kind === "drop" ? selection.index : selection.start;
    if (!isEmpty) result.advance(start * stride);
    if (selection.kind === "part") {
      result.push({ length: selection.length, stride: safeStride(selection.step * stride), suboffset });
    } else if (suboffset !== null && !isEmpty) {
      result.followTable(bytes, suboffset);
    }
  }
  const layout = result.layout();
  checkInside(reachOf(layout, memory.itemsize, layout.suboffsets), bytes);
  return layout;
}

interface IndirectAxis {
  readonly length: number;
  readonly stride: number;
  /** Null for an axis that leads to no table. */
  suboffset: number | null;
}

/** The axes of a result, in the making. */
class IndirectAxes {
  readonly #axes: IndirectAxis[] = [];
  /** The last axis that leads to a table: what follows is counted from where that leads. */
  #table: IndirectAxis | null = null;
  #byteOffset: number;

  constructor(byteOffset: number) {
    this.#byteOffset = byteOffset;
  }

  push(axis: IndirectAxis): void {
    this.#axes.push(axis);
    if (axis.suboffset !== null) this.#table = axis;
  }

  /** Moves all elements by as many bytes. */
  advance(nbytes: number): void {
    if (this.#table === null) this.#byteOffset += nbytes;
    else this.#table.suboffset! += nbytes;
  }

  /** Goes through one table behind the axes so far: at once where they are none, else by the last of them. */
  followTable(bytes: DataView, suboffset: number): void {
    const last = this.#axes.at(-1);
    if (last === undefined) {
      this.#byteOffset = follow(bytes, this.#byteOffset) + suboffset;
    } else if (last.suboffset === null) {
      last.suboffset = suboffset;
      this.#table = last;
    } else {
      throw new NotImplementedError("cannot index away an axis between two tables of offsets: copy the view first");
    }
  }

  layout(): IndirectLayout {
    const axes = this.#axes;
    for (const { suboffset } of axes) {
      if (suboffset === null || (Number.isSafeInteger(suboffset) && suboffset >= 0)) continue;
      throw new NotImplementedError(
        `cannot index elements ${suboffset} bytes from where a table leads: suboffsets count from 0; copy the view first`,
      );
    }
    const suboffsets = axes.map(({ suboffset }) => suboffset ?? -1);
    return {
      shape: Object.freeze(axes.map(({ length }) => length)),
      strides: Object.freeze(axes.map(({ stride }) => stride)),
      byteOffset: this.#byteOffset,
      suboffsets: axes.some(({ suboffset }) => suboffset !== null) ? Object.freeze(suboffsets) : null,
    };
  }
}

/** The first axis behind the last table: from there on strides alone say where elements lie. */
function directAxis({ suboffsets }: Indirect): number {
  return 1 + (suboffsets?.findLastIndex((suboffset) => suboffset >= 0) ?? -1);
}

/** The elements at one index along the axes before `direct`. */
function partAt({ buffer, shape, strides, itemsize }: Strided, direct: number, byteOffset: number): Strided {
  return { buffer, byteOffset, shape: shape.slice(direct), strides: strides.slice(direct), itemsize };
}

/**
 * Finds where the parts lie: one for each index along the axes before `direct`, in C order. Each is inside the buffer.
 *
 * @throws {@link BufferError} when it comes to one that is not
 */
function* partsOf(memory: Indirect, direct: number): Generator<number, void, undefined> {
  const { shape, strides, itemsize } = memory;
  if (itemsize === 0 || shape.includes(0)) return;
  const bytes = bytesOf(memory.buffer);
  const reach = byteBounds(partAt(memory, direct, 0), itemsize);

  function* walk(axis: number, offset: number): Generator<number, void, undefined> {
    if (axis === direct) {
      checkInside({ low: offset + reach.low, high: offset + reach.high }, bytes);
      yield offset;
      return;
    }
    const suboffset = suboffsetOf(memory, axis);
    for (let i = 0; i < shape[axis]!; i++) {
      const step = offset + i * strides[axis]!;
      yield* walk(axis + 1, suboffset === null ? step : follow(bytes, step) + suboffset);
    }
  }
  yield* walk(0, memory.byteOffset);
}

function suboffsetOf({ suboffsets }: Indirect, axis: number): number | null {
  const suboffset = suboffsets?.[axis] ?? -1;
  return suboffset < 0 ? null : suboffset;
}

/** Reads one entry of a table. */
function follow(bytes: DataView, place: number): number {
  checkInside({ low: place, high: place + POINTER_BYTES }, bytes);
  return bytes.getUint32(place, NATIVE_BYTE_ORDER === "little");
}

/** Numbers beyond 2^53 are rounded, but stay integers, and outside of any buffer. */
function checkInside({ low, high }: ByteBounds, bytes: DataView): void {
  if (low >= 0 && high <= bytes.byteLength) return;
  throw new BufferError(
    `cannot follow a table of offsets to bytes [${low}, ${high}): the buffer has ${bytes.byteLength} bytes`,
  );
}

function bytesOf(buffer: ArrayBufferLike): DataView {
  try {
    return new DataView(buffer);
  } catch (cause) {
    throw new BufferError("cannot follow a table of offsets: its buffer was detached", { cause });
  }
}

/** Room for elements like these, in C order. */
function privateMemory({ shape, itemsize }: Strided): Strided {
  const { buffer } = privateBytes(sizeOf(shape) * itemsize);
  return { buffer, byteOffset: 0, shape, strides: contiguousStrides(shape, itemsize, "C"), itemsize };
}
