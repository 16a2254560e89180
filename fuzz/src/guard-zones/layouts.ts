/**
 * Layouts at random: where elements lie, and how much room they take.
 *
 * @module
 */
import type { Random } from "@instride/cases";

export interface RandomLayout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Bytes before the first element that other elements take. */
  readonly below: number;
  /** Bytes from the first element on. */
  readonly above: number;
}

/** Elements at most, but for few arrays. */
const SIZE_MAX = 120;

/** Arrays that are long enough to be worked on in blocks. */
const LONG_SHAPES: readonly ((random: Random) => number[])[] = [
  (random) => [random.between(1000, 3000)],
  (random) => [2, random.between(600, 1200)],
  (random) => [random.between(500, 700), 3],
];

/** Arrays whose rows are long enough to be moved as blocks. */
const WIDE_SHAPES: readonly ((random: Random) => number[])[] = [
  (random) => [random.between(2, 4), random.between(60, 80)],
  (random) => [random.between(2, 3), 2, random.between(30, 80)],
  (random) => [random.between(60, 140)],
];

/** A shape of up to 4 axes. */
export function anyShape(random: Random, ndimMin: number = 0): number[] {
  if (random.oneIn(60)) return random.pick(LONG_SHAPES)(random);
  if (random.oneIn(12)) return random.shuffled(random.pick(WIDE_SHAPES)(random));
  const ndim = Math.max(ndimMin, random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]));
  const shape: number[] = [];
  let size = 1;
  for (let axis = 0; axis < ndim; axis++) {
    const most = random.oneIn(8) ? SIZE_MAX : 9;
    const length = random.oneIn(40) ? 0 : random.between(1, Math.max(1, Math.min(most, Math.floor(SIZE_MAX / size))));
    shape.push(length);
    size *= Math.max(1, length);
  }
  return random.shuffled(shape);
}

/**
 * Lays out elements: mostly each at its own place, in any order of axes, with gaps and backwards; sometimes one upon the
 * other.
 *
 * @param unit - what strides are multiples of
 */
export function anyLayout(random: Random, shape: readonly number[], itemsize: number, unit: number): RandomLayout {
  const strides = random.oneIn(8) ? wildStrides(random, shape, unit) : tidyStrides(random, shape, itemsize, unit);
  return { shape, strides, ...reachOf(shape, strides, itemsize) };
}

/** Bytes that elements take before and from the first one. */
function reachOf(shape: readonly number[], strides: readonly number[], itemsize: number) {
  if (shape.includes(0)) return { below: 0, above: 0 };
  let [below, above] = [0, itemsize];
  for (const [axis, length] of shape.entries()) {
    const reach = (length - 1) * strides[axis]!;
    if (reach < 0) below -= reach;
    else above += reach;
  }
  return { below, above };
}

function tidyStrides(random: Random, shape: readonly number[], itemsize: number, unit: number): number[] {
  const axes = [...shape.keys()];
  const order = random.oneIn(2) ? axes.toReversed() : random.shuffled(axes);
  const isDense = random.oneIn(3);
  const strides = shape.map(() => 0);
  let step = Math.ceil(itemsize / unit) * unit;
  for (const axis of order) {
    if (!isDense && random.oneIn(3)) step += unit * random.between(1, 4);
    if (!isDense && random.oneIn(12)) continue;
    strides[axis] = !isDense && random.oneIn(4) ? -step : step;
    step *= Math.max(1, shape[axis]!);
  }
  return strides;
}

function wildStrides(random: Random, shape: readonly number[], unit: number): number[] {
  return shape.map(() => unit * random.between(-12, 12));
}

/** The places of all elements, in C order, by what strides mean. */
export function placesOf({ shape, strides }: RandomLayout, byteOffset: number): number[] {
  let places = [byteOffset];
  for (const [axis, length] of shape.entries()) {
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * strides[axis]!));
  }
  return places;
}
