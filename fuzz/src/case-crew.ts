/**
 * Threads that share the cases of a part.
 *
 * A case that never ends, takes all memory or leaves a promise rejected stops its thread, and no more than that: the case
 * counts as failed, and another thread goes on behind it.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { addTally, type CaseRange, emptyTally, type Tally } from "./case-range.ts";
import type { CaseThreadData } from "./case-thread.ts";

export interface CrewOptions {
  readonly part: string;
  readonly seed: number;
  readonly range: CaseRange;
  /** Cases that a thread is told at once. */
  readonly chunk: number;
  readonly showsAll?: boolean;
  /** Default: as many as there are processors. */
  readonly threads?: number;
  /** What the threads run; it calls `serveCases`. Default: the parts of the fuzz. */
  readonly worker?: URL;
  /** After this long at one case it is given up. */
  readonly stallMs?: number;
  /** Is told now and then what has been counted so far. */
  readonly progress?: (tally: Tally) => void;
}

const STALL_MS = 10_000;
const LOOK_MS = 200;

/** A thread that needs more of the collector's memory is ended. */
const HEAP_MB_MAX = 1024;

const WORKER = new URL("./fuzz-worker.ts", import.meta.url);

/** Runs the cases of a range. */
export function runCrew(options: CrewOptions): Promise<Tally> {
  return new CaseCrew(options).run();
}

class CaseCrew {
  readonly #options: CrewOptions;
  readonly #tally: Tally = emptyTally();
  /** Ranges that were not run because their thread stopped. They come first. */
  readonly #leftOver: CaseRange[] = [];
  #next: number;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#next = options.range.start;
  }

  async run(): Promise<Tally> {
    const { threads = availableParallelism(), progress, range, chunk } = this.#options;
    const wanted = Math.max(1, Math.min(threads, Math.ceil((range.stop - range.start) / chunk)));
    const timer = setInterval(() => progress?.(this.#tally), LOOK_MS);
    try {
      await Promise.all(Array.from({ length: wanted }, () => this.#serve()));
    } finally {
      clearInterval(timer);
    }
    this.#tally.shown.sort((a, b) => a.caseNumber - b.caseNumber);
    return this.#tally;
  }

  /** Has threads work, one after the other, until nothing is left. */
  async #serve(): Promise<void> {
    let thread: CaseThread | null = null;
    try {
      for (let range = this.#take(); range !== null; range = this.#take()) {
        thread ??= new CaseThread(this.#options);
        const outcome = await thread.run(range);
        if ("tally" in outcome) {
          addTally(this.#tally, outcome.tally);
          continue;
        }
        await thread.end();
        thread = null;
        this.#giveUp(range, outcome);
      }
    } finally {
      await thread?.end();
    }
  }

  #take(): CaseRange | null {
    const again = this.#leftOver.shift();
    if (again !== undefined) return again;
    const { range, chunk } = this.#options;
    if (this.#next >= range.stop) return null;
    const start = this.#next;
    this.#next = Math.min(start + chunk, range.stop);
    return { start, stop: this.#next };
  }

  /** Counts the case at which a thread stopped, and has the others run again: what they came to went with the thread. */
  #giveUp({ start, stop }: CaseRange, { caseNumber, fault }: Stop): void {
    const shown = [{ caseNumber, kind: "stopped", fault, input: "known by its number alone" }];
    addTally(this.#tally, { passed: 0, failed: 1, kinds: new Map([["stopped", 1]]), shown });
    for (const range of [
      { start, stop: caseNumber },
      { start: caseNumber + 1, stop },
    ]) {
      if (range.start < range.stop) this.#leftOver.push(range);
    }
  }
}

/** Where and why a thread stopped. */
interface Stop {
  readonly caseNumber: number;
  readonly fault: string;
}

class CaseThread {
  readonly #worker: Worker;
  readonly #position: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #stallMs: number;

  constructor({ part, seed, showsAll = false, worker = WORKER, stallMs = STALL_MS }: CrewOptions) {
    const data: CaseThreadData = { part, seed, showsAll, position: this.#position };
    this.#worker = new Worker(worker, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX } });
    this.#stallMs = stallMs;
  }

  run(range: CaseRange): Promise<{ readonly tally: Tally } | Stop> {
    const { promise, resolve } = Promise.withResolvers<{ readonly tally: Tally } | Stop>();
    // Pairs with the store in `serveCases`.
    const here = (): number => range.start + Atomics.load(this.#position, 0);
    const stopAt = (fault: string): void => resolve({ caseNumber: here(), fault });
    let [seen, since] = [here(), Date.now()];
    const timer = setInterval(() => {
      if (here() !== seen) [seen, since] = [here(), Date.now()];
      else if (Date.now() - since > this.#stallMs) stopAt(`it did not end in ${this.#stallMs} ms`);
    }, LOOK_MS);
    const onMessage = (tally: Tally): void => resolve({ tally });
    const onError = (error: unknown): void => stopAt(`it ended its thread: ${String(error)}`);
    this.#worker.on("message", onMessage).on("error", onError);
    Atomics.store(this.#position, 0, 0);
    this.#worker.postMessage(range);
    return promise.finally(() => {
      clearInterval(timer);
      this.#worker.off("message", onMessage);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
