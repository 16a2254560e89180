/**
 * Lanes park, go and are sent away while there is news: nothing that a lane should see is slept through.
 *
 * Lanes wait with a time-out in production. Here no thread may depend on one: a state that only a time-out would end is
 * a lost wake-up.
 *
 * @module
 */
import { scenario, type Scenario, type ScenarioOptions, type Snapshot, type ThreadSpec } from "@instride/explorer";
import { cancelEvictions, evictLanes, shutDown, wakeLanes } from "../../../packages/scheduler/src/lanes/caller-side.ts";
import { EVICTIONS, parkedOf, SLEEPERS } from "../../../packages/scheduler/src/lanes/lane-words.ts";
import { check, several, type Theme } from "../theme.ts";
import {
  awaitFlag,
  LANE_MEMORIES,
  type LaneEnv,
  type LaneMemory,
  raiseFlag,
  REGISTERED,
  startOf,
} from "./lane-memories.ts";
import { checkAllRan, ModelCaller, type ModelJob } from "./model-caller.ts";
import { residentLane, stay } from "./model-lane.ts";

type LaneThread = ThreadSpec<LaneMemory>;

const STRICT: ScenarioOptions = { timeoutsMax: 0, timeoutRescue: "violation" };

const ONE_CHUNK: ModelJob = { slot: 0, ticket: 1, chunkCount: 1, cells: 0 };

/** Waits for a job without helping. `lanes` is how many it wakes and looks at. */
function awaitingCaller(lanes: number, chunkCount: number = 1): LaneThread {
  return {
    name: "caller",
    run: (env) => checkAllRan(new ModelCaller(env, lanes, "spins").run({ ...ONE_CHUNK, chunkCount })),
  };
}

/** As an invariant: whoever is parked is counted. */
export function sleepersAreCounted({ memory: { lanes } }: Snapshot<LaneMemory>): boolean {
  return lanes.get(SLEEPERS) >= lanes.get(parkedOf(0)) + lanes.get(parkedOf(1));
}

export function parksWhileOpened(options: ScenarioOptions = {}): Scenario {
  const wakes = options.spuriousWakesMax === undefined ? "" : ", and may wake for no reason";
  return scenario({
    name: `lanes: one parks while a job is opened${wakes}`,
    memories: LANE_MEMORIES,
    options: { ...STRICT, ...options },
    threads: [awaitingCaller(1), residentLane(0)],
    invariants: { sleepersAreCounted },
  });
}

export function twoPark(chunks: number): Scenario {
  return scenario({
    name: `lanes: two park while a job of ${several(chunks, "chunk")} is opened`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [awaitingCaller(2, chunks), residentLane(0), residentLane(1)],
  });
}

/** As `team.ts` has it: the end of a lane's task starts another while there are jobs. */
export function isReplacedWhileOpened(): Scenario {
  return scenario({
    name: "lanes: one goes while a job is opened, and is replaced",
    memories: LANE_MEMORIES,
    options: { ...STRICT, timeoutsMax: 1 },
    threads: [awaitingCaller(2), residentLane(0), replacementOf("lane0", 1), startedLane(1)],
  });
}

/** Starts a thread when another's stay as a lane is over. */
function replacementOf(name: string, lane: number): LaneThread {
  return {
    name: "pool",
    daemon: true,
    run: (env) => {
      env.awaitExit(name);
      raiseFlag(env.ports.host, startOf(lane));
    },
  };
}

function startedLane(lane: number): LaneThread {
  return {
    name: `lane${lane}`,
    daemon: true,
    run: (env) => {
      awaitFlag(env.ports.host, startOf(lane));
      return stay(env, lane);
    },
  };
}

/** Ordinary tasks ask for threads. */
export function evicted(lanes: number, wanted: number): Scenario {
  return scenario({
    name: `lanes: ${wanted} of ${lanes} asked to leave`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      { name: "owner", run: ({ ports }) => evictLanes(ports.lanes, wanted) },
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane)),
    ],
    final: ({ resultOf }) => {
      const exits = Array.from({ length: lanes }, (_, lane) => resultOf(`lane${lane}`));
      const gone = exits.filter((exit) => exit === "evicted").length;
      check(gone === wanted, `${gone} lanes have left`);
    },
  });
}

/** Requests add up, also while lanes follow the first. */
export function evictedTwice(): Scenario {
  return scenario({
    name: "lanes: one of two asked to leave, then one more",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "owner",
        run: ({ ports }) => {
          evictLanes(ports.lanes, 1);
          evictLanes(ports.lanes, 1);
        },
      },
      residentLane(0),
      residentLane(1),
    ],
    final: ({ memory, resultOf }) => {
      check(resultOf("lane0") === "evicted" && resultOf("lane1") === "evicted", "a lane stays that was asked to leave");
      check(memory.lanes.get(EVICTIONS) === 0, "a request to leave is left, which nobody made");
    },
  });
}

/** The tasks have found threads: who comes later stays. */
export function evictionTakenBack(): Scenario {
  return scenario({
    name: "lanes: one asked to leave, and the request is taken back before another comes",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      {
        name: "owner",
        run: ({ ports }) => {
          evictLanes(ports.lanes, 1);
          cancelEvictions(ports.lanes);
          raiseFlag(ports.host, startOf(1));
        },
      },
      residentLane(0),
      startedLane(1),
    ],
    final: ({ resultOf }) => check(resultOf("lane1") === undefined, "a lane has left that nobody asked to"),
  });
}

/** A lane that is asked to leave serves no further job; one that stays does. */
export function evictedWhileOpened(): Scenario {
  return scenario({
    name: "lanes: one of two asked to leave while a job is opened",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      awaitingCaller(2),
      { name: "tasks", run: ({ ports }) => evictLanes(ports.lanes, 1) },
      residentLane(0),
      residentLane(1),
    ],
  });
}

export function shutDownWhileParking(lanes: number): Scenario {
  return scenario({
    name: `lanes: ${several(lanes, "resident")} told to shut down`,
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      { name: "owner", run: ({ ports }) => shutDown(ports.lanes) },
      ...Array.from({ length: lanes }, (_, lane) => residentLane(lane, { daemon: false })),
    ],
    final: ({ memory, resultOf }) => {
      for (let lane = 0; lane < lanes; lane++) check(resultOf(`lane${lane}`) === "shut down", `lane${lane} stays`);
      check(memory.lanes.get(SLEEPERS) === 0, "a lane that has left is counted as parked");
    },
  });
}

/** A lane that has not had a job's registrations can't enter it: it parks, and is told when they have come. */
export function registeredLate(): Scenario {
  return scenario({
    name: "lanes: one is sent registrations after the job was opened",
    memories: LANE_MEMORIES,
    options: STRICT,
    threads: [
      awaitingCaller(1),
      {
        name: "connection",
        run: ({ ports }: LaneEnv) => {
          ports.host.store(REGISTERED, 1);
          wakeLanes(ports.lanes, 1);
        },
      },
      residentLane(0, { registers: true }),
    ],
  });
}

export const PARKING: Theme = {
  small: [
    parksWhileOpened(),
    parksWhileOpened({ spuriousWakesMax: 1 }),
    isReplacedWhileOpened(),
    evicted(1, 1),
    evicted(2, 1),
    evicted(2, 2),
    evictedTwice(),
    evictionTakenBack(),
    registeredLate(),
    shutDownWhileParking(1),
    shutDownWhileParking(2),
  ],
  large: [twoPark(1), twoPark(2), evictedWhileOpened()],
};
