/**
 * A reduction's or a scan's call that is made often.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import type { RunOptions } from "@instride/scheduler";
import type { FoldBinding } from "./fold-loop.ts";
import type { PreparedCall } from "./prepared-call.ts";
import type { PreparedReduce } from "./reduce.ts";

const NO_OPTIONS: RunOptions = {};

export class PreparedFoldCall implements PreparedReduce {
  readonly out: MemoryView;
  readonly #isWhole: boolean;
  readonly #call: PreparedCall;

  constructor({ result, isWhole }: FoldBinding, call: PreparedCall) {
    this.out = result;
    this.#isWhole = isWhole;
    this.#call = call;
  }

  run(options: RunOptions = NO_OPTIONS): Promise<unknown> {
    try {
      const running = this.#call.run(options);
      return running === null ? Promise.resolve(this.#given) : running.then(() => this.#given);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  runSync(): unknown {
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
