/**
 * Python 2's buffer objects: what there was before the buffer protocol, for code that is carried over.
 *
 * A buffer object is a window on some base's bytes. It counts no export and locks nothing: at each access it asks its
 * base anew, so that the base may grow, shrink or move meanwhile, and the window is cut to what is left. That was its
 * shortcoming, and why `getBuffer` has a release. Slices, items and sums are copies, unlike those of a `MemoryView`.
 *
 * A base is what exports contiguous bytes, or another buffer object; Python 2's memoryview was none, and so a view of ours
 * is none. Byte strings are `Uint8Array`s here.
 *
 * Units: bytes. Source: `Doc/c-api/buffer.rst`, "Old-style buffer objects", and `Objects/bufferobject.c` of CPython 2.7;
 * where they differ, the documentation.
 *
 * @module
 */
import { byteLengthOf } from "../memory/array-buffer.ts";
import { BufferView } from "../views/buffer-view.ts";
import { privateBytes } from "../views/copy.ts";
import { BufferError, describe, IndexError, MemoryError, ReadonlyError, ValueError } from "../errors.ts";
import { type Exportable, getBuffer, isExporter } from "./exporter.ts";
import { BufferFlags } from "./flags.ts";
import { hashOf } from "../views/hash.ts";
import { checkStillThere } from "../memory/managed-buffer.ts";
import { type Integer, sliceIndices } from "../layout/slicing.ts";

/** As a size: all that the base has. `Py_END_OF_BUFFER`. */
export const END_OF_BUFFER: -1 = -1;

/** What a buffer object can be made of. */
export type OldBufferBase = Exportable | OldBuffer;

type Bound = Integer | null;

let windowIn: (buffer: OldBuffer) => ByteWindow;

/** A buffer object: Python 2's `buffer`. */
export class OldBuffer {
  static {
    windowIn = (buffer): ByteWindow => buffer.#window;
  }

  readonly #window: ByteWindow;
  #hash: number | null = null;

  /**
   * Makes a read-only buffer object: `buffer(object[, offset[, size]])`.
   *
   * @throws as {@link bufferFromObject}; `TypeError` for more arguments
   */
  constructor(base: OldBufferBase, offset: number = 0, size: number = END_OF_BUFFER, ...others: readonly never[]) {
    if (others.length > 0)
      throw new TypeError(`cannot make a buffer of ${3 + others.length} arguments: expected 1 to 3`);
    this.#window =
      (base as unknown) instanceof ByteWindow ? (base as unknown as ByteWindow) : windowOf(base, offset, size, true);
  }

  /** True where nothing can be written through this object; its base may still change. */
  get readonly(): boolean {
    return this.#window.readonly;
  }

  /** Bytes in the window, as the base is now. */
  get length(): number {
    return this.#window.bytes().length;
  }

  /** A copy of all bytes: `str(buffer)`. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return joined([this.#window.bytes()]);
  }

  /** A copy of one byte: `buffer[index]`. @throws {@link IndexError} out of bounds; `TypeError` for no integer */
  item(index: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#window.bytes();
    return Uint8Array.of(bytes[wrapped(index, bytes.length)]!);
  }

  /** A copy of some bytes: `buffer[start:stop:step]`. @throws {@link ValueError} for a step of 0 */
  slice(start: Bound = null, stop: Bound = null, step: Bound = null): Uint8Array<ArrayBuffer> {
    const bytes = this.#window.bytes();
    const places = sliceIndices({ start, stop, step }, bytes.length);
    return Uint8Array.from({ length: places.length }, (_, i) => bytes[places.start + i * places.step]!);
  }

  /** Both bytes in a new string: `buffer + other`. @throws `TypeError` if `other` has no bytes */
  concat(other: OldBufferBase): Uint8Array<ArrayBuffer> {
    const right = bytesOf(other);
    return joined([this.#window.bytes(), right]);
  }

  /** The bytes `count` times: `buffer * count`. None for a negative count. @throws {@link MemoryError} for too many */
  repeat(count: number): Uint8Array<ArrayBuffer> {
    checkInteger("count", count);
    const bytes = this.#window.bytes();
    const times = Math.max(0, count);
    const repeated = privateBytes(bytes.length * times);
    for (let i = 0; i < times && bytes.length > 0; i++) repeated.set(bytes, i * bytes.length);
    return repeated;
  }

  /** Orders two buffer objects by their bytes, as strings: less than 0, 0, or more. @throws `TypeError` for others */
  compare(other: OldBuffer): number {
    if (!isOldBuffer(other)) throw new TypeError(`cannot compare a buffer with ${describe(other)}: expected a buffer`);
    const [left, right] = [this.#window.bytes(), other.#window.bytes()];
    for (let i = 0; i < left.length && i < right.length; i++) {
      if (left[i] !== right[i]) return left[i]! - right[i]!;
    }
    return left.length - right.length;
  }

  /** True for a buffer object of the same bytes; false for bytes that are none. */
  equals(other: unknown): boolean {
    return isOldBuffer(other) && this.compare(other) === 0;
  }

  /**
   * A hash of the bytes, equal for equal ones. It is kept, though the base may change: read-only memory is not immutable.
   *
   * @throws `TypeError` for a writable buffer object
   */
  hash(): number {
    if (!this.readonly) throw new TypeError("cannot hash a writable buffer: its bytes may change");
    this.#hash ??= hashOf(this.#window.bytes());
    return this.#hash;
  }

  /**
   * Writes one byte: `buffer[index] = byte`.
   *
   * @param byte - a base of exactly one byte
   * @throws {@link ReadonlyError}, then {@link IndexError} out of bounds, then `TypeError` for another `byte`
   */
  setItem(index: number, byte: OldBufferBase): void {
    wrapped(index, this.#writable().length);
    const source = bytesOf(byte);
    if (source.length !== 1) throw new TypeError(`cannot set a byte to ${source.length} bytes: expected one`);
    // The base of the byte has been asked, and may have changed this one.
    const target = this.#writable();
    target[wrapped(index, target.length)] = source[0]!;
  }

  /**
   * Writes some bytes: `buffer[start:stop:step] = bytes`.
   *
   * @param bytes - a base of as many bytes as there are places
   * @throws {@link ReadonlyError}, then `TypeError` for another number of bytes, {@link ValueError} for a step of 0
   */
  setSlice(start: Bound, stop: Bound, bytes: OldBufferBase, step: Bound = null): void {
    this.#writable();
    const source = joined([bytesOf(bytes)]);
    const target = this.#writable();
    const places = sliceIndices({ start, stop, step }, target.length);
    if (source.length !== places.length) {
      throw new TypeError(`cannot set ${places.length} bytes to ${source.length}: expected as many`);
    }
    for (const [i, byte] of source.entries()) target[places.start + i * places.step] = byte;
  }

  /** How a debugger shows it: `repr(buffer)`. */
  toString(): string {
    return `<${this.readonly ? "read-only" : "read-write"} buffer ${this.#window.describe()}>`;
  }

  #writable(): Uint8Array {
    if (this.readonly) throw new ReadonlyError("cannot modify a read-only buffer");
    return this.#window.bytes();
  }
}

/**
 * Makes a read-only buffer object: `PyBuffer_FromObject`.
 *
 * @param offset - where the window starts; behind the base's end it is empty
 * @param size - bytes of the window, cut to those that the base has; {@link END_OF_BUFFER} for all
 * @throws `TypeError` if `base` doesn't export its bytes as one contiguous block
 * @throws {@link ValueError} for a negative offset, or a negative size but {@link END_OF_BUFFER}
 */
export function bufferFromObject(base: OldBufferBase, offset: number, size: number): OldBuffer {
  return bufferOf(windowOf(base, offset, size, true));
}

/** As {@link bufferFromObject}, to be written too: `PyBuffer_FromReadWriteObject`. @throws `TypeError` also if `base` is read-only */
export function bufferFromReadWriteObject(base: OldBufferBase, offset: number, size: number): OldBuffer {
  return bufferOf(windowOf(base, offset, size, false));
}

/**
 * Makes a read-only buffer object of memory: `PyBuffer_FromMemory`. The caller keeps the memory.
 *
 * @throws {@link ValueError} for a negative size, {@link END_OF_BUFFER} too, and for bytes outside of `buffer`; `TypeError`
 *   if it is no buffer
 */
export function bufferFromMemory(buffer: ArrayBufferLike, byteOffset: number, size: number): OldBuffer {
  return bufferOf(memoryWindow(buffer, byteOffset, size, true));
}

/** As {@link bufferFromMemory}, to be written too: `PyBuffer_FromReadWriteMemory`. */
export function bufferFromReadWriteMemory(buffer: ArrayBufferLike, byteOffset: number, size: number): OldBuffer {
  return bufferOf(memoryWindow(buffer, byteOffset, size, false));
}

/**
 * Makes a buffer object with zeroed memory of its own, to be written: `PyBuffer_New`. Shared memory, where there is any.
 *
 * @throws {@link ValueError} for a negative size; {@link MemoryError} if the platform refuses it
 */
export function newBuffer(size: number): OldBuffer {
  checkSize(size);
  return bufferFromReadWriteMemory(sharedMemory(size), 0, size);
}

function sharedMemory(nbytes: number): ArrayBufferLike {
  // Where a page is not isolated there is no such class.
  const Memory = typeof SharedArrayBuffer === "undefined" ? ArrayBuffer : SharedArrayBuffer;
  try {
    return new Memory(nbytes);
  } catch (cause) {
    throw new MemoryError(`cannot make a buffer of ${nbytes} bytes: the platform refused the memory for it`, { cause });
  }
}

/** True for a buffer object: `PyBuffer_Check`. */
export function isOldBuffer(value: unknown): value is OldBuffer {
  return value instanceof OldBuffer;
}

/** Which bytes a buffer object stands for. */
class ByteWindow {
  readonly readonly: boolean;
  readonly offset: number;
  readonly size: number;
  /** What is asked for its bytes at each access, or null for bytes of a buffer. */
  readonly base: OldBufferBase | null;
  readonly #read: () => Uint8Array;

  constructor(
    place: { offset: number; size: number; readonly: boolean },
    base: OldBufferBase | null,
    read: () => Uint8Array,
  ) {
    this.offset = place.offset;
    this.size = place.size;
    this.readonly = place.readonly;
    this.base = base;
    this.#read = read;
  }

  /** The bytes of the window, as the base has them now. */
  bytes(): Uint8Array {
    const all = this.#read();
    const start = Math.min(this.offset, all.length);
    return all.subarray(start, this.size === END_OF_BUFFER ? all.length : start + this.size);
  }

  describe(): string {
    const what = this.base === null ? "of memory" : `for ${describe(this.base)}`;
    return `${what}, size ${this.size}, offset ${this.offset}`;
  }
}

function bufferOf(window: ByteWindow): OldBuffer {
  return new OldBuffer(window as unknown as OldBufferBase);
}

function windowOf(base: OldBufferBase, offset: number, size: number, readonly: boolean): ByteWindow {
  checkBase(base);
  checkInteger("offset", offset);
  if (offset < 0) throw new ValueError(`cannot make a buffer at offset ${offset}: expected an integer from 0`);
  if (size !== END_OF_BUFFER) checkSize(size);
  const inner = isOldBuffer(base) ? windowIn(base) : null;
  if (inner !== null && inner.readonly && !readonly) {
    throw new TypeError("cannot make a writable buffer of a read-only one");
  }
  const window =
    inner === null || inner.base === null
      ? new ByteWindow({ offset, size, readonly }, base, () => bytesOf(base, !readonly))
      : // It refers to the base of its base.
        windowOf(inner.base, inner.offset + offset, sizeWithin(inner, offset, size), readonly);
  try {
    window.bytes();
  } catch (cause) {
    if (!(cause instanceof BufferError)) throw cause;
    const expected = readonly ? "one contiguous block of bytes" : "one contiguous, writable block of bytes";
    throw new TypeError(`cannot make a buffer of ${describe(base)}: expected ${expected}`, { cause });
  }
  return window;
}

function sizeWithin(inner: ByteWindow, offset: number, size: number): number {
  if (inner.size === END_OF_BUFFER) return size;
  const left = Math.max(0, inner.size - offset);
  return size === END_OF_BUFFER ? left : Math.min(size, left);
}

function memoryWindow(buffer: ArrayBufferLike, byteOffset: number, size: number, readonly: boolean): ByteWindow {
  const byteLength = byteLengthOf(buffer);
  if (byteLength === null) {
    throw new TypeError(`cannot make a buffer of ${describe(buffer)}: expected an ArrayBuffer or SharedArrayBuffer`);
  }
  checkSize(size);
  checkInteger("byteOffset", byteOffset);
  if (byteOffset < 0 || byteOffset + size > byteLength) {
    throw new ValueError(`cannot make a buffer of ${size} bytes at byte ${byteOffset} of ${byteLength}`);
  }
  return new ByteWindow({ offset: 0, size, readonly }, null, () => {
    checkStillThere(buffer, byteOffset + size);
    return new Uint8Array(buffer, byteOffset, size);
  });
}

/** All bytes of a base, as they are now: nothing is held. */
function bytesOf(base: OldBufferBase, writable: boolean = false): Uint8Array {
  checkBase(base);
  if (isOldBuffer(base)) return windowIn(base).bytes();
  using held = getBuffer(base, writable ? BufferFlags.WRITABLE : BufferFlags.SIMPLE);
  return new Uint8Array(held.buffer, held.byteOffset, held.nbytes);
}

function checkBase(base: unknown): void {
  if (isOldBuffer(base) || (isExporter(base) && !(base instanceof BufferView))) return;
  const view = base instanceof BufferView ? "; a view has the newer protocol only: getBuffer takes it" : "";
  throw new TypeError(
    `cannot read bytes of ${describe(base)}: expected an exporter of bytes or a buffer object${view}`,
  );
}

function checkSize(size: number): void {
  checkInteger("size", size);
  if (size < 0) throw new ValueError(`cannot make a buffer of ${size} bytes: expected an integer from 0`);
}

function checkInteger(name: string, value: unknown): void {
  if (Number.isInteger(value)) return;
  throw new TypeError(`cannot use ${describe(value)} as ${name}: expected an integer`);
}

function wrapped(index: number, length: number): number {
  checkInteger("index", index);
  const place = index < 0 ? index + length : index;
  if (place >= 0 && place < length) return place;
  throw new IndexError(`index ${index} is out of bounds of a buffer of ${length} bytes`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = privateBytes(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
