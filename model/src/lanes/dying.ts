/**
 * A lane's thread dies between any two operations: the owner clears up after it, and nobody waits for it.
 *
 * @module
 */
import {
  type MemorySpec,
  scenario,
  type Scenario,
  type ScenarioOptions,
  type Snapshot,
  type ThreadSpec,
} from "@instride/explorer";
import { buryLane, laneOf, tellOfDeath, wakeLanes } from "../../../packages/scheduler/src/lanes/caller-side.ts";
import { claimLane } from "../../../packages/scheduler/src/lanes/lane-side.ts";
import {
  claimOf,
  insideOf,
  LANES_MAX,
  parkedOf,
  SLEEPERS,
  SPINNERS,
  spinningOf,
} from "../../../packages/scheduler/src/lanes/lane-words.ts";
import { check, several, type Theme } from "../theme.ts";
import { awaitFlag, LANE_MEMORIES, type LaneEnv, type LaneMemory, LOST, raiseFlag, startOf } from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob, type Outcome } from "./model-caller.ts";
import { laneHost, residentLane, stay } from "./model-lane.ts";
import { serveNextJob } from "../../../packages/scheduler/src/lanes/lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

/** Deaths take the place of time-outs. */
const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

const JOB: ModelJob = { slot: 0, ticket: 1, chunkCount: 1, cells: 0 };
const NEXT_JOB: ModelJob = { ...JOB, ticket: 2 };

/** The id of the thread that is lane 0 at first, and of the one that comes after it. */
const MORTAL = 7;
const HEIR = 8;

/** What the owner does when it is told of the end of a thread. @returns the chunk that this was at, or -1 */
export type Disconnect = (env: LaneEnv, thread: number, slot: number, laneCount: number) => number;

/** As in `team.ts`. */
const disconnectThread: Disconnect = ({ ports: { lanes, host } }, thread, slot, laneCount) => {
  const lane = laneOf(lanes, thread);
  if (lane < 0) return -1;
  const { ticket, chunk } = buryLane(lanes, lane);
  wakeLanes(lanes, laneCount);
  if (ticket !== 0) host.add(LOST, 1);
  tellOfDeath(lanes, slot);
  return chunk;
};

/** Lane 0 is claimed by the thread that may die. */
const CLAIMED: Readonly<Record<LaneMemory, MemorySpec>> = {
  ...LANE_MEMORIES,
  lanes: {
    ...LANE_MEMORIES.lanes,
    initial: (words) => {
      words[claimOf(0)] = MORTAL;
    },
  },
};

/** Is told of the end of `lane0`, clears up, and has another thread started. */
function owner(laneCount: number, disconnect: Disconnect = disconnectThread): LaneThread {
  return {
    name: "owner",
    daemon: true,
    run: (env) => {
      if (env.awaitExit("lane0") !== "died") return;
      disconnect(env, MORTAL, JOB.slot, laneCount);
      raiseFlag(env.ports.host, startOf(1));
    },
  };
}

/** A chunk is marked, or its thread has died; what is marked was run once. */
function checkLoss({ marked, ran, done }: Outcome, hasLost: boolean): void {
  for (const [chunk, isMarked] of marked.entries()) {
    check(isMarked || hasLost, `chunk ${chunk} is lost, and nobody has died`);
    check(!isMarked || ran[chunk] === 1, `chunk ${chunk} is marked, and was run ${ran[chunk]} times`);
    check(ran[chunk]! <= 1, `chunk ${chunk} was run ${ran[chunk]} times`);
  }
  check(done <= marked.filter(Boolean).length, "a chunk is counted that is not marked");
}

/** As an invariant: never too low, whoever dies. */
export function sleepersAreNeverTooLow({ memory: { lanes }, exitOf }: Snapshot<LaneMemory>): boolean {
  return lanes.get(SLEEPERS) >= (exitOf("lane0") === "died" ? 0 : lanes.get(parkedOf(0)));
}

/** As an invariant: whoever is counted as a spinner says so, and can be found should it die; the burial takes two steps. */
export function spinnersAreKnown({ memory: { lanes }, exitOf }: Snapshot<LaneMemory>): boolean {
  const buried = exitOf("lane0") === "died" ? 1 : 0;
  return lanes.get(SPINNERS) <= lanes.get(spinningOf(0)) + lanes.get(spinningOf(1)) + buried;
}

/** Nobody else is there: the heir of the lane runs what the dead one has left. */
export function diesInJob(): Scenario {
  return scenario({
    name: "lanes: the only one dies, and the next thread has its lane",
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 1, "waits");
          const outcome = caller.run(JOB);
          checkLoss(outcome, env.ports.host.load(LOST) > 0);
          env.ports.host.store(LOST, 0);
          return outcome.marked[0];
        },
      },
      owner(1),
      residentLane(0, { mortal: true }),
      {
        name: "lane1",
        daemon: true,
        run: (env) => {
          awaitFlag(env.ports.host, startOf(1));
          check(claimLane(env.ports.lanes, HEIR) === 0, "the lane of the dead is not free");
          stay(env, 0);
        },
      },
    ],
    invariants: { sleepersAreNeverTooLow },
    final: ({ memory, exitOf }) => {
      check(memory.lanes.get(insideOf(0)) === 0, "a lane is inside a job that is over");
      if (exitOf("lane0") === "died") check(memory.lanes.get(claimOf(0)) === HEIR, "the heir has not got the lane");
    },
  });
}

/** A lane that is parked beside it takes over, also when the dead one had been woken for the job. */
export function diesBesideAnother(chunks: number, disconnect: Disconnect = disconnectThread): Scenario {
  const job = { ...JOB, chunkCount: chunks };
  return scenario({
    name: `lanes: one of two dies, in a job of ${several(chunks, "chunk")}`,
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 2, "waits");
          const outcome = caller.run(job);
          checkLoss(outcome, env.ports.host.load(LOST) > 0);
        },
      },
      {
        name: "owner",
        daemon: true,
        run: (env) => {
          if (env.awaitExit("lane0") === "died") disconnect(env, MORTAL, job.slot, 2);
        },
      },
      residentLane(0, { mortal: true }),
      residentLane(1),
    ],
    invariants: { sleepersAreNeverTooLow },
  });
}

/** The caller takes part in a job in which a lane dies, and runs the lost chunk again in the next. */
export function diesBesideCaller(disconnect: Disconnect = disconnectThread): Scenario {
  return scenario({
    name: "lanes: one dies in a job that the caller helps with, and its chunk is run again",
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 1, "waits");
          caller.open(JOB);
          caller.help(JOB);
          caller.untilOver(JOB);
          const outcome = caller.settle(JOB);
          const hasLost = env.ports.host.load(LOST) > 0;
          checkLoss(outcome, hasLost);
          if (outcome.marked[0]!) return outcome;
          // Nobody but the caller is there to run it again.
          caller.open(NEXT_JOB);
          caller.help(NEXT_JOB);
          checkAllRan(caller.settle(NEXT_JOB));
          return outcome;
        },
      },
      {
        name: "owner",
        daemon: true,
        run: (env) => (env.awaitExit("lane0") === "died" ? disconnect(env, MORTAL, JOB.slot, 1) : -1),
      },
      {
        name: "lane0",
        daemon: true,
        mortal: true,
        run: (env) => serveNextJob(laneHost(env, 0), 0),
      },
    ],
    final: ({ memory, resultOf }) => {
      check(memory.lanes.get(insideOf(0)) === 0, "a lane is inside a job that is over");
      const { ran, marked } = resultOf("caller") as Outcome;
      check(marked[0]! || ran[0] === 0 || resultOf("owner") === 0, "the owner can't tell which chunk was lost");
    },
  });
}

/** A lane dies in its own segment or in another's: the caller goes round, and runs what was lost again in the next job. */
export function diesInSegment(): Scenario {
  const job = { ...JOB, chunkCount: 2, segmentCount: 2 };
  const next = { ...job, ticket: NEXT_JOB.ticket };
  return scenario({
    name: "lanes: one dies in a job of 2 segments that the caller helps with",
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 1, "waits");
          caller.open(job);
          caller.help(job);
          caller.untilOver(job);
          const outcome = caller.settle(job);
          checkLoss(outcome, env.ports.host.load(LOST) > 0);
          check(
            outcome.marked.filter((isMarked) => !isMarked).length <= 1,
            "more is lost than the dead lane had claimed",
          );
          if (outcome.marked.every(Boolean)) return;
          caller.open(next);
          caller.help(next);
          checkAllRan(caller.settle(next));
        },
      },
      {
        name: "owner",
        daemon: true,
        run: (env) => {
          if (env.awaitExit("lane0") === "died") disconnectThread(env, MORTAL, job.slot, 1);
        },
      },
      { name: "lane0", daemon: true, mortal: true, run: (env) => serveNextJob(laneHost(env, 0), 0) },
    ],
    final: ({ memory }) => check(memory.lanes.get(insideOf(0)) === 0, "a lane is inside a job that is over"),
  });
}

/** Another thread starts while the dead one is buried: it has the dead one's lane, whole, or a lane of its own. */
export function heirBesideCaller(): Scenario {
  return scenario({
    name: "lanes: one dies, and a thread that starts may have its lane, beside a caller with two jobs",
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 2, "spins");
          for (const job of [JOB, NEXT_JOB]) {
            caller.open(job);
            caller.help(job);
            caller.untilOver(job);
            checkAllRan(caller.settle(job));
          }
        },
      },
      owner(2),
      { name: "lane0", mortal: true, run: () => {} },
      {
        name: "heir",
        run: (env) => serveNextJob(laneHost(env, claimLane(env.ports.lanes, HEIR)), 0),
      },
    ],
  });
}

/** It dies while it looks for more work, and the owner counted on it: another is woken for the job. */
export function diesSpinning(disconnect: Disconnect = disconnectThread): Scenario {
  const jobs: readonly ModelJob[] = [{ ...JOB, spins: true }, NEXT_JOB];
  return scenario({
    name: "lanes: one of two dies looking for a second job before parking",
    memories: CLAIMED,
    options: STRICT,
    threads: [
      {
        name: "caller",
        run: (env) => {
          const caller = new ModelCaller(env, 2, "spins");
          for (const job of jobs) {
            checkLoss(caller.run(job), env.ports.host.load(LOST) > 0);
            if (env.ports.host.load(LOST) > 0) return;
          }
        },
      },
      {
        name: "owner",
        daemon: true,
        run: (env) => {
          if (env.awaitExit("lane0") === "died") disconnect(env, MORTAL, JOB.slot, 2);
        },
      },
      residentLane(0, { mortal: true }),
      residentLane(1),
    ],
    invariants: { spinnersAreKnown },
  });
}

/** Threads that start claim lanes of their own; what a thread has claimed that dies at once is free again. */
export function diesWhileStarting(): Scenario {
  return scenario({
    name: "lanes: claimed by two threads, of which one dies",
    memories: LANE_MEMORIES,
    threads: [
      { name: "lane0", mortal: true, run: ({ ports }) => claimLane(ports.lanes, MORTAL) },
      { name: "lane1", run: ({ ports }) => claimLane(ports.lanes, HEIR) },
      {
        name: "owner",
        run: (env) => {
          if (env.awaitExit("lane0") === "died") disconnectThread(env, MORTAL, JOB.slot, 2);
        },
      },
    ],
    final: ({ memory, exitOf, resultOf }) => {
      const claims = Array.from({ length: LANES_MAX }, (_, lane) => memory.lanes.get(claimOf(lane)));
      const expected = exitOf("lane0") === "died" ? [HEIR] : [MORTAL, HEIR];
      check(
        claims
          .filter((claim) => claim !== 0)
          .sort((a, b) => a - b)
          .join() === expected.join(),
        `lanes are claimed by ${claims.filter((claim) => claim !== 0).join()}`,
      );
      check(claims[resultOf("lane1") as number] === HEIR, "a lane has two threads");
    },
  });
}

/** A thread dies parked or on its way there: the count of sleepers is right, or too high. */
export function diesParked(): Scenario {
  return scenario({
    name: "lanes: one dies parked, or on its way there or back",
    memories: CLAIMED,
    options: { ...STRICT, timeoutsMax: 1 },
    threads: [
      residentLane(0, { mortal: true }),
      {
        name: "owner",
        daemon: true,
        run: (env) => {
          wakeLanes(env.ports.lanes, 1);
          if (env.awaitExit("lane0") === "died") disconnectThread(env, MORTAL, JOB.slot, 1);
        },
      },
    ],
    invariants: { sleepersAreNeverTooLow },
    final: ({ memory, exitOf }) => {
      const parked = memory.lanes.get(parkedOf(0));
      if (exitOf("lane0") === "died") check(parked === 0, "the dead lane is parked");
      const sleepers = memory.lanes.get(SLEEPERS);
      check(sleepers >= parked && sleepers <= 1, `${sleepers} sleepers are counted, ${parked} is parked`);
    },
  });
}

export const DYING: Theme = {
  small: [diesWhileStarting(), diesParked(), diesBesideCaller(), heirBesideCaller()],
  large: [diesInJob(), diesBesideAnother(1), diesBesideAnother(2)],
};
