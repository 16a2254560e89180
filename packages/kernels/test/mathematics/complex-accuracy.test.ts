/**
 * The largest errors of complex functions at random points, norm-wise: the distance from the exact result, in units in the
 * last place of that one's magnitude. More points, and a table:
 *
 *     MATHEMATICS_POINTS=2000 vitest run packages/kernels/test/mathematics/complex-accuracy.test.ts --testTimeout=0
 *
 * @module
 */
import { afterAll, expect, test } from "vitest";
import type { ComplexFunctionName } from "../../src/mathematics/complex-functions.ts";
import { type ComplexFloats, complexFloats, complexGraphOf, interpretComplex } from "./complex-runs.ts";
import { arccos, arcsin, arctanh, type ComplexDecimal, EXACT_COMPLEX, magnitude, sqrt } from "./exact-complex.ts";
import { operationCount } from "./expansions.ts";
import { exactly, type FloatType, Precise } from "./oracle.ts";
import { Points } from "./points.ts";

/** Of each set of points. */
const ASKED = Number(process.env["MATHEMATICS_POINTS"] ?? 0);
const COUNT = ASKED || 24;

/** Ulps. Quotients are NumPy's, operation by operation. */
const BOUND = 2;
const BOUNDS: Readonly<Partial<Record<ComplexFunctionName, number>>> = { divide: 4 };

const rows: string[] = [];

afterAll(() => {
  if (ASKED > 0) console.log(rows.join("\n"));
});

type Point = readonly [number, number];

/** Sets of numbers of all kinds. */
function pointsOf(type: FloatType): ComplexFloats[] {
  const p = new Points(7);
  const signed = (): number => 2 * p.fraction() - 1;
  const sign = (): number => (p.fraction() < 0.5 ? -1 : 1);
  const power = (low: number, high: number): number =>
    (1 + p.fraction()) * 2 ** (low + p.fraction() * (high - low)) * sign();
  const sets: (() => Point)[] = [
    () => [3 * signed(), 3 * signed()],
    () => [power(-30, 5), power(-30, 5)],
    () => [power(-100, 100), power(-100, 100)],
    // Beside 1, -1, i and -i.
    () => [sign() + power(-25, -3), power(-40, 0)],
    () => [power(-40, 0), sign() + power(-25, -3)],
    () => {
      const [angle, size] = [Math.PI * signed(), 1 + power(-40, -2)];
      return [size * Math.cos(angle), size * Math.sin(angle)];
    },
    () => (type === "f32" ? [80 * signed(), 80 * signed()] : [700 * signed(), 700 * signed()]),
  ];
  return sets.map((make) => complexFloats(type, Array.from({ length: COUNT }, make)));
}

/** Second operands: for powers, exponents that are whole and others, of which results are neither 0 nor infinite. */
function secondsOf(type: FloatType, name: ComplexFunctionName): ComplexFloats {
  const p = new Points(8);
  const points = Array.from({ length: COUNT }, (_, i): Point => {
    if (name === "divide") return [4 * p.fraction() - 2, 4 * p.fraction() - 2];
    const whole = Math.floor(p.fraction() * 15) - 7;
    return i % 2 === 0 ? [whole, 0] : [5 * p.fraction() - 2.5, 5 * p.fraction() - 2.5];
  });
  return complexFloats(type, points);
}

const LIMITS: Readonly<Record<FloatType, { readonly bits: number; readonly least: number; readonly end: number }>> = {
  f32: { bits: 24, least: -126, end: 128 },
  f64: { bits: 53, least: -1022, end: 1024 },
};

/** Ulps from the exact result, or null where that is out of the range of what floats hold well. */
function ulpsOff(re: number, im: number, exact: ComplexDecimal, type: FloatType): number | null {
  const { bits, least, end } = LIMITS[type];
  const size = magnitude(exact);
  const exponent = Math.floor(Precise.log2(size).toNumber());
  if (size.isZero() || exponent < least || exponent >= end - 1) return null;
  if (!Number.isFinite(re) || !Number.isFinite(im)) return Infinity;
  const off = magnitude({ re: exactly(re).minus(exact.re), im: exactly(im).minus(exact.im) });
  return off.div(new Precise(2).pow(exponent - bits + 1)).toNumber();
}

const NAMES = Object.keys(EXACT_COMPLEX) as ComplexFunctionName[];

/** The largest error, and where it is. */
function worstOf(name: ComplexFunctionName, type: FloatType): { readonly ulps: number; readonly at: string } {
  const graph = complexGraphOf(name, type);
  let worst = { ulps: 0, at: "" };
  for (const set of pointsOf(type)) {
    const columns = graph.operands.length === 2 ? [set, secondsOf(type, name)] : [set];
    const { re, im } = interpretComplex(graph, type, columns);
    for (let i = 0; i < re.length; i++) {
      const args = columns.map((column): ComplexDecimal => ({
        re: exactly(column.re[i]!),
        im: exactly(column.im[i]!),
      }));
      // Exponentials of such are 0 or infinite, which takes decimals long to say.
      if (/exp|h$|sin|cos/.test(name) && !name.startsWith("arc") && args.some((z) => magnitude(z).gt(1500))) continue;
      const ulps = ulpsOff(re[i]!, im[i]!, EXACT_COMPLEX[name](...args), type);
      if (ulps !== null && ulps > worst.ulps)
        worst = { ulps, at: columns.map((z) => `${z.re[i]!} + ${z.im[i]!} i`).join(", ") };
    }
  }
  return worst;
}

for (const name of NAMES) {
  const bound = BOUNDS[name] ?? BOUND;
  for (const type of ["f32", "f64"] as const) {
    test(`complex ${name} of ${type}: at most ${bound} ulp off`, () => {
      const { ulps, at } = worstOf(name, type);
      expect(ulps, `at ${at}`).toBeLessThanOrEqual(bound);
      rows.push(`| ${name} | ${type} | ${ulps.toFixed(2)} | ${operationCount(complexGraphOf(name, type))} |`);
    });
  }
}

test("the exact inverse functions are inverse to the others", () => {
  const p = new Points(9);
  for (let i = 0; i < 20; i++) {
    const z = { re: exactly(4 * p.fraction() - 2), im: exactly(4 * p.fraction() - 2) };
    const back = [
      EXACT_COMPLEX.sin(arcsin(z)),
      EXACT_COMPLEX.cos(arccos(z)),
      EXACT_COMPLEX.tanh(arctanh(z)),
      EXACT_COMPLEX.exp(EXACT_COMPLEX.log(z)),
      EXACT_COMPLEX.square(sqrt(z)),
      EXACT_COMPLEX.expm1(EXACT_COMPLEX.log1p(z)),
    ];
    for (const { re, im } of back)
      expect(magnitude({ re: re.minus(z.re), im: im.minus(z.im) }).toNumber()).toBeLessThan(1e-40);
  }
});
