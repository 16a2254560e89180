/**
 * Scenarios about one part of a protocol.
 *
 * @module
 */
import type { Scenario } from "@instride/explorer";

export interface Theme {
  /** Small enough for all their schedules to be tried in a test. */
  readonly small: readonly Scenario[];
  /** Tests try random schedules; the command searches as far as its budget goes. */
  readonly large: readonly Scenario[];
}

/** Fails a final check. */
export function check(isRight: boolean, message: string): void {
  if (!isRight) throw new Error(message);
}

/** A number of things: "1 lane", "2 lanes". */
export function several(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
