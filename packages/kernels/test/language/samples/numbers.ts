/**
 * Sample functions: arithmetic and mathematics.
 *
 * @module
 */
// oxlint-disable eslint/eqeqeq, unicorn/no-useless-spread, typescript/no-unnecessary-type-conversion -- what users and compilers write
import type { Sample } from "./sample.ts";

export const ARITHMETIC: Readonly<Record<string, Sample>> = {
  polynomial: { domain: "any", operands: 2, run: (x: number, y: number) => 3 * x * x - 2 * x * y + y / 7 - 1e-3 },
  remainders: { domain: "any", operands: 2, run: (x: number, y: number) => [x % y, -x % 3, 7 % y, (x % 1) % y] },
  powers: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x ** 2, x ** y, 2 ** y, 2 ** 10, Math.pow(x, 0.5)],
  },
  powerAssigned: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let total = x;
      total **= 2;
      total += y ** 3;
      return total;
    },
  },
  bits: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x & y, x | y, x ^ y, ~x, x << y, x >> y, x >>> y, x | 0, ~~y, (x & 255) << 8],
  },
  signs: { domain: "any", operands: 1, run: (x: number) => [-x, +x, -(-x), 0 - x, -0, x - 0, x * -1] },
  comparisons: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x < y, x <= y, x > y, x >= y, x === y, x !== y, x == y, x != y, !(x < y), x !== x],
  },
  constants: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      x * Math.PI,
      x + Math.E,
      x * Number.EPSILON,
      x > Number.MAX_SAFE_INTEGER,
      x === Infinity,
      x === -1 / 0,
      Number.NaN,
      Math.SQRT2 * x,
    ],
  },
  boolsCount: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) =>
      (x > 0 ? 1 : 0) + Number(y > 0) * 2 + +(x > y) * 4 + (Number(x < 0) + Number(y < 0)) * 8,
  },
  bitsOfBools: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => Number(x > 0) & Number(y > 0),
  },
};

export const MATHEMATICS: Readonly<Record<string, Sample>> = {
  rounding: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Math.floor(x),
      Math.ceil(x),
      Math.trunc(x),
      Math.round(x),
      Math.fround(x),
      Math.sign(x),
      Math.abs(x),
    ],
  },
  exponentials: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Math.exp(x),
      Math.expm1(x),
      Math.log(x),
      Math.log2(x),
      Math.log10(x),
      Math.log1p(x),
      Math.sqrt(x),
      Math.cbrt(x),
    ],
  },
  trigonometry: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [
      Math.sin(x),
      Math.cos(x),
      Math.tan(x),
      Math.asin(x),
      Math.acos(x),
      Math.atan(x),
      Math.atan2(y, x),
    ],
  },
  hyperbolics: {
    domain: "any",
    operands: 1,
    run: (x: number) => [Math.sinh(x), Math.cosh(x), Math.tanh(x), Math.asinh(x), Math.acosh(x), Math.atanh(x)],
  },
  extremes: {
    domain: "any",
    operands: 3,
    run: (x: number, y: number, z: number) => [
      Math.max(x, y),
      Math.min(x, y, z),
      Math.max(x),
      Math.max(x, 0, y, z, 1),
      Math.max(),
      Math.min(...[x, y]),
    ],
  },
  integers: { domain: "any", operands: 2, run: (x: number, y: number) => [Math.imul(x, y), Math.clz32(x)] },
  hypotenuse: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [Math.hypot(x, y), Math.hypot(x), Math.hypot()],
  },
  hypotenuses: {
    domain: "small",
    operands: 3,
    isRounded: true,
    run: (x: number, y: number, z: number) => Math.hypot(x, y, z),
  },
  questions: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Number.isNaN(x),
      Number.isFinite(x),
      Number.isInteger(x),
      Number.isSafeInteger(x),
      isNaN(x),
      isFinite(x),
      Boolean(x),
    ],
  },
  named: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      const { sqrt, PI } = Math;
      const sine = Math.sin;
      return sqrt(x) + sine(x * PI);
    },
  },
};
