/**
 * The weighted sum of any number of operands: the luminance of three channels, for one.
 *
 * @module
 */
import { describe, type HalfOpenRange, type MemoryView, ValueError } from "@instride/core";
import { finite, record } from "./arguments.ts";
import { type Floats, forEachBlock, type Slot, sourceSlot, targetLine } from "./blocks.ts";
import { checkRange, narrow, openInput, openOutput, refuseOverlap } from "./operands.ts";

/** `dst`, and one view for each weight, broadcast to the shape of `dst`. */
export interface WeightedSumViews {
  readonly dst: MemoryView;
  readonly [name: string]: MemoryView;
}

export interface WeightedSumArguments {
  /** The factor of each operand, by the operand's name; in the order in which the terms are added. */
  readonly weights: Readonly<Record<string, number>>;
}

/**
 * `dst = weights.a * a + weights.b * b + ...`, element by element. The range runs over `dst`.
 *
 * Any real dtypes; multiplied and added in float64, in the order of the weights, and rounded once, to the dtype of
 * `dst`. `dst` may be the same view as an operand.
 *
 * @throws {@link ValueError} unless the weights are finite, at least one, and named as the views are; a `ShapeError`,
 *   `DTypeError` or `ReadonlyError` if the views don't fit; then nothing is written
 *
 * Cost: O(size · operands).
 *
 * @example
 * ```ts
 * const [r, g, b] = [photo.at("...", 0), photo.at("...", 1), photo.at("...", 2)];
 * weightedSum({ start: 0, stop: luma.length }, { dst: luma, r, g, b }, { weights: { r: 0.2126, g: 0.7152, b: 0.0722 } });
 * ```
 */
export function weightedSum(range: HalfOpenRange, views: WeightedSumViews, args: WeightedSumArguments): void {
  const given = record(record(args, "args").weights, "weights");
  const terms = Object.entries(given).map(([name, weight]) => ({ name, weight: finite(weight, `weights.${name}`) }));
  const unweighted = Object.keys(views).filter((name) => name !== "dst" && !Object.hasOwn(given, name));
  if (terms.length === 0 || unweighted.length > 0 || Object.hasOwn(given, "dst")) {
    const names = terms.map(({ name }) => name);
    throw new ValueError(
      `cannot weight views ${describe(Object.keys(views))} by weights for ${describe(names)}: ` +
        "expected a weight for each view but dst, and at least one",
    );
  }
  const output = openOutput(views.dst, "dst");
  const inputs = terms.map(({ name }) => openInput(views[name]!, name, output.shape));
  checkRange(range, output);
  refuseOverlap(output, inputs, true);
  const dst = targetLine(narrow(output, range));
  const sources = inputs.map((input) => sourceSlot(narrow(input, range)));
  const weights = terms.map(({ weight }) => weight);
  forEachBlock([dst, ...sources], (n) => {
    scale(n, dst.data, sources[0]!, weights[0]!);
    for (let k = 1; k < sources.length; k++) addScaled(n, dst.data, sources[k]!, weights[k]!);
  });
}

function scale(n: number, sum: Floats, { data, at, step }: Slot, weight: number): void {
  for (let i = 0; i < n; i++, at += step) sum[i] = data[at]! * weight;
}

function addScaled(n: number, sum: Floats, { data, at, step }: Slot, weight: number): void {
  for (let i = 0; i < n; i++, at += step) sum[i] = sum[i]! + data[at]! * weight;
}
