/**
 * The small curves that stages work with: weights, falloff, equalisation. Computed once, on the calling thread.
 *
 * @module
 */

/**
 * The taps of a Gaussian blur; they add up to 1.
 *
 * @param sigma - standard deviation, in pixels
 * @param radius - taps on each side of the middle one
 */
export function gaussianTaps(sigma: number, radius: number): Float64Array<ArrayBuffer> {
  const taps = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** What is left of the light at the middle of an edge of the picture; in a corner it is the square of that. */
const LIGHT_AT_EDGE = 0.65;

/**
 * How light falls off along one axis, from 1 in its middle: a Gaussian. The product of that down and across is round.
 *
 * @param length - elements of the axis
 */
export function falloff(length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => LIGHT_AT_EDGE ** (((2 * i + 1) / length - 1) ** 2));
}

/**
 * The curve that spreads levels so that each range of brightness has about as many pixels.
 *
 * @param histogram - pixels of each level
 * @returns the new level, 0 to 255, of each old one
 *
 * Source: histogram equalisation as in Gonzalez and Woods, "Digital Image Processing", 3.3.1, from the lowest level that
 * occurs.
 */
export function equalisationCurve(histogram: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const counts = Array.from(histogram);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const lowest = counts.find((count) => count > 0) ?? 0;
  let upToHere = 0;
  return Uint8Array.from(counts, (count) => {
    upToHere += count;
    return Math.round((255 * Math.max(0, upToHere - lowest)) / Math.max(1, total - lowest));
  });
}
