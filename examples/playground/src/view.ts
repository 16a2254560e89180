/**
 * What the page needs to know of each of its views.
 *
 * @module
 */
import type { Runtime } from "instride";

/** What a view may do while it is shown. */
export interface Stage {
  readonly rt: Runtime;
  /** Aborted as soon as the view is to end: another is chosen, the runtime changes, or nobody sees the page. */
  readonly signal: AbortSignal;
  /** Tells those who don't see it what has changed. Not for what changes all the time. */
  readonly announce: (text: string) => void;
}

/** A view: it runs from the moment when it is shown until the signal is aborted, and then gives its arrays back. */
export interface View {
  /** @returns settles once nothing of it runs any more. Rejects with what it could not go on with */
  run(stage: Stage): Promise<void>;
}

/** How many threads work, for people. */
export function threadsText({ threads }: Runtime): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
