/**
 * Which bytes of an address space are free: first fit in address order, neighbours merged when they come back.
 *
 * It knows nothing of memory: it hands out half-open stretches `[start, stop)` of a line that can grow at its end.
 * One thread owns it, so it needs no lock. Units: bytes; every stretch starts and ends on a multiple of `ALIGNMENT`.
 *
 * @module
 */

/** Blocks start on, and are rounded up to, this many bytes: a cache line, and enough for any vector load. */
export const ALIGNMENT = 64;

/** Rounds up to a multiple of {@link ALIGNMENT}. Exact below 2^53. */
export function alignUp(nbytes: number): number {
  return Math.ceil(nbytes / ALIGNMENT) * ALIGNMENT;
}

export class FreeList {
  // Two parallel arrays, sorted by start; no two stretches touch, for then they would be one.
  readonly #starts: number[] = [];
  readonly #stops: number[] = [];
  #freeBytes = 0;

  /** Bytes free in all stretches together. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Number of separate free stretches: 1 when nothing is fragmented. */
  get fragments(): number {
    return this.#starts.length;
  }

  /** The largest block that {@link take} would find, in bytes. */
  get largest(): number {
    return this.#starts.reduce((largest, start, i) => Math.max(largest, this.#stops[i]! - start), 0);
  }

  /** Free bytes that end exactly at `end`, where the line can be extended: growth need only add the rest. */
  freeAtEnd(end: number): number {
    const last = this.#starts.length - 1;
    return last >= 0 && this.#stops[last] === end ? end - this.#starts[last]! : 0;
  }

  /**
   * Takes `nbytes` from the first stretch that holds them.
   *
   * @param nbytes - a positive multiple of {@link ALIGNMENT}
   * @returns where the block starts, or -1 if no stretch is large enough. Cost: O(fragments)
   */
  take(nbytes: number): number {
    for (let i = 0; i < this.#starts.length; i++) {
      const start = this.#starts[i]!;
      const stop = this.#stops[i]!;
      if (stop - start < nbytes) continue;
      if (stop - start === nbytes) {
        this.#starts.splice(i, 1);
        this.#stops.splice(i, 1);
      } else {
        this.#starts[i] = start + nbytes;
      }
      this.#freeBytes -= nbytes;
      return start;
    }
    return -1;
  }

  /** Gives `[start, stop)` back, or adds a stretch by which the line has grown. Cost: O(fragments). */
  give(start: number, stop: number): void {
    const next = this.#firstStartingAfter(start);
    const touchesPrevious = next > 0 && this.#stops[next - 1] === start;
    const touchesNext = next < this.#starts.length && this.#starts[next] === stop;
    if (touchesPrevious && touchesNext) {
      this.#stops[next - 1] = this.#stops[next]!;
      this.#starts.splice(next, 1);
      this.#stops.splice(next, 1);
    } else if (touchesPrevious) {
      this.#stops[next - 1] = stop;
    } else if (touchesNext) {
      this.#starts[next] = start;
    } else {
      this.#starts.splice(next, 0, start);
      this.#stops.splice(next, 0, stop);
    }
    this.#freeBytes += stop - start;
  }

  #firstStartingAfter(start: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! > start) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
