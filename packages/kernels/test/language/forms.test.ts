import { describe, expect, test } from "vitest";
import { readProgram } from "../../src/language/read-program.ts";
import { textsOf } from "./text.ts";

/** What a text says, for a function of one output. */
async function meaningOf(text: string): Promise<string> {
  return textsOf(await readProgram(text)).join(" | ");
}

const DOUBLED = "multiply(to_numeric($0), 2)";

test.each([
  "x => x * 2",
  "(x) => x * 2;",
  "  (x) => { return x * 2; }  ",
  "function (x) { return x * 2 }",
  "function doubled(x) { 'use strict'; return x * 2 }",
  "doubled(x) { return x * 2 }",
  "'the double'(x) { return x * 2 }",
  "[Symbol.iterator](x) { return x * 2 }",
  "((x) => x * 2)",
  "// doubles\n(x) /* a number */ => x * 2 // done",
  '__name((x) => x * 2, "doubled")',
  'e(x=>x*2,"doubled")',
  "(x) => { var y; return y = x * 2, y }",
  "(x) => { var x; return x * 2; var x }",
  "function x(x) { return x * 2 }",
  "(x) => { cov_1a2b().f[0]++; cov_1a2b().s[1]++; return x * 2; }",
  "(x) => (cov_1a2b().b[0][0]++, x * 2)",
  "(\u2028x) => x * 2",
])("readProgram: reads %j", async (text) => {
  expect(await meaningOf(text)).toBe(DOUBLED);
});

test("readProgram: reads the text of a function, whatever its toString says", async () => {
  const doubled = (x: number): number => x * 2;
  doubled.toString = () => "(x) => x * 3";
  expect(textsOf(await readProgram(doubled))).toEqual([DOUBLED]);
});

test("readProgram: reads functions of Math", async () => {
  expect(textsOf(await readProgram(Math.sqrt))).toEqual(["sqrt(to_numeric($0))"]);
  const { operands, outputs } = await readProgram(Math.atan2);
  expect(operands).toEqual(["x", "y"]);
  expect(outputs).toMatchObject([{ kind: "call", name: "arctan2" }]);
});

test("Math: every function of ES2024 but random is read, every constant too", async () => {
  const later = new Set(["random", "f16round", "sumPrecise"]);
  const names = Object.getOwnPropertyNames(Math).filter((name) => !later.has(name));
  expect(names.length).toBeGreaterThanOrEqual(42);
  for (const name of names) {
    const isFunction = typeof Math[name as keyof Math] === "function";
    expect((await readProgram(`(x, y) => Math.${name}${isFunction ? "(x, y)" : " * x"}`)).outputs).toHaveLength(1);
  }
});

describe("constants", () => {
  test.each([
    ["1 / 0", "Infinity"],
    ["-1 / 0", "-Infinity"],
    ["0 / 0", "NaN"],
    ["-0", "-0"],
    ["1 / 3", `${1 / 3}`],
    ["!0", "true"],
    ["!1", "false"],
    ["void 0 === undefined", "true"],
    ["null == undefined", "true"],
    ["null === undefined", "false"],
    ["2 ** 10", "1024"],
    ["~0 >>> 1", "2147483647"],
    ["1e3 | 0", "1000"],
    ["Math.sqrt(2)", `${Math.SQRT2}`],
    ["Math.max(1, 2, -3)", "2"],
    ["Math.min()", "Infinity"],
    ["[1, 4, 6][1] + [7].length", "5"],
    ["true + true", "2"],
    ["true === 1", "false"],
    ["true == 1", "true"],
    ["2n * 3n - 10n", "-4n"],
    ["1n << 40n", "1099511627776n"],
    ['BigInt("12")', "12n"],
    ["(1, 2)", "2"],
    // Engines differ in the last place: it is left to the kernel.
    ["Math.sin(1)", "sin(1)"],
    ["2 ** 53 - 1", "9007199254740991"],
    ["2 ** 1000 / 2 ** 1000", "1"],
    ["10 ** 300", "power(10, 300)"],
    ["2 ** 0.5", "power(2, 0.5)"],
  ])("(x) => %s is %s", async (text, expected) => {
    expect(await meaningOf(`(x) => ${text}`)).toBe(expected);
  });
});

describe("operators", () => {
  test.each([
    ["x && y", "select(to_boolean($0), $1, $0)"],
    ["x || y", "select(to_boolean($0), $0, $1)"],
    ["x ?? y", "$0"],
    ["x > 1 && y > 2", "logical_and(greater($0, 1), greater($1, 2))"],
    ["x > 1 || !(y > 2)", "logical_or(greater($0, 1), logical_not(greater($1, 2)))"],
    ["!x", "logical_not(to_boolean($0))"],
    ["!!(x < y)", "less($0, $1)"],
    ["!(x === y)", "not_equal($0, $1)"],
    ["x == null", "false"],
    ["(x < 1) + (y < 1)", "add(to_numeric(less($0, 1)), to_numeric(less($1, 1)))"],
    ["(x < 1) & (y < 1)", "to_numeric(logical_and(less($0, 1), less($1, 1)))"],
    ["x > 0 ? !0 : !1", "greater($0, 0)"],
    ["x < 0 ? x : x", "$0"],
    ["x ** y", "js_power(to_numeric($0), to_numeric($1))"],
    ["x ** 2", "power(to_numeric($0), 2)"],
    ["x % y", "fmod(to_numeric($0), to_numeric($1))"],
    ["x >>> 3", "unsigned_right_shift(to_numeric($0), 3)"],
    ["Math.round(x)", "js_round(to_numeric($0))"],
    ["Math.max(x, y, 1)", "js_maximum(js_maximum(to_numeric($0), to_numeric($1)), 1)"],
    ["Number(x)", "to_number($0)"],
    ["Boolean(x)", "to_boolean($0)"],
    ["Number.isNaN(x > 1)", "false"],
  ])("(x, y) => %s", async (text, expected) => {
    expect(await meaningOf(`(x, y) => ${text}`)).toBe(expected);
  });
});

describe("parameters", () => {
  test("are named by what the call gives, whatever the function calls them", async () => {
    const { operands, parameters, defaults, outputs } = await readProgram(
      "(x, y, { gain: g, offset = -1 / 4, unused, 'the limit': limit = 2n, on = !0 }) => on ? x * g + offset : limit",
    );
    expect(operands).toEqual(["x", "y"]);
    expect(parameters).toEqual(["gain", "offset", "the limit", "on"]);
    expect([...defaults]).toEqual([
      ["offset", -0.25],
      ["the limit", 2n],
      ["on", true],
    ]);
    expect(outputs).toMatchObject([{ kind: "select", args: [{ args: [{ name: "on" }] }, {}, { name: "the limit" }] }]);
  });

  test("may have an empty object for a default", async () => {
    expect((await readProgram("(x, { gain = 1 } = {}) => x * gain")).parameters).toEqual(["gain"]);
  });

  test("index gives the place of the element", async () => {
    expect(await meaningOf("(x, { index: [i, , k] }) => i + k")).toBe("add(index 0, index 2)");
    expect(await meaningOf("(x, { index }) => index[1] - index.at(-1)")).toBe("subtract(index 1, index -1)");
    expect((await readProgram("({ index: [i] }) => i")).operands).toEqual([]);
  });
});

describe("neighbours", () => {
  test.each([
    ["x.at(-1, 1)", "$0[-1,1]"],
    ["x.at(1)", "$0[1]"],
    ["x.at(0, 0)", "$0"],
    ["x.at(1, 0)", "$0[1]"],
    ["x.at(1 - 3)", "$0[-2]"],
    ['x["at"](2)', "$0[2]"],
    ["x.at(1).at(-1, 2)", "$0[0,2]"],
  ])("(x) => %s is %s", async (text, expected) => {
    expect(await meaningOf(`(x) => ${text}`)).toBe(expected);
  });

  test("are reached in loops over a constant number of rounds", async () => {
    const text = `(x) => {
      const weights = [1, 2, 1];
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        if (dy === 0) continue;
        for (let dx = -1; dx < 2; dx += 1) sum += weights[dx + 1] * x.at(dy, dx);
      }
      return sum;
    }`;
    const terms = ["-1,-1", "-1", "-1,1", "1,-1", "1", "1,1"].map((shift, i) =>
      i % 3 === 1 ? `multiply(2, to_numeric($0[${shift}]))` : `multiply(1, to_numeric($0[${shift}]))`,
    );
    expect(await meaningOf(text)).toBe(terms.reduce((sum, term) => `add(${sum}, ${term})`, "0"));
  });

  test("are found by helpers that are given an operand", async () => {
    const text = "(x, y) => { const slope = (v, d) => v.at(d) - v.at(-d); return slope(x, 1) + slope(y, 2) }";
    expect(await meaningOf(text)).toBe(
      "add(subtract(to_numeric($0[1]), to_numeric($0[-1])), subtract(to_numeric($1[2]), to_numeric($1[-2])))",
    );
  });
});

test("outputs: one, an array of them, or an object of them", async () => {
  expect((await readProgram("(x) => x")).returns).toBe("value");
  expect((await readProgram("(x) => [x]")).returns).toBe("array");
  const { returns, outputs } = await readProgram(
    "(x) => ({ a: x, ['b']: -x, c() { return 1 } }.a ? { low: 1, high: x } : { low: 2, high: 3 })",
  );
  expect(returns).toEqual(["low", "high"]);
  expect(outputs).toHaveLength(2);
});
