/**
 * cbrt and hypot.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { horner } from "./expansion.ts";
import { bitPattern, bitsOfFloat, truncateBits } from "./float-bits.ts";

interface RootTable {
  /** Smaller numbers are multiplied by `up`, which is a cube, others by 1/8: then cubes don't overflow. */
  readonly cubes: { readonly least: number; readonly up: number; readonly rootOfUp: number };
  /** What a third of a number's bits (f64: of all but the lowest 20) is taken from. */
  readonly guess: number;
  /** (1 / (1 - h)^(1/3) - 1) / h for |h| up to 0.104, of least largest error: 2^-14.3, 2^-23.3. */
  readonly step: readonly number[];
  /** Bits to clear so that the cube of what is left is exact. */
  readonly cubeBits: number;
  /** ((1 + d)^(1/3) - 1) / d, of least largest error for |d| up to 2^-5.2, 2^-14: 2^-28, 2^-63. */
  readonly correction: readonly number[];
  /** Where squares may lose bits or overflow, and what brings numbers from there to the middle. */
  readonly squares: { readonly least: number; readonly most: number; readonly factor: number };
}

const TABLES: Readonly<Record<FloatLane, RootTable>> = {
  f32: {
    cubes: { least: 2 ** -100, up: 2 ** 48, rootOfUp: 2 ** 16 },
    guess: 1_419_900_342,
    step: [0.33472482032751777, 0.22379318044274327],
    cubeBits: 16,
    correction: [0.3333333264812475, -0.111136351641211, 0.061759998707617475],
    squares: { least: 2 ** -50, most: 2 ** 60, factor: 2 ** 75 },
  },
  f64: {
    cubes: { least: 2 ** -960, up: 2 ** 60, rootOfUp: 2 ** 20 },
    guess: 5_858_043_237_989,
    step: [0.33332885074699287, 0.22221365261335912, 0.17452771580544182, 0.14603622682915504],
    cubeBits: 36,
    correction: [0.3333333333333333, -0.11111111123811072, 0.06172839522071498],
    squares: { least: 2 ** -450, most: 2 ** 500, factor: 2 ** 600 },
  },
};

/**
 * The cube root; of cubes of short numbers exact.
 *
 * A guess at 1 / x^(1/3) is improved once without division; times x, twice, it gives the root to a few bits more than a
 * third of a number's. Cut to a third, its cube is exact, and so is what that differs from x by: the rest is a short series.
 */
export function cbrt(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { cubes, step, cubeBits, correction } = TABLES[type];
  const one = b.constant(type, 1);
  const magnitude = b.abs(x);
  const isLittle = b.lt(magnitude, b.constant(type, cubes.least));
  const scaled = b.mul(magnitude, b.select(isLittle, b.constant(type, cubes.up), b.constant(type, 1 / 8)));
  const guess = inverseCubeRootGuess(b, scaled);
  const error = b.sub(one, b.mul(b.mul(scaled, guess), b.mul(guess, guess)));
  const inverse = b.add(guess, b.mul(guess, b.mul(error, horner(b, error, step))));
  const root = truncateBits(b, b.mul(b.mul(scaled, inverse), inverse), cubeBits);
  const cube = b.mul(b.mul(root, root), root);
  const rest = b.div(b.sub(scaled, cube), cube);
  const result = b.add(root, b.mul(root, b.mul(rest, horner(b, rest, correction))));
  const unscaled = b.mul(result, b.select(isLittle, b.constant(type, 1 / cubes.rootOfUp), b.constant(type, 2)));
  const isRegular = b.and(b.gt(magnitude, b.constant(type, 0)), b.lt(magnitude, b.constant(type, Infinity)));
  return b.select(isRegular, b.copysign(unscaled, x), x);
}

/**
 * 1 / x^(1/3) within 3.5 %, for positive x of full precision. A float's bits are about its logarithm, as an integer: those
 * of the result are a constant less a third of them. The constant is where the largest errors to both sides are equal.
 */
function inverseCubeRootGuess(b: GraphBuilder, x: Node): Node {
  const type = x.type as FloatLane;
  const { guess } = TABLES[type];
  const third = b.constant(type, 1 / 3);
  if (type === "f32") {
    const bits = b.convertS(b.reinterpret(x), "f32");
    return b.reinterpret(b.truncSatS(b.sub(b.f32(guess), b.mul(bits, third)), "i32"));
  }
  // The upper 44 bits: behind the exponent of 2^52 they are a number by themselves, and are there again in the result.
  const integers = 2 ** 52;
  const lowBits = b.i64(20n);
  const upper = b.or(b.shrU(b.reinterpret(x), lowBits), bitPattern(b, type, bitsOfFloat(type, integers)));
  const bits = b.sub(b.reinterpret(upper), b.f64(integers));
  return b.reinterpret(b.shl(b.reinterpret(b.sub(b.f64(integers + guess), b.mul(bits, third))), lowBits));
}

/** sqrt(x^2 + y^2), of squares that neither overflow nor lose bits; infinite if one is, whatever the other. */
export function hypot(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const { least, most, factor } = TABLES[type].squares;
  const [magnitudeX, magnitudeY] = [b.abs(x), b.abs(y)];
  const larger = b.select(b.lt(magnitudeX, magnitudeY), magnitudeY, magnitudeX);
  const isSmall = b.lt(larger, b.constant(type, least));
  const isLarge = b.gt(larger, b.constant(type, most));
  const choose = (small: number, large: number): Node =>
    b.select(isSmall, b.constant(type, small), b.select(isLarge, b.constant(type, large), b.constant(type, 1)));
  const scale = choose(factor, 1 / factor);
  const [scaledX, scaledY] = [b.mul(magnitudeX, scale), b.mul(magnitudeY, scale)];
  const root = b.sqrt(b.add(b.mul(scaledX, scaledX), b.mul(scaledY, scaledY)));
  const infinity = b.constant(type, Infinity);
  const isInfinite = b.or(b.eq(magnitudeX, infinity), b.eq(magnitudeY, infinity));
  return b.select(isInfinite, infinity, b.mul(root, choose(1 / factor, factor)));
}
