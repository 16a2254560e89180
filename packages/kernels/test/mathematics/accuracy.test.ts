/**
 * The largest errors at random points, which the README of `src/mathematics` tells. More points, and a table:
 *
 *     MATHEMATICS_POINTS=4000 vitest run packages/kernels/test/mathematics/accuracy.test.ts --testTimeout=0
 *
 * @module
 */
import { afterAll, expect, test } from "vitest";
import { REAL_FUNCTIONS } from "../../src/mathematics/real-functions.ts";
import { graphOf, interpret, operationCount } from "./expansions.ts";
import { exactResult, MEASURED } from "./measured.ts";
import { type FloatType, type Worst, worstOf } from "./oracle.ts";
import { Points } from "./points.ts";

/** Of each set of points; f32 is measured faster. */
const ASKED = Number(process.env["MATHEMATICS_POINTS"] ?? 0);
const COUNTS: Readonly<Record<FloatType, number>> = { f32: ASKED * 10 || 4000, f64: ASKED || 200 };

/** Function, type, ulps, operations. */
const rows: string[] = [];

afterAll(() => {
  if (ASKED > 0) console.log(rows.join("\n"));
});

for (const measured of MEASURED) {
  for (const type of ["f32", "f64"] as const) {
    test(`${measured.name} of ${type}: at most ${measured.bound} ulp off`, () => {
      const points = new Points(1);
      const sets = measured.points(points, type, COUNTS[type]);
      const graph = graphOf(REAL_FUNCTIONS[measured.name], type, sets[0]!.length);
      const worsts = sets.map((columns) =>
        worstOf(interpret(graph, type, columns), columns, (...args) => exactResult(measured, type, args), type),
      );
      const worst = worsts.reduce<Worst>((a, b) => (b.ulps > a.ulps ? b : a), worsts[0]!);
      expect(worst.ulps, `at ${worst.at.join(", ")} it is ${worst.computed}`).toBeLessThanOrEqual(measured.bound);
      rows.push(`| ${measured.name} | ${type} | ${worst.ulps.toFixed(2)} | ${operationCount(graph)} |`);
    });
  }
}
