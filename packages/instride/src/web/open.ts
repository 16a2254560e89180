/**
 * `open` in a page, or in a worker of one.
 *
 * @module
 */
import { loadMovedPool, type Pool } from "@instride/scheduler";
import { ValueError } from "@instride/core";
import { asCaller, checkOptions, type CommonOptions, openOn, type Opener } from "../opening.ts";
import { missingWorkers } from "../mode-choice.ts";
import type { Mode, Runtime } from "../runtime.ts";
import { makeOwnWorker } from "./worker-file.ts";

export interface OpenOptions extends CommonOptions {
  /**
   * Makes each worker, from the file that is published as `instride/worker`: for bundlers and servers that don't find it by
   * themselves. Default: `new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`, beside instride's own
   * script.
   */
  readonly worker?: () => Worker;
}

/** The id of the thread that called `open` among those of a runtime. Its workers count on from here. */
const THREAD = 1;

/**
 * Opens a runtime: memory for arrays, and workers that start with the first call.
 *
 * @throws a `ModeError` for a mode that this page can't have; a `ValueError` for options that make no sense; a
 *   `MemoryError` if no memory is granted
 *
 * @example
 * ```ts
 * await using rt = await open();
 * console.log(rt.mode, rt.reason);
 * ```
 */
export async function open(options: OpenOptions = {}): Promise<Runtime> {
  checkOptions(options);
  if ("piscina" in options && options.piscina !== undefined) {
    throw new ValueError(
      "cannot use a Piscina in a page: its threads are Node's; the option worker makes a page's own",
    );
  }
  const makePool = (mode: Exclude<Mode, "inline">, opener: Opener): Promise<Pool> => poolOf(mode, opener, options);
  return openOn({ thread: THREAD, missingThreads: missingWorkers(), makePool }, options);
}

async function poolOf(
  mode: Exclude<Mode, "inline">,
  opener: Opener,
  { threads, worker: makeWorker = makeOwnWorker }: OpenOptions,
): Promise<Pool> {
  const { ComlinkPool, MovedWorker } = await import("@instride/scheduler/comlink");
  if (mode === "worker") {
    const { MovedPool } = await loadMovedPool();
    return new MovedPool(new MovedWorker(makeWorker));
  }
  const { owner } = opener;
  const { words: leases } = owner.leases;
  const onThreadEnd = (thread: number): void => owner.leases.removeThread(thread);
  const caller = asCaller(THREAD, opener);
  return new ComlinkPool({ makeWorker, threads, leases, memory: owner.heap.memory, caller, onThreadEnd });
}
