/**
 * Compiled complex functions give the interpreter's bits.
 *
 * @module
 */
import { test } from "vitest";
import { COMPLEX_FUNCTIONS, type ComplexFunctionName } from "../../src/mathematics/complex-functions.ts";
import { type ComplexFloats, checkCompiledComplex, complexFloats, complexGraphOf } from "./complex-runs.ts";
import type { FloatType } from "./oracle.ts";
import { Points } from "./points.ts";

const SPECIAL = [0, -0, 1, -2, 0.5, Infinity, -Infinity, Number.NaN, 1e30];

/** Every special number with every other as parts; and random ones, large angles among them. */
function pointsOf(type: FloatType, seed: number): ComplexFloats {
  const p = new Points(seed);
  const part = (): number => (4 * p.fraction() - 2) * 2 ** (Math.floor(p.fraction() * 40) - 20);
  return complexFloats(type, [
    ...SPECIAL.flatMap((re) => SPECIAL.map((im) => [re, im] as const)),
    ...Array.from({ length: 80 }, () => [part(), part()] as const),
    ...Array.from({ length: 40 }, () => [4 * p.fraction() - 2, 4 * p.fraction() - 2] as const),
  ]);
}

/** Each number with one of some distance. */
function moved({ re, im }: ComplexFloats, by: number): ComplexFloats {
  const at = (i: number): number => (i * by + 3) % re.length;
  return { re: re.map((_, i) => re[at(i)]!), im: im.map((_, i) => im[at(i)]!) };
}

for (const name of Object.keys(COMPLEX_FUNCTIONS) as ComplexFunctionName[]) {
  for (const type of ["f32", "f64"] as const) {
    test(`complex ${name} of ${type}: compiled, it gives the interpreter's bits`, () => {
      const graph = complexGraphOf(name, type);
      const points = pointsOf(type, 3);
      checkCompiledComplex(graph, type, graph.operands.length === 2 ? [points, moved(points, 7)] : [points]);
    });
  }
}
