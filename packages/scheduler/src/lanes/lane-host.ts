/**
 * A lane's host: what the numbers in a job's record stand for on this thread, and how its outcome reaches the owner.
 *
 * It is the same on every platform; how messages come and go is passed in.
 *
 * @module
 */
import { AtomicsPort, errorToWire, MemoryError } from "@instride/core";
import { loadKernel, type LoopBody } from "../kernel-source.ts";
import type { BuiltinTarget, KernelTarget } from "../protocol.ts";
import type { ThreadContext } from "../thread.ts";
import { settlesWithin } from "../time-limit.ts";
import { nextTurn } from "../turn-budget.ts";
import { readRecord } from "./job-record.ts";
import { type EventLaneHost, rouse, runEventLane } from "./event-lane.ts";
import { type JobWork, type LaneExit, runLane } from "./lane.ts";
import { claimLane, countMessage, noteLoading } from "./lane-side.ts";
import { LaneWork } from "./lane-work.ts";
import { GENERATION, LANES_MAX } from "./lane-words.ts";
import type { JobMessage, OperandsRegistration, Registration, RegistrationMessage } from "./messages.ts";

/** What a thread and its platform give its lane. */
export interface LaneThread extends ThreadContext {
  /** The next message of the owner that has arrived, or null. */
  receive(): RegistrationMessage | null;
  send(message: JobMessage): void;
}

/** A kernel on this thread: how to get it, what will have it, its body, or why it could not be loaded. */
type Kernel =
  | { readonly target: KernelTarget }
  | { readonly loading: Promise<void> }
  | { readonly body: LoopBody }
  | { readonly error: unknown };

const NO_OPERANDS: Pick<OperandsRegistration, "operands" | "collects" | "kept"> = {
  operands: { views: {}, args: undefined },
  collects: false,
  kept: true,
};

/** Operands are made for one call; so many later ones make sure that it is over. */
const OPERANDS_KEPT = 256;

/** A lane without work goes after so many milliseconds, so that the process can exit. */
const IDLE_MS = 100;

/**
 * How long it looks for the next job before it parks, where there is a core for it, in milliseconds. To be woken costs
 * the caller some 8 µs; the gap between two calls of a busy program is shorter.
 */
const SPIN_MS = 0.01;

/** How long it stays out of its loop to load a module, in milliseconds: at first, and then between looks at other jobs. */
const LOAD_MS = 100;
const LOAD_ON_MS = 10;

/** Looks at the generation between two pauses, each of which takes longer than some looks, and at the clock. */
const LOOKS_PER_PAUSE = 4;
const LOOKS_PER_CLOCK = 32;

export class ThreadLaneHost implements EventLaneHost {
  readonly port: AtomicsPort;
  readonly lane: number;
  readonly idleMs: number = IDLE_MS;
  readonly #thread: LaneThread;
  readonly #kernels: Map<number, Kernel> = new Map();
  readonly #operands: Map<number, OperandsRegistration> = new Map();
  /** Of jobs that come again: by their operands, and of those without by their kernels, negative. */
  readonly #kept: Map<number, LaneWork> = new Map();
  /** The kernel that a job was met for, and that is not loaded yet. */
  #wanted: { readonly kernel: number; readonly ticket: number } | null = null;
  #received = 0;
  /** Whether a job was met whose registrations have not arrived. */
  #misses = false;

  constructor(port: AtomicsPort, lane: number, thread: LaneThread) {
    this.port = port;
    this.lane = lane;
    this.#thread = thread;
  }

  get mustLoad(): boolean {
    return this.#wanted !== null;
  }

  register(count: number): boolean {
    while (this.#received < count) {
      const message = this.#thread.receive();
      if (message === null) {
        this.#misses = true;
        return false;
      }
      // An empty one asks whether the thread lives.
      this.#received = Math.max(this.#received, message.count);
      for (const registration of message.registrations) this.#takeIn(registration);
    }
    return true;
  }

  /**
   * Loads the kernel that is wanted, outside of the lane's loop. Where that takes long it goes on later: jobs of other
   * kernels must not wait for it.
   */
  async load(): Promise<void> {
    if (this.#wanted === null) return;
    const { kernel: id, ticket } = this.#wanted;
    this.#wanted = null;
    // A module can keep the thread busy for ever; the owner then knows what for.
    noteLoading(this.port, this.lane, ticket);
    const kernel = this.#kernels.get(id)!;
    if ("target" in kernel) this.#kernels.set(id, { loading: this.#load(id, kernel.target) });
    const entry = this.#kernels.get(id)!;
    if ("loading" in entry) await settlesWithin("target" in kernel ? LOAD_MS : LOAD_ON_MS, entry.loading);
    noteLoading(this.port, this.lane, 0);
  }

  async #load(id: number, target: KernelTarget): Promise<void> {
    try {
      this.#kernels.set(id, { body: (await loadKernel(target, this.#thread.registry)) as LoopBody });
    } catch (error) {
      this.#kernels.set(id, { error });
    }
  }

  startSpin(): () => boolean {
    const end = performance.now() + SPIN_MS;
    let count = 0;
    return () => {
      if (++count % LOOKS_PER_PAUSE === 0) this.port.pause();
      return count % LOOKS_PER_CLOCK !== 0 || performance.now() < end;
    };
  }

  waitForNews(seen: number): Promise<void> {
    return this.port.change(GENERATION, seen);
  }

  giveWay(): Promise<void> {
    return nextTurn();
  }

  /** A message of the owner has arrived: a lane that waits without blocking looks again, if it was missing one. */
  rouse(): void {
    // Mostly messages come before the job that needs them.
    if (!this.#misses) return;
    this.#misses = false;
    rouse(this.port);
  }

  work(job: number, ticket: number): JobWork | "later" | null {
    const { kernel, operands, chunks } = readRecord(this.port, job);
    const entry = this.#kernels.get(kernel);
    if (entry !== undefined && ("target" in entry || "loading" in entry)) {
      this.#wanted = { kernel, ticket };
      return "later";
    }
    try {
      const work = this.#workOf(kernel, operands);
      work.begin(job, ticket, chunks);
      return work;
    } catch (error) {
      this.#thread.send({ ticket, partials: [], failure: { error: errorToWire(error), range: null } });
      countMessage(this.port, job);
      return null;
    }
  }

  #workOf(kernel: number, operands: number): LaneWork {
    const key = operands === 0 ? -kernel : operands;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.resume();
      return known;
    }
    const registered = operands === 0 ? NO_OPERANDS : this.#operands.get(operands);
    const loaded = this.#kernels.get(kernel);
    if (registered === undefined || loaded === undefined) {
      throw new Error(`internal: kernel ${kernel} or operands ${operands} were not registered`);
    }
    if (!("body" in loaded)) throw "error" in loaded ? loaded.error : new Error("internal: a kernel is not loaded");
    const place = { port: this.port, thread: this.#thread, send: (message: JobMessage) => this.#thread.send(message) };
    const work = new LaneWork(place, loaded.body, registered);
    if (registered.kept) this.#kept.set(key, work);
    return work;
  }

  #takeIn(registration: Registration): void {
    const { id } = registration;
    switch (registration.kind) {
      case "kernel": {
        const { target } = registration;
        this.#kernels.set(id, "name" in target ? this.#builtin(target) : { target });
        break;
      }
      case "operands": {
        this.#operands.set(id, registration);
        const old = id - OPERANDS_KEPT;
        if (this.#operands.get(old)?.kept === false) this.#operands.delete(old);
        break;
      }
      case "drop":
        this.#operands.delete(id);
        this.#kept.delete(id);
        break;
      case "drop-kernel":
        this.#kernels.delete(id);
        this.#kept.delete(-id);
    }
  }

  #builtin({ name, code }: BuiltinTarget): Kernel {
    try {
      return { body: this.#thread.registry(name, code) };
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

/** Why a thread is a lane no more. */
export type StayEnd = Exclude<LaneExit, "to load">;

/** Is a lane until it has to go. Modules are loaded between two stays in the lane's loop, which blocks the thread. */
export function stayInLane(host: ThreadLaneHost): Promise<StayEnd> {
  return stay(host, runLane);
}

/** As {@link stayInLane}, on a thread whose event loop turns while the lane has nothing to do. */
export function stayInEventLane(host: ThreadLaneHost): Promise<StayEnd> {
  return stay(host, runEventLane);
}

async function stay(
  host: ThreadLaneHost,
  run: (host: ThreadLaneHost) => LaneExit | Promise<LaneExit>,
): Promise<StayEnd> {
  for (;;) {
    const exit = await run(host);
    if (exit !== "to load") return exit;
    await host.load();
  }
}
