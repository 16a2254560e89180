/**
 * Memory that one thread has of another. A replay is no asynchronous function, and some threads may not block: so it is
 * all there before the replay begins.
 *
 * A first replay, over memory of the thread's own, tells which sizes are asked for; the second gets the other's.
 *
 * @module
 */
import type { World } from "./world.ts";

/** Memory of the thread itself, that notes what is asked for. */
export class MeasuredMemory implements World {
  readonly name: string = "SharedArrayBuffer, measured";
  /** In bytes, in the order of the replay. */
  readonly sizes: number[] = [];

  allocate(nbytes: number): ArrayBufferLike {
    this.sizes.push(nbytes);
    return new SharedArrayBuffer(nbytes);
  }
}

/** What the other thread gives for the sizes. */
export function buffersOf(sizes: readonly number[]): SharedArrayBuffer[] {
  return sizes.map((nbytes) => new SharedArrayBuffer(nbytes));
}

/** The memory of another thread, for a replay that asks as the first did. */
export class RemoteMemory implements World {
  readonly name: string = "SharedArrayBuffer of another thread";
  readonly #buffers: readonly SharedArrayBuffer[];
  #used = 0;

  constructor(buffers: readonly SharedArrayBuffer[]) {
    this.#buffers = buffers;
  }

  /** @throws Error if the first replay has asked for something else here */
  allocate(nbytes: number): ArrayBufferLike {
    const buffer = this.#buffers[this.#used++];
    if (buffer?.byteLength !== nbytes) {
      throw new Error(
        `a replay asks for ${nbytes} bytes as number ${this.#used}, where its first run asked for ${buffer?.byteLength ?? "nothing"}`,
      );
    }
    return buffer;
  }
}
