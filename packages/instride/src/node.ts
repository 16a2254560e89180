/**
 * `open` in Node.
 *
 * @module
 */
import { threadId } from "node:worker_threads";
import { describe, type MemoryOwner, ValueError } from "@instride/core";
import { InlinePool, joinThread, type KernelRegistry, MovedPool, type Pool, TurnBudget } from "@instride/scheduler";
import { leaseThread, type PiscinaLike, PiscinaPool } from "@instride/scheduler/piscina";
import { callerRegistry } from "./kernels/caller-registry.ts";
import { chooseMode } from "./mode-choice.ts";
import { type Mode, Runtime } from "./runtime.ts";

export interface OpenOptions {
  /** Threads that take part in a loop, in mode `threads`. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /**
   * A Piscina of the user's own, whose threads are used. It stays open when the runtime is closed: what waits there is
   * taken out then, and a thread that is not out of a chunk or task after 200 ms is ended, and replaced.
   */
  readonly piscina?: PiscinaLike;
  /**
   * `threads` shares memory between threads, `worker` moves it to one thread and back, `inline` starts no thread: the
   * same calls, with the same results. Default: the first of them that this platform can have; `rt.reason` says why.
   */
  readonly mode?: Mode;
  /** The most that arrays may take, in bytes. Default: as much as the platform grants; of shared memory at most 4 GiB. */
  readonly maximumBytes?: number;
  /**
   * Records where arrays are made and leases are taken, for `leaks()` and for errors about full memory; and checks that
   * no read-only operand has changed when a call is done. Costs a stack trace for each, and two passes over what is read.
   * Default false.
   */
  readonly debug?: boolean;
}

/** More threads than this share no work in a useful way, and each takes memory. */
export const THREADS_MAX = 64;

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
  const { threads, piscina, mode: asked, maximumBytes, debug = false } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= THREADS_MAX)) {
    throw new ValueError(
      `cannot open a runtime of ${describe(threads)} threads: expected an integer from 1 to ${THREADS_MAX}`,
    );
  }
  if (asked !== undefined && !MODES.includes(asked)) {
    throw new ValueError(`cannot open a runtime in mode ${describe(asked)}: expected one of ${MODES.join(", ")}`);
  }
  if (piscina !== undefined && asked !== undefined && asked !== "threads") {
    throw new ValueError(`cannot use a Piscina in mode "${asked}": its threads are for mode "threads"`);
  }
  const missing = piscina === undefined ? missingThreads() : null;
  const memory = { debug, ...(maximumBytes === undefined ? {} : { maximumBytes }) };
  const { owner, mode, reason } = chooseMode(piscina === undefined ? asked : "threads", missing, memory);
  const turn = new TurnBudget();
  const registry = callerRegistry(owner);
  const pool = await poolOf(mode, { owner, turn, registry }, options);
  return new Runtime({ owner, pool, turn, registry, mode, reason });
}

const MODES: readonly Mode[] = ["threads", "worker", "inline"];

async function poolOf(
  mode: Mode,
  {
    owner,
    turn,
    registry,
  }: { readonly owner: MemoryOwner; readonly turn: TurnBudget; readonly registry: KernelRegistry },
  { threads, piscina }: OpenOptions,
): Promise<Pool> {
  if (mode === "worker") {
    const { WorkerThread } = await import("@instride/scheduler/worker-thread");
    return new MovedPool(new WorkerThread(import.meta.resolve("#worker-node")));
  }
  const { words } = owner.leases;
  const caller = { ...joinThread(words, leaseThread(threadId), registry), turn, depth: 0 };
  if (mode === "inline") return new InlinePool(caller);
  const filename = import.meta.resolve("#worker-node");
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
