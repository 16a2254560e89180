/**
 * Operands on the thread that uses them: borrowed for as long as they are used, all or none.
 *
 * @module
 */
import { type BorrowedView, borrowView, BufferError, type MemoryView, type ThreadLeases } from "@instride/core";
import type { Operands } from "./protocol.ts";

/** Views that are borrowed, by the names under which a body gets them. */
export interface BorrowedOperands {
  readonly views: Readonly<Record<string, MemoryView>>;
  /** Gives them back: no view of them works afterwards. */
  end(): void;
  /** Takes them up again after {@link end}. @throws a `ReleasedError` if a lease has ended; then none is taken */
  resume(): void;
}

/** Borrows all views of a call. @throws a `DescriptorError` or `ReleasedError`; then none is borrowed */
export function borrowOperands({ views: descriptors }: Operands, leases: ThreadLeases | null): BorrowedOperands {
  const loans: BorrowedView[] = [];
  const end = (): void => {
    for (const loan of loans) loan.end();
  };
  const resume = (): void => {
    try {
      for (const loan of loans) loan.resume();
    } catch (error) {
      end();
      throw error;
    }
  };
  try {
    // Not by assignment: a view may be called "__proto__".
    const views = Object.fromEntries(
      Object.entries(descriptors).map(([name, descriptor]) => {
        const loan = borrowView(descriptor, leases, () => refuseRelease(name));
        loans.push(loan);
        return [name, loan.view];
      }),
    );
    return { views, end, resume };
  } catch (error) {
    end();
    throw error;
  }
}

/** A view that is lent to a call is there for all of it. */
function refuseRelease(name: string): never {
  throw new BufferError(`cannot release view "${name}": it is lent to this call, which gives it back at its end`);
}
