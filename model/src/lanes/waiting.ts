/**
 * A caller waits for the end of its job, for a stop, or for lanes to leave: no signal is slept through.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions, type ThreadSpec } from "@instride/explorer";
import { stopJob } from "../../../packages/scheduler/src/lanes/lane-side.ts";
import { check, several, type Theme } from "../theme.ts";
import { awaitFlag, LANE_MEMORIES, type LaneEnv, type LaneMemory, raiseFlag, SENT, startOf } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob, type Outcome } from "./model-caller.ts";
import { failsIn, residentLane } from "./model-lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

/** The flag of a lane that is not there stands for the abort. */
const ABORTED = startOf(2);

function jobOf(chunkCount: number, kernel?: number): ModelJob {
  return { slot: 0, ticket: 1, chunkCount, cells: 0, ...(kernel === undefined ? {} : { kernel }) };
}

function caller(lanes: number, job: ModelJob, examine: (outcome: Outcome, env: LaneEnv) => void): LaneThread {
  return { name: "caller", run: (env) => examine(new ModelCaller(env, lanes, "waits").run(job), env) };
}

function lanesOf(count: number): LaneThread[] {
  return Array.from({ length: count }, (_, lane) => residentLane(lane));
}

export function waitsForChunks(lanes: number, chunks: number, options: ScenarioOptions = {}): Scenario {
  const wakes = options.spuriousWakesMax === undefined ? "" : ", and may be woken for no reason";
  return scenario({
    name: `lanes: the caller waits for ${several(chunks, "chunk")} on ${several(lanes, "lane")}${wakes}`,
    memories: LANE_MEMORIES,
    options: { ...STRICT, ...options },
    threads: [caller(lanes, jobOf(chunks), checkAllRan), ...lanesOf(lanes)],
  });
}

/** The caller takes part, then waits for the lane that is still at its chunk. */
export function helpsThenWaits(chunks: number): Scenario {
  return scenario({
    name: `lanes: the caller helps with ${several(chunks, "chunk")}, then waits for the lane that is inside`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const job = jobOf(chunks);
          const helping = new ModelCaller(env, 1, "waits");
          helping.open(job);
          helping.wake(job);
          helping.help(job);
          helping.untilOver(job);
          checkAllRan(helping.settle(job));
        },
      },
      ...lanesOf(1),
    ],
  });
}

/** A body fails: no chunk is started by who has seen it, and the caller goes on once everybody has left. */
export function stoppedByLane(lanes: number): Scenario {
  return scenario({
    name: `lanes: a chunk fails on ${several(lanes, "resident")}`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      caller(lanes, jobOf(2, failsIn(0)), ({ marked, ran, done }) => {
        check(ran[0] === 1 && !marked[0]!, "the chunk that failed was not run, or counts as finished");
        check(
          ran[1] === Number(marked[1]) && done === ran[1],
          "a chunk was run and not counted, or counted and not run",
        );
        check(lanes > 1 || ran[1] === 0, "the lane went on after its failure");
      }),
      ...lanesOf(lanes),
    ],
  });
}

/** The owner stops a job, as an abort does, while a lane is at it. */
export function stoppedByOwner(): Scenario {
  const job = jobOf(2);
  return scenario({
    name: "lanes: a job is stopped by its owner while one is inside",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const stopping = new ModelCaller(env, 1, "waits");
          stopping.open(job);
          stopping.wake(job);
          raiseFlag(env.ports.host, ABORTED);
          stopping.untilOver(job);
          const { marked, ran, done } = stopping.settle(job);
          for (const [chunk, times] of ran.entries())
            check(
              times === Number(marked[chunk]),
              `chunk ${chunk} was run ${times} times, and marked: ${marked[chunk]}`,
            );
          check(done === ran[0]! + ran[1]!, `${done} chunks are counted, expected ${ran[0]! + ran[1]!}`);
        },
      },
      {
        name: "abort",
        run: ({ ports }) => {
          awaitFlag(ports.host, ABORTED);
          stopJob(ports.lanes, job.slot);
        },
      },
      ...lanesOf(1),
    ],
  });
}

/** Messages were sent before the sender left, and the caller knows how many. */
export function messagesAreCounted(lanes: number): Scenario {
  return scenario({
    name: `lanes: ${several(lanes, "resident")} to send results before leaving`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      caller(lanes, jobOf(1), (outcome, { ports }) => {
        checkAllRan(outcome);
        check(outcome.messages >= 1, "the lane that ran the chunk sent nothing");
        check(ports.host.load(SENT) === outcome.messages, "a message was sent that the caller doesn't know of");
      }),
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane, { sends: true })),
    ],
  });
}

export const WAITING: Theme = {
  small: [
    waitsForChunks(1, 1),
    waitsForChunks(1, 2),
    waitsForChunks(1, 1, { spuriousWakesMax: 1 }),
    helpsThenWaits(1),
    helpsThenWaits(2),
    stoppedByLane(1),
    messagesAreCounted(1),
  ],
  large: [waitsForChunks(2, 2), stoppedByLane(2), stoppedByOwner(), messagesAreCounted(2)],
};
