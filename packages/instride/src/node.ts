/**
 * `open` in Node.
 *
 * @module
 */
import { threadId } from "node:worker_threads";
import { ValueError } from "@instride/core";
import { leaseThread, type PiscinaLike, PiscinaPool } from "@instride/scheduler/piscina";
import { asCaller, checkOptions, type CommonOptions, openOn, type Opener, type Platform } from "./opening.ts";
import { loadMovedPool, type Pool } from "@instride/scheduler";
import type { Mode, Runtime } from "./runtime.ts";

export interface OpenOptions extends CommonOptions {
  /**
   * A Piscina of the user's own, whose threads are used. It stays open when the runtime is closed: what waits there is
   * taken out then, and a thread that is not out of a chunk or task after 200 ms is ended, and replaced.
   */
  readonly piscina?: PiscinaLike;
  /** Of pages: see `docs/browser.md`. In Node it does nothing, so that one program can be for both. */
  readonly worker?: () => object;
}

/**
 * Opens a runtime: memory for arrays, and threads that start with the first call.
 *
 * @throws a `ModeError` for a mode that this platform can't have; a `ValueError` for options that make no sense; a
 *   `MemoryError` if no memory is granted
 *
 * @example
 * ```ts
 * await using rt = await open();
 * const x = rt.from(new Float64Array(1_000_000));
 * await rt.parallelFor(new URL("./square.kernel.ts", import.meta.url), { over: x.size, views: { x } });
 * ```
 */
export async function open(options: OpenOptions = {}): Promise<Runtime> {
  const { piscina, mode } = options;
  checkOptions(options);
  if (piscina !== undefined && mode !== undefined && mode !== "threads") {
    throw new ValueError(`cannot use a Piscina in mode "${mode}": its threads are for mode "threads"`);
  }
  const platform: Platform = {
    thread: leaseThread(threadId),
    missingThreads: piscina === undefined ? missingThreads() : null,
    makePool: (chosen, opener) => poolOf(chosen, opener, options),
  };
  return openOn(platform, piscina === undefined ? options : { ...options, mode: "threads" });
}

async function poolOf(mode: Exclude<Mode, "inline">, opener: Opener, { threads, piscina }: OpenOptions): Promise<Pool> {
  const filename = import.meta.resolve("#worker-node");
  if (mode === "worker") {
    const { MovedPool } = await loadMovedPool();
    const { WorkerThread } = await import("@instride/scheduler/worker-thread");
    return new MovedPool(new WorkerThread(filename));
  }
  const { owner } = opener;
  const { words } = owner.leases;
  const caller = asCaller(leaseThread(threadId), opener);
  const onThreadEnd = (thread: number): void => owner.leases.removeThread(thread);
  const { memory } = owner.heap;
  return new PiscinaPool({ filename, threads, piscina, leases: words, memory, caller, onThreadEnd });
}

/** What keeps this process from starting threads, or null. */
function missingThreads(): string | null {
  const { permission } = process as { readonly permission?: { has(scope: string): boolean } };
  if (permission === undefined || permission.has("worker")) return null;
  return "this process may start no thread, since it runs with --permission and without --allow-worker";
}
