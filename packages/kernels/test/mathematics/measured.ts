/**
 * Where each function is measured, against what, and how far off it may be.
 *
 * @module
 */
import type { Decimal } from "decimal.js";
import type { RealFunctionName } from "../../src/mathematics/real-functions.ts";
import * as exact from "./exact-functions.ts";
import { MEASURED_ANGLES } from "./measured-angles.ts";
import { exactly, type FloatType } from "./oracle.ts";
import { type Floats, newFloats, Points } from "./points.ts";

/** Of each argument the values. */
export type Columns = readonly Floats[];

export interface Measured {
  readonly name: RealFunctionName;
  /** Ulps. */
  readonly bound: number;
  /** Of floats. */
  readonly exact: (...args: Decimal[]) => Decimal;
  /** The same in float64, with which f32 is measured. */
  readonly double: (...args: number[]) => number;
  /** Sets of so many points each, with points that are known to be hard. */
  readonly points: (points: Points, type: FloatType, count: number) => Columns[];
}

/** The exact result at some floats, in decimals or, for f32, in float64. */
export function exactResult(
  { exact: inDecimals, double }: Measured,
  type: FloatType,
  args: number[],
): Decimal | number {
  return type === "f32" ? double(...args) : inDecimals(...args.map((x) => exactly(x)));
}

interface Range {
  /** The exponent of the least number, and the one after the largest's. */
  readonly least: number;
  readonly end: number;
  readonly epsilon: number;
  /** Beyond these exponentials are infinite, and 0. */
  readonly expMost: number;
  readonly expLeast: number;
}

const RANGES: Readonly<Record<FloatType, Range>> = {
  f32: { least: -149, end: 128, epsilon: -23, expMost: 88.8, expLeast: -104 },
  f64: { least: -1074, end: 1024, epsilon: -52, expMost: 709.8, expLeast: -745.2 },
};

/** Both signs in turn. */
function bothSigns(floats: Floats): Floats {
  return floats.map((x, i) => (i % 2 === 0 ? x : -x));
}

/** 1 and a bit, more or less, of all magnitudes. */
function aroundOne(p: Points, type: FloatType, count: number): Floats {
  return bothSigns(p.powers(type, count, RANGES[type].epsilon, -1)).map((x) => 1 + x);
}

/** Where an exponential changes from one multiple of ln 2 to the next. */
function halves(type: FloatType, unit: number): Floats {
  const ends = Array.from({ length: 41 }, (_, i) => (i - 20.5) * unit);
  return newFloats(
    type,
    ends.flatMap((x) => [x * (1 - 2 ** -20), x, x * (1 + 2 ** -20)]),
  );
}

type PointSets = Measured["points"];

const exponentialPoints =
  (unit: number): PointSets =>
  (p, type, count) => {
    const { least, expMost, expLeast } = RANGES[type];
    const scale = unit / Math.LN2;
    return [
      [p.uniform(type, count, expLeast * scale, expMost * scale)],
      [p.uniform(type, count, expLeast * scale, (expLeast + 0.06 * expMost) * scale)],
      [p.uniform(type, count, (expMost - 1) * scale, (expMost + 1) * scale)],
      [p.uniform(type, count, -1, 1)],
      [bothSigns(p.powers(type, count, least, 3))],
      [halves(type, unit)],
      [p.uniform(type, count, 0.3, 0.5)],
    ];
  };

const logarithmPoints: PointSets = (p, type, count) => [
  [p.powers(type, count, RANGES[type].least, RANGES[type].end)],
  [p.uniform(type, count, 0.5, 2)],
  [p.uniform(type, count, 0.69, 0.72)],
  [p.uniform(type, count, 1.38, 1.43)],
  [aroundOne(p, type, count)],
];

const log1pPoints: PointSets = (p, type, count) => [
  [p.powers(type, count, RANGES[type].least, RANGES[type].end)],
  [p.powers(type, count, RANGES[type].least, -1, -1)],
  [p.uniform(type, count, -0.5, 1)],
  [p.uniform(type, count, -0.32, -0.28)],
  [p.powers(type, count, RANGES[type].epsilon, -1).map((x) => x - 1)],
];

const hyperbolicPoints: PointSets = (p, type, count) => {
  const { least, expMost } = RANGES[type];
  return [
    [p.uniform(type, count, -expMost, expMost)],
    [p.uniform(type, count, expMost, expMost + 1)],
    [p.uniform(type, count, -2, 2)],
    [p.uniform(type, count, -22, 22)],
    [bothSigns(p.powers(type, count, least, 3))],
  ];
};

const arcsinhPoints: PointSets = (p, type, count) => [
  [bothSigns(p.powers(type, count, RANGES[type].least, RANGES[type].end))],
  [p.uniform(type, count, -4, 4)],
  [bothSigns(p.powers(type, count, -8, 6))],
];

const arccoshPoints: PointSets = (p, type, count) => [
  [p.powers(type, count, 0, RANGES[type].end)],
  [p.uniform(type, count, 1, 1.2)],
  [p.uniform(type, count, 1, 8)],
  [p.powers(type, count, RANGES[type].epsilon, 1).map((x) => 1 + x)],
];

const arctanhPoints: PointSets = (p, type, count) => [
  [bothSigns(p.powers(type, count, RANGES[type].least, -1))],
  [p.uniform(type, count, -1, 1)],
  [p.uniform(type, count, 0.05, 0.3)],
  [p.powers(type, count, RANGES[type].epsilon, -1).map((x) => 1 - x)],
];

const cbrtPoints: PointSets = (p, type, count) => [
  [bothSigns(p.powers(type, count, RANGES[type].least, RANGES[type].end))],
  [p.uniform(type, count, 1, 8)],
];

const hypotPoints: PointSets = (p, type, count) => {
  const { least, end } = RANGES[type];
  const near = p.powers(type, count, least, end - 2);
  return [
    [p.powers(type, count, least, end - 1), p.powers(type, count, least, end - 1)],
    [near, near.map((x) => x * (0.25 + 2 * p.fraction()))],
    [p.uniform(type, count, -1, 1), p.uniform(type, count, -1, 1)],
  ];
};

/** Exponents that bring the result anywhere from 0 to infinity. */
const powerPoints: PointSets = (p, type, count) => {
  const { least, end } = RANGES[type];
  const anywhere = (x: Floats): Columns => {
    const logarithms = p.uniform("f64", x.length, least * 1.02, end * 1.02);
    return [x, x.map((value, i) => (value === 1 ? 2 : logarithms[i]! / Math.log2(value)))];
  };
  return [
    anywhere(p.powers(type, count, least, end)),
    anywhere(p.uniform(type, count, 0.5, 2)),
    anywhere(p.uniform(type, count, 0.69, 0.72)),
    anywhere(aroundOne(p, type, count)),
    [p.uniform(type, count, 0, 10), p.uniform(type, count, -10, 10)],
  ];
};

export const MEASURED: readonly Measured[] = [
  { name: "exp", bound: 1.1, exact: (x) => x.exp(), double: Math.exp, points: exponentialPoints(Math.LN2) },
  { name: "exp2", bound: 1.1, exact: exact.exp2, double: (x) => 2 ** x, points: exponentialPoints(1) },
  { name: "expm1", bound: 1.1, exact: exact.expm1, double: Math.expm1, points: exponentialPoints(Math.LN2) },
  { name: "log", bound: 1.1, exact: (x) => x.ln(), double: Math.log, points: logarithmPoints },
  { name: "log2", bound: 1.1, exact: exact.log2, double: Math.log2, points: logarithmPoints },
  { name: "log10", bound: 1.1, exact: exact.log10, double: Math.log10, points: logarithmPoints },
  { name: "log1p", bound: 1.1, exact: exact.log1p, double: Math.log1p, points: log1pPoints },
  { name: "sinh", bound: 2, exact: exact.sinh, double: Math.sinh, points: hyperbolicPoints },
  { name: "cosh", bound: 2, exact: exact.cosh, double: Math.cosh, points: hyperbolicPoints },
  { name: "tanh", bound: 2, exact: exact.tanh, double: Math.tanh, points: hyperbolicPoints },
  { name: "arcsinh", bound: 2, exact: exact.arcsinh, double: Math.asinh, points: arcsinhPoints },
  { name: "arccosh", bound: 2, exact: exact.arccosh, double: Math.acosh, points: arccoshPoints },
  { name: "arctanh", bound: 2, exact: exact.arctanh, double: Math.atanh, points: arctanhPoints },
  { name: "cbrt", bound: 2, exact: (x) => x.cbrt(), double: Math.cbrt, points: cbrtPoints },
  { name: "hypot", bound: 2, exact: exact.hypot, double: Math.hypot, points: hypotPoints },
  { name: "power", bound: 2, exact: exact.power, double: (x, y) => x ** y, points: powerPoints },
  ...MEASURED_ANGLES,
];
