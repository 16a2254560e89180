/**
 * A reduction's or a scan's call that is made often.
 *
 * @module
 */
import { type MemoryView, NotImplementedError } from "@instride/core";
import type { RunOptions } from "@instride/scheduler";
import type { FoldBinding } from "./fold-loop.ts";
import type { PreparedCall } from "./prepared-call.ts";
import type { PreparedReduce } from "./reduce.ts";

const NO_OPTIONS: RunOptions = {};

export class PreparedFoldCall implements PreparedReduce {
  readonly out: MemoryView;
  readonly #isWhole: boolean;
  readonly #call: PreparedCall;
  readonly #test: (() => Promise<void>) | null;

  /** @param test - what is to be asked of the operands before each run */
  constructor({ result, isWhole }: FoldBinding, call: PreparedCall, test: (() => Promise<void>) | null) {
    this.out = result;
    this.#isWhole = isWhole;
    this.#call = call;
    this.#test = test;
  }

  run(options: RunOptions = NO_OPTIONS): Promise<unknown> {
    return this.#test === null ? this.#run(options) : this.#test().then(() => this.#run(options));
  }

  #run(options: RunOptions): Promise<unknown> {
    try {
      const running = this.#call.run(options);
      return running === null ? Promise.resolve(this.#given) : running.then(() => this.#given);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  runSync(): unknown {
    this.#call.checkHeld();
    if (this.#test !== null) {
      throw new NotImplementedError("cannot run a kernel synchronously whose operands are tested first: run() does");
    }
    this.#call.runSync();
    return this.#given;
  }

  release(): void {
    this.#call.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  get #given(): unknown {
    return this.#isWhole ? this.out.get() : this.out;
  }
}
