/**
 * Lanes enter a job that its caller closes: nobody is inside it once the caller has gone on, and no chunk is lost.
 *
 * The caller takes part, so that a lane may come too late. It uses the same slot and the same memory for every job:
 * whoever is still inside the one before would be seen by an unordered access, or a chunk that was run twice or never.
 *
 * @module
 */
import { scenario, type Scenario, type ThreadSpec } from "@instride/explorer";
import { stopJob } from "../../../packages/scheduler/src/lanes/lane-side.ts";
import { serveNextJob } from "../../../packages/scheduler/src/lanes/lane.ts";
import { several, type Theme } from "../theme.ts";
import { LANE_MEMORIES, type LaneEnv, type LaneMemory } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob } from "./model-caller.ts";
import { laneHost, residentLane } from "./model-lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

function jobOf(ticket: number, chunkCount: number): ModelJob {
  return { slot: 0, ticket, chunkCount, cells: 0 };
}

/** Looks for work so many times. */
function visitor(lane: number, visits: number): LaneThread {
  return {
    name: `lane${lane}`,
    run: (env) => {
      for (let visit = 0; visit < visits; visit++) serveNextJob(laneHost(env, lane), 0);
    },
  };
}

/** Runs jobs one after the other, and takes part in each. */
function helpingCaller(lanes: number, jobs: readonly ModelJob[]): LaneThread {
  return {
    name: "caller",
    run: (env: LaneEnv) => {
      const caller = new ModelCaller(env, lanes, "spins");
      for (const job of jobs) {
        caller.open(job);
        caller.help(job);
        caller.untilOver(job);
        checkAllRan(caller.settle(job));
      }
    },
  };
}

/** A lane that looks for work while jobs come and go in one slot. */
export function lateLane(visits: number, jobs: number): Scenario {
  return scenario({
    name: `lanes: one looks ${several(visits, "time")} while the caller opens ${several(jobs, "job")} in one slot, and helps`,
    memories: LANE_MEMORIES,
    threads: [
      helpingCaller(
        1,
        Array.from({ length: jobs }, (_, index) => jobOf(index + 1, 1)),
      ),
      visitor(0, visits),
    ],
  });
}

/** Two lanes and the caller claim the chunks of one job. */
export function sharedChunks(chunks: number): Scenario {
  return scenario({
    name: `lanes: two and the caller share ${several(chunks, "chunk")}`,
    memories: LANE_MEMORIES,
    threads: [helpingCaller(2, [jobOf(1, chunks)]), visitor(0, 1), visitor(1, 1)],
  });
}

/**
 * A job that is stopped is closed with chunks under way, and with claims left. What a late lane counts must not count for
 * the next job, and what it claims must not be claimed again.
 */
export function stoppedThenReused(visits: number, chunks: number): Scenario {
  return scenario({
    name: `lanes: one looks ${several(visits, "time")} while a job of ${several(chunks, "chunk")} is stopped and the next opened`,
    memories: LANE_MEMORIES,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const [stopped, next] = [jobOf(1, chunks), jobOf(2, chunks)];
          const caller = new ModelCaller(env, 1, "spins");
          caller.open(stopped);
          stopJob(env.ports.lanes, stopped.slot);
          caller.settle(stopped);
          caller.open(next);
          caller.help(next);
          caller.untilOver(next);
          checkAllRan(caller.settle(next));
        },
      },
      visitor(0, visits),
    ],
  });
}

/** A straggler of the last job, while another lane is in the next. */
export function straggler(): Scenario {
  return scenario({
    name: "lanes: a straggler of the last job in the slot beside a lane in the next",
    memories: LANE_MEMORIES,
    threads: [helpingCaller(2, [jobOf(1, 1), jobOf(2, 1)]), visitor(0, 1), visitor(1, 2)],
  });
}

/** A lane in its loop takes two jobs that come one after the other in one slot. */
export function reusedSlot(lanes: number): Scenario {
  return scenario({
    name: `lanes: two jobs in one slot, for ${several(lanes, "resident")}`,
    memories: LANE_MEMORIES,
    options: { timeoutsMax: 0, timeoutRescue: "violation" },
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, lanes, "spins");
          for (const ticket of [1, 2]) checkAllRan(caller.run(jobOf(ticket, 1)));
        },
      },
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane)),
    ],
  });
}

export const ENTERING: Theme = {
  small: [
    lateLane(1, 1),
    lateLane(1, 2),
    lateLane(2, 2),
    stoppedThenReused(1, 1),
    stoppedThenReused(2, 2),
    sharedChunks(1),
    sharedChunks(2),
  ],
  large: [lateLane(3, 3), sharedChunks(3), straggler(), reusedSlot(1), reusedSlot(2)],
};
