/**
 * Leaving early: of a fold of bools to one result, blocks need not be read once one of them settles it.
 *
 * A byte in scratch memory says so to all threads. It is no lock: whoever sees it late reads blocks for nothing. States of
 * blocks that have not been read are written as those that settle it, so that the result is the same.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import type { PassCall } from "./call.ts";
import type { Folder } from "./pass-runner.ts";
import type { OutputRun } from "./units.ts";

/** Bytes at the start of the scratch memory. */
export const SETTLED_BYTES = 1;

/** Says that nothing is settled. */
export function beginSettled(call: PassCall): void {
  const { buffer, byteOffset } = call.scratchPlace(0);
  new Uint8Array(buffer, byteOffset, SETTLED_BYTES).fill(0);
}

export class SettledFolder implements Folder {
  readonly #call: PassCall;
  readonly #folder: Folder;
  readonly #settles: number;

  /** @param settledBy - the state that settles it */
  constructor(call: PassCall, folder: Folder, settledBy: boolean) {
    this.#call = call;
    this.#folder = folder;
    this.#settles = Number(settledBy);
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    const { buffer, byteOffset } = this.#call.scratchPlace(0);
    const isSettled = new Uint8Array(buffer, byteOffset, SETTLED_BYTES);
    const states = this.#states({ start: firstBlock, stop: firstBlock + blocks });
    if (isSettled[0] !== 0) {
      states.fill(this.#settles);
      return true;
    }
    const goesOn = this.#folder.fold(run, firstBlock, blocks);
    if (goesOn && states.includes(this.#settles)) isSettled[0] = 1;
    return goesOn;
  }

  /** The states of some blocks: a byte each, since there is one result. */
  #states({ start, stop }: HalfOpenRange): Uint8Array {
    const { buffer, byteOffset } = this.#call.slotPlace(0);
    return new Uint8Array(buffer, byteOffset + start, stop - start);
  }
}
