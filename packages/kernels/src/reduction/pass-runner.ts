/**
 * What carries out a pass: who folds blocks to states, and who makes results of these.
 *
 * @module
 */
import type { OutputRun } from "./units.ts";

export interface Folder {
  /**
   * Computes the states of some blocks, and leaves them in scratch memory.
   *
   * @param run - elements of the result; one, where there is more than one block
   * @returns false if the call was cancelled
   * @throws a `KernelBudgetError`
   */
  fold(run: OutputRun, firstBlock: number, blocks: number): boolean;
}

export interface StateRunner {
  /**
   * Merges states that lie in scratch memory: those of `second` into those of `first`, each and the next `count` that are
   * `step` further on. All are numbers of states.
   *
   * @returns false if the call was cancelled
   * @throws a `KernelBudgetError`
   */
  merge(first: number, second: number, step: number, count: number): boolean;
  /** Makes results of a run's states, those of the first block. Returns and throws as `merge` does. */
  finish(run: OutputRun): boolean;
}
