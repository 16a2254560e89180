/**
 * Views of memory that nobody exports: `PyMemoryView_FromMemory` and `PyMemoryView_FromBuffer`.
 *
 * Such a view has no `obj`, counts nothing and locks nothing: whoever makes it sees to it that the memory stays. It looks
 * at each access whether the memory is still there, as every view does.
 *
 * Source: CPython `Objects/memoryobject.c`; `Doc/c-api/memoryview.rst`.
 *
 * @module
 */
import { byteLengthOf } from "../memory/array-buffer.ts";
import { memoryOfBuffer } from "../protocol/contiguous.ts";
import { describe, ValueError } from "../errors.ts";
import { checkAnswer } from "../protocol/exporter-answer.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { checkStillThere, type ManagedBuffer } from "../memory/managed-buffer.ts";
import { type MemoryView, viewOf } from "./memory-view.ts";
import type { BufferInfo } from "../protocol/py-buffer.ts";
import { ViewState } from "./view-state.ts";

/**
 * Views bytes of a buffer: `PyMemoryView_FromMemory`.
 *
 * @param access - `BufferFlags.READ` for a read-only view, or `BufferFlags.WRITE`
 * @returns a view of format "B" and one axis
 * @throws `TypeError` if `buffer` is none; {@link ValueError} if the bytes are not inside it, or for another access
 *
 * Cost: O(1).
 */
export function memoryViewFromMemory(
  buffer: ArrayBufferLike,
  byteOffset: number,
  nbytes: number,
  access: number,
): MemoryView {
  const byteLength = byteLengthOf(buffer);
  if (byteLength === null) {
    throw new TypeError(`cannot view memory of ${describe(buffer)}: expected an ArrayBuffer or SharedArrayBuffer`);
  }
  const isPlace = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!isPlace(byteOffset) || !isPlace(nbytes) || byteOffset + nbytes > byteLength) {
    throw new ValueError(
      `cannot view ${describe(nbytes)} bytes at byte ${describe(byteOffset)} of a buffer of ${byteLength} bytes`,
    );
  }
  if (access !== BufferFlags.READ && access !== BufferFlags.WRITE) {
    throw new ValueError(`cannot view memory for access ${describe(access)}: expected READ or WRITE of BufferFlags`);
  }
  const readonly = access === BufferFlags.READ;
  return memoryViewFromBuffer({ ...BYTES, buffer, byteOffset, nbytes, readonly, shape: [nbytes] });
}

/**
 * Views what a buffer describes: `PyMemoryView_FromBuffer`. The buffer stays the caller's, who keeps it as long as the
 * view is used, and gives it back.
 *
 * @param info - an answer to any request, or made by hand: a snapshot of it is taken and checked
 * @throws a `BufferError` if it doesn't describe memory inside its buffer
 *
 * Cost: O(ndim).
 */
export function memoryViewFromBuffer(info: BufferInfo): MemoryView {
  const memory = memoryOfBuffer(info);
  const told = { ...memory, format: info.format, ndim: memory.shape.length };
  const { format, ...checked } = checkAnswer(told, BufferFlags.FULL_RO, "the caller");
  const managed = new TemporaryBuffer(checked.buffer, checked.readonly);
  return viewOf(new ViewState({ ...memory, managed, format: format ?? "B" }));
}

const BYTES = { itemsize: 1, format: "B", ndim: 1, strides: [1], suboffsets: null } as const;

/** Memory that nobody counts. */
class TemporaryBuffer implements ManagedBuffer {
  readonly obj: null = null;
  readonly buffer: ArrayBufferLike;
  readonly immutable: boolean;
  readonly isPoisoned: boolean = false;
  readonly #neededBytes: number;

  constructor(buffer: ArrayBufferLike, immutable: boolean) {
    this.buffer = buffer;
    this.immutable = immutable;
    this.#neededBytes = buffer.byteLength;
  }

  retain(): void {}

  drop(): void {}

  pin(): () => void {
    return () => {};
  }

  check(): void {
    checkStillThere(this.buffer, this.#neededBytes);
  }

  clearPoison(): void {}
}
