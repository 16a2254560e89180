/**
 * A kernel's call that is made often.
 *
 * @module
 */
import { NotImplementedError, ReleasedError } from "@instride/core";
import type { PreparedLoop, RunOptions } from "@instride/scheduler";
import type { MapBinding } from "./map-binding.ts";
import type { PreparedMap } from "./map.ts";
import type { CallerRun } from "./ready-loop.ts";

const NO_OPTIONS: RunOptions = {};
const DONE: Promise<void> = Promise.resolve();

export class PreparedMapCall implements PreparedMap {
  readonly out: unknown;
  readonly #binding: MapBinding;
  readonly #loop: PreparedLoop;
  readonly #plain: CallerRun | null;
  readonly #test: (() => Promise<void>) | null;
  #released = false;

  /**
   * @param loop - keeps the arrays, and runs what the caller doesn't run by itself
   * @param plain - what is run instead, with `debug`
   * @param test - what is to be asked of the operands before each run
   */
  constructor(
    binding: MapBinding,
    loop: PreparedLoop,
    { plain, test }: { readonly plain: CallerRun | null; readonly test: (() => Promise<void>) | null },
  ) {
    this.#binding = binding;
    this.#loop = loop;
    this.#plain = plain;
    this.#test = test;
    this.out = binding.result;
  }

  run(options: RunOptions = NO_OPTIONS): Promise<void> {
    return this.#test === null ? this.#run(options) : this.#test().then(() => this.#run(options));
  }

  #run(options: RunOptions): Promise<void> {
    const { loop, hasCopies } = this.#binding;
    try {
      this.#checkHeld();
      if (this.#plain !== null) return loop.runHere(this.#plain, options);
      if (loop.isSmall) return loop.run(options) ?? DONE;
      if (hasCopies) loop.copy();
      return this.#loop.run(options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  runSync(): void {
    const { loop, hasCopies } = this.#binding;
    this.#checkHeld();
    if (this.#test !== null) {
      throw new NotImplementedError("cannot run a kernel synchronously whose operands are tested first: run() does");
    }
    if (loop.isSmall) return loop.runAlone();
    if (hasCopies) loop.copy();
    this.#loop.runSync();
  }

  release(): void {
    if (this.#released) return;
    this.#loop.release();
    this.#released = true;
    this.#binding.discard(false);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #checkHeld(): void {
    if (this.#released) throw new ReleasedError("cannot run a prepared kernel: it was released");
  }
}
