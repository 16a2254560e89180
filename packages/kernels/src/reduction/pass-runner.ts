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
   * @param run - elements of the result
   * @returns false if the call was cancelled
   * @throws a `KernelBudgetError`
   */
  fold(run: OutputRun, firstBlock: number, blocks: number): boolean;
}

/** States, by their numbers: so many, side by side. */
export interface StateRun {
  readonly first: number;
  readonly second: number;
  /** What becomes of the two: one of both. */
  readonly target: number;
  readonly count: number;
}

export interface StateRunner {
  /**
   * Merges states that lie in scratch memory.
   *
   * @returns false if the call was cancelled
   * @throws a `KernelBudgetError`
   */
  merge(run: StateRun): boolean;
  /** Makes results of a run's states, those of the first block. Returns and throws as `merge` does. */
  finish(run: OutputRun): boolean;
}

export interface Scanner {
  /** Scans some blocks; those but the first begin with the state of the block before. As of {@link Folder.fold}. */
  scan(run: OutputRun, firstBlock: number, blocks: number): boolean;
}
