/**
 * Heat in a plate: one step of the equation, and its colours.
 *
 * @module
 */
import type { Element } from "instride";

/** What is left of a difference to a neighbour after a step, at most a quarter: beyond that the numbers would explode. */
export const RATE = 0.24;

/**
 * One step: what flows in from four sides. `open` is 0 in walls, which nothing passes, and 1 elsewhere.
 *
 * With the border rule "nearest" the cell beyond the edge is as warm as the one at the edge, so nothing passes there either.
 */
export const step = (heat: Element, open: Element, { rate }: { readonly rate: number }): number => {
  const above = open.at(-1, 0) * (heat.at(-1, 0) - heat);
  const below = open.at(1, 0) * (heat.at(1, 0) - heat);
  const left = open.at(0, -1) * (heat.at(0, -1) - heat);
  const right = open.at(0, 1) * (heat.at(0, 1) - heat);
  return heat + rate * open * (above + below + left + right);
};

/**
 * From black over red and yellow to white, walls in gray: red + 256 green + 65536 blue + 16777216 alpha.
 */
export const heatColour = (heat: number, open: number): number => {
  const t = Math.min(1, Math.max(0, heat)) ** 0.6;
  const shade = (low: number, high: number): number => Math.min(1, Math.max(0, (t - low) / (high - low)));
  const red = Math.floor(open * (12 + 243 * shade(0, 0.55)) + (1 - open) * 96);
  const green = Math.floor(open * (14 + 226 * shade(0.32, 0.9)) + (1 - open) * 108);
  const glow = 70 * shade(0, 0.22) * (1 - shade(0.22, 0.5));
  const blue = Math.floor(open * (24 + glow + 200 * shade(0.78, 1)) + (1 - open) * 124);
  return red + 256 * green + 65_536 * blue + 4_278_190_080;
};
