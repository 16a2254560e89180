/**
 * A number that tells whether the content of a view has changed.
 *
 * @module
 */
import { hashOf } from "../views/hash.ts";
import type { MemoryView } from "../views/memory-view.ts";
import { HeldBytes } from "./held-bytes.ts";

/**
 * A digest of the elements' bytes in C order: FNV-1a of 32 bits. Where one byte has changed it always differs, where
 * several have, in all but one case of 2^32.
 *
 * @throws as the export of the view's memory
 *
 * Cost: O(nbytes), and a packed copy of at most a piece at a time.
 */
export function contentDigest(view: MemoryView): number {
  using held = new HeldBytes(view, "read");
  let digest: number | undefined;
  for (const { bytes } of held.pieces()) digest = hashOf(bytes, digest);
  return digest ?? 0;
}
