/**
 * Compiled functions give the interpreter's bits.
 *
 * @module
 */
import { test } from "vitest";
import { REAL_FUNCTIONS } from "../../src/mathematics/real-functions.ts";
import { checkCompiled, graphOf } from "./expansions.ts";
import { MEASURED } from "./measured.ts";
import { newFloats, Points, specials } from "./points.ts";

const COUNT = 60;

for (const { name, points } of MEASURED) {
  for (const type of ["f32", "f64"] as const) {
    test(`${name} of ${type}: compiled, it gives the interpreter's bits`, () => {
      const random = new Points(2);
      const sets = points(random, type, COUNT);
      const argumentCount = sets[0]!.length;
      const odd = specials(type);
      const columns = Array.from({ length: argumentCount }, (_, at) =>
        newFloats(type, [
          ...sets.flatMap((set) => [...set[at]!]),
          ...random.anyBits(type, COUNT),
          // Of two arguments, every special number with several others.
          ...odd.map((_special, i) => odd[(i * (at + 1) + at) % odd.length]!),
        ]),
      );
      checkCompiled(graphOf(REAL_FUNCTIONS[name], type, argumentCount), columns);
    });
  }
}
