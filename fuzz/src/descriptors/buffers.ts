/**
 * Buffers that claims are made about: kept by length, since making one takes longer than checking a claim.
 *
 * Every byte of them is known, so that what is read of them can be checked.
 *
 * @module
 */
import type { Random } from "@instride/cases";

/** Longer ones are cut: a claim that needs more is refused. */
export const BUFFER_BYTES_MAX = 2048;

const plainBuffers: Map<number, ArrayBuffer> = new Map();
const sharedBuffers: Map<number, SharedArrayBuffer> = new Map();

/** A buffer of either class, of `byteLength` bytes or {@link BUFFER_BYTES_MAX}. */
export function bufferOf(random: Random, byteLength: number): ArrayBufferLike {
  const length = Math.min(byteLength, BUFFER_BYTES_MAX);
  return random.oneIn(2)
    ? kept(plainBuffers, length, (n) => new ArrayBuffer(n))
    : kept(sharedBuffers, length, (n) => new SharedArrayBuffer(n));
}

/** The byte at a place of any of these buffers. */
export function byteAt(place: number): number {
  return (place * 151 + (place >> 8) * 57 + 11) & 0xff;
}

function kept<B extends ArrayBufferLike>(buffers: Map<number, B>, length: number, make: (length: number) => B): B {
  const known = buffers.get(length);
  if (known !== undefined) return known;
  const buffer = make(length);
  const bytes = new Uint8Array(buffer);
  for (let place = 0; place < length; place++) bytes[place] = byteAt(place);
  buffers.set(length, buffer);
  return buffer;
}

/** What is no buffer, though some of it looks like one. */
export const NO_BUFFERS: readonly unknown[] = [
  undefined,
  null,
  64,
  "bytes",
  [],
  {},
  { byteLength: 2048 },
  lookAlike(),
  new Uint8Array(64),
  new DataView(new ArrayBuffer(64)),
  Buffer.alloc(64),
  new Proxy(new ArrayBuffer(64), {}),
];

function lookAlike(): object {
  const object = Object.create(SharedArrayBuffer.prototype) as object;
  return Object.defineProperty(object, "byteLength", { value: 2048 });
}

class Boaster extends ArrayBuffer {
  override get byteLength(): number {
    return 2 ** 40;
  }
}

/** A buffer that says of itself that it is longer than it is. */
export const BOASTER: ArrayBuffer = new Boaster(16);
export const BOASTER_BYTES = 16;
