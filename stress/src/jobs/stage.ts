/**
 * A runtime as a plan says, and the pool that it stands on.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { OpenOptions, Runtime } from "instride";
import { Piscina } from "piscina";
import type { RuntimePlan } from "./call-plan.ts";
import type { MeetArguments } from "./meet.kernel.ts";

const MEET = new URL("./meet.kernel.ts", import.meta.url);
const PLAIN = new URL("./plain.task.ts", import.meta.url);
const LATE = new URL("./late-start.ts", import.meta.url);

/** After this long without work threads are no lanes any more. */
const IDLE_MS = 150;

/** Opens runtimes: `open` itself, but where those who use them are on trial. */
export type OpenRuntime = (options: OpenOptions) => Promise<Runtime>;

const POOL_EVENTS = ["error", "message", "drain", "workerCreate", "workerDestroy"] as const;

export class Stage {
  readonly rt: Runtime;
  readonly #piscina: Piscina | null;
  readonly #listeners: number;
  readonly #meetMs: number;

  /**
   * Opens the runtime, and has its threads work before if that is planned.
   *
   * @param meetMs - how long threads may take to come
   */
  static async open(plan: RuntimePlan, open: OpenRuntime, meetMs: number): Promise<Stage> {
    const { mode, threads, piscina: pool, before, debug } = plan;
    const piscina = pool === null ? null : makePiscina(threads, pool);
    const listeners = listenersOf(piscina);
    const rt = await open({ mode, debug, ...(piscina === null ? { threads } : { piscina }) });
    const stage = new Stage(rt, piscina, listeners, meetMs);
    if (before === "cold") return stage;
    const fault = await stage.meet();
    if (fault !== null) throw new Error(`before anything had gone wrong, ${fault}`);
    if (before === "idle") await setTimeout(IDLE_MS);
    return stage;
  }

  private constructor(rt: Runtime, piscina: Piscina | null, listeners: number, meetMs: number) {
    this.rt = rt;
    this.#piscina = piscina;
    this.#listeners = listeners;
    this.#meetMs = meetMs;
  }

  /** Runs a loop that needs every thread. @returns what is wrong with it, or null */
  async meet(): Promise<string | null> {
    const { rt } = this;
    const parties = rt.threads;
    const met = rt.zeros([parties], "float64", { label: "meeting" });
    const arrivals = new Int32Array(new SharedArrayBuffer(4));
    const args: MeetArguments = { arrivals, parties, timeoutMs: this.#meetMs };
    try {
      await rt.parallelFor(MEET, { over: parties, grainsize: 1, views: { met }, args });
      const counts = [...met.asTypedArray()];
      return counts.every((count) => count === parties)
        ? null
        : `of ${parties} threads ${counts.join(", ")} met in ${this.#meetMs} ms: one was not replaced`;
    } finally {
      met.release();
    }
  }

  /** Once the runtime was closed: whether a user's pool is as it was. @returns what is wrong, or null */
  async faultOfPool(): Promise<string | null> {
    const piscina = this.#piscina;
    if (piscina === null) return null;
    const doubled: unknown = await piscina.run(21);
    if (doubled !== 42) return `a task of the user's own pool gave ${String(doubled)}`;
    const left = listenersOf(piscina) - this.#listeners;
    return left === 0 ? null : `${left} listeners were left on the user's own pool`;
  }

  /** Ends the user's pool. */
  async endPool(): Promise<void> {
    await this.#piscina?.destroy();
  }
}

function makePiscina(threads: number, { atomics, heapMb, lateMs }: NonNullable<RuntimePlan["piscina"]>): Piscina {
  const late = lateMs === 0 ? [] : ["--import", LATE.href];
  const piscina = new Piscina({
    filename: PLAIN.href,
    minThreads: threads,
    maxThreads: threads,
    atomics,
    execArgv: [...process.execArgv, ...late],
    env: { ...process.env, STRESS_LATE_MS: String(lateMs) },
    ...(heapMb === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 4 } }),
  });
  // As a user who watches the pool would: an error outside of any task has nobody else to go to.
  piscina.on("error", () => {});
  return piscina;
}

function listenersOf(piscina: Piscina | null): number {
  return POOL_EVENTS.reduce((sum, event) => sum + (piscina?.listenerCount(event) ?? 0), 0);
}
