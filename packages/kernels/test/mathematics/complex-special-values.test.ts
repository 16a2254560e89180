/**
 * What complex functions give for zeros, infinities and NaN, and where a result is exact.
 *
 * @module
 */
import { expect, test } from "vitest";
import type { ComplexFunctionName } from "../../src/mathematics/complex-functions.ts";
import { type ComplexFloats, complexFloats, complexGraphOf, interpretComplex } from "./complex-runs.ts";
import { FIRST_OPERANDS, NUMPY_OF_TWO, NUMPY_SPECIAL, SECOND_OPERANDS, SPECIAL_PARTS } from "./numpy-complex.ts";
import type { FloatType } from "./oracle.ts";
import { Points } from "./points.ts";

const TYPES: readonly FloatType[] = ["f32", "f64"];

function compute(name: ComplexFunctionName, type: FloatType, ...columns: ComplexFloats[]): ComplexFloats {
  return interpretComplex(complexGraphOf(name, type), type, columns);
}

/** Numbers of a table, two for each result; a float's imaginary part is 0. */
function resultsOf(rows: readonly string[]): readonly (readonly [number, number])[] {
  return rows.flatMap((row) =>
    row.split(" ").map((text) => {
      const [re, im] = text.split(",").map((part) => Number(part.replace("inf", "Infinity")));
      return [re!, im ?? 0] as const;
    }),
  );
}

/**
 * The very zero, infinity or NaN; anything else about.
 *
 * @param size - of the number that this is a part of, if only the whole matters
 */
function isLike(computed: number, expected: number, size: number | null): boolean {
  if (!Number.isFinite(expected)) return Object.is(computed, expected);
  if (size !== null) return Math.abs(computed - expected) <= 1e-6 * (Number.isFinite(size) ? size : 0);
  if (expected === 0) return Object.is(computed, expected);
  return Math.abs(computed - expected) < 1e-6 * Math.abs(expected);
}

function expectLike(
  name: ComplexFunctionName,
  computed: ComplexFloats,
  expected: readonly (readonly [number, number])[],
  operands: readonly ComplexFloats[],
  isNormWise: boolean,
): void {
  for (const [i, [re, im]] of expected.entries()) {
    const at = operands.map((z) => [z.re[i]!, z.im[i]!]);
    const result = [computed.re[i]!, computed.im[i]!] as const;
    const size = isNormWise ? Math.hypot(re, im) : null;
    const isRight = isLike(result[0], re, size) && isLike(result[1], im, size);
    expect({ name, at, result, isRight }).toEqual({ name, at, result, isRight: true });
  }
}

for (const type of TYPES) {
  for (const [name, rows] of Object.entries(NUMPY_SPECIAL) as [ComplexFunctionName, readonly string[]][]) {
    test(`complex ${name} of ${type}: zeros, infinities and NaN are NumPy's`, () => {
      const z = complexFloats(
        type,
        SPECIAL_PARTS.flatMap((re) => SPECIAL_PARTS.map((im) => [re, im] as const)),
      );
      expectLike(name, compute(name, type, z), resultsOf(rows), [z], false);
    });
  }

  for (const name of ["divide", "power"] as const) {
    test(`complex ${name} of ${type}: zeros, infinities and NaN are NumPy's`, () => {
      const pairs = FIRST_OPERANDS.flatMap((x) => SECOND_OPERANDS.map((y) => [x, y] as const));
      const operands = [0, 1].map((at) =>
        complexFloats(
          type,
          pairs.map((pair) => pair[at]!),
        ),
      );
      // Zeros of a power are what is left of rounding.
      const results = resultsOf(NUMPY_OF_TWO[name]);
      expectLike(name, compute(name, type, ...operands), results, operands, name === "power");
    });
  }

  test(`complex sqrt of ${type}: squares of whole numbers have whole roots`, () => {
    const whole = Array.from({ length: 40 }, (_, i) => i - 20);
    const roots = whole.flatMap((im) => whole.filter((re) => re > 0).map((re) => [re, im] as const));
    const squares = complexFloats(
      type,
      roots.map(([re, im]) => [re * re - im * im, 2 * re * im]),
    );
    const { re, im } = compute("sqrt", type, squares);
    for (const [i, root] of roots.entries()) expect([re[i], im[i]]).toEqual([root[0], root[1]]);
  });

  test(`complex power of ${type}: whole exponents of whole numbers are exact`, () => {
    const p = new Points(4);
    const cases = Array.from({ length: 200 }, () => {
      const [re, im] = [Math.floor(p.fraction() * 7) - 3, Math.floor(p.fraction() * 7) - 3 || 1];
      return { re, im, exponent: Math.floor(p.fraction() * 7) };
    });
    const z = complexFloats(
      type,
      cases.map(({ re, im }) => [re, im]),
    );
    const w = complexFloats(
      type,
      cases.map(({ exponent }) => [exponent, 0]),
    );
    const computed = compute("power", type, z, w);
    for (const [i, { re, im, exponent }] of cases.entries()) {
      let [x, y] = [1, 0];
      for (let round = 0; round < exponent; round++) [x, y] = [x * re - y * im, x * im + y * re];
      expect([computed.re[i]! + 0, computed.im[i]! + 0]).toEqual([x + 0, y + 0]);
    }
  });
}

test("complex functions of f64: conjugates have conjugate results, as C99 wants them", () => {
  const p = new Points(12);
  const points = Array.from({ length: 60 }, () => [6 * p.fraction() - 3, 6 * p.fraction() - 3] as const);
  const [z, conjugate] = [
    complexFloats("f64", points),
    complexFloats(
      "f64",
      points.map(([re, im]) => [re, -im]),
    ),
  ];
  for (const name of Object.keys(NUMPY_SPECIAL) as ComplexFunctionName[]) {
    if (name === "absolute" || name === "angle") continue;
    const [a, c] = [compute(name, "f64", z), compute(name, "f64", conjugate)];
    expect([name, ...c.re]).toEqual([name, ...a.re]);
    expect([name, ...c.im]).toEqual([name, ...a.im.map((im) => -im)]);
  }
});
