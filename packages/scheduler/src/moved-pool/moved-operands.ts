/**
 * The operands of one call where memory moves: they leave with each turn of the call, and are back after it.
 *
 * Memory that a thread had when it ended is lost. A copy that was made before keeps it, as it was then.
 *
 * @module
 */
import { type Descriptor, MemoryError, type MemoryLoss, type MovedMemory, movedMemoryOf } from "@instride/core";
import type { Operands } from "../protocol.ts";

/** What leaves with a turn. */
export interface MovingOperands {
  /** With the buffers in place. */
  readonly views: Operands["views"];
  /** Those that move, each once. */
  readonly buffers: readonly ArrayBuffer[];
}

interface MovedView {
  readonly name: string;
  readonly descriptor: Descriptor;
  /** Null for memory that is shared: it stays where it is. */
  readonly memory: MovedMemory | null;
}

export class MovedOperands {
  /** Each once, however many views there are of it. */
  readonly memories: readonly MovedMemory[];
  readonly #views: readonly MovedView[];
  #copies: readonly ArrayBuffer[] | null = null;

  constructor(views: Operands["views"]) {
    this.#views = Object.entries(views).map(([name, descriptor]) => {
      return { name, descriptor, memory: movedMemoryOf(descriptor) };
    });
    this.memories = [...new Set(this.#views.flatMap(({ memory }) => (memory === null ? [] : [memory])))];
  }

  /**
   * A call begins to use the memory: it has it, or waits for it.
   *
   * @throws a `BufferError` while some of it is exported, a `PoisonedError`; then none is used
   */
  begin(holder: string): void {
    const begun: MovedMemory[] = [];
    try {
      for (const memory of this.memories) {
        memory.begin(holder);
        begun.push(memory);
      }
    } catch (error) {
      for (const memory of begun) memory.end(holder);
      throw error;
    }
  }

  /** The call is over: nothing of it is on the thread. */
  end(holder: string): void {
    for (const memory of this.memories) memory.end(holder);
    this.#copies = null;
  }

  /** @throws a `PoisonedError` if some memory was lost */
  checkNotLost(): void {
    for (const memory of this.memories) memory.checkNotLost();
  }

  /** What is to move: once it has, it is put back, or lost. @throws a `PoisonedError` if some of it was lost before */
  moving(): MovingOperands {
    this.checkNotLost();
    const taken = new Map(this.memories.map((memory) => [memory, memory.current]));
    const views = this.#views.map(({ name, descriptor, memory }) => {
      const buffer = memory === null ? descriptor.buffer : taken.get(memory)!;
      // The words of leases are not where the memory goes.
      return [name, { ...descriptor, buffer, lease: null }] as const;
    });
    return { views: Object.fromEntries(views), buffers: [...taken.values()] };
  }

  /**
   * Puts back what has come back.
   *
   * @param buffers - in the order in which they were taken
   * @param lossOf - is asked for the reason of each that has not
   */
  putBack(buffers: readonly (ArrayBuffer | null)[], lossOf: () => MemoryLoss): void {
    for (const [i, memory] of this.memories.entries()) {
      const buffer = buffers[i];
      if (buffer?.byteLength === memory.nbytes) memory.putBack(buffer);
      else memory.lose(lossOf());
    }
  }

  /**
   * Copies all memory, so that it can be brought back to what it is at the moment.
   *
   * @throws a {@link MemoryError} if there is no room for it
   *
   * Cost: O(bytes), and as much memory again until the call is over.
   */
  keepCopies(): void {
    this.#copies = this.memories.map(copyOf);
  }

  get hasCopies(): boolean {
    return this.#copies !== null;
  }

  /**
   * Gives up memory that a thread had when it ended: copies take its place, or it is lost.
   *
   * @param again - whether the copies may be needed once more
   */
  lose(loss: MemoryLoss, again: boolean): void {
    const copies = this.#copies;
    for (const [i, memory] of this.memories.entries()) {
      const copy = copies?.[i];
      if (copy === undefined) memory.lose(loss);
      else memory.putBack(again ? copy.slice() : copy);
    }
    if (!again) this.#copies = null;
  }
}

function copyOf({ current, nbytes }: MovedMemory): ArrayBuffer {
  try {
    return current.slice();
  } catch (cause) {
    throw new MemoryError(`cannot keep a copy of ${nbytes} bytes for an idempotent call: the platform refused`, {
      cause,
    });
  }
}
