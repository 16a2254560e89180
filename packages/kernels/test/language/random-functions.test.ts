import { runInThisContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readProgram } from "../../src/language/read-program.ts";
import { outputsOf } from "./meaning.ts";
import { functionText } from "./random-functions.ts";

const OPERANDS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, -2],
  [5, 3],
  [-7, 4],
  [12, 12],
  [2.5, 6],
];

test("readProgram: gives what any function gives, whatever its statements", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(functionText, async (text) => {
      const run = runInThisContext(`(${text})`) as (a: number, b: number) => readonly number[];
      const program = await readProgram(text);
      for (const [a, b] of OPERANDS) {
        expect(outputsOf(program, [a, b])).toEqual(run(a, b));
        runs++;
      }
    }),
    { numRuns: 400 },
  );
  expect(runs).toBeGreaterThanOrEqual(2000);
});
