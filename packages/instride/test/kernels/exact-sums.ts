/**
 * Sums without rounding: of floats as whole numbers of the least one.
 *
 * @module
 */

/** Every float64 is a whole number of 2 ** -1074. */
const UNIT_BITS = 1074n;

/** A float64 in such units. */
function unitsOf(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** Sums floats exactly, in units. */
export function exactSum(values: Iterable<number>): bigint {
  let sum = 0n;
  for (const value of values) sum += unitsOf(value);
  return sum;
}

/** How far a float is from an exact sum: the difference, rounded. */
export function distance(value: number, exact: bigint): number {
  const units = unitsOf(value) - exact;
  const magnitude = units < 0n ? -units : units;
  // Numbers end at 2 ** 1024: the last bits of the difference don't matter.
  const dropped = BigInt(Math.max(0, magnitude.toString(2).length - 64));
  return Number(magnitude >> dropped) * 2 ** Number(dropped - UNIT_BITS / 2n) * 2 ** -Number(UNIT_BITS / 2n);
}

/**
 * NumPy's sum, with its rounding: halves down to 128 elements, which are added up in 8 numbers.
 * Source: `pairwise_sum` of NumPy's `loops_utils.h.src`.
 */
export function pairwiseSum(values: Float32Array | Float64Array): number {
  const round = values instanceof Float32Array ? Math.fround : Number;
  const { length } = values;
  const added = (start: number, first: number): number => {
    let sum = first;
    for (let i = start; i < length; i++) sum = round(sum + values[i]!);
    return sum;
  };
  if (length < 8) return added(0, 0);
  if (length > 128) {
    const half = Math.floor(length / 16) * 8;
    return round(pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half)));
  }
  const lanes = [...values.subarray(0, 8)];
  const whole = length - (length % 8);
  for (let i = 8; i < whole; i++) lanes[i % 8] = round(lanes[i % 8]! + values[i]!);
  for (let gap = 1; gap < 8; gap *= 2)
    for (let i = 0; i < 8; i += 2 * gap) lanes[i] = round(lanes[i]! + lanes[i + gap]!);
  return added(whole, lanes[0]!);
}
