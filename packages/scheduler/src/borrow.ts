/**
 * A lease of the program's own: taken through the same door as those of calls.
 *
 * @module
 */
import { describe, type LeaseMode, type Loan, type MemoryOwner, MemoryView, ValueError } from "@instride/core";
import { checkSignal } from "./call-checks.ts";
import { throwIfAborted } from "./calls.ts";
import { lendInTime, type WaitOptions } from "./lease-wait.ts";

export interface BorrowOptions extends WaitOptions {
  /** `read` keeps writers away, `write` everybody else. */
  readonly mode: Exclude<LeaseMode, "pin">;
  /** What errors and reports call the holder. Default: "a borrower". */
  readonly label?: string | undefined;
}

/** A lease that the program holds. While it does, no call gets a conflicting one, and the array can't be released. */
export class ViewLease implements Disposable {
  readonly mode: BorrowOptions["mode"];
  readonly label: string;
  readonly #owner: MemoryOwner;
  readonly #loans: readonly Loan[];
  #released = false;

  /** Made by {@link borrow}. */
  constructor(owner: MemoryOwner, loans: readonly Loan[], mode: BorrowOptions["mode"], label: string) {
    this.#owner = owner;
    this.#loans = loans;
    this.mode = mode;
    this.label = label;
  }

  get released(): boolean {
    return this.#released;
  }

  /** Gives it back: who waits for it has its turn. Calling it again does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#owner.giveBack(this.#loans);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Takes a lease on a view, so that the program can use it while calls may want it. The view stays as it is.
 *
 * @throws a `BorrowError` that names who is in the way, a `LeaseTimeoutError` if that lasts too long; the signal's reason;
 *   a `ReadonlyError` for writing a read-only view; a `PoisonedError`, a `ReleasedError`, a `BufferError` for memory that
 *   is not the owner's
 */
export async function borrow(owner: MemoryOwner, view: MemoryView, options: BorrowOptions): Promise<ViewLease> {
  const { mode, label = "a borrower", signal } = checkBorrow(view, options);
  throwIfAborted(signal);
  const lease = new ViewLease(owner, await lendInTime(owner, label, [{ view, mode }], options), mode, label);
  if (signal?.aborted !== true) return lease;
  // It was cancelled when its turn had come.
  lease.release();
  throw signal.reason;
}

function checkBorrow(view: unknown, options: BorrowOptions): BorrowOptions {
  if (!(view instanceof MemoryView)) throw new TypeError(`cannot borrow ${describe(view)}: expected a MemoryView`);
  const { mode, label, signal } = (options as BorrowOptions | null | undefined) ?? ({} as Partial<BorrowOptions>);
  if (mode !== "read" && mode !== "write") {
    throw new ValueError(`cannot borrow a view for ${describe(mode)}: expected mode "read" or "write"`);
  }
  if (label !== undefined && typeof label !== "string") {
    throw new TypeError(`cannot call the holder of a lease ${describe(label)}: expected a string`);
  }
  checkSignal(signal);
  return options;
}
