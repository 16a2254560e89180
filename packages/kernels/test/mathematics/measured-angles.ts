/**
 * Where trigonometric functions and their inverses are measured, against what, and how far off they may be.
 *
 * @module
 */
import * as exact from "./exact-angles.ts";
import type { Measured } from "./measured.ts";
import type { FloatType } from "./oracle.ts";
import { type Floats, newFloats, type Points } from "./points.ts";

type PointSets = Measured["points"];

/** The exponent of the least number, and the one after the largest's. */
const EXPONENTS: Readonly<Record<FloatType, readonly [number, number]>> = { f32: [-149, 128], f64: [-1074, 1024] };

/** Numbers that are nearer to a multiple of pi/2 than most. Source: computed, by continued fractions of pi. */
const HARD: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [16_367_173 * 2 ** 72, Math.fround(Math.PI), Math.fround(Math.PI / 2)],
  f64: [6_381_956_970_095_103 * 2 ** 797, Math.PI, Math.PI / 2, 2 ** 1000, 1e22],
};

function bothSigns(floats: Floats): Floats {
  return floats.map((x, i) => (i % 2 === 0 ? x : -x));
}

/** The floats next to multiples of pi/2 and pi/4. */
function multiples(p: Points, type: FloatType, count: number): Floats {
  const small = Array.from({ length: count }, (_, i) => i - count / 2);
  const large = Array.from({ length: count }, () => Math.floor(p.fraction() * 2 ** (21 * p.fraction())));
  return newFloats(type, [
    ...small.map((n) => (n * Math.PI) / 4),
    ...large.map((n) => (n * Math.PI) / 2),
    ...HARD[type].flatMap((x) => [x, -x]),
  ]);
}

const anglePoints: PointSets = (p, type, count) => {
  const [least, end] = EXPONENTS[type];
  return [
    [p.uniform(type, count, -Math.PI, Math.PI)],
    [p.uniform(type, count, -1000, 1000)],
    [p.uniform(type, count, 0.7, 0.87)],
    [bothSigns(p.powers(type, count, least, end))],
    // Where moderate angles end.
    [bothSigns(p.powers(type, count, 9, 22))],
    [multiples(p, type, count / 2)],
  ];
};

const unitPoints: PointSets = (p, type, count) => {
  const [least] = EXPONENTS[type];
  return [
    [p.uniform(type, count, -1, 1)],
    [bothSigns(p.powers(type, count, least, 0)).map((x) => (Math.abs(x) <= 1 ? x : 1))],
    [bothSigns(p.uniform(type, count, 0.45, 0.71))],
    [bothSigns(p.powers(type, count, type === "f32" ? -24 : -53, -1).map((x) => 1 - x))],
  ];
};

const tangentPoints: PointSets = (p, type, count) => {
  const [least, end] = EXPONENTS[type];
  return [
    [p.uniform(type, count, -3, 3)],
    [bothSigns(p.powers(type, count, least, end))],
    [bothSigns(p.uniform(type, count, 0.45, 0.56))],
    [bothSigns(p.uniform(type, count, 2.4, 2.6))],
  ];
};

const directionPoints: PointSets = (p, type, count) => {
  const [least, end] = EXPONENTS[type];
  const any = (): Floats => bothSigns(p.powers(type, count, least, end));
  const near = p.powers(type, count, least + 2, end - 2);
  return [
    [p.uniform(type, count, -3, 3), p.uniform(type, count, -3, 3)],
    [any(), any().toReversed()],
    [bothSigns(near), near.map((x) => x * (0.3 + 3 * p.fraction()) * (p.fraction() < 0.5 ? -1 : 1))],
    [p.powers(type, count, end - 2, end), bothSigns(p.powers(type, count, end - 2, end))],
  ];
};

export const MEASURED_ANGLES: readonly Measured[] = [
  { name: "sin", bound: 1.1, exact: exact.sin, double: Math.sin, points: anglePoints },
  { name: "cos", bound: 1.1, exact: exact.cos, double: Math.cos, points: anglePoints },
  { name: "tan", bound: 2, exact: exact.tan, double: Math.tan, points: anglePoints },
  { name: "arcsin", bound: 2, exact: exact.arcsin, double: Math.asin, points: unitPoints },
  { name: "arccos", bound: 2, exact: exact.arccos, double: Math.acos, points: unitPoints },
  { name: "arctan", bound: 2, exact: exact.arctan, double: Math.atan, points: tangentPoints },
  { name: "arctan2", bound: 2, exact: exact.arctan2, double: Math.atan2, points: directionPoints },
];
