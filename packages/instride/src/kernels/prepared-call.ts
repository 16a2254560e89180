/**
 * A loop whose arrays a program holds, since it runs it often.
 *
 * @module
 */
import { ReleasedError } from "@instride/core";
import type { PreparedLoop, RunOptions } from "@instride/scheduler";
import type { ReadyLoop } from "./ready-loop.ts";

/** What a prepared call is made for. */
export interface HeldBinding {
  readonly loop: ReadyLoop;
  readonly discard: (failed: boolean) => void;
}

export class PreparedCall {
  readonly #binding: HeldBinding;
  readonly #prepared: PreparedLoop;
  #released = false;

  /** @param prepared - keeps the arrays, and runs what the caller doesn't run by itself */
  constructor(binding: HeldBinding, prepared: PreparedLoop) {
    this.#binding = binding;
    this.#prepared = prepared;
  }

  /** Prepares what was bound; gives that up if it can't be. */
  static async make(binding: HeldBinding, options: Parameters<ReadyLoop["prepare"]>[0]): Promise<PreparedCall> {
    try {
      return new PreparedCall(binding, await binding.loop.prepare(options));
    } catch (error) {
      binding.discard(true);
      throw error;
    }
  }

  /** @returns null if it is done. @throws as it would reject */
  run(options: RunOptions, onAlone?: () => void): Promise<void> | null {
    const { loop } = this.#binding;
    this.checkHeld();
    if (loop.isSmall) return loop.run(options, onAlone);
    if (loop.hasCopies) loop.copy();
    return this.#prepared.run(options);
  }

  runSync(): void {
    const { loop } = this.#binding;
    this.checkHeld();
    if (loop.isSmall) return loop.runAlone();
    if (loop.hasCopies) loop.copy();
    this.#prepared.runSync();
  }

  release(): void {
    if (this.#released) return;
    this.#prepared.release();
    this.#released = true;
    this.#binding.discard(false);
  }

  /** @throws a {@link ReleasedError} */
  checkHeld(): void {
    if (this.#released) throw new ReleasedError("cannot run a prepared kernel: it was released");
  }
}
