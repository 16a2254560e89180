/**
 * What may be adopted: which buffers of the user's, and which places in them.
 *
 * Memory that is shared can neither be detached nor shrink, and any thread can use it in place. Private memory can be
 * adopted only where no other thread gets to the arrays.
 *
 * @module
 */
import { byteLengthOf, isArrayBufferLike, isSharedArrayBuffer } from "./array-buffer.ts";
import { describe, ValueError } from "../errors.ts";
import { byteBounds, type Layout } from "../layout/layout.ts";

/**
 * Whether a buffer is shared.
 *
 * @param isConfined - whether no other thread gets to the arrays
 * @throws `TypeError` for one that can't be adopted, with the way out
 */
export function checkAdopted(buffer: unknown, isConfined: boolean): "shared" | "private" {
  if (isSharedArrayBuffer(buffer)) return "shared";
  if (!isArrayBufferLike(buffer)) {
    const expected = isConfined ? "a SharedArrayBuffer or an ArrayBuffer" : "a SharedArrayBuffer";
    throw new TypeError(`cannot adopt ${describe(buffer)}: expected ${expected}; from() copies other memory`);
  }
  if (isConfined) return "private";
  throw new TypeError(
    "cannot adopt an ArrayBuffer: other threads can't use it where it is, expected a SharedArrayBuffer; from() copies " +
      'other memory, and mode "inline", which has no other threads, adopts it',
  );
}

/** The bytes `[low, high)` that an array takes of a buffer. @throws a {@link ValueError} for a place that is none in it */
export function checkPlace(
  buffer: ArrayBufferLike,
  place: Layout,
  itemsize: number,
): { readonly low: number; readonly high: number } {
  const { shape, strides, byteOffset } = place;
  if (![byteOffset, ...strides].every(Number.isSafeInteger) || byteOffset < 0 || strides.length !== shape.length) {
    throw new ValueError(
      `cannot adopt with byteOffset ${byteOffset} and strides [${strides.join(", ")}]: expected an integer from 0, and one for each of ${shape.length} axes`,
    );
  }
  const { low, high } = byteBounds(place, itemsize);
  const byteLength = byteLengthOf(buffer) ?? 0;
  if (low >= 0 && high <= byteLength) return { low, high };
  throw new ValueError(`cannot adopt bytes [${low}, ${high}) of a buffer of ${byteLength} bytes`);
}
