/**
 * Faults in how lanes look for more work before they park, each in a scenario that must notice it.
 *
 * @module
 */
import { mutate, type Scenario } from "@instride/explorer";
import * as words from "../../../packages/scheduler/src/lanes/lane-words.ts";
import { diesSpinning } from "../lanes/dying.ts";
import { spinsBetweenJobs } from "../lanes/spinning.ts";
import { mutant } from "./mutant.ts";
import { delay } from "./reorder.ts";

const lane = { thread: "lane0", memory: "lanes" };
const caller = { thread: "caller", memory: "lanes" };

export const SPIN_MUTANTS: readonly Scenario[] = [
  mutant(
    "a lane that was counted on parks without comparing",
    mutate(spinsBetweenJobs(1), { kind: "blind-wait", word: "GENERATION", thread: "lane0" }),
  ),
  mutant(
    "the caller counts who looks before there is news",
    delay(spinsBetweenJobs(1), {
      ...caller,
      held: { kind: "add", word: words.GENERATION },
      nth: 2,
      until: { kind: "load", word: words.SPINNERS },
    }),
  ),
  mutant(
    "a lane is counted as looking before it says so",
    delay(spinsBetweenJobs(1), {
      ...lane,
      held: { kind: "store", word: words.spinningOf(0) },
      until: { kind: "add", word: words.SPINNERS },
    }),
  ),
  mutant(
    "a lane that parks stays counted as looking",
    mutate(spinsBetweenJobs(1), { kind: "drop-update", word: "SPINNERS", thread: "lane0", nth: 2 }),
  ),
  mutant(
    "the dead stays counted as looking",
    mutate(diesSpinning(), { kind: "drop-update", word: "SPINNERS", thread: "owner" }),
  ),
];
