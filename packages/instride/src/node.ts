/**
 * `open` in Node.
 *
 * @module
 */
import { threadId } from "node:worker_threads";
import { describe, MemoryOwner, ValueError } from "@instride/core";
import { kernelNamed } from "@instride/kernels";
import { InlinePool, joinThread, type LoopBody, TurnBudget } from "@instride/scheduler";
import { leaseThread, type PiscinaLike, PiscinaPool } from "@instride/scheduler/piscina";
import { type Mode, Runtime } from "./runtime.ts";

export interface OpenOptions {
  /** Threads that take part in a loop. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** A Piscina of the user's own, which stays open when the runtime is closed. Its threads are used. */
  readonly piscina?: PiscinaLike;
  /** `inline` starts no thread: everything runs on the calling one, with the same results. Default `threads`. */
  readonly mode?: Mode;
  /** The largest that the shared heap may become, in bytes. Default: as much as the platform grants, at most 4 GiB. */
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
 * Opens a runtime: a shared heap, and threads that start with the first loop.
 *
 * @throws a `ValueError` for a number of threads that is none; a `MemoryError` if no shared memory is granted
 *
 * @example
 * ```ts
 * await using rt = await open();
 * const x = rt.from(new Float64Array(1_000_000));
 * await rt.parallelFor(new URL("./square.kernel.ts", import.meta.url), { over: x.size, views: { x } });
 * ```
 */
export function open(options: OpenOptions = {}): Promise<Runtime> {
  // A promise also of what goes wrong at once: callers await it.
  return Promise.resolve().then(() => openNow(options));
}

function openNow({ threads, piscina, mode = "threads", maximumBytes, debug = false }: OpenOptions): Runtime {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= THREADS_MAX)) {
    throw new ValueError(
      `cannot open a runtime of ${describe(threads)} threads: expected an integer from 1 to ${THREADS_MAX}`,
    );
  }
  const owner = new MemoryOwner({ debug, ...(maximumBytes === undefined ? {} : { maximumBytes }) });
  const { words } = owner.leases;
  const turn = new TurnBudget();
  const registry = (name: string): LoopBody => kernelNamed(name).run as LoopBody;
  const caller = { ...joinThread(words, leaseThread(threadId), registry), turn, depth: 0 };
  if (mode === "inline") {
    const pool = new InlinePool(caller);
    return new Runtime({ owner, pool, turn, mode, reason: "asked for by the option mode" });
  }
  const filename = import.meta.resolve("#worker-node");
  const onThreadEnd = (thread: number): void => owner.leases.removeThread(thread);
  const pool = new PiscinaPool({ filename, threads, piscina, leases: words, caller, onThreadEnd });
  return new Runtime({ owner, pool, turn, mode, reason: "Node has shared memory and threads" });
}
