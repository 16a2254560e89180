/**
 * The rival: a Piscina pool without instride, as its users make one.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";
import { Piscina } from "piscina";

/** A pool with a fixed number of threads; all else is Piscina's default. It runs `jobs/piscina.task.ts`. */
export function plainPiscina(threads: number): Piscina {
  const filename = new URL("../jobs/piscina.task.ts", import.meta.url).href;
  return new Piscina({ filename, minThreads: threads, maxThreads: threads });
}

/** Cuts `[0, length)` into equal parts, one for each thread; the last ones are one shorter where it doesn't divide. */
export function equalParts(length: number, parts: number): HalfOpenRange[] {
  const edge = (part: number): number => Math.ceil((part * length) / parts);
  return Array.from({ length: parts }, (_, part) => ({ start: edge(part), stop: edge(part + 1) }));
}
