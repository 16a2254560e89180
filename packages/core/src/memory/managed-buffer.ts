/**
 * What views share: one hold on one exporter's memory, and whether that memory is still there.
 *
 * CPython's managed buffer: all views that come of one request share it, each is counted, and the exporter gets its
 * memory back when the last one goes. Our arrays and the views that travel to threads hold memory in ways of their own
 * (`array-storage.ts`, `leased-buffer.ts`) behind the same interface.
 *
 * @module
 */
import { BufferError, ReleasedError } from "../errors.ts";
import type { PyBuffer } from "../protocol/exporter.ts";

/** A hold on memory, shared by views. */
export interface ManagedBuffer {
  /** The exporter, as `memoryview.obj` names it. */
  readonly obj: object | null;
  readonly buffer: ArrayBufferLike;
  /** True where nobody can change the memory: its exporter gave it read-only. */
  readonly immutable: boolean;
  /** Counts one more view. */
  retain(): void;
  /** Counts one view less; the last one gives the memory back. */
  drop(): void;
  /** True where the memory moves to other threads and back: {@link buffer} is another object then. */
  readonly moves?: boolean;
  /**
   * Keeps the memory for a consumer of a view.
   *
   * @param follows - true if the consumer asks for {@link buffer} at each use, so that the memory may move
   * @returns what ends it
   */
  pin(holder: string, follows?: boolean): () => void;
  /** @throws ReleasedError or BufferError unless the memory is there, whole; PoisonedError if {@link isPoisoned} */
  check(): void;
  /** True while the content is not to be used: see `array-storage.ts`. */
  readonly isPoisoned: boolean;
  /** Says that the content may be used as it is. */
  clearPoison(): void;
}

/** The hold that a memoryview has on any exporter. */
export class ManagedExport implements ManagedBuffer {
  readonly #held: PyBuffer;
  /** Bytes of the buffer that must be there for every view to be inside. */
  readonly #neededBytes: number;
  /** The hold of the exporter itself, where that is one of our views. */
  readonly #below: ManagedBuffer | null;
  readonly obj: object | null;
  readonly immutable: boolean;
  #views = 0;
  #released = false;

  constructor(held: PyBuffer, neededBytes: number, immutable: boolean, below: ManagedBuffer | null) {
    this.#held = held;
    this.#neededBytes = neededBytes;
    this.#below = below;
    this.obj = held.obj;
    this.immutable = immutable;
  }

  get buffer(): ArrayBufferLike {
    return this.moves ? this.#below!.buffer : this.#held.buffer;
  }

  get moves(): boolean {
    return this.#below?.moves === true;
  }

  retain(): void {
    this.#views++;
  }

  drop(): void {
    if (--this.#views > 0) return;
    this.#released = true;
    this.#held.release();
  }

  pin(holder: string, follows?: boolean): () => void {
    if (this.moves) return this.#below!.pin(holder, follows);
    // The view that is consumed can't be released meanwhile, so the memory is kept by its count.
    return () => {};
  }

  check(): void {
    if (this.#released) throw new ReleasedError("cannot use a view whose memory was given back to its exporter");
    if (!this.moves) checkStillThere(this.#held.buffer, this.#neededBytes);
    this.#below?.check();
  }

  get isPoisoned(): boolean {
    return this.#below?.isPoisoned ?? false;
  }

  clearPoison(): void {
    this.#below?.clearPoison();
  }
}

/**
 * JavaScript can't lock a buffer: it may have been detached or shrunk since the export.
 *
 * @throws {@link BufferError} with both sizes
 */
export function checkStillThere(buffer: ArrayBufferLike, neededBytes: number): void {
  if (buffer.byteLength >= neededBytes && !(neededBytes === 0 && (buffer as ArrayBuffer).detached === true)) return;
  const fact = (buffer as ArrayBuffer).detached === true ? "was detached" : `shrank to ${buffer.byteLength} bytes`;
  throw new BufferError(`cannot use a view that ends at byte ${neededBytes}: its buffer ${fact} after the export`);
}
