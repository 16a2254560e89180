/**
 * The kernel of `examples/mandelbrot`, with a colour for what it counts.
 *
 * @module
 */

/** What the kernel takes by name. */
export interface SetParameters {
  /** Rounds after which a point counts as one that never leaves. */
  readonly rounds: number;
}

/**
 * The colour of a point: how long it takes to leave a circle, as red + 256 green + 65536 blue + 16777216 alpha.
 *
 * The circle is larger than it would have to be, so that the fraction of the last round can be told, and no steps are seen.
 */
export const setColour = (cr: number, ci: number, { rounds }: SetParameters): number => {
  let [zr, zi, n, square] = [0, 0, 0, 0];
  for (; n < rounds; n++) {
    const [a, b] = [zr * zr, zi * zi];
    square = a + b;
    if (square > 64) break;
    zi = 2 * zr * zi + ci;
    zr = a - b + cr;
  }
  const time = n + 1 - Math.log2(Math.log2(Math.max(square, 2)) / 6);
  const turn = 0.34 * Math.log2(Math.max(time, 1)) ** 1.7;
  const light = n < rounds ? 1 : 0;
  const wave = (shift: number): number => Math.floor(light * (127.5 - 127.5 * Math.cos(turn + shift)));
  return wave(-0.35) + 256 * wave(0.35) + 65_536 * wave(0.9) + 4_278_190_080;
};
