/**
 * `out = a + b` over a part of three arrays: the one loop that every way of running it shares.
 *
 * @module
 */

/**
 * Adds the elements `[start, stop)`.
 *
 * The loop is called by `Reflect.apply` so that V8 doesn't inline it into its caller. Inlined by Maglev into a function
 * that is called too rarely to be compiled further, it would stay at Maglev's speed, half of TurboFan's, in some ways
 * of running it and not in others: the suite would compare tiers of the compiler.
 */
export function add(a: Float64Array, b: Float64Array, out: Float64Array, start: number, stop: number): void {
  Reflect.apply(addLoop, undefined, [a, b, out, start, stop]);
}

function addLoop(a: Float64Array, b: Float64Array, out: Float64Array, start: number, stop: number): void {
  for (let i = start; i < stop; i++) out[i] = a[i]! + b[i]!;
}
