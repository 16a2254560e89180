/**
 * The caller in the model: what `team.ts` does for a job, step by step, where it would await blocking instead.
 *
 * @module
 */
import * as caller from "../../../packages/scheduler/src/lanes/caller-side.ts";
import { helpJob } from "../../../packages/scheduler/src/lanes/lane.ts";
import { eventOf, ticketOf } from "../../../packages/scheduler/src/lanes/lane-words.ts";
import { evenChunks } from "../../../packages/scheduler/src/range.ts";
import { check } from "../theme.ts";
import { type LaneEnv, LOST } from "./lane-memories.ts";
import { bodyOf, COUNTS, REGISTRATIONS } from "./model-lane.ts";

export interface ModelJob {
  readonly slot: number;
  readonly ticket: number;
  readonly chunkCount: number;
  /** Each with claims of its own; 1 unless given. */
  readonly segmentCount?: number;
  /** Where its cells begin, one for each chunk. */
  readonly cells: number;
  readonly kernel?: number;
  /** Whether lanes look for more work for a while afterwards. */
  readonly spins?: boolean;
}

/** What the caller found once everybody had left: by chunk, whether it is marked, and how often it was run. */
export interface Outcome {
  readonly marked: readonly boolean[];
  readonly ran: readonly number[];
  readonly done: number;
  readonly messages: number;
}

/** Every chunk was run once, marked and counted. */
export function checkAllRan({ marked, ran, done }: Outcome): void {
  check(
    marked.every(Boolean) && ran.every((times) => times === 1) && done === ran.length,
    `chunks were run ${ran.join(", ")} times, marked ${marked.join(", ")}, and ${done} counted`,
  );
}

/** How it waits: on the job's event, as in production, or by looking again at whatever changes. */
export type WaitKind = "waits" | "spins";

/** As in `team.ts`: whatever wake-up is lost costs at most so many milliseconds. */
const WAIT_SLICE_MS = 100;

export class ModelCaller {
  readonly #env: LaneEnv;
  readonly #laneCount: number;
  readonly #kind: WaitKind;

  constructor(env: LaneEnv, laneCount: number, kind: WaitKind) {
    this.#env = env;
    this.#laneCount = laneCount;
    this.#kind = kind;
  }

  /** Runs a job from its opening to its end. */
  run(job: ModelJob): Outcome {
    this.open(job);
    this.wake(job);
    this.untilOver(job);
    return this.settle(job);
  }

  open({ slot, ticket, chunkCount, segmentCount = 1, cells, kernel = COUNTS, spins = false }: ModelJob): void {
    const chunks = evenChunks({ start: 0, stop: chunkCount }, 1, segmentCount);
    const record = { chunks, kernel, operands: cells, registrations: REGISTRATIONS, spins };
    caller.openJob(this.#env.ports.lanes, slot, ticket, record, this.#others(slot));
  }

  wake({ chunkCount }: ModelJob): void {
    caller.wakeLanes(this.#env.ports.lanes, Math.min(this.#laneCount, chunkCount));
  }

  help({ slot, ticket, cells, kernel = COUNTS }: ModelJob): void {
    helpJob(this.#env.ports.lanes, slot, ticket, bodyOf(this.#env.ports, kernel, cells), () => true);
  }

  /** Until nothing is left to be started. */
  untilOver({ slot, chunkCount }: ModelJob): void {
    const { lanes, host } = this.#env.ports;
    this.#until(
      slot,
      () => caller.chunksDone(lanes, slot) === chunkCount || caller.isStopped(lanes, slot) || host.load(LOST) > 0,
    );
  }

  /** Closes the job, and goes on when nobody is inside: then its memory is the caller's again. */
  settle(job: ModelJob): Outcome {
    const { lanes, data } = this.#env.ports;
    const { slot, ticket, chunkCount, cells } = job;
    caller.closeJob(lanes, slot, this.#others(slot));
    this.#until(slot, () => !this.#lanes().some((lane) => caller.isInside(lanes, lane, ticket)));
    const messages = caller.messagesSent(lanes, slot);
    const done = caller.chunksDone(lanes, slot);
    const chunks = Array.from({ length: chunkCount }, (_, chunk) => chunk);
    const marked = chunks.map((chunk) => caller.isMarked(lanes, slot, ticket, chunk));
    const ran = chunks.map((chunk) => data.readPlain(cells + chunk));
    for (const chunk of chunks) data.writePlain(cells + chunk, 0);
    return { marked, ran, done, messages };
  }

  /** Jobs that are open beside that of a slot, as the owner knows without looking: here only the first two are used. */
  #others(slot: number): number {
    return this.#env.ports.lanes.load(ticketOf(1 - slot)) === 0 ? 0 : 1;
  }

  #lanes(): number[] {
    return Array.from({ length: this.#laneCount }, (_, lane) => lane);
  }

  #until(slot: number, isSo: () => boolean): void {
    const { lanes } = this.#env.ports;
    while (this.#kind === "spins") {
      if (isSo()) return;
      this.#env.pause();
    }
    for (;;) {
      const event = caller.prepareToWait(lanes, slot);
      if (isSo()) return;
      lanes.wait(eventOf(slot), event, WAIT_SLICE_MS);
    }
  }
}
