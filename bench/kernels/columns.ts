/**
 * What the columns of a row are called: the ways in which it is computed.
 *
 * @module
 */
export const PLAIN_LOOP = "plain loop";
export const NUMPY_TS = "numpy-ts";
export const JAX_JS = "jax-js";
export const NUMPY = "NumPy";

/** A prepared call of instride. */
export function preparedName(threads: number): string {
  return `instride, prepared, threads=${threads}`;
}

/** An ordinary call of instride, awaited. */
export function callName(threads: number): string {
  return `instride, threads=${threads}`;
}

export function cName(threads: number): string {
  return `C, threads=${threads}`;
}

/** C with vectorised functions, which are less exact. */
export function fastCName(threads: number): string {
  return `C -ffast-math, threads=${threads}`;
}
