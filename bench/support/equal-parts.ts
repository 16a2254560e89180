/**
 * How plain tasks share a job: one equal part for each thread.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";

/** Cuts `[0, length)` into equal parts, one for each thread; the last ones are one shorter where it doesn't divide. */
export function equalParts(length: number, parts: number): HalfOpenRange[] {
  const edge = (part: number): number => Math.ceil((part * length) / parts);
  return Array.from({ length: parts }, (_, part) => ({ start: edge(part), stop: edge(part + 1) }));
}
