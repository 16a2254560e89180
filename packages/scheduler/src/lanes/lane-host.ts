/**
 * A lane's host: what the numbers in a job's record stand for on this thread, and how its outcome reaches the owner.
 *
 * It is the same on every platform; how messages come and go is passed in.
 *
 * @module
 */
import { AtomicsPort, errorToWire, MemoryError, type Port } from "@instride/core";
import { loadKernel, type LoopBody } from "../kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "../operands.ts";
import { runChunk } from "../chunk.ts";
import type { Failure, Operands, Partial } from "../protocol.ts";
import type { ThreadContext } from "../thread.ts";
import { readRecord } from "./job-record.ts";
import { type JobWork, type LaneExit, type LaneHost, runLane } from "./lane.ts";
import { claimLane, countMessage } from "./lane-side.ts";
import { LANES_MAX } from "./lane-words.ts";
import type { JobMessage, Registration, RegistrationMessage } from "./messages.ts";

/** What a thread and its platform give its lane. */
export interface LaneThread extends ThreadContext {
  /** The next message of the owner that has arrived, or null. */
  receive(): RegistrationMessage | null;
  send(message: JobMessage): void;
}

/** A kernel on this thread: its body, or why it could not be loaded. */
type LoadedKernel = { readonly body: LoopBody } | { readonly error: unknown };

interface RegisteredOperands {
  readonly operands: Operands;
  readonly collects: boolean;
}

const NO_OPERANDS: RegisteredOperands = { operands: { views: {}, args: undefined }, collects: false };

/** Operands are made for one call; so many later ones make sure that it is over. */
const OPERANDS_KEPT = 256;

/** A lane without work goes after so many milliseconds, so that the process can exit. */
const IDLE_MS = 100;

export class ThreadLaneHost implements LaneHost {
  readonly port: Port;
  readonly lane: number;
  readonly idleMs: number = IDLE_MS;
  readonly spinCount: number = 0;
  readonly #thread: LaneThread;
  readonly #kernels: Map<number, LoadedKernel> = new Map();
  readonly #operands: Map<number, RegisteredOperands> = new Map();
  /** Received, and not yet taken in: what comes after a kernel that has to be loaded waits for it. */
  readonly #waiting: Registration[] = [];
  #received = 0;

  constructor(port: Port, lane: number, thread: LaneThread) {
    this.port = port;
    this.lane = lane;
    this.#thread = thread;
  }

  get mustLoad(): boolean {
    return this.#waiting.length > 0;
  }

  register(count: number): boolean {
    while (this.#received < count) {
      const message = this.#thread.receive();
      if (message === null) return false;
      this.#received = message.count;
      this.#waiting.push(...message.registrations);
    }
    this.#takeIn();
    return this.#waiting.length === 0;
  }

  /** Loads what has to be loaded. To be called outside of the lane's loop. */
  async load(): Promise<void> {
    while (this.#waiting.length > 0) {
      const [next] = this.#waiting;
      if (next!.kind === "kernel") {
        try {
          const body = (await loadKernel(next!.target, this.#thread.registry)) as LoopBody;
          this.#kernels.set(next!.id, { body });
        } catch (error) {
          this.#kernels.set(next!.id, { error });
        }
        this.#waiting.shift();
      }
      this.#takeIn();
    }
  }

  work(job: number, ticket: number): JobWork | null {
    const { kernel, operands, chunks } = readRecord(this.port, job);
    const registered = operands === 0 ? NO_OPERANDS : this.#operands.get(operands);
    const loaded = this.#kernels.get(kernel);
    const partials: Partial[] = [];
    const send = (failure: Failure | null): void => {
      this.#thread.send({ ticket, partials, failure });
      countMessage(this.port, job);
    };
    let borrowed: BorrowedOperands;
    try {
      if (registered === undefined || loaded === undefined) {
        throw new Error(`internal: kernel ${kernel} or operands ${operands} were not registered`);
      }
      if ("error" in loaded) throw loaded.error;
      borrowed = borrowOperands(registered.operands, this.#thread.leases);
    } catch (error) {
      send({ error: errorToWire(error), range: null });
      return null;
    }
    const { body } = loaded;
    const { args, grid, prefixes } = registered.operands;
    return {
      run: (chunk) => {
        const collect = registered.collects ? (value: unknown): void => void partials.push({ chunk, value }) : null;
        const failure = runChunk(body, chunks, chunk, { views: borrowed.views, args, grid, prefixes }, collect);
        if (failure === null) return true;
        send(failure);
        partials.length = 0;
        return false;
      },
      end: () => {
        borrowed.end();
        if (partials.length > 0) send(null);
      },
    };
  }

  #takeIn(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.kind === "kernel") {
        if (!("name" in next.target)) return;
        this.#kernels.set(next.id, this.#builtin(next.target.name));
      } else {
        this.#operands.set(next.id, next);
        this.#operands.delete(next.id - OPERANDS_KEPT);
      }
      this.#waiting.shift();
    }
  }

  #builtin(name: string): LoadedKernel {
    try {
      return { body: this.#thread.registry(name) };
    } catch (error) {
      return { error };
    }
  }
}

/**
 * Makes a thread one that can be a lane.
 *
 * @param id - positive, and of no other living thread
 * @throws a `MemoryError` if all lanes are taken
 */
export function joinLane(words: Int32Array<SharedArrayBuffer>, id: number, thread: LaneThread): ThreadLaneHost {
  const port = new AtomicsPort(words);
  const lane = claimLane(port, id);
  if (lane < 0) throw new MemoryError(`cannot make thread ${id} a lane: LANES_MAX = ${LANES_MAX} threads are`);
  return new ThreadLaneHost(port, lane, thread);
}

/** Is a lane until it has to go. Modules are loaded between two stays in the lane's loop, which blocks the thread. */
export async function stayInLane(host: ThreadLaneHost): Promise<Exclude<LaneExit, "to load">> {
  for (;;) {
    const exit = runLane(host);
    if (exit !== "to load") return exit;
    await host.load();
  }
}
