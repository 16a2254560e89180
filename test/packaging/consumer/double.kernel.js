/**
 * Doubles its chunk: what a user of the published packages writes in a module of their own.
 *
 * @module
 */

/**
 * @param {{ start: number, stop: number }} range
 * @param {{ source: import("instride").MemoryView, target: import("instride").MemoryView }} views
 * @param {{ factor: number }} args
 */
export default function double({ start, stop }, { source, target }, { factor }) {
  for (let i = start; i < stop; i++) target.set(source.get(i) * factor, i);
}
