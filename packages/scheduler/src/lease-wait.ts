/**
 * Waiting for leases, for so long and no longer: until they are granted, the time is over, or the call is cancelled.
 *
 * Who comes first, and why nobody waits for ever for another who waits, is in core's `lease-line.ts`.
 *
 * @module
 */
import {
  describe,
  LeaseTimeoutError,
  type Loan,
  type LoanRequest,
  type MemoryOwner,
  type PendingLoans,
  ValueError,
} from "@instride/core";
import type { AbortSignal } from "./pool.ts";

/** How long to wait for memory that another holder has. */
export interface WaitOptions {
  /**
   * Milliseconds to wait for leases that others hold, in line with whoever waits for the same memory; `Infinity` sets no
   * limit. Then the call rejects with a `LeaseTimeoutError`. Default 0: it rejects with a `BorrowError` at once.
   */
  readonly acquireTimeoutMs?: number | undefined;
  /** Ends the wait: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The longest that a timer of the host can be set to: more would count as nothing. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Lends views to one holder: all or none, and in line if it may wait.
 *
 * Whether it is granted at once, and its place in the line, is decided before this returns.
 *
 * @throws a `BorrowError` or {@link LeaseTimeoutError} that names the holder in the way; the signal's reason; what
 *   `MemoryOwner.lend` throws; {@link ValueError} for a time that is none
 */
export function lendInTime(
  owner: MemoryOwner,
  holder: string,
  views: readonly LoanRequest[],
  { acquireTimeoutMs = 0, signal }: WaitOptions,
): Loan[] | Promise<Loan[]> {
  if (typeof acquireTimeoutMs !== "number" || !(acquireTimeoutMs >= 0)) {
    const given = describe(acquireTimeoutMs);
    throw new ValueError(`cannot wait ${given} ms for the leases of ${holder}: expected a number from 0, or Infinity`);
  }
  if (acquireTimeoutMs === 0) return owner.lend(holder, views);
  return loansInTime(owner.lendInTurn(holder, views), acquireTimeoutMs, signal);
}

async function loansInTime(pending: PendingLoans, timeoutMs: number, signal: AbortSignal | undefined): Promise<Loan[]> {
  const onAbort = (): void => pending.cancel(() => signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const stopTimer = after(timeoutMs, (waitedMs) =>
    pending.cancel(
      ({ attempt, fact }) => new LeaseTimeoutError(`cannot ${attempt}: ${fact}, still so after ${waitedMs} ms`),
    ),
  );
  try {
    return await pending.loans;
  } finally {
    stopTimer();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Calls back once some time has passed, and says how much. @returns what keeps it from calling back */
function after(delayMs: number, callBack: (passedMs: number) => void): () => void {
  if (delayMs === Number.POSITIVE_INFINITY) return () => {};
  const started = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    const passedMs = performance.now() - started;
    if (passedMs >= delayMs) callBack(Math.round(passedMs));
    else timer = setTimeout(wait, Math.min(Math.ceil(delayMs - passedMs), TIMER_MS_MAX));
  };
  wait();
  return () => clearTimeout(timer);
}
