/**
 * Memory for what the calling thread computes by itself, at once: one for all kernels of a runtime, since nothing of it is
 * needed once such a call returns.
 *
 * @module
 */
import type { DType, MemoryOwner, MemoryView } from "@instride/core";

/** Bytes that a number of the largest dtype takes. */
const CELL_BYTES = 16;

/** The first scratch memory, in bytes; it grows by doubling. */
const FIRST_BYTES = 4096;

export class ScratchSpace {
  readonly #owner: MemoryOwner;
  #bytes: MemoryView | null = null;
  #cell: MemoryView | null = null;
  readonly #cells: Map<DType, MemoryView> = new Map();

  constructor(owner: MemoryOwner) {
    this.#owner = owner;
  }

  /** A place for one element. */
  cell(dtype: DType): MemoryView {
    this.#cell ??= this.#owner.zeros([CELL_BYTES], "uint8", { label: "a result of kernels" });
    let cell = this.#cells.get(dtype);
    if (cell === undefined) this.#cells.set(dtype, (cell = this.#cell.viewAs(dtype).at(0)));
    return cell;
  }

  /** So many bytes, or more. The same memory as long as nobody asks for more. */
  bytes(count: number): MemoryView {
    if (this.#bytes !== null && this.#bytes.nbytes >= count) return this.#bytes;
    const nbytes = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(count)));
    const grown = this.#owner.empty([nbytes], "uint8", { label: "scratch memory of kernels" });
    // A call that was made for the old one keeps it alive: it is not given back before the runtime is.
    this.#bytes = grown;
    return grown;
  }
}
