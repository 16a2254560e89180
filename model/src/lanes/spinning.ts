/**
 * A lane looks for more work for a while before it parks: a caller that counts on it wakes nobody else, and is served.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions } from "@instride/explorer";
import { several, type Theme } from "../theme.ts";
import { diesSpinning, spinnersAreKnown } from "./dying.ts";
import { LANE_MEMORIES } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob } from "./model-caller.ts";
import { residentLane } from "./model-lane.ts";

const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

const jobOf = (ticket: number, spins: boolean): ModelJob => ({ slot: 0, ticket, chunkCount: 1, cells: 0, spins });

/** Jobs come one after the other; lanes look for the second before they park. */
export function spinsBetweenJobs(lanes: number): Scenario {
  return scenario({
    name: `lanes: ${several(lanes, "resident")} to look for a second job before parking`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, lanes, "spins");
          for (const job of [jobOf(1, true), jobOf(2, false)]) checkAllRan(caller.run(job));
        },
      },
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane)),
    ],
    invariants: { spinnersAreKnown },
  });
}

export const SPINNING: Theme = {
  small: [],
  large: [spinsBetweenJobs(1), spinsBetweenJobs(2), diesSpinning()],
};
