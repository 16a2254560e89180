/**
 * An angle as a multiple of pi/2 and what is left of it, to more digits than a float has: what sin, cos and tan begin
 * with, for every finite angle.
 *
 * Moderate angles take the nearest multiple of pi/2 away in four parts (W. Cody and W. Waite, "Software Manual for the
 * Elementary Functions", 1980). The parts have so few bits that their products with the multiple are exact, and together
 * so many that what is left is right to the last bit of a float, however near to a multiple the angle is.
 *
 * Large angles go one round of a loop that others never enter: multiplied by those bits of 2/pi that matter to them, in
 * integers (M. Payne and R. Hanek, "Radian reduction for trigonometric functions", 1983). Of f32 this takes 32-bit lanes
 * alone, so that a kernel of f32 keeps four lanes in a vector.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane, IntegerLane } from "../graph/operations.ts";
import { truncateBits } from "./float-bits.ts";

/** The angle is `quadrant · pi/2 + high - excess`, where `|high|` is not much above pi/4, and `excess` below half its ulp. */
export interface ReducedAngle {
  readonly high: Node;
  readonly excess: Node;
  /** An integer as wide as the angle, of which the last two bits mean something. */
  readonly quadrant: Node;
}

interface Constants {
  /** Up to here angles are moderate. */
  readonly moderateMax: number;
  /** The sum of this and a small integer is exact, and ends in the integer's bits. */
  readonly integerInLowBits: number;
  readonly twoOverPi: number;
  /** What pi/2 is the sum of. */
  readonly parts: readonly [number, number, number, number];
  readonly integer: IntegerLane;
  readonly bits: number;
  /** Bits of a float's significand that are stored, and the exponent of its last bit where all of the exponent's are 0. */
  readonly fractionBits: number;
  readonly exponentBias: number;
  /** Half of a word's bits. */
  readonly limbBits: number;
  /** A word's bits by multiplication and shift: of integers below 16 times as many as words, `x / bits` rounded down. */
  readonly wordReciprocal: readonly [number, number];
  /** Words of 2/pi behind the binary point, with two before it. */
  readonly words: readonly bigint[];
  /** pi/2 again: in half a significand's bits, and the rest. */
  readonly halfPi: readonly [number, number];
}

// All from pi to 2000 bits by mpmath. Parts are cut off, the last of them rounded.
const F64: Constants = {
  moderateMax: 2 ** 20,
  integerInLowBits: 1.5 * 2 ** 52,
  twoOverPi: 0.6366197723675814,
  parts: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
  integer: "i64",
  bits: 64,
  fractionBits: 52,
  exponentBias: 1075,
  limbBits: 30,
  wordReciprocal: [1093, 16],
  words: [
    0n,
    0n,
    0xa2f9836e4e44152n,
    0x9fc2757d1f534ddn,
    0xc0db6295993c439n,
    0x041fe5163abdebbn,
    0xc561b7246e3a424n,
    0xdd2e006492eea09n,
    0xd1921cfe1deb1cbn,
    0x129a73ee88235f5n,
    0x2ebb4484e99c702n,
    0x6b45f7e413991d6n,
    0x39835339f49c845n,
    0xf8bbdf9283b1ff8n,
    0x97ffde05980fef2n,
    0xf118b5a0a6d1f6dn,
    0x367ecf27cb09b74n,
    0xf463f669e5fea2dn,
    0x7527bac7ebe5f17n,
    0xb3d0739f78a5292n,
    0xea6bfb5fb11f8d5n,
    0xd0856033046fc7bn,
  ],
  halfPi: [1.5707963109016418, 1.5893254773528196e-8],
};

const F32: Constants = {
  moderateMax: 1600,
  integerInLowBits: 1.5 * 2 ** 23,
  twoOverPi: 0.6366197466850281,
  parts: [1.5706787109375, 0.00011761486530303955, 9.920313459588215e-10, 6.223371969669989e-14],
  integer: "i32",
  bits: 32,
  fractionBits: 23,
  exponentBias: 150,
  limbBits: 15,
  wordReciprocal: [137, 12],
  words: [0n, 0n, 0x28be60dbn, 0x24e44152n, 0x27f09d5fn, 0x11f534ddn, 0x3036d8a5n, 0x1993c439n, 0x0107f945n],
  halfPi: [1.5703125, 0.0004838267923332751],
};

/** Takes multiples of pi/2 away from an angle. What is left of an infinite one is NaN. */
export function reduceAngle(b: GraphBuilder, type: FloatLane, x: Node): ReducedAngle {
  const constants = type === "f32" ? F32 : F64;
  const moderate = reduceModerate(b, type, constants, x);
  const isLarge = b.lt(b.constant(type, constants.moderateMax), b.abs(x));
  const { high, excess, quadrant } = moderate;
  // The angle is carried so that what is made of it is computed inside of the loop, and not for moderate angles.
  const [, , ...reduced] = b.loop([isLarge, x, high, excess, quadrant], 1, ([goesOn, angle]) => {
    const large = reduceLarge(b, type, constants, angle!);
    return { condition: goesOn!, next: [b.bool(false), angle!, large.high, large.excess, large.quadrant] };
  });
  return { high: reduced[0]!, excess: reduced[1]!, quadrant: reduced[2]! };
}

/**
 * For a multiple n below 2^20, of f32 below 2^10: `n · part` is exact for the first three, and the first difference as
 * well. Of the others an exact tail is kept: where the subtrahend is the larger, the difference is exact itself.
 */
function reduceModerate(b: GraphBuilder, type: FloatLane, constants: Constants, x: Node): ReducedAngle {
  const { integerInLowBits, parts, twoOverPi } = constants;
  const shifted = b.add(b.mul(x, b.constant(type, twoOverPi)), b.constant(type, integerInLowBits));
  const multiple = b.sub(shifted, b.constant(type, integerInLowBits));
  const [first, second, third, fourth] = parts.map((part) => b.mul(multiple, b.constant(type, part)));
  const a = b.sub(x, first!);
  const c = b.sub(a, second!);
  const cTail = b.sub(b.sub(a, c), second!);
  const d = b.sub(c, third!);
  const dTail = b.sub(b.sub(c, d), third!);
  // In this order -0 is left of -0, and an excess of +0.
  const less = b.sub(fourth!, b.add(cTail, dTail));
  const high = b.sub(d, less);
  return { high, excess: b.add(b.sub(high, d), less), quadrant: b.reinterpret(shifted) };
}

/** The five words of 2/pi from a place on. */
function wordsFrom(b: GraphBuilder, { integer, words }: Constants, place: Node): readonly Node[] {
  const constant = (value: bigint): Node => b.constant(integer, integer === "i32" ? Number(value) : value);
  const count = 5;
  let window = words.map(constant);
  const highest = 2 ** Math.floor(Math.log2(words.length - count));
  for (let step = highest; step >= 1; step /= 2) {
    const isBeyond = b.ne(b.and(place, constant(BigInt(step))), constant(0n));
    window = window.slice(0, count + step - 1).map((word, at) => {
      const beyond = window[at + step];
      return beyond === undefined ? word : b.select(isBeyond, beyond, word);
    });
  }
  return window;
}

/**
 * The angle is `m · 2^(w · place + shift)`, m an integer and w the bits of a word. Words of 2/pi before the place give
 * multiples of 4 and are left out; five from there on give what is left to more than 2^-120 of pi/2, of f32 2^-60. No
 * number of f64 is nearer to a multiple of pi/2 than 2^-62 of it, of f32 2^-30.
 */
function reduceLarge(b: GraphBuilder, type: FloatLane, constants: Constants, x: Node): ReducedAngle {
  const { bits, exponentBias, fractionBits, integer, limbBits, wordReciprocal } = constants;
  const constant = (value: number | bigint): Node =>
    b.constant(integer, integer === "i32" ? Number(value) : BigInt(value));
  const right = (value: Node, by: number): Node => b.shrU(value, constant(by));
  const wordBits = 2 * limbBits;
  const pattern = b.reinterpret(x);
  const leading = 2n ** BigInt(fractionBits);
  const significand = b.or(b.and(pattern, constant(leading - 1n)), constant(leading));
  const biased = b.and(right(pattern, fractionBits), constant(2 ** (bits - 1 - fractionBits) - 1));
  const exponent = b.sub(biased, constant(exponentBias - wordBits));
  const place = right(b.mul(exponent, constant(wordReciprocal[0])), wordReciprocal[1]);
  const shift = b.sub(exponent, b.mul(place, constant(wordBits)));

  const limbMask = constant(2n ** BigInt(limbBits) - 1n);
  const low = b.shl(significand, shift);
  const high = b.shrU(right(significand, 1), b.sub(constant(bits - 1), shift));
  const factor = [
    b.and(low, limbMask),
    b.and(right(low, limbBits), limbMask),
    b.and(b.or(right(low, wordBits), b.shl(high, constant(bits - wordBits))), limbMask),
    right(high, 3 * limbBits - bits),
  ];
  const [integral, ...fractions] = wordsFrom(b, constants, place);
  const limbs = [integral!, ...fractions.flatMap((word) => [right(word, limbBits), b.and(word, limbMask)])];
  // Column c weighs 2^(-c · limbBits), and has four products of two limbs: the sum fits.
  let carry: Node | null = null;
  const columns: Node[] = [];
  for (let column = 5; column >= 0; column--) {
    const products = factor.map((digit, at) => b.mul(digit, limbs[column + at]!));
    const sum = [...products, ...(carry === null ? [] : [carry])].reduce((total, product) => b.add(total, product));
    carry = right(sum, limbBits);
    columns[column] = column === 0 ? sum : b.and(sum, limbMask);
  }
  return fromColumns(b, constants, x, columns.slice(0, 5), { pattern, type });
}

/** From the integer in quarters of a turn, and four limbs of the fraction behind it. */
function fromColumns(
  b: GraphBuilder,
  { bits, halfPi, integer, limbBits }: Constants,
  x: Node,
  [whole, ...fraction]: readonly Node[],
  { pattern, type }: { readonly pattern: Node; readonly type: FloatLane },
): ReducedAngle {
  const constant = (value: number | bigint): Node =>
    b.constant(integer, integer === "i32" ? Number(value) : BigInt(value));
  // Where the fraction is a half or more, one less its complement, which is off by one in the last limb's last bit.
  const half = b.shrU(fraction[0]!, constant(limbBits - 1));
  const limbMask = constant(2n ** BigInt(limbBits) - 1n);
  const complement = b.and(b.sub(constant(0), half), limbMask);
  const terms = fraction.map((limb, at) =>
    b.mul(b.convertS(b.xor(limb, complement), type), b.constant(type, 2 ** (-limbBits * (at + 1)))),
  );
  const sign = b.shrS(pattern, constant(bits - 1));
  const quadrant = b.sub(b.xor(b.add(whole!, half), sign), sign);
  const flip = b.shl(b.xor(half, sign), constant(bits - 1));

  const [upper, upperTail] = fastTwoSum(b, terms[0]!, terms[1]!);
  const [lower, lowerTail] = fastTwoSum(b, terms[2]!, terms[3]!);
  const [quarters, sumTail] = fastTwoSum(b, upper, lower);
  const tail = b.add(b.add(upperTail, sumTail), lowerTail);
  // The upper half of the bits times the upper half of pi/2's is exact; the rest may be rounded.
  const coarse = truncateBits(b, quarters, type === "f32" ? 12 : 27);
  const product = b.mul(coarse, b.constant(type, halfPi[0]));
  const rest = b.add(
    b.mul(coarse, b.constant(type, halfPi[1])),
    b.mul(b.add(b.sub(quarters, coarse), tail), b.constant(type, halfPi[0] + halfPi[1])),
  );
  const [left, leftTail] = fastTwoSum(b, product, rest);
  const signed = (value: Node): Node => b.reinterpret(b.xor(b.reinterpret(value), flip));
  // NaN for infinities, whose bits have gone the same way as others'.
  return { high: b.add(signed(left), b.mul(x, b.constant(type, 0))), excess: b.neg(signed(leftTail)), quadrant };
}

/** A sum and what it is off by; the first is the larger, or 0. */
function fastTwoSum(b: GraphBuilder, larger: Node, smaller: Node): readonly [Node, Node] {
  const sum = b.add(larger, smaller);
  return [sum, b.sub(smaller, b.sub(sum, larger))];
}
