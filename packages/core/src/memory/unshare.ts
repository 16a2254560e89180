/**
 * Private memory for what refuses shared memory: `TextDecoder`, WebCrypto, `Blob`, `ImageData`, `fetch`.
 *
 * Browsers refuse views of a `SharedArrayBuffer` there, since another thread could change the bytes while they are read,
 * and TypeScript's declarations refuse them too. A copy is the way; it is made here and nowhere else.
 *
 * @module
 */
import { isSharedArrayBuffer } from "./array-buffer.ts";
import { privateBytes } from "../views/copy.ts";
import type { Exportable } from "../protocol/exporter.ts";
import { MemoryView, viewState } from "../views/memory-view.ts";

/** The class of a typed array or `DataView`, over private memory; of any other exporter, its bytes. */
export type Unshared<T> = T extends Uint8ClampedArray
  ? Uint8ClampedArray<ArrayBuffer>
  : T extends Uint8Array
    ? Uint8Array<ArrayBuffer>
    : T extends Int8Array
      ? Int8Array<ArrayBuffer>
      : T extends Int16Array
        ? Int16Array<ArrayBuffer>
        : T extends Uint16Array
          ? Uint16Array<ArrayBuffer>
          : T extends Int32Array
            ? Int32Array<ArrayBuffer>
            : T extends Uint32Array
              ? Uint32Array<ArrayBuffer>
              : T extends BigInt64Array
                ? BigInt64Array<ArrayBuffer>
                : T extends BigUint64Array
                  ? BigUint64Array<ArrayBuffer>
                  : T extends Float16Array
                    ? Float16Array<ArrayBuffer>
                    : T extends Float32Array
                      ? Float32Array<ArrayBuffer>
                      : T extends Float64Array
                        ? Float64Array<ArrayBuffer>
                        : T extends DataView
                          ? DataView<ArrayBuffer>
                          : Uint8Array<ArrayBuffer>;

/**
 * Gives the same content in private memory.
 *
 * A typed array or `DataView` comes back as it is if its memory is private, else as a copy of the same class (of a Node
 * `Buffer`, as a `Uint8Array`). A {@link MemoryView} and any other exporter give a `Uint8Array` of the elements in C order:
 * over the same memory if that is private, writable and C-contiguous, else a copy.
 *
 * @throws `TypeError` for what exports no memory; a `MemoryError` if there is no room for the copy
 *
 * Cost: O(1) without a copy, O(bytes) with one.
 *
 * @example
 * ```ts
 * new TextDecoder().decode(unshare(text.asTypedArray()));
 * await crypto.subtle.digest("SHA-256", unshare(volume));
 * ```
 */
export function unshare<T extends Exportable>(source: T): Unshared<T> {
  return (ArrayBuffer.isView(source) ? unsharedArray(source) : unsharedBytes(source)) as Unshared<T>;
}

function unsharedArray(array: ArrayBufferView): ArrayBufferView {
  if (!isSharedArrayBuffer(array.buffer)) return array;
  const bytes = privateBytes(array.byteLength);
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return new (classOf(array))(bytes.buffer);
}

type ArrayClass = new (buffer: ArrayBuffer) => ArrayBufferView<ArrayBuffer>;

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** The language's own class of an array, not a subclass: a subclass decides itself what its constructor takes. */
function classOf(array: ArrayBufferView): ArrayClass {
  // This getter answers the class of a typed array, and undefined for a DataView.
  const name = Reflect.get(TYPED_ARRAY, Symbol.toStringTag, array) as string | undefined;
  return Reflect.get(globalThis, name ?? "DataView") as ArrayClass;
}

function unsharedBytes(source: Exportable): Uint8Array<ArrayBuffer> {
  const view = new MemoryView(source);
  try {
    const { managed, byteOffset, nbytes, readonly } = viewState(view);
    const { buffer } = managed;
    const isCopied = readonly || !view.cContiguous || isSharedArrayBuffer(buffer);
    return isCopied ? view.toBytes("C") : new Uint8Array(buffer, byteOffset, nbytes);
  } finally {
    view.release();
  }
}
