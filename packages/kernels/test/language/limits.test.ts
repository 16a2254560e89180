import { expect, test } from "vitest";
import {
  EXPRESSION_DEPTH_MAX,
  EXPRESSIONS_MAX,
  NESTING_MAX,
  SOURCE_LENGTH_MAX,
  STEPS_MAX,
  UNROLLED_ROUNDS_MAX,
} from "../../src/language/limits.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { outputsOf } from "./meaning.ts";

async function reasonOf(text: string): Promise<string> {
  const error = await readProgram(text).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return (error as { readonly refusal?: { readonly reason: string } } | null)?.refusal?.reason ?? String(error);
}

test("limits: a text that is too long is not parsed", async () => {
  expect(await reasonOf("(x) => x".padEnd(SOURCE_LENGTH_MAX + 1))).toBe(
    `its text has ${SOURCE_LENGTH_MAX + 1} characters, expected at most ${SOURCE_LENGTH_MAX}`,
  );
  expect((await readProgram("(x) => x".padEnd(SOURCE_LENGTH_MAX))).outputs).toHaveLength(1);
});

test("limits: brackets, operators, functions and statements that nest too deep are refused", async () => {
  const deep = /nests deeper than the stack|nests more than|follow one from the other/;
  for (const text of [
    "(".repeat(60_000),
    `(x) => ${"(".repeat(20_000)}x${")".repeat(20_000)}`,
    `(x) => ${"-~".repeat(20_000)}x`,
    `(x) => ${"[".repeat(20_000)}x${"]".repeat(20_000)}`,
    `(x) => ${"x+".repeat(30_000)}x`,
    `(x) => ${"x?1:".repeat(10_000)}x`,
    `(x) => { ${"if (x) ".repeat(8_000)} return 1; return 2 }`,
    `(x) => { ${"{".repeat(20_000)}${"}".repeat(20_000)} return x }`,
    `(${"[".repeat(20_000)}x${"]".repeat(20_000)}) => x`,
  ])
    expect(`${text.slice(0, 20)} ${await reasonOf(text)}`).toMatch(deep);
  expect(await reasonOf(`(x) => ${"-~".repeat(NESTING_MAX)}x`)).toBe(`it nests more than ${NESTING_MAX} deep`);
});

test("limits: long sums are no deep nests", async () => {
  const terms = EXPRESSION_DEPTH_MAX - 10;
  const program = await readProgram(`(x) => ${"x + ".repeat(terms)}x`);
  expect(outputsOf(program, [2])).toEqual([2 * (terms + 1)]);
  expect(await reasonOf(`(x) => { ${"x = x * x + 1;".repeat(EXPRESSION_DEPTH_MAX)} return x }`)).toBe(
    `more than ${EXPRESSION_DEPTH_MAX} operations follow one from the other`,
  );
});

test("limits: functions that call each other twice grow to a limit of steps", async () => {
  const helpers = Array.from({ length: 30 }, (_, i) => `const f${i + 1} = (v) => f${i}(v) + f${i}(v + 1);`);
  expect(await reasonOf(`(x) => { const f0 = (v) => v; ${helpers.join("\n")} return f30(x) }`)).toBe(
    `with the functions that it calls it has more than ${STEPS_MAX} steps`,
  );
});

test("limits: many operations are refused", async () => {
  const sums = Array.from({ length: 100 }, (_, i) =>
    Array.from({ length: 70 }, (__, j) => `x*${2 + i * 70 + j}`).join("+"),
  );
  expect(await reasonOf(`(x) => [${sums.join(", ")}]`)).toBe(`the kernel has more than ${EXPRESSIONS_MAX} operations`);
});

test("limits: loops are written out up to a number of rounds", async () => {
  const text = (rounds: number): string =>
    `(x) => { let s = 0; for (let i = 0; i < ${rounds}; i++) s = x.at(i % 3); return s }`;
  expect(await reasonOf(text(UNROLLED_ROUNDS_MAX + 1))).toBe("it is known only for each element, expected a constant");
  expect((await readProgram(text(300))).outputs).toHaveLength(1);
});

test("limits: loops inside loops are read in steps that don't multiply", async () => {
  const depth = 40;
  const text = `(x) => { ${"for (let i = 0; i < x; i++) { ".repeat(depth)} x -= 1; ${"}".repeat(depth)} return x }`;
  expect(outputsOf(await readProgram(text), [0.5])).toEqual([-0.5]);
});
