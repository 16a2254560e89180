/**
 * Calls of a step's compiled functions: made, and noted down for those who run the same units again.
 *
 * @module
 */
import { budgetError } from "../errors.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { NO_CANCEL } from "../wasm/run-parameters.ts";

/** A call that is ready to be made. */
export interface CompiledCall {
  readonly f: WasmExports[string];
  readonly values: readonly (number | bigint)[];
  readonly roundsMax: number;
}

/** Calls beyond which those of a range are not kept. */
const CALLS_KEPT_MAX = 64;

export class CompiledCalls {
  /** Address of the word that ends kernels with loops early, or none. */
  readonly cancel: number;
  #noted: CompiledCall[] | null = null;

  constructor(cancel: number = NO_CANCEL) {
    this.cancel = cancel;
  }

  /**
   * Makes a call.
   *
   * @returns false if it was cancelled
   * @throws a `KernelBudgetError`
   */
  make({ f, values, roundsMax }: CompiledCall): boolean {
    if (this.#noted !== null) this.#note({ f, values: values.slice(), roundsMax });
    const left = f(...values);
    if (left > 0) throw budgetError(roundsMax);
    if (left < 0) this.#noted = null;
    return left === 0;
  }

  /** Runs something. @returns the calls that it came to; null for one that was cancelled, or came to many */
  noteAll(run: () => void): readonly CompiledCall[] | null {
    this.#noted = [];
    try {
      run();
      return this.#noted;
    } finally {
      this.#noted = null;
    }
  }

  #note(call: CompiledCall): void {
    if (this.#noted!.length < CALLS_KEPT_MAX) this.#noted!.push(call);
    else this.#noted = null;
  }
}
