/**
 * Hashing of immutable bytes.
 *
 * @module
 */
import { ValueError } from "../errors.ts";
import { nativeFormat } from "../formats/format.ts";
import type { ViewState } from "./view-state.ts";

const HASHED_CODES = "bBc";

/** The hash of no bytes. */
const OFFSET_BASIS = 0x811c_9dc5;

/**
 * FNV-1a of 32 bits: the same for the same bytes, in any process. Not for secrets.
 *
 * @param before - the hash of the bytes that come before these
 */
export function hashOf(bytes: Uint8Array, before: number = OFFSET_BASIS): number {
  let hash = before;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}

/**
 * Throws unless a view may be hashed.
 *
 * @throws {@link ValueError} unless it is read-only and of a byte format; `TypeError` if its exporter may still change
 *   the bytes: a read-only view of writable memory has no hash that stays
 *
 * Source: CPython `Objects/memoryobject.c`, `memory_hash`.
 */
export function checkHashable({ readonly, format, managed }: ViewState): void {
  if (!readonly) throw new ValueError("cannot hash a writable view");
  if (!HASHED_CODES.includes(nativeFormat(format)?.code ?? "none")) {
    throw new ValueError(`cannot hash a view of format "${format}": expected "B", "b" or "c"`);
  }
  if (!managed.immutable) throw new TypeError("cannot hash a view of memory that its exporter can still change");
}
