/**
 * Whether a call has left its read-only operands as they were: a check of `debug`.
 *
 * JavaScript can't forbid that code with an array of its own over shared memory writes to it. What has been written while
 * a call had the memory for reading shows afterwards in a digest.
 *
 * @module
 */
import { contentDigest, type Loan, sharesMemory } from "@instride/core";
import type { Views } from "./calls.ts";
import { ReadonlyOperandError } from "./errors.ts";

/**
 * Takes a digest of each operand that a call reads, but for those that it also writes under another name.
 *
 * @param loans - those of `views`, in their order
 * @returns compares them with what is there then, and throws a {@link ReadonlyOperandError} that names the operand
 *
 * Cost: O(bytes of the operands that are read), for each of both.
 */
export function watchReadonly(kernel: string, views: Views, loans: readonly Loan[]): () => void {
  const written = loans.map(({ lease }) => lease).filter(({ mode }) => mode === "write");
  const watched = Object.entries(views).filter((_, i) => {
    const { space, extent, mode } = loans[i]!.lease;
    const isWrittenToo = written.some((lease) => lease.space === space && sharesMemory(lease.extent, extent) !== "no");
    return mode === "read" && !isWrittenToo;
  });
  const before = watched.map(([, view]) => contentDigest(view));
  return () => {
    for (const [i, [name, view]] of watched.entries()) {
      if (contentDigest(view) === before[i]) continue;
      throw new ReadonlyOperandError(
        `cannot trust what ${kernel} computed: its read-only view "${name}" was changed while it ran, expected the same ` +
          "elements before and after",
      );
    }
  };
}
