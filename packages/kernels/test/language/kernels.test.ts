import { expect, test } from "vitest";
import type { Program } from "../../src/expression/expression.ts";
import type { KernelSources } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { outputsOf } from "./meaning.ts";
import { textsOf } from "./text.ts";

async function meaningOf(text: string, kernels: KernelSources): Promise<string> {
  return textsOf(await readProgram(text, kernels)).join(" | ");
}

test("kernels: a function, its text, a program and a function of Math are compiled in", async () => {
  const twice = (v: number): number => v * 2;
  const expected = "add(multiply(to_numeric($0), 2), 1)";
  for (const f of [twice, "(v) => v * 2", "f(v) { return v * 2 }", await readProgram(twice)])
    expect(await meaningOf("(x, { f }) => f(x) + 1", { f })).toBe(expected);
  expect(await meaningOf("(x, { f: g }) => g(x) + 1", { f: Math.sin })).toBe("add(sin(to_numeric($0)), 1)");
  expect((await readProgram("(x, { f, gain }) => f(x) * gain", { f: twice })).parameters).toEqual(["gain"]);
});

test("kernels: take parameters and kernels as they would be called", async () => {
  const kernels = { clamp: "(v, { low = 0, high }) => v < low ? low : v > high ? high : v", twice: "(v) => v * 2" };
  const expected = "select(less($0, 0), 0, select(greater($0, gain), gain, $0))";
  expect(await meaningOf("(x, { clamp, gain }) => clamp(x, { high: gain })", kernels)).toBe(expected);
  const clamp = await readProgram(kernels.clamp);
  expect(await meaningOf("(x, { clamp, gain }) => clamp(x, { high: gain })", { clamp })).toBe(expected);
  const apply = "(v, { f }) => f(f(v))";
  expect(await meaningOf("(x, { apply, twice }) => apply(x, { f: twice })", { ...kernels, apply })).toBe(
    "multiply(multiply(to_numeric($0), 2), 2)",
  );
});

test("kernels: give as many outputs as they have", async () => {
  const kernels = { sincos: await readProgram("(v) => [Math.sin(v), Math.cos(v)]") };
  expect(await meaningOf("(x, { sincos }) => { const [s, c] = sincos(x); return s * c }", kernels)).toBe(
    "multiply(sin(to_numeric($0)), cos(to_numeric($0)))",
  );
  const parts = { parts: await readProgram("(v) => ({ whole: Math.trunc(v), rest: v % 1 })") };
  expect(await meaningOf("(x, { parts }) => parts(x).rest", parts)).toBe("fmod(to_numeric($0), 1)");
});

test("kernels: neighbours of an operand are those of the operand that it is given", async () => {
  const kernels = { slope: await readProgram("(v) => v.at(1) - v.at(-1)") };
  expect(await meaningOf("(x, y, { slope }) => slope(y)", kernels)).toBe(
    "subtract(to_numeric($1[1]), to_numeric($1[-1]))",
  );
  await expect(readProgram("(x, { slope }) => slope(x + 1)", kernels)).rejects.toThrow(
    'cannot compile "slope(x + 1)" (line 1, column 19 of the kernel): kernel "slope" reads neighbours of "v"; ' +
      "give it an operand, not a value that was computed",
  );
});

test("kernels: loops of a program go round only where the program is called", async () => {
  const halve = await readProgram("(v) => { let n = 0; while (v !== 1) { v /= 2; n++ } return n }");
  const program = await readProgram("(x, { halve }) => x > 0 ? halve(x) + halve(x * 2) : -1", { halve });
  expect(outputsOf(program, [8])).toEqual([3 + 4]);
  expect(outputsOf(program, [0])).toEqual([-1]);
  // Two calls are two loops.
  const first = textsOf(program)
    .join()
    .match(/L\d+\(/g);
  expect(first).toEqual(["L0(", "L1("]);
});

test("kernels: what is missing is named", async () => {
  const scale: Program = await readProgram("(v, w, { gain }) => v * w * gain");
  const f = { f: scale };
  const refused = async (text: string, message: string): Promise<void> => {
    await expect(readProgram(text, f)).rejects.toThrow(message);
  };
  await refused("(x, { f }) => f(x)", 'kernel "f" is given 1 operands, expected 2 (v, w); give it all');
  await refused(
    "(x, { f }) => f(x, x)",
    'kernel "f" has the parameter "gain", which is not given; give it: f(v, w, { gain })',
  );
  await expect(readProgram("(x, { f }) => f(x)", { f: "(v) => v + k" })).rejects.toThrow(
    'cannot compile "k" (line 1, column 12 of kernel "f"): it is not a parameter',
  );
});

test("kernels: what is no function is refused with its name", async () => {
  await expect(readProgram(5 as never)).rejects.toThrow("cannot compile 5: expected a function, or its text");
  await expect(readProgram("(x, { f }) => f(x)", { f: null as never })).rejects.toThrow("cannot compile null");
});
