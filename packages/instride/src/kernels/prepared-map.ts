/**
 * A kernel's call that is made often.
 *
 * @module
 */
import { NotImplementedError } from "@instride/core";
import type { RunOptions } from "@instride/scheduler";
import type { MapBinding } from "./map-binding.ts";
import type { PreparedMap } from "./map.ts";
import type { PreparedCall } from "./prepared-call.ts";
import type { CallerRun } from "./ready-loop.ts";

const NO_OPTIONS: RunOptions = {};
const DONE: Promise<void> = Promise.resolve();

export class PreparedMapCall implements PreparedMap {
  readonly out: unknown;
  readonly #binding: MapBinding;
  readonly #call: PreparedCall;
  readonly #plain: CallerRun | null;
  readonly #test: (() => Promise<void>) | null;

  /**
   * @param plain - what is run instead, with `debug`
   * @param test - what is to be asked of the operands before each run
   */
  constructor(
    binding: MapBinding,
    call: PreparedCall,
    { plain, test }: { readonly plain: CallerRun | null; readonly test: (() => Promise<void>) | null },
  ) {
    this.#binding = binding;
    this.#call = call;
    this.#plain = plain;
    this.#test = test;
    this.out = binding.result;
  }

  run(options: RunOptions = NO_OPTIONS): Promise<void> {
    return this.#test === null ? this.#run(options) : this.#test().then(() => this.#run(options));
  }

  #run(options: RunOptions): Promise<void> {
    try {
      if (this.#plain === null) return this.#call.run(options) ?? DONE;
      this.#call.checkHeld();
      return this.#binding.loop.runHere(this.#plain, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  runSync(): void {
    this.#call.checkHeld();
    if (this.#test !== null) {
      throw new NotImplementedError("cannot run a kernel synchronously whose operands are tested first: run() does");
    }
    this.#call.runSync();
  }

  release(): void {
    this.#call.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
