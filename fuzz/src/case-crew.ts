/**
 * Threads that share the cases of a part.
 *
 * A case that never ends, takes all memory or leaves a promise rejected stops its thread, and no more than that: the case
 * counts as failed, and another thread goes on behind it.
 *
 * @module
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { addTally, emptyTally, type Tally } from "@instride/cases";
import type { CaseRange } from "./case-range.ts";
import { type CaseThreadData, READY } from "./case-thread.ts";

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
  /** Memory of its objects, beyond which a thread is ended. */
  readonly heapMb?: number;
  /** Is told now and then what has been counted so far. */
  readonly progress?: (tally: Tally) => void;
}

const STALL_MS = 10_000;
const LOOK_MS = 200;

const HEAP_MB = 1024;

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
        thread ??= await CaseThread.start(this.#options);
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
  #giveUp({ start, stop }: CaseRange, { caseNumber, fault, isCertain }: Stop): void {
    const isOne = stop - start === 1;
    if (isCertain || isOne) {
      const shown = [{ caseNumber, kind: "stopped", fault, input: "known by its number alone" }];
      addTally(this.#tally, { passed: 0, failed: 1, kinds: new Map([["stopped", 1]]), shown });
    }
    const left = isCertain
      ? [
          { start, stop: caseNumber },
          { start: caseNumber + 1, stop },
        ]
      : Array.from({ length: isOne ? 0 : stop - start }, (_, i) => ({ start: start + i, stop: start + i + 1 }));
    this.#leftOver.push(...left.filter((range) => range.start < range.stop));
  }
}

/** Where and why a thread stopped. */
interface Stop {
  readonly caseNumber: number;
  readonly fault: string;
  /** False where a case before it may be to blame: a rejected promise is noticed when somebody waits for something. */
  readonly isCertain: boolean;
}

type Outcome = { readonly tally: Tally } | Stop;

class CaseThread {
  readonly #worker: Worker;
  readonly #position: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #stallMs: number;
  /** Takes what becomes of the range that the thread runs. */
  #settle: (outcome: Outcome) => void = () => {};
  #rangeStart = 0;

  /** Starts a thread. @throws what ends it before it is ready */
  static async start(options: CrewOptions): Promise<CaseThread> {
    const thread = new CaseThread(options);
    const [first] = (await once(thread.#worker, "message")) as unknown[];
    if (first !== READY) throw new Error("internal: a thread began with no word");
    thread.#worker.on("message", (tally: Tally) => thread.#settle({ tally }));
    thread.#worker.on("error", (error: unknown) => {
      thread.#settle({ caseNumber: thread.#here, fault: `it ended its thread: ${String(error)}`, isCertain: false });
    });
    return thread;
  }

  private constructor({
    part,
    seed,
    showsAll = false,
    worker = WORKER,
    stallMs = STALL_MS,
    heapMb = HEAP_MB,
  }: CrewOptions) {
    const data: CaseThreadData = { part, seed, showsAll, position: this.#position };
    this.#worker = new Worker(worker, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    this.#stallMs = stallMs;
  }

  async run(range: CaseRange): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#settle = resolve;
    this.#rangeStart = range.start;
    Atomics.store(this.#position, 0, 0);
    let [seen, since] = [range.start, Date.now()];
    const timer = setInterval(() => {
      if (this.#here !== seen) [seen, since] = [this.#here, Date.now()];
      else if (Date.now() - since > this.#stallMs) {
        resolve({ caseNumber: seen, fault: `it did not end in ${this.#stallMs} ms`, isCertain: true });
      }
    }, LOOK_MS);
    this.#worker.postMessage(range);
    try {
      return await promise;
    } finally {
      clearInterval(timer);
    }
  }

  /** The case that the thread is at. */
  get #here(): number {
    // Pairs with the store in `serveCases`.
    return this.#rangeStart + Atomics.load(this.#position, 0);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
