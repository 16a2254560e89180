/**
 * What can go wrong while a compiled kernel runs, by the decision that a caller can take.
 *
 * @module
 */
import { registerErrorClass } from "@instride/core";

/** A loop inside a kernel that did not end for some element within the rounds that it was given. */
export class KernelBudgetError extends Error {
  override readonly name: string = "KernelBudgetError";
  readonly code: string = "kernel-budget";
}

registerErrorClass(KernelBudgetError.name, KernelBudgetError);

/** The error of a loop whose condition still holds after all the rounds that it may go. */
export function budgetError(roundsMax: number): KernelBudgetError {
  return new KernelBudgetError(
    `cannot compute an element: a loop of the kernel went on after ${roundsMax} rounds, expected it to end by then`,
  );
}
