/**
 * How far a function's results are from the exact ones, in units in the last place (ulp).
 *
 * The exact ones come from decimal.js, or for f32 from anything that computes in float64.
 *
 * @module
 */
import { Decimal } from "decimal.js";

export type FloatType = "f32" | "f64";

interface Format {
  /** Bits of the significand, the leading one among them. */
  readonly precision: number;
  /** The exponent of the least normal number, and that of the first power of two beyond the largest. */
  readonly exponentMin: number;
  readonly exponentEnd: number;
}

const FORMATS: Readonly<Record<FloatType, Format>> = {
  f32: { precision: 24, exponentMin: -126, exponentEnd: 128 },
  f64: { precision: 53, exponentMin: -1022, exponentEnd: 1024 },
};

/** Decimals of so many digits: rounding them is nothing beside an ulp, also where digits cancel out. */
export const Precise: typeof Decimal = Decimal.clone({ precision: 50 });

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** By the digits of a kind of decimals, and the exponent. */
const powersOfTwo = new Map<string, Decimal>();

function powerOfTwo(exponent: number, decimals: typeof Decimal): Decimal {
  const key = `${decimals.precision}:${exponent}`;
  let power = powersOfTwo.get(key);
  if (power === undefined) powersOfTwo.set(key, (power = new decimals(2).pow(exponent)));
  return power;
}

/** The exponent of a finite number that is not 0: `1 <= |x| / 2^exponent < 2`; of subnormal ones -1023. */
function exponentOf(x: number): number {
  double[0] = x;
  return Number((doubleBits[0]! >> 52n) & 0x7ffn) - 1023;
}

/**
 * A float's very value, to the digits that such decimals have: `new Decimal(0.1)` is 1/10, which the float is not.
 *
 * @param decimals - with more digits where the default's are too few, as for the sines of huge angles
 */
export function exactly(x: number, decimals: typeof Decimal = Precise): Decimal {
  if (!Number.isFinite(x) || x === 0) return new decimals(x);
  double[0] = x;
  const bits = doubleBits[0]!;
  const exponent = exponentOf(x);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const significand = exponent === -1023 ? fraction : fraction | (1n << 52n);
  const magnitude = new decimals(significand.toString()).times(powerOfTwo(Math.max(exponent, -1022) - 52, decimals));
  return bits < 0n ? magnitude.neg() : magnitude;
}

/**
 * Ulps from the exact result to the computed one. An ulp is that of the exact one: the step between floats at its
 * magnitude. Beyond the largest float that is infinity; what should be infinity or NaN, or is, is 0 ulps off or infinitely
 * many. Zeros' signs don't count.
 *
 * @param exact - a number only for f32, of float64's precision
 */
export function ulpsOff(computed: number, exact: Decimal | number, type: FloatType): number {
  const { precision, exponentMin, exponentEnd } = FORMATS[type];
  const rounded = Number(exact);
  if (Number.isNaN(rounded) || Number.isNaN(computed))
    return Number.isNaN(rounded) && Number.isNaN(computed) ? 0 : Infinity;
  const isPole = typeof exact === "number" ? !Number.isFinite(exact) : !exact.isFinite();
  if (isPole) return computed === rounded ? 0 : Infinity;
  const isOut = typeof exact === "number" ? Math.abs(exact) >= 2 ** exponentEnd : !Number.isFinite(rounded);
  const end = Math.sign(rounded) * Infinity;
  if (isOut && computed === end) return 0;
  const exponent = rounded === 0 ? exponentMin : Math.min(Math.max(exponentOf(rounded), exponentMin), exponentEnd - 1);
  const ulpExponent = exponent - precision + 1;
  if (typeof exact === "number") {
    const value = Number.isFinite(computed) ? computed : Math.sign(computed) * 2 ** exponentEnd;
    return Math.abs(value - exact) / 2 ** ulpExponent;
  }
  const decimals = exact.constructor as typeof Decimal;
  const value = Number.isFinite(computed)
    ? exactly(computed, decimals)
    : powerOfTwo(exponentEnd, decimals).times(Math.sign(computed));
  return value.minus(exact).abs().div(powerOfTwo(ulpExponent, decimals)).toNumber();
}

export interface Worst {
  readonly ulps: number;
  /** The arguments, and what came out there. */
  readonly at: readonly number[];
  readonly computed: number;
}

/**
 * The result that is furthest off.
 *
 * @param columns - of each argument the values, as many
 * @param exact - of arguments; see {@link exactly}
 */
export function worstOf(
  computed: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
  exact: (...args: number[]) => Decimal | number,
  type: FloatType,
): Worst {
  let worst: Worst = { ulps: 0, at: [], computed: Number.NaN };
  for (let i = 0; i < computed.length; i++) {
    const at = columns.map((column) => column[i]!);
    const ulps = ulpsOff(computed[i]!, exact(...at), type);
    if (ulps > worst.ulps) worst = { ulps, at, computed: computed[i]! };
  }
  return worst;
}
