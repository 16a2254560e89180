/**
 * How long a loop that is run often takes, and what follows: whether it is worth telling others of, and how finely it
 * is cut.
 *
 * Units: milliseconds of one thread.
 *
 * @module
 */
import type { LoopJob } from "../pool.ts";
import { type ChunkedRange, evenChunks } from "../range.ts";

/** A chunk is to take so long at least. To claim one, to call the body and to finish it costs up to a microsecond. */
const CHUNK_MS = 0.02;

const SHORT_MS = 1;

/** The first runs are timed, and then one in so many: to look at the clock costs as much as a small loop. */
const TIMED_AT_FIRST = 16;
const TIMED_ONE_IN = 16;

export class Pace {
  readonly #chunks: ChunkedRange;
  readonly #canBeCut: boolean;
  readonly #participants: number;
  readonly #inlineBelowMs: number;
  /** The whole loop on one thread; as long as nothing is known, too long to be run inline. */
  #estimateMs: number = Number.POSITIVE_INFINITY;
  #cut: ChunkedRange;
  #wanted: number;
  #runs = 0;

  constructor({ chunks, grid, collects, inlineBelowMs }: LoopJob, participants: number) {
    this.#chunks = chunks;
    this.#cut = chunks;
    this.#wanted = chunks.chunkCount;
    // What is collected is collected by chunk, cells of a grid have their places, and so have chunks of partitioners.
    this.#canBeCut = grid === undefined && !collects && chunks.guidedFor === 0 && chunks.segmentCount === 1;
    this.#participants = participants;
    this.#inlineBelowMs = inlineBelowMs;
  }

  /** Whether the caller is done before another thread could have begun. */
  get isInline(): boolean {
    return this.#estimateMs < this.#inlineBelowMs;
  }

  /** The chunks for the next run: as wanted, or fewer and longer ones, but one for each participant. */
  cut(): ChunkedRange {
    if (!this.#canBeCut) return this.#chunks;
    const { start, stop, chunkCount: most } = this.#chunks;
    const affordable = Math.max(this.#participants, Math.floor(this.#estimateMs / CHUNK_MS));
    const count = Math.min(most, affordable);
    if (count !== this.#wanted) {
      this.#wanted = count;
      this.#cut = evenChunks({ start, stop }, Math.ceil((stop - start) / count));
    }
    return this.#cut;
  }

  /** Whether the whole loop is far from using a turn of the event loop up: no need to look at the clock in it. */
  get isShort(): boolean {
    return this.#estimateMs < SHORT_MS;
  }

  /** What the whole loop takes on one thread, as far as is known. */
  get estimateMs(): number {
    return this.#estimateMs;
  }

  /** The time at which a run begins, or -1 if it need not be timed. */
  startRun(): number {
    const isTimed = ++this.#runs <= TIMED_AT_FIRST || this.#runs % TIMED_ONE_IN === 0;
    return isTimed ? performance.now() : -1;
  }

  /** Takes note of a run, or of the share of its chunks that was run since {@link startRun} gave `start`. */
  endRun(start: number, share: number): void {
    if (start < 0 || share === 0) return;
    const ms = (performance.now() - start) / share;
    // What is faster than expected counts at once: the first runs are those of cold code.
    this.#estimateMs = ms < this.#estimateMs ? ms : this.#estimateMs + (ms - this.#estimateMs) / 8;
  }
}
