/**
 * `out = a + b` over a part of three arrays: the one loop that every way of running it shares.
 *
 * @module
 */
export function add(a: Float64Array, b: Float64Array, out: Float64Array, start: number, stop: number): void {
  for (let i = start; i < stop; i++) out[i] = a[i]! + b[i]!;
}
