/**
 * A job's chunks are claimed in segments, each with claims of its own: every participant begins with its own and goes
 * round, so that each chunk is run once, whoever comes and whoever doesn't.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
import { stopJob } from "../../../packages/scheduler/src/lanes/lane-side.ts";
import { serveNextJob } from "../../../packages/scheduler/src/lanes/lane.ts";
import { check, several, type Theme } from "../theme.ts";
import { diesInSegment } from "./dying.ts";
import { LANE_MEMORIES, type LaneEnv, type LaneMemory } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob } from "./model-caller.ts";
import { failsIn, laneHost, residentLane } from "./model-lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

const SEGMENTS = 2;

function jobOf(ticket: number, chunkCount: number, segmentCount: number = SEGMENTS): ModelJob {
  return { slot: 0, ticket, chunkCount, segmentCount, cells: 0 };
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

/** Runs jobs one after the other, and takes part in each: it begins with the last segment. */
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

/** Some of the first lanes and the caller share a job. */
export function shareSegments(lanes: number, chunks: number): Scenario {
  return scenario({
    name: `lanes: ${several(lanes, "lane")} and the caller share ${chunks} chunks in ${SEGMENTS} segments`,
    memories: LANE_MEMORIES,
    threads: [
      helpingCaller(lanes, [jobOf(1, chunks)]),
      ...Array.from({ length: lanes }, (_, lane) => visitor(lane, 1)),
    ],
  });
}

/** The lane that a segment would be for doesn't come. */
export function takesFromAbsent(lane: number, chunks: number): Scenario {
  return scenario({
    name: `lanes: lane ${lane} alone runs ${chunks} chunks in ${SEGMENTS} segments`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => checkAllRan(new ModelCaller(env, SEGMENTS, "waits").run(jobOf(1, chunks))),
      },
      residentLane(lane),
    ],
  });
}

/** Claims begin again in every segment that the next job of the slot has, and mean nothing in those that it hasn't. */
export function segmentsReused(visits: number, segmentsNext: number): Scenario {
  return scenario({
    name: `lanes: one looks ${several(visits, "time")} while jobs of ${SEGMENTS} segments and of ${segmentsNext} share a slot`,
    memories: LANE_MEMORIES,
    threads: [helpingCaller(1, [jobOf(1, 2), jobOf(2, 2, segmentsNext)]), visitor(0, visits)],
  });
}

/** A job that is stopped is closed with claims left in its segments. */
export function segmentsStoppedThenReused(): Scenario {
  return scenario({
    name: `lanes: one looks 2 times while a job of ${SEGMENTS} segments is stopped and the next opened`,
    memories: LANE_MEMORIES,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const [stopped, next] = [jobOf(1, 2), jobOf(2, 2)];
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
      visitor(0, 2),
    ],
  });
}

/** A chunk fails: who has seen it doesn't go round. */
export function failsInSegment(lanes: number): Scenario {
  return scenario({
    name: `lanes: a chunk in one of ${SEGMENTS} segments fails on ${several(lanes, "resident")}`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const { marked, ran, done } = new ModelCaller(env, lanes, "waits").run({
            ...jobOf(1, 2),
            kernel: failsIn(0),
          });
          check(!marked[0]!, "the chunk that failed counts as finished");
          check(
            ran[1] === Number(marked[1]) && done === ran[1],
            "a chunk was run and not counted, or counted and not run",
          );
          check(lanes > 1 || (ran[0] === 1 && ran[1] === 0), "the lane went on after its failure");
        },
      },
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane)),
    ],
  });
}

/** A lane that leaves after each chunk, since another job is open, comes back for the segments that are left. */
export function segmentsBesideAnotherJob(): Scenario {
  const jobs = [jobOf(1, 2), { ...jobOf(2, 1, 1), slot: 1, cells: 3 }];
  return scenario({
    name: `lanes: 1 resident for two jobs at once, of ${SEGMENTS} segments and of 1`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      ...jobs.map((job, i) => ({
        name: i === 0 ? "caller" : "other",
        run: (env: LaneEnv) => checkAllRan(new ModelCaller(env, 1, "spins").run(job)),
      })),
      residentLane(0),
    ],
  });
}

export const CLAIMING: Theme = {
  small: [
    shareSegments(1, 2),
    shareSegments(1, 3),
    takesFromAbsent(0, 2),
    takesFromAbsent(1, 2),
    segmentsReused(1, 2),
    segmentsReused(2, 1),
    segmentsStoppedThenReused(),
    failsInSegment(1),
    shareSegments(2, 2),
    diesInSegment(),
  ],
  large: [shareSegments(2, 3), failsInSegment(2), segmentsBesideAnotherJob()],
};
