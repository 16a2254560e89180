/**
 * Remainders of floats are exact, and quotients NumPy's.
 *
 * @module
 */
import { expect, test } from "vitest";
import { REAL_FUNCTIONS } from "../../src/mathematics/real-functions.ts";
import { checkCompiled, graphOf, interpret } from "./expansions.ts";
import type { FloatType } from "./oracle.ts";
import { type Floats, newFloats, Points, specials } from "./points.ts";

type Name = "fmod" | "remainder" | "floor_divide";

const NAMES: readonly Name[] = ["fmod", "remainder", "floor_divide"];
const TYPES: readonly FloatType[] = ["f32", "f64"];

function compute(name: Name, type: FloatType, x: Floats, y: Floats): Floats {
  return interpret(graphOf(REAL_FUNCTIONS[name], type, 2), type, [x, y]);
}

const double = new Float64Array(1);
const doubleBits = new BigUint64Array(double.buffer);

/** A positive finite float times 2^1074: an integer. */
function integerOf(x: number): bigint {
  double[0] = x;
  const exponent = doubleBits[0]! >> 52n;
  const fraction = doubleBits[0]! & 0xf_ffff_ffff_ffffn;
  return exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
}

/** The float that is so many times 2^-1074. */
function floatOf(integer: bigint): number {
  const shift = Math.max(integer.toString(2).length - 53, 0);
  expect(BigInt.asUintN(shift, integer)).toBe(0n);
  return Number(integer >> BigInt(shift)) * 2 ** (shift - 1074);
}

/** C's fmod of finite numbers, y other than 0. */
function exactFmod(x: number, y: number): number {
  const left = floatOf(integerOf(Math.abs(x)) % integerOf(Math.abs(y)));
  return x < 0 || Object.is(x, -0) ? -left : left;
}

/** What NumPy makes of the exact remainder, with each operation rounded to the type. */
function divideLikeNumpy(x: number, y: number, type: FloatType): Readonly<Record<Name, number>> {
  const round = type === "f32" ? Math.fround : Number;
  const fmod = exactFmod(x, y);
  let remainder = fmod;
  let quotient = round(round(x - fmod) / y);
  if (fmod === 0) {
    remainder = y < 0 ? -0 : 0;
  } else if (y < 0 !== fmod < 0) {
    remainder = round(fmod + y);
    quotient = round(quotient - 1);
  }
  const floor = Math.floor(quotient);
  const zero = x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  const whole = quotient - floor > 0.5 ? round(floor + 1) : floor;
  return { fmod, remainder, floor_divide: quotient === 0 ? zero : whole };
}

/** Pairs of finite numbers, the second not 0. */
function pointsOf(type: FloatType, count: number): readonly [Floats, Floats][] {
  const p = new Points(5);
  const [least, end] = type === "f32" ? [-149, 128] : [-1074, 1024];
  const finite = (floats: Floats): Floats => floats.map((x) => (Number.isFinite(x) && x !== 0 ? x : 3));
  const any = (): Floats => finite(p.anyBits(type, count));
  const near = p.powers(type, count, least, end - 30);
  const whole = (most: number): Floats => p.uniform(type, count, 1, most).map(Math.floor);
  return [
    [any(), any()],
    [p.uniform(type, count, -100, 100), finite(p.uniform(type, count, -10, 10))],
    // Multiples, and what is next to them.
    [near.map((y) => y * Math.floor(1 + p.fraction() * 2 ** (24 * p.fraction()))), near],
    [whole(1e6), whole(1000)],
    [p.powers(type, count, end - 3, end), p.powers(type, count, end - 6, end, -1)],
    [p.powers(type, count, least, least + 60, -1), p.powers(type, count, least, least + 30)],
    [newFloats(type, [1e300, 5.3, -7]).map((x) => (Number.isFinite(x) ? x : 1e30)), newFloats(type, [3e-5, 1e-30, 3])],
  ];
}

for (const type of TYPES) {
  for (const name of NAMES) {
    test(`${name} of ${type}: is that of the exact remainder, for any two numbers`, () => {
      for (const [x, y] of pointsOf(type, 300)) {
        const computed = compute(name, type, x, y);
        for (const [i, value] of computed.entries()) {
          const expected = divideLikeNumpy(x[i]!, y[i]!, type)[name];
          expect({ x: x[i], y: y[i], value }).toEqual({ x: x[i], y: y[i], value: expected });
        }
      }
    });

    test(`${name} of ${type}: compiled, it gives the interpreter's bits`, () => {
      const odd = specials(type);
      const points = pointsOf(type, 12);
      const columns = [0, 1].map((at) =>
        newFloats(type, [
          ...points.flatMap((pair) => [...pair[at]!]),
          ...odd.map((_special, i) => odd[(i * (at + 1) + at) % odd.length]!),
        ]),
      );
      checkCompiled(graphOf(REAL_FUNCTIONS[name], type, 2), columns);
    });
  }
}

test("floor_divide: of whole numbers is the whole quotient", () => {
  const p = new Points(6);
  const x = p.uniform("f64", 2000, -(2 ** 53), 2 ** 53).map(Math.trunc);
  const y = p.uniform("f64", 2000, -(2 ** 20), 2 ** 20).map((value) => Math.trunc(value) || 1);
  const quotients = compute("floor_divide", "f64", x, y);
  const left = compute("remainder", "f64", x, y);
  for (const [i, quotient] of quotients.entries()) {
    const [dividend, divisor] = [BigInt(x[i]!), BigInt(y[i]!)];
    expect(BigInt(quotient) * divisor + BigInt(left[i]!)).toBe(dividend);
    expect(Math.abs(left[i]!)).toBeLessThan(Math.abs(y[i]!));
  }
});

const SPECIAL = [0, -0, 1, -2, 5.5, Infinity, -Infinity, Number.NaN];

/** A row for each dividend, a column for each divisor. Source: NumPy 2.4.6. */
const SPECIAL_RESULTS: Readonly<Record<Name, readonly string[]>> = {
  fmod: [
    "nan nan 0 0 0 0 0 nan",
    "nan nan -0 -0 -0 -0 -0 nan",
    "nan nan 0 1 1 1 1 nan",
    "nan nan -0 -0 -2 -2 -2 nan",
    "nan nan 0.5 1.5 0 5.5 5.5 nan",
    "nan nan nan nan nan nan nan nan",
    "nan nan nan nan nan nan nan nan",
    "nan nan nan nan nan nan nan nan",
  ],
  remainder: [
    "nan nan 0 -0 0 0 -0 nan",
    "nan nan 0 -0 0 0 -0 nan",
    "nan nan 0 -1 1 1 -inf nan",
    "nan nan 0 -0 3.5 inf -2 nan",
    "nan nan 0.5 -0.5 0 5.5 -inf nan",
    "nan nan nan nan nan nan nan nan",
    "nan nan nan nan nan nan nan nan",
    "nan nan nan nan nan nan nan nan",
  ],
  floor_divide: [
    "nan nan 0 -0 0 0 -0 nan",
    "nan nan -0 0 -0 -0 0 nan",
    "inf -inf 1 -1 0 0 -1 nan",
    "-inf inf -2 1 -1 -1 0 nan",
    "inf -inf 5 -3 1 0 -1 nan",
    "inf -inf nan nan nan nan nan nan",
    "-inf inf nan nan nan nan nan nan",
    "nan nan nan nan nan nan nan nan",
  ],
};

for (const type of TYPES) {
  test(`fmod, remainder and floor_divide of ${type}: zeros, infinities and NaN are NumPy's`, () => {
    const x = newFloats(
      type,
      SPECIAL.flatMap((dividend) => SPECIAL.map(() => dividend)),
    );
    const y = newFloats(
      type,
      SPECIAL.flatMap(() => SPECIAL),
    );
    for (const name of NAMES) {
      const expected = SPECIAL_RESULTS[name].flatMap((row) =>
        row.split(" ").map((text) => Number(text.replace("inf", "Infinity"))),
      );
      expect([...compute(name, type, x, y)]).toEqual(expected);
    }
  });
}
