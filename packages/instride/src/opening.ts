/**
 * What `open` does on every platform: it checks the options, chooses the mode, and joins memory and pool.
 *
 * @module
 */
import { describe, type MemoryOwner, ValueError } from "@instride/core";
import {
  type CallerThread,
  InlinePool,
  joinThread,
  type LateRegistry,
  type Pool,
  TurnBudget,
} from "@instride/scheduler";
import { callerRegistry } from "./kernels/caller-registry.ts";
import { chooseMode } from "./mode-choice.ts";
import { type Mode, Runtime } from "./runtime.ts";

/** Options of `open` that every platform has. */
export interface CommonOptions {
  /** Threads that take part in a loop, in mode `threads`. Default: as many as the machine runs at once. */
  readonly threads?: number;
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

const MODES: readonly Mode[] = ["threads", "worker", "inline"];

/** The thread that called `open`, with what it brings to a pool. */
export interface Opener {
  readonly owner: MemoryOwner;
  readonly turn: TurnBudget;
  /** The built-in kernels of the calling thread. */
  readonly registry: LateRegistry;
}

/** What `open` needs of its platform. */
export interface Platform {
  /** The calling thread's id among those of a runtime. */
  readonly thread: number;
  /** What keeps it from starting threads, or null. */
  readonly missingThreads: string | null;
  makePool(mode: Exclude<Mode, "inline">, opener: Opener): Promise<Pool>;
}

/** @throws a `ValueError` for options that make no sense */
export function checkOptions({ threads, mode }: CommonOptions): void {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= THREADS_MAX)) {
    throw new ValueError(
      `cannot open a runtime of ${describe(threads)} threads: expected an integer from 1 to ${THREADS_MAX}`,
    );
  }
  if (mode !== undefined && !MODES.includes(mode)) {
    throw new ValueError(`cannot open a runtime in mode ${describe(mode)}: expected one of ${MODES.join(", ")}`);
  }
}

/** Opens a runtime. The options have been checked. */
export async function openOn(platform: Platform, options: CommonOptions): Promise<Runtime> {
  const { mode: asked, maximumBytes, debug = false } = options;
  const memory = { debug, ...(maximumBytes === undefined ? {} : { maximumBytes }) };
  const { owner, mode, reason } = chooseMode(asked, platform.missingThreads, memory);
  const opener: Opener = { owner, turn: new TurnBudget(), registry: callerRegistry(owner) };
  const pool =
    mode === "inline" ? new InlinePool(asCaller(platform.thread, opener)) : await platform.makePool(mode, opener);
  return new Runtime({ ...opener, pool, mode, reason });
}

/** The calling thread as a participant of loops. */
export function asCaller(thread: number, { owner, turn, registry }: Opener): CallerThread {
  return { ...joinThread(owner.leases.words, thread, registry), turn, depth: 0 };
}
