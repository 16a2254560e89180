/**
 * The side of a thread that runs cases: it is told ranges, tells where it is, and answers with tallies.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { type CaseRange, runCases } from "./case-range.ts";
import type { Part } from "./part.ts";

/** What a thread starts with. */
export interface CaseThreadData {
  readonly part: string;
  readonly seed: number;
  readonly showsAll: boolean;
  /** One word: how far the thread is in its range, so that whoever waits knows the case that stopped it. */
  readonly position: Int32Array<SharedArrayBuffer>;
}

/** The first message of a thread: starting may take longer than any case. */
export const READY = "ready";

/** Runs what the starting thread asks for. */
export function serveCases(parts: readonly Part[]): void {
  const { part: name, seed, showsAll, position } = workerData as CaseThreadData;
  const part = parts.find((each) => each.name === name);
  if (part === undefined || parentPort === null) throw new Error(`internal: no thread for part "${name}"`);
  const port = parentPort;
  // Stacks are for faults of the fuzz itself; making one for each refusal takes longer than the refusal.
  Error.stackTraceLimit = 4;
  port.on("message", (range: CaseRange) => {
    const begin = (caseNumber: number): void => {
      // Pairs with the load in `CaseCrew`.
      Atomics.store(position, 0, caseNumber - range.start);
    };
    // A promise that a case left rejected ends the thread before its tally is told.
    void runCases(part, seed, range, { showsAll, begin }).then((tally) => setImmediate(() => port.postMessage(tally)));
  });
  port.postMessage(READY);
}
