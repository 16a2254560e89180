/**
 * What the engine says of a buffer: whether it is one, of which kind, and how long.
 *
 * The engine is asked, not the object: neither a subclass nor a look-alike with a `byteLength` of its own can lie, and
 * buffers of other realms are known.
 *
 * @module
 */

/** True for an `ArrayBuffer` or a `SharedArrayBuffer`. */
export function isArrayBufferLike(value: unknown): value is ArrayBufferLike {
  return byteLengthOf(value) !== null;
}

/** True for a `SharedArrayBuffer`. */
export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  return typeof value === "object" && value !== null && readByteLength(SHARED, value) !== null;
}

/** The bytes of a buffer, 0 for a detached one, or null for anything else. */
export function byteLengthOf(value: unknown): number | null {
  if (typeof value !== "object" || value === null) return null;
  // The likelier class first: asking the wrong one costs an exception.
  const [first, second] = value instanceof ArrayBuffer ? [PLAIN, SHARED] : [SHARED, PLAIN];
  return readByteLength(first, value) ?? readByteLength(second, value);
}

const PLAIN: object = ArrayBuffer.prototype;
/** Where a page is not isolated there is no such class. */
const SHARED: object | null = typeof SharedArrayBuffer === "undefined" ? null : SharedArrayBuffer.prototype;

function readByteLength(prototype: object | null, buffer: object): number | null {
  if (prototype === null) return null;
  try {
    return Reflect.get(prototype, "byteLength", buffer) as number;
  } catch {
    return null;
  }
}
