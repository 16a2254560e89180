/**
 * Operands on the thread that uses them: borrowed for as long as they are used, all or none.
 *
 * @module
 */
import { type BorrowedView, borrowView, type MemoryView, type ThreadLeases } from "@instride/core";
import type { Operands } from "./protocol.ts";

/** Views that are borrowed, by the names under which a body gets them. */
export interface BorrowedOperands {
  readonly views: Readonly<Record<string, MemoryView>>;
  /** Gives them back: no view of them works afterwards. */
  end(): void;
}

/** Borrows all views of a call. @throws a `DescriptorError` or `ReleasedError`; then none is borrowed */
export function borrowOperands({ views: descriptors }: Operands, leases: ThreadLeases): BorrowedOperands {
  const loans: BorrowedView[] = [];
  const end = (): void => {
    for (const loan of loans) loan.end();
  };
  try {
    const views: Record<string, MemoryView> = {};
    for (const [name, descriptor] of Object.entries(descriptors)) {
      const loan = borrowView(descriptor, leases);
      loans.push(loan);
      views[name] = loan.view;
    }
    return { views, end };
  } catch (error) {
    end();
    throw error;
  }
}
