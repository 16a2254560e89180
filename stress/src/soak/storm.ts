/**
 * A mix of everything on one runtime that lives long, and on others that come and go.
 *
 * @module
 */
import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HeapInfo } from "node:v8";
import { Random } from "@instride/cases";
import { open, type Runtime } from "instride";
import { Piscina } from "piscina";
import { BrokenModules } from "../faults/broken-modules.ts";
import { drawCallCase } from "../faults/draw.ts";
import { Engagement, type Ground } from "../faults/engagement.ts";
import type { CallCase, FaultKind } from "../faults/plan.ts";
import type { OpenRuntime } from "../jobs/stage.ts";
import { settledWithin } from "../processes/limits.ts";
import { ThreadWatch } from "../processes/thread-watch.ts";
import { collectGarbage } from "./garbage.ts";
import { comeAndGo, contend, exportMemory } from "./doings.ts";
import type { DeedsOfKind } from "./summary.ts";
import type { Sample } from "./watched.ts";

/** As many do something at a time. */
const STREAMS = 3;

/** Threads of the runtime, and of the user's pool on which others are opened. */
const THREADS = 2;
const POOL_THREADS = 1;

/** What has not settled after this never will, in milliseconds. */
const HANG_MS = 30_000;

const WITHIN_MS = 10_000;

/** How long a thread may take to say how large it is, in milliseconds. */
const ANSWER_MS = 2000;

/** Calls that go wrong, and as many that don't: none of those that would end the runtime, or hold its threads up. */
const FAULTS = ["throw", "exit", "hang", "terminate", "abort", "abort", "progress", "join", "unsendable"] as const;
const CALLS: readonly FaultKind[] = [...FAULTS, ...FAULTS.map(() => "none" as const)];
const DOINGS = { memory: comeAndGo, leases: contend, exports: exportMemory } as const;

/** One in so many is none of the calls; one in so many opens a runtime of its own. */
const DOING_ONE_IN = 4;
const CYCLE_ONE_IN = 25;

/** Faults that are kept for the report. */
const FAULTS_MAX = 20;

const PLAIN = new URL("../jobs/plain.task.ts", import.meta.url);

/** Something has not settled: nothing more can be done. */
export class StuckError extends Error {
  override readonly name: string = "StuckError";
}

export class Storm implements AsyncDisposable {
  readonly #rt: Runtime;
  readonly #pool: Piscina;
  readonly #poolListeners: number;
  readonly #seed: number;
  readonly #watch: ThreadWatch;
  readonly #ground: Ground;
  readonly #modules: BrokenModules = new BrokenModules();
  /** Never aborted: whoever listens must stop listening by himself. */
  readonly #signal: AbortSignal = new AbortController().signal;
  readonly #kinds: Map<string, { count: number; failed: number }> = new Map();
  readonly #faults: string[] = [];
  /** Arguments of calls that nobody has collected. */
  #keptArguments = 0;
  #next = 0;

  /** @param openRuntime - `open` itself, but where the soak is on trial */
  static async begin(seed: number, openRuntime: OpenRuntime = open): Promise<Storm> {
    const watch = new ThreadWatch();
    const pool = new Piscina({ filename: PLAIN.href, minThreads: POOL_THREADS, maxThreads: POOL_THREADS });
    pool.on("error", () => {});
    return new Storm(await openRuntime({ threads: THREADS }), pool, seed, watch);
  }

  private constructor(rt: Runtime, pool: Piscina, seed: number, watch: ThreadWatch) {
    this.#rt = rt;
    this.#pool = pool;
    this.#poolListeners = this.#listenersOfPool();
    this.#seed = seed;
    this.#watch = watch;
    const collected = new FinalizationRegistry<null>(() => this.#keptArguments--);
    const onArguments = (args: object): void => {
      this.#keptArguments++;
      collected.register(args, null);
    };
    const extras = { signal: this.#signal, onArguments };
    this.#ground = { watch, modules: this.#modules, withinMs: WITHIN_MS, extras };
  }

  /** How much was done, and failed. */
  get kinds(): readonly DeedsOfKind[] {
    return [...this.#kinds].map(([kind, counts]) => ({ kind, ...counts }));
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Does whatever comes, until `end` (as `performance.now` has it) and until all of it has settled. */
  async rage(end: number): Promise<void> {
    const stream = async (): Promise<void> => {
      while (performance.now() < end) await this.#doOne(this.#next++);
    };
    await Promise.all(Array.from({ length: STREAMS }, stream));
  }

  /** Measures, with nothing under way. */
  async sample(): Promise<Sample> {
    await collectGarbage();
    const { leases, views, arrays, heap } = this.#rt.stats();
    const { heapUsed, external, rss } = process.memoryUsage();
    const processEvents = process.eventNames();
    return {
      leases,
      views: [...views.values()].reduce((sum, count) => sum + count, 0),
      arrays,
      usedBytes: heap.usedBytes,
      fragments: Math.max(0, heap.fragments - 1),
      strayThreads: Math.max(0, this.#watch.alive.length - THREADS - POOL_THREADS),
      signalListeners: getEventListeners(this.#signal, "abort").length,
      poolListeners: this.#listenersOfPool() - this.#poolListeners,
      processListeners: processEvents.reduce((sum, event) => sum + process.listenerCount(event), 0),
      resources: process.getActiveResourcesInfo().length,
      keptArguments: this.#keptArguments,
      heapBytes: heapUsed,
      threadBytes: await this.#largestThread(),
      bufferBytes: external,
      residentBytes: rss,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rt.close();
    await this.#pool.destroy();
    this.#modules[Symbol.dispose]();
  }

  async #doOne(number: number): Promise<void> {
    const random = new Random(this.#seed, number);
    const { kind, plan, doing } = this.#draw(random, number);
    const outcome = await settledWithin(doing(), HANG_MS);
    if (outcome === null) {
      const held = this.#rt.leaks().map(({ array, ageMs }) => `${array} for ${ageMs} ms`);
      const rest = `${this.#watch.alive.length} threads; leases on ${held.join(", ") || "nothing"}`;
      throw new StuckError(`number ${number} (${kind}) has not settled in ${HANG_MS} ms: ${plan}; ${rest}`);
    }
    const fault =
      outcome.status === "rejected" ? `it threw ${String(outcome.error)}` : (outcome.value as string | null);
    const counts = this.#kinds.get(kind) ?? { count: 0, failed: 0 };
    this.#kinds.set(kind, counts);
    counts.count++;
    if (fault === null) return;
    counts.failed++;
    if (this.#faults.length < FAULTS_MAX) this.#faults.push(`number ${number} (${kind}): ${fault}\n  plan: ${plan}`);
  }

  #draw(random: Random, number: number): { kind: string; plan: string; doing: () => Promise<string | null> } {
    if (random.oneIn(CYCLE_ONE_IN)) {
      const plan = drawCallCase(random, random.pick(["none", "close"]), "threads");
      const isOnPool = random.oneIn(2);
      const kind = `open, ${plan.fault.kind === "close" ? "close amid a call" : "call, close"}`;
      return { kind, plan: JSON.stringify({ ...plan, isOnPool }), doing: () => this.#cycle(plan, isOnPool, number) };
    }
    if (random.oneIn(DOING_ONE_IN)) {
      const kind = random.pick(["memory", "leases", "exports"] as const);
      return { kind, plan: kind, doing: () => DOINGS[kind](this.#rt, random) };
    }
    const plan = this.#drawCall(random);
    const kind = `call, ${plan.fault.kind}`;
    return { kind, plan: JSON.stringify(plan), doing: () => this.#engage(this.#rt, plan, number) };
  }

  #drawCall(random: Random): CallCase {
    for (;;) {
      const plan = drawCallCase(random, random.pick(CALLS), "threads");
      if (plan.fault.kind !== "hang" || plan.fault.ended !== "by closing") return plan;
    }
  }

  async #engage(rt: Runtime, plan: CallCase, number: number): Promise<string | null> {
    const mark = this.#watch.mark();
    const engagement = new Engagement(rt, plan, this.#ground, `number ${number}`);
    await engagement.run(() => ({ losesThreads: this.#watch.hasKilledSince(mark), closes: false }));
    await nextTurn();
    engagement.release();
    await engagement.attack.closing;
    return engagement.faults.length === 0 ? null : engagement.faults.join("; ");
  }

  /** A runtime that is opened for one call. */
  async #cycle(plan: CallCase, isOnPool: boolean, number: number): Promise<string | null> {
    await using rt = await open(isOnPool ? { piscina: this.#pool } : { threads: 1 });
    return await this.#engage(rt, plan, number);
  }

  async #largestThread(): Promise<number> {
    const sizes = this.#watch.alive.map(async (thread) => {
      // One that has just ended never answers.
      const outcome = await settledWithin(thread.getHeapStatistics(), ANSWER_MS);
      return outcome?.status === "fulfilled" ? (outcome.value as HeapInfo).used_heap_size : 0;
    });
    return Math.max(0, ...(await Promise.all(sizes)));
  }

  #listenersOfPool(): number {
    return this.#pool.eventNames().reduce((sum, event) => sum + this.#pool.listenerCount(event), 0);
  }
}
