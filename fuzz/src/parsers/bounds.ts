/**
 * How much time and memory one input may cost.
 *
 * Time is that of the thread's processor, so that other processes don't count. The collector and the compiler still do:
 * what took too long is tried again, and the input is at fault only if it takes too long each time. What is measured must
 * therefore remember nothing of the first try.
 *
 * @module
 */
import type { Verdict } from "./verdict.ts";

/** For an input of up to {@link CHUNK_BYTES}; more for longer ones, in proportion. */
export const TIME_MS_MAX = 50;

export const CHUNK_BYTES = 16_384;

/** That an input makes the process take, beyond what it had. */
export const MEMORY_BYTES_MAX = 67_108_864;

const TRIES = 4;

/** Limits for one input. */
export interface Bounds {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

/** The limits for an input of some bytes, or characters. */
export function boundsFor(length: number): Bounds {
  const chunks = Math.max(1, Math.ceil(length / CHUNK_BYTES));
  return { timeMs: TIME_MS_MAX * chunks, memoryBytes: MEMORY_BYTES_MAX };
}

/** Runs a check. @returns its verdict; at fault also if it exceeded the bounds */
export async function checkWithin(bounds: Bounds, run: () => Verdict | Promise<Verdict>): Promise<Verdict> {
  let verdict: Verdict = { isRead: false, fault: null };
  for (let tries = 0; tries < TRIES; tries++) {
    const before = memoryBytes();
    const start = process.threadCpuUsage();
    // What waits for nothing shouldn't wait for a turn of the event loop.
    const result = run();
    verdict = result instanceof Promise ? await result : result;
    const { user, system } = process.threadCpuUsage(start);
    const timeMs = (user + system) / 1000;
    const grownBytes = memoryBytes() - before;
    if (verdict.fault !== null || (timeMs <= bounds.timeMs && grownBytes <= bounds.memoryBytes)) return verdict;
    const excess =
      timeMs > bounds.timeMs
        ? `it took ${timeMs.toFixed(1)} ms, expected at most ${bounds.timeMs}`
        : `it took ${grownBytes} bytes of memory, expected at most ${bounds.memoryBytes}`;
    verdict = { isRead: verdict.isRead, fault: excess };
  }
  return verdict;
}

function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
