/**
 * Collecting garbage when it is wanted, without a flag of the command line.
 *
 * @module
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is collected is told in a turn of its own, and may free more. */
const ROUNDS = 3;

/** Collects all garbage of this thread, and lets those who wait for it know. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    await nextTurn();
  }
}
