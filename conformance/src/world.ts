/**
 * Where a replay puts its memory. The same vectors must hold over private and over shared memory.
 *
 * @module
 */

export interface World {
  readonly name: string;
  /** Gives zeroed memory. */
  allocate(nbytes: number): ArrayBufferLike;
}

export const WORLDS: readonly World[] = [
  { name: "ArrayBuffer", allocate: (nbytes) => new ArrayBuffer(nbytes) },
  { name: "SharedArrayBuffer", allocate: (nbytes) => new SharedArrayBuffer(nbytes) },
];

/** Bytes before those that {@link place} gives: no element size divides it, so that nothing is aligned by chance. */
export const PLACE_OFFSET = 3;

/** Puts bytes into memory of `world`, at an odd offset. */
export function place(bytes: Uint8Array, world: World): Uint8Array {
  const placed = new Uint8Array(world.allocate(PLACE_OFFSET + bytes.length), PLACE_OFFSET);
  placed.set(bytes);
  return placed;
}
