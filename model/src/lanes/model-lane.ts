/**
 * A lane in the model: the loop of production over a host that only counts.
 *
 * The body of a chunk adds 1 to the chunk's plain cell. So a chunk that is run twice is seen in the sum, and one that is
 * run after its caller has gone on, or by two at once, is an unordered access.
 *
 * @module
 */
import type { ThreadSpec } from "@instride/explorer";
import { readRecord } from "../../../packages/scheduler/src/lanes/job-record.ts";
import { countMessage } from "../../../packages/scheduler/src/lanes/lane-side.ts";
import { type JobWork, type LaneExit, type LaneHost, runLane } from "../../../packages/scheduler/src/lanes/lane.ts";
import { check } from "../theme.ts";
import { type LaneEnv, type LaneMemory, REGISTERED, SENT } from "./lane-memories.ts";

/** Kernels, by their numbers: one that counts, and those that fail in a chunk. */
export const COUNTS = 1;
export const failsIn = (chunk: number): number => 2 + chunk;

/** How many registrations every job asks for. */
export const REGISTRATIONS = 1;

/** Long enough to be told from no limit, and to run out whenever the explorer says so. */
const IDLE_MS = 100;

export interface LaneOptions {
  /** Whether it sends a message at the end of a job, as lanes with partial results do. */
  readonly sends?: boolean;
  /** Whether it must have had the registrations that a job asks for. */
  readonly registers?: boolean;
}

export function laneHost({ ports }: LaneEnv, lane: number, options: LaneOptions = {}): LaneHost {
  const { lanes: port, host } = ports;
  return {
    port,
    lane,
    idleMs: IDLE_MS,
    startSpin: () => {
      let looks = 1;
      return () => looks-- > 0;
    },
    mustLoad: false,
    register: (count) => options.registers !== true || host.load(REGISTERED) >= count,
    work: (job) => {
      const { kernel, operands } = readRecord(port, job);
      if (options.registers === true) check(host.load(REGISTERED) >= REGISTRATIONS, "a lane is in a job it can't know");
      const end = (): void => {
        if (options.sends !== true) return;
        host.add(SENT, 1);
        countMessage(port, job);
      };
      return { ...bodyOf(ports, kernel, operands), end };
    },
  };
}

/** The work of a job whose cells begin at `cells`. */
export function bodyOf({ data }: LaneEnv["ports"], kernel: number, cells: number): JobWork {
  return {
    run: (chunk) => {
      data.writePlain(cells + chunk, data.readPlain(cells + chunk) + 1);
      return kernel !== failsIn(chunk);
    },
    end: () => {},
  };
}

/** A thread that is a lane from the start. As a daemon it may still be parked at the end. */
export function residentLane(
  lane: number,
  { daemon = true, mortal = false, ...options }: LaneOptions & Pick<ThreadSpec, "daemon" | "mortal"> = {},
): ThreadSpec<LaneMemory> {
  return { name: `lane${lane}`, daemon, mortal, run: (env) => stay(env, lane, options) };
}

/** Is a lane until it goes. */
export function stay(env: LaneEnv, lane: number, options: LaneOptions = {}): LaneExit {
  return runLane(laneHost(env, lane, options));
}
