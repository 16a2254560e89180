/**
 * Which threads this process has: whoever starts them.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { Worker } from "node:worker_threads";

const LOOK_MS = 2;

export class ThreadWatch {
  readonly #alive: Set<Worker> = new Set();
  #onStart: ((thread: Worker) => void) | null = null;
  #killed = 0;
  #buried = 0;

  constructor() {
    process.on("worker", this.#note);
  }

  /** Threads that have not ended, oldest first. */
  get alive(): readonly Worker[] {
    return [...this.#alive];
  }

  /** Has each thread that starts from now on passed to `onStart`; null for no more. */
  whenStarted(onStart: ((thread: Worker) => void) | null): void {
    this.#onStart = onStart;
  }

  /** Ends a thread. Settles once it has ended. */
  async kill(thread: Worker): Promise<void> {
    this.#killed++;
    await thread.terminate();
    this.#buried++;
  }

  /** A point in time, for {@link hasKilledSince}. */
  mark(): number {
    return this.#buried;
  }

  /** True if a thread was dying at that point, or has been ended since. */
  hasKilledSince(mark: number): boolean {
    return this.#killed > mark;
  }

  /** Waits until no thread is left but `others`. @returns how many are, after `timeoutMs` at the latest */
  async ended(timeoutMs: number, others: ReadonlySet<Worker> = new Set()): Promise<number> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const left = this.alive.filter((each) => !others.has(each)).length;
      if (left === 0 || performance.now() > end) return left;
      await setTimeout(LOOK_MS);
    }
  }

  readonly #note = (thread: Worker): void => {
    this.#alive.add(thread);
    thread.once("exit", () => this.#alive.delete(thread));
    this.#onStart?.(thread);
  };
}
