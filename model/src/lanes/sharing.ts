/**
 * Two jobs are open at once, in two slots: both come to their end, and a long one doesn't hold up a short one.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
import { check, several, type Theme } from "../theme.ts";
import { awaitFlag, LANE_MEMORIES, type LaneEnv, type LaneMemory, raiseFlag, startOf } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob, type WaitKind } from "./model-caller.ts";
import { laneHost, residentLane } from "./model-lane.ts";
import { runLane } from "../../../packages/scheduler/src/lanes/lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

const LONG: ModelJob = { slot: 0, ticket: 1, chunkCount: 3, cells: 0 };
const SHORT: ModelJob = { slot: 1, ticket: 2, chunkCount: 1, cells: 3 };

/** Callers in one program are one thread; as two they can do even more. */
function callerOf(name: string, lanes: number, job: ModelJob, kind: WaitKind): LaneThread {
  return { name, run: (env) => checkAllRan(new ModelCaller(env, lanes, kind).run(job)) };
}

export function twoJobs(lanes: number, chunks: number, kind: WaitKind): Scenario {
  const jobs = [{ ...LONG, chunkCount: chunks }, SHORT];
  return scenario({
    name: `lanes: ${several(lanes, "resident")} for two jobs at once, of ${several(chunks, "chunk")} and of 1`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      callerOf("caller", lanes, jobs[0]!, kind),
      callerOf("other", lanes, jobs[1]!, kind),
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane)),
    ],
  });
}

/** The number of the short job's only chunk, among all that the lane has run. */
function rankOfShort(env: LaneEnv): number {
  const host = laneHost(env, 0);
  const seen = { late: 0, short: false };
  runLane({
    ...host,
    work: (job, ticket) => {
      const work = host.work(job, ticket);
      if (work === null || work === "later") return work;
      return {
        ...work,
        run: (chunk) => {
          if (job === SHORT.slot) seen.short = true;
          else if (!seen.short && env.ports.host.load(SHORT_IS_OPEN) === 1) seen.late++;
          check(seen.late <= 1, "the short job waits for more than the chunk that was under way");
          return work.run(chunk);
        },
      };
    },
  });
  return seen.late;
}

/** Flags that nobody else uses. */
const SHORT_IS_OPEN = 0;
const LONG_IS_OPEN: number = startOf(0);

/** A lane changes jobs after each chunk: the short job waits for one chunk of the long one at most. */
export function shortBesideLong(): Scenario {
  return scenario({
    name: "lanes: a short job is opened while one works on a long one",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 1, "spins");
          caller.open(LONG);
          // Callers in one program are one thread, and open one job after the other.
          raiseFlag(env.ports.host, LONG_IS_OPEN);
          caller.wake(LONG);
          caller.untilOver(LONG);
          checkAllRan(caller.settle(LONG));
        },
      },
      {
        name: "other",
        run: (env) => {
          const caller = new ModelCaller(env, 1, "spins");
          awaitFlag(env.ports.host, LONG_IS_OPEN);
          caller.open(SHORT);
          caller.wake(SHORT);
          env.ports.host.store(SHORT_IS_OPEN, 1);
          caller.untilOver(SHORT);
          checkAllRan(caller.settle(SHORT));
        },
      },
      { name: "lane0", daemon: true, run: rankOfShort },
    ],
  });
}

export const SHARING: Theme = {
  small: [],
  large: [twoJobs(1, 1, "spins"), twoJobs(2, 2, "waits"), shortBesideLong()],
};
