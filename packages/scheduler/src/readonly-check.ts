/**
 * Whether a call has left its read-only operands as they were: a check of `debug`.
 *
 * JavaScript can't forbid that code with an array of its own over shared memory writes to it. What has been written while
 * a call had the memory for reading shows afterwards in a digest.
 *
 * @module
 */
import { contentDigest, type Loan, type LoanRequest, movedMemoryOf, sharesMemory } from "@instride/core";
import { ReadonlyOperandError } from "./errors.ts";

/**
 * Takes a digest of each operand that a call reads, but for those that it also writes under another name, and those
 * that have moved to a thread with another call.
 *
 * @param names - those of the views that were asked for and lent, in their order
 * @returns compares them with what is there then, and throws a {@link ReadonlyOperandError} that names the operand. What
 *   the program has released meanwhile is not looked at
 *
 * Cost: O(bytes of the operands that are read), for each of both.
 */
export function watchReadonly(
  kernel: string,
  names: readonly string[],
  requests: readonly LoanRequest[],
  loans: readonly Loan[],
): () => void {
  const written = loans.map(({ lease }) => lease).filter(({ mode }) => mode === "write");
  const watched = requests
    .map(({ view }, i) => ({ name: names[i]!, view, loan: loans[i]! }))
    .filter(({ loan }) => {
      const { space, extent, mode } = loan.lease;
      const isWrittenToo = written.some(
        (lease) => lease.space === space && sharesMemory(lease.extent, extent) !== "no",
      );
      return mode === "read" && !isWrittenToo && !isElsewhere(loan);
    })
    .map(({ name, view, loan }) => ({ name, view, loan, before: contentDigest(view) }));
  return () => {
    for (const { name, view, loan, before } of watched) {
      if (view.released || isElsewhere(loan) || contentDigest(view) === before) continue;
      throw new ReadonlyOperandError(
        `cannot trust what ${kernel} computed: its read-only view "${name}" was changed while it ran, expected the same ` +
          "elements before and after",
      );
    }
  };
}

/** Memory that another call, a reader as well, has on a thread can't be looked at. */
function isElsewhere({ descriptor }: Loan): boolean {
  return movedMemoryOf(descriptor)?.isBusy === true;
}
