/**
 * How much time and memory one input may cost.
 *
 * Other processes and the collector cost time too, so what took too long is tried again: the input is at fault only if it
 * takes too long each time. What is measured must therefore keep nothing of the first try.
 *
 * @module
 */
import type { Verdict } from "./verdict.ts";

/** For any input. */
export const TIME_MS_MAX = 50;

/** That an input makes the process take, beyond what it had. */
export const MEMORY_BYTES_MAX = 67_108_864;

const TRIES = 4;

/** Limits, for the tests of this file to lower. */
export interface Bounds {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

const BOUNDS: Bounds = { timeMs: TIME_MS_MAX, memoryBytes: MEMORY_BYTES_MAX };

/** Runs a check. @returns its verdict; at fault also if it exceeded the bounds */
export async function checkWithin(
  run: () => Verdict | Promise<Verdict>,
  bounds: Bounds = BOUNDS,
): Promise<Verdict> {
  let verdict: Verdict = { isRead: false, fault: null };
  for (let tries = 0; tries < TRIES; tries++) {
    const before = memoryBytes();
    const start = performance.now();
    // The parts that wait for nothing shouldn't wait for a turn of the event loop.
    const result = run();
    const { isRead, fault } = result instanceof Promise ? await result : result;
    const timeMs = performance.now() - start;
    const grownBytes = memoryBytes() - before;
    verdict = { isRead, fault };
    if (fault !== null || (timeMs <= bounds.timeMs && grownBytes <= bounds.memoryBytes)) return verdict;
    const excess =
      timeMs > bounds.timeMs
        ? `it took ${timeMs.toFixed(1)} ms, expected at most ${bounds.timeMs}`
        : `it took ${grownBytes} bytes of memory, expected at most ${bounds.memoryBytes}`;
    verdict = { isRead, fault: excess };
  }
  return verdict;
}

function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
