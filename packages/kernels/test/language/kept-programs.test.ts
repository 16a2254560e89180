import { expect, test } from "vitest";
import { PROGRAMS_KEPT_MAX } from "../../src/language/limits.ts";
import { loadParser } from "../../src/language/parser.ts";
import { readProgram, readProgramWith } from "../../src/language/read-program.ts";

test("readProgram: gives the same program for the same texts", async () => {
  const make = () => (x: number, y: number) => x - y;
  const program = await readProgram(make());
  expect(await readProgram(make())).toBe(program);
  expect(await readProgram(String(make()))).toBe(program);
  expect(await readProgram(program)).toBe(program);
  expect(readProgramWith(await loadParser(), make())).toBe(program);
});

test("readProgram: tells kernels apart", async () => {
  const text = "(x, { f }) => f(x)";
  const [half, third] = [
    await readProgram(text, { f: "(v) => v / 2" }),
    await readProgram(text, { f: "(v) => v / 3" }),
  ];
  expect(half).not.toBe(third);
  expect(await readProgram(text, { f: "(v) => v / 2" })).toBe(half);
  const f = await readProgram("(v) => v / 2");
  const inlined = await readProgram(text, { f });
  expect(await readProgram(text, { f })).toBe(inlined);
  expect(await readProgram(text, { f: Math.sin })).not.toBe(await readProgram(text, { f: Math.cos }));
});

test("readProgram: forgets what was not asked for longest", async () => {
  const often = await readProgram("(x) => x + 0.125");
  const seldom = await readProgram("(x) => x + 0.375");
  for (let i = 0; i < PROGRAMS_KEPT_MAX - 1; i++) {
    await readProgram(`(x) => x + ${i}.625`);
    expect(await readProgram("(x) => x + 0.125")).toBe(often);
  }
  expect(await readProgram("(x) => x + 0.375")).not.toBe(seldom);
});

test("loadParser: loads it once", async () => {
  expect(await loadParser()).toBe(await loadParser());
  expect((await loadParser())("1 + 1").body).toHaveLength(1);
});
