/**
 * What comes out for zeros, infinities, NaN, the ends of the range, and where a result is exact.
 *
 * @module
 */
import { expect, test } from "vitest";
import { REAL_FUNCTIONS, type RealFunctionName } from "../../src/mathematics/real-functions.ts";
import { graphOf, interpret } from "./expansions.ts";
import { MEASURED } from "./measured.ts";
import { exactly, type FloatType, ulpsOff } from "./oracle.ts";
import { type Floats, newFloats, specials } from "./points.ts";

function compute(name: RealFunctionName, type: FloatType, ...columns: (readonly number[])[]): Floats {
  const graph = graphOf(REAL_FUNCTIONS[name], type, columns.length);
  return interpret(
    graph,
    type,
    columns.map((column) => newFloats(type, column)),
  );
}

/** The very zero, infinity, NaN or one; anything else about as expected. */
function expectLike(computed: number, expected: number, type: FloatType, where: string): void {
  const rounded = type === "f32" ? Math.fround(expected) : expected;
  const isSpecial = !Number.isFinite(rounded) || rounded === 0 || Math.abs(expected) === 1;
  if (isSpecial) {
    expect({ where, computed }).toEqual({ where, computed: rounded });
  } else {
    const isNear = ulpsOff(computed, type === "f32" ? expected : exactly(expected), type) < 4;
    expect({ where, computed, isNear }).toEqual({ where, computed, isNear: true });
  }
}

/** `x ** y`; by decimals where that is 1 without x or y being why: Firefox's is a unit off there. */
function jsPower(x: number, y: number): number {
  const power = x ** y;
  const isRounded = Math.abs(power) === 1 && Math.abs(x) !== 1 && y !== 0;
  return isRounded ? exactly(x).pow(exactly(y)).toNumber() : power;
}

/** C99's pow, where JavaScript's differs. */
function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : jsPower(x, y);
}

const TYPES = ["f32", "f64"] as const;

/** Every special number with every other, and whole exponents. */
function pairs(type: FloatType): [x: number[], y: number[]] {
  const bases = [...specials(type), -2, -0.5, 0.25];
  const exponents = [...specials(type), -5, 5, 0.25, -1.5, 2 ** 31 + 1, 2 ** 53, -(2 ** 53) + 1, 1e300];
  const all = bases.flatMap((x) => exponents.map((y) => [x, y] as const));
  return [all.map(([x]) => x), all.map(([, y]) => y)];
}

for (const type of TYPES) {
  for (const { name, double } of MEASURED.filter((measured) => measured.double.length === 1)) {
    test(`${name} of ${type}: zeros, infinities, NaN and the ends of the range are C99's`, () => {
      const points = specials(type);
      for (const [i, computed] of compute(name, type, points).entries())
        expectLike(computed, double(points[i]!), type, `${name}(${points[i]!})`);
    });
  }

  for (const [name, expected] of Object.entries({
    power: pow,
    js_power: jsPower,
    hypot: Math.hypot,
    // Chromium's drops the sign of a result too small for a float64; it is that of y always.
    arctan2: (y: number, x: number) => Math.abs(Math.atan2(y, x)) * (Object.is(Math.sign(y), -0) || y < 0 ? -1 : 1),
  })) {
    test(`${name} of ${type}: special numbers with each other`, () => {
      const [x, y] = pairs(type).map((column) => newFloats(type, column)) as [Floats, Floats];
      for (const [i, computed] of compute(name as RealFunctionName, type, [...x], [...y]).entries())
        expectLike(computed, expected(x[i]!, y[i]!), type, `${name}(${x[i]!}, ${y[i]!})`);
    });
  }

  test(`exponentials and logarithms of ${type}: powers of two are exact`, () => {
    const [least, end] = type === "f32" ? [-149, 128] : [-1074, 1024];
    const exponents = Array.from({ length: end - least }, (_, i) => least + i);
    const powers = exponents.map((exponent) => 2 ** exponent);
    expect([...compute("exp2", type, exponents)]).toEqual(powers);
    expect([...compute("log2", type, powers)]).toEqual(exponents);
    expect([
      ...compute(
        "power",
        type,
        powers.map(() => 2),
        exponents,
      ),
    ]).toEqual(powers);
  });

  test(`log10 of ${type}: powers of ten are exact`, () => {
    const [least, end] = type === "f32" ? [0, 11] : [-307, 309];
    const exponents = Array.from({ length: end - least }, (_, i) => least + i);
    const powers = exponents.map((exponent) => Number(`1e${exponent}`));
    expect([...compute("log10", type, powers)]).toEqual(exponents);
  });

  test(`cbrt of ${type}: cubes of whole numbers are exact`, () => {
    const roots = Array.from({ length: 4000 }, (_, i) => (type === "f32" ? i % 256 : i * 43) - 50);
    expect([
      ...compute(
        "cbrt",
        type,
        roots.map((x) => x ** 3),
      ),
    ]).toEqual(roots);
  });

  test(`power of ${type}: whole numbers that fit are exact`, () => {
    const most = type === "f32" ? 2 ** 24 : 2 ** 53;
    const bases = Array.from({ length: 199 }, (_, i) => i - 99);
    const all = bases
      .flatMap((x) => Array.from({ length: 54 }, (_, y) => [x, y] as const))
      .filter(([x, y]) => Math.abs(x) ** y <= most);
    const expected = all.map(([x, y]) => Number(BigInt(x) ** BigInt(y)));
    expect([
      ...compute(
        "power",
        type,
        all.map(([x]) => x),
        all.map(([, y]) => y),
      ),
    ]).toEqual(expected);
  });

  test(`power of ${type}: 1/2 gives the roots of squares`, () => {
    const roots = Array.from({ length: 1000 }, (_, i) => i + 1);
    const squares = roots.map((root) => root * root);
    expect([
      ...compute(
        "power",
        type,
        squares,
        squares.map(() => 0.5),
      ),
    ]).toEqual(roots);
  });
}

test("hypot: right triangles of whole sides are exact", () => {
  const triangles = [
    [3, 4, 5],
    [5, 12, 13],
    [8, 15, 17],
    [20, 21, 29],
  ] as const;
  const scales = [2 ** -1060, 2 ** -600, 1, 2 ** 900];
  const all = triangles.flatMap((sides) => scales.map((scale) => sides.map((side) => side * scale)));
  expect([
    ...compute(
      "hypot",
      "f64",
      all.map(([a]) => a!),
      all.map(([, b]) => b!),
    ),
  ]).toEqual(all.map(([, , c]) => c));
});
