import { runInThisContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelSource } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { MINIFIERS } from "./compilers.ts";
import { outputsOf } from "./meaning.ts";
import { functionText } from "./random-functions.ts";

type TwoNumbers = (a: number, b: number) => readonly number[];

const OPERANDS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, -2],
  [5, 3],
  [-7, 4],
  [12, 12],
  [2.5, 6],
];

async function checkMeaning(source: KernelSource, run: TwoNumbers): Promise<void> {
  const program = await readProgram(source);
  for (const [a, b] of OPERANDS) expect(outputsOf(program, [a, b])).toEqual(run(a, b));
}

test("readProgram: gives what any function gives, whatever its statements", async () => {
  await fc.assert(
    fc.asyncProperty(functionText, async (text) => {
      await checkMeaning(text, runInThisContext(`(${text})`) as TwoNumbers);
    }),
    { numRuns: 400 },
  );
});

test.each(Object.entries(MINIFIERS))(
  "readProgram: gives what any function gives, minified by %s",
  async (_, minified) => {
    const texts = fc.array(functionText, { minLength: 40, maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const script = await minified(`var functions = [${all.join(",\n")}];`);
        const functions = runInThisContext(`(() => {${script}\nreturn functions;})()`) as TwoNumbers[];
        expect(functions).toHaveLength(all.length);
        for (const run of functions) await checkMeaning(run, run);
      }),
      { numRuns: 3 },
    );
  },
);
