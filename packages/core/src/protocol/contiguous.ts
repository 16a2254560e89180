/**
 * The C API's helpers over a `Py_buffer`: whether its elements lie side by side, where each of them is, and how they come
 * into contiguous bytes, out of them, and from one exporter to another.
 *
 * They take the answer to any request: what was not asked for is filled in (no shape: an axis of bytes; no strides:
 * C order). A buffer that was made by hand is checked like an exporter's answer. The rule of contiguity itself is in
 * `layout.ts`, as are `contiguousStrides` (`PyBuffer_FillContiguousStrides`); `PyBuffer_SizeFromFormat` is `calcsize`,
 * and `PyBuffer_FillInfo` is `fillInfo`.
 *
 * Source: CPython `Objects/abstract.c` and `Objects/memoryobject.c`.
 *
 * @module
 */
import { contiguousBytes } from "../views/copy.ts";
import { BufferError, describe, IndexError, ReadonlyError, ReleasedError, ValueError } from "../errors.ts";
import { type Exportable, type Exporter, getBuffer, type PyBuffer } from "./exporter.ts";
import { checkAnswer } from "./exporter-answer.ts";
import { BufferFlags } from "./flags.ts";
import { elementOffset, type Indirect, storeElements, stridedElements } from "../views/indirection.ts";
import { checkOrder, contiguousStrides, isContiguous, type Order, resolveOrder } from "../layout/layout.ts";
import { MemoryView } from "../views/memory-view.ts";
import { answerRequest, type BufferInfo, type FullBufferInfo } from "./py-buffer.ts";

/**
 * Tells whether the elements lie side by side in `order`: `PyBuffer_IsContiguous`. Elements behind suboffsets don't.
 *
 * @throws as {@link toContiguous} for what is no buffer or no order
 *
 * Cost: O(ndim).
 */
export function isBufferContiguous(buffer: BufferInfo, order: Order): boolean {
  return liesContiguous(memoryOfBuffer(buffer), checkOrder(order));
}

/**
 * Finds an element: `PyBuffer_GetPointer`. A pointer is a byte offset into `buffer.buffer` here.
 *
 * @param indices - one for each axis, from 0 up to its length
 * @throws {@link IndexError} for an index out of bounds; `TypeError` for another number of them, or other values
 * @throws {@link BufferError} if the element is not inside the buffer: a table of offsets leads out of it, or it shrank
 *
 * Cost: O(ndim).
 */
export function getPointer(buffer: BufferInfo, indices: readonly number[]): number {
  const memory = memoryOfBuffer(buffer);
  const { shape } = memory;
  if (indices.length !== shape.length) {
    throw new TypeError(`cannot find an element of ${shape.length} axes by ${indices.length} indices`);
  }
  for (const [axis, index] of indices.entries()) {
    if (!Number.isInteger(index)) throw new TypeError(`cannot index with ${describe(index)}: expected an integer`);
    if (index >= 0 && index < shape[axis]!) continue;
    throw new IndexError(`index ${index} is out of bounds on axis ${axis} of length ${shape[axis]}`);
  }
  return elementOffset(memory, indices);
}

/**
 * Copies the elements side by side: `PyBuffer_ToContiguous`.
 *
 * @param order - `A` keeps the order of memory that is contiguous, and is C order for any other
 * @returns private bytes, as many as `buffer.nbytes`
 * @throws {@link ValueError} for another order; {@link ReleasedError} for a buffer that was given back
 * @throws {@link BufferError} for what is no buffer, or is no longer inside its memory; a `MemoryError` if there is no
 *   room for the bytes
 *
 * Cost: O(size).
 */
export function toContiguous(buffer: BufferInfo, order: Order = "C"): Uint8Array<ArrayBuffer> {
  const checkedOrder = checkOrder(order);
  return contiguousBytes(stridedElements(memoryOfBuffer(buffer)), checkedOrder);
}

/**
 * Copies elements that lie side by side to their places in a buffer: `PyBuffer_FromContiguous`.
 *
 * @param bytes - of any exporter of contiguous memory; as many as `buffer.nbytes`
 * @param order - how the elements lie in `bytes`; `A` is the order of the buffer's memory, as {@link toContiguous} has it
 * @throws {@link ReadonlyError} for read-only memory; {@link ValueError} for another number of bytes, or another order;
 *   else as {@link toContiguous}. Nothing is written then.
 *
 * Cost: O(size).
 */
export function fromContiguous(buffer: BufferInfo, bytes: Exportable, order: Order = "C"): void {
  const memory = memoryOfBuffer(buffer);
  const { shape, itemsize, nbytes, suboffsets } = memory;
  const checkedOrder = checkOrder(order);
  if (memory.readonly) throw new ReadonlyError("cannot copy to a read-only buffer: request it with WRITABLE");
  using from = getBuffer(bytes, BufferFlags.SIMPLE);
  if (from.nbytes !== nbytes) {
    throw new ValueError(`cannot copy ${from.nbytes} bytes to a buffer of ${nbytes}: expected as many`);
  }
  const direction = suboffsets === null ? resolveOrder(memory, itemsize, checkedOrder) : orderOfCopy(checkedOrder);
  const strides = contiguousStrides(shape, itemsize, direction);
  storeElements(memory, { buffer: from.buffer, byteOffset: from.byteOffset, shape, strides, itemsize });
}

/**
 * Copies the elements of one exporter to another: `PyObject_CopyData`. Where the two share memory it is as if `source` had
 * been copied first.
 *
 * Bytes move, nothing is converted. Where both lie in the same order their bytes are copied as they lie, whatever the
 * shapes and formats, and `target` may be longer; else element for element.
 *
 * @throws `TypeError` if one of them exports no memory; {@link BufferError} if one refuses, or `target` is too small
 * @throws {@link ValueError} if shapes or element sizes differ where elements are copied. Nothing is written then.
 *
 * Cost: O(size).
 */
export function copyData(target: Exportable, source: Exportable): void {
  using to = getBuffer(target, BufferFlags.FULL);
  using from = getBuffer(source, BufferFlags.FULL_RO);
  if (to.nbytes < from.nbytes) {
    throw new BufferError(`cannot copy ${from.nbytes} bytes to ${describe(target)}: it has ${to.nbytes} bytes`);
  }
  const [into, outOf] = [memoryOfBuffer(to), memoryOfBuffer(from)];
  const dense = (["C", "F"] as const).some((order) => liesContiguous(into, order) && liesContiguous(outOf, order));
  if (!dense) return storeElements(into, stridedElements(outOf));
  const flat = { shape: [from.nbytes], strides: [1], itemsize: 1, suboffsets: null };
  storeElements(
    { ...flat, buffer: into.buffer, byteOffset: into.byteOffset },
    { ...flat, buffer: outOf.buffer, byteOffset: outOf.byteOffset },
  );
}

/**
 * Views an exporter's memory, which lies side by side in `order`, or a copy that does: `PyMemoryView_GetContiguous`.
 *
 * @param access - `BufferFlags.READ` or `BufferFlags.WRITE`
 * @returns a view of the memory itself if it lies in `order`; else of a private, read-only copy
 * @throws `TypeError` if `source` exports no memory, {@link ValueError} for another access or order
 * @throws {@link BufferError} if the memory is to be written and is read-only, or would have to be copied
 *
 * Cost: O(ndim), or O(size) for the copy.
 */
export function getContiguous(source: Exportable, access: number, order: Order): MemoryView {
  checkOrder(order);
  if (access !== BufferFlags.READ && access !== BufferFlags.WRITE) {
    throw new ValueError(`cannot get memory for access ${describe(access)}: expected READ or WRITE of BufferFlags`);
  }
  const view = new MemoryView(source);
  try {
    const isWrite = access === BufferFlags.WRITE;
    if (isWrite && view.readonly) throw new BufferError("cannot get read-only memory for writing");
    using buffer = getBuffer(view, BufferFlags.FULL_RO);
    if (isBufferContiguous(buffer, order)) return view;
    if (isWrite)
      throw new BufferError("cannot get memory for writing that is not contiguous: writing to a copy is lost");
    const copy = new ContiguousCopy(buffer, order);
    buffer.release();
    view.release();
    return new MemoryView(copy);
  } catch (error) {
    view.release();
    throw error;
  }
}

type FullBuffer = PyBuffer<typeof BufferFlags.FULL_RO>;

/** Elements that were copied side by side, to be read. */
class ContiguousCopy implements Exporter {
  readonly #full: FullBufferInfo;

  constructor(source: FullBuffer, order: Order) {
    const { buffer } = toContiguous(source, order);
    const { nbytes, itemsize, format, ndim } = source;
    // A scalar has neither.
    const shape = (source as PyBuffer).shape ?? [];
    const strides = contiguousStrides(shape, itemsize, orderOfCopy(order));
    const memory = { buffer, byteOffset: 0, nbytes, readonly: true };
    this.#full = { ...memory, itemsize, format, ndim, shape, strides, suboffsets: null };
  }

  getBuffer(flags: number): BufferInfo {
    return answerRequest(this.#full, flags, "a contiguous copy");
  }
}

/** What `A` means for memory that is not contiguous. */
function orderOfCopy(order: Order): "C" | "F" {
  return order === "F" ? "F" : "C";
}

function liesContiguous({ shape, strides, itemsize, suboffsets }: Indirect, order: Order): boolean {
  return suboffsets === null && isContiguous(shape, strides, itemsize, order);
}

/** A buffer's elements as memory. */
export interface BufferMemory extends Indirect {
  readonly nbytes: number;
  readonly readonly: boolean;
}

/**
 * Reads a buffer that may be made by hand; one without a shape is an axis of bytes.
 *
 * @throws {@link ReleasedError} for a buffer that was given back; {@link BufferError} for what is none
 */
export function memoryOfBuffer(info: BufferInfo): BufferMemory {
  if ((info as Partial<PyBuffer>).released === true) {
    throw new ReleasedError("cannot use a buffer that was given back to its exporter");
  }
  // This request leaves everything in the answer but its format.
  const answer = checkAnswer(info, BufferFlags.INDIRECT, "a buffer");
  const { buffer, byteOffset, nbytes, readonly, itemsize, shape, strides, suboffsets } = answer;
  const memory = { buffer, byteOffset, nbytes, readonly, suboffsets };
  if (shape === null || strides === null) return { ...memory, itemsize, shape: [], strides: [] };
  const isBytes = info.shape === null && suboffsets === null && isContiguous(shape, strides, itemsize, "C");
  return isBytes ? { ...memory, itemsize: 1, shape: [nbytes], strides: [1] } : { ...memory, itemsize, shape, strides };
}
