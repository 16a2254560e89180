/**
 * The pool that moves memory to one thread, loaded by whoever wants one: a program whose threads share memory needs none.
 *
 * @module
 */

export function loadMovedPool(): Promise<typeof import("./moved-pool.ts")> {
  return import("./moved-pool.ts");
}
