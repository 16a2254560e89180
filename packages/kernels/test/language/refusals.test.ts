import { describe, expect, test } from "vitest";
import { errorFromWire, errorToWire } from "@instride/core";
import type { KernelSource } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { KernelSyntaxError } from "../../src/language/syntax-error.ts";

async function refusalOf(source: KernelSource): Promise<KernelSyntaxError> {
  const error = await readProgram(source).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KernelSyntaxError);
  return error as KernelSyntaxError;
}

test("refusals: say the place, the piece, the reason and the way out", async () => {
  const brighten = (x: number, { gain }: { gain: number }): number => {
    const bright = x * gain;
    // @ts-expect-error a name from outside, as users write it
    return bright + offset;
  };
  const error = await refusalOf(brighten);
  expect(error.code).toBe("kernel-syntax");
  expect(error.name).toBe("KernelSyntaxError");
  const { kernel, line, piece, reason, wayOut } = error.refusal!;
  expect({ kernel, piece, reason, wayOut }).toEqual({
    kernel: "brighten",
    piece: "offset",
    reason: "it is not a parameter, and a kernel's text carries names, not values",
    wayOut: "pass it: map((x, { gain, offset }) => ..., { parameters: { gain, offset } })",
  });
  // The text is what the test runner has made of the lines above.
  const text = String(brighten).split("\n");
  expect(text[line - 1]!.indexOf("offset") + 1).toBe(error.column);
  expect(error.line).toBe(line);
  expect(error.message).toBe(
    `cannot compile "offset" (line ${line}, column ${error.column} of kernel "brighten"): it is not a parameter, and a ` +
      "kernel's text carries names, not values; pass it: map((x, { gain, offset }) => ..., { parameters: { gain, offset } })",
  );
});

test("refusals: keep their class and message when they cross threads", async () => {
  const error = await refusalOf("(x) => y");
  const arrived = errorFromWire(errorToWire(error)) as KernelSyntaxError;
  expect(arrived).toBeInstanceOf(KernelSyntaxError);
  expect(arrived.message).toBe(error.message);
  expect(arrived).toMatchObject({ code: "kernel-syntax", refusal: null, line: 0, column: 0 });
});

/** Each: the text, the piece, its line and column, the reason. */
type Refused = readonly [text: string, piece: string, line: number, column: number, reason: string];

async function checkRefused([text, piece, line, column, reason]: Refused): Promise<void> {
  const { refusal } = await refusalOf(text);
  expect(refusal).toMatchObject({ piece, line, column });
  expect(refusal!.reason).toContain(reason);
  expect(refusal!.wayOut).not.toBe("");
}

const CAPTURED = "it is not a parameter";
const NUMBERS = "a kernel computes with numbers and bools only";

describe("names from outside", () => {
  test.each<Refused>([
    ["(x) =>\n  x * gain", "gain", 2, 7, CAPTURED],
    ["(x) =>\r\n  x *\r\n gain", "gain", 3, 2, CAPTURED],
    ["(x) => lib.clamp(x)", "lib.clamp", 1, 8, CAPTURED],
    ["(x) => (0, lib.clamp)(x)", "lib.clamp", 1, 12, CAPTURED],
    ["(x) => c(x, 2)", "c", 1, 8, CAPTURED],
    ["(x) => c(x, 2, 3)", "c", 1, 8, CAPTURED],
    ["(x) => { total += x; return x }", "total", 1, 10, CAPTURED],
    ["(x) => { total = x; return x }", "total", 1, 10, "it assigns a variable from outside"],
    ["(x) => parseInt(x)", "parseInt", 1, 8, "of what is global a kernel has Math"],
    ["(x) => console.log(x)", "console.log", 1, 8, "of what is global a kernel has Math"],
    ["(x) => arguments[0]", "arguments[0]", 1, 8, "of what is global a kernel has Math"],
    ["(x) => eval('x')", "eval", 1, 8, "of what is global a kernel has Math"],
    ["(x, { f }) => f(x)", "f", 1, 15, 'no function is given for "f"'],
    ["(x) => BigInt(x)", "BigInt(x)", 1, 8, "it makes a 64-bit integer"],
  ])("%j", async (...refused) => {
    await checkRefused(refused);
  });

  test("of Math are pointed to", async () => {
    expect((await refusalOf("(x) => sin(x)")).refusal!.wayOut).toBe("write Math.sin");
  });

  test("are named as they would be passed", async () => {
    expect((await refusalOf("(a, b, { low: l = 1 }) => lib.mix(a, b, l)")).refusal!.wayOut).toBe(
      "pass it: map((a, b, { low, mix }) => ..., { parameters: { low, mix } })",
    );
  });
});

describe("syntax that no kernel has", () => {
  test.each<Refused>([
    ["(x) => `${x}`", "`${x}`", 1, 8, NUMBERS],
    ["(x) => 'a'", "'a'", 1, 8, NUMBERS],
    ["(x) => /a/", "/a/", 1, 8, NUMBERS],
    ["(x) => class {}", "class {}", 1, 8, NUMBERS],
    ["(x) => this.k", "this", 1, 8, "a kernel has no this"],
    ["(x) => new Date()", "new Date()", 1, 8, "a kernel makes no objects"],
    ["(x) => typeof x", "typeof x", 1, 8, "a kernel can't ask for types"],
    ["(x) => x?.at(1)", "x?.at(1)", 1, 8, "?. is not compiled"],
    ["(x) => x in Math", "x in Math", 1, 8, "it has the operator in"],
    ["(x) => import('a')", "import('a')", 1, 8, "a kernel loads nothing"],
    ["(x) => { throw 1 }", "throw 1", 1, 10, "a compiled kernel can't throw"],
    ["(x) => { try { } finally { } return x }", "try { } finally { }", 1, 10, "a compiled kernel can't throw"],
    ["(x) => { switch (x) { } return x }", "switch (x) { }", 1, 10, "switch is not compiled"],
    ["(x) => { a: for (;;) break a; return x }", "a: for (;;) break a;", 1, 10, "labels are not compiled"],
    ["(x) => { for (const k in x) k; return x }", "for (const k in x) k;", 1, 10, "for-in is not compiled"],
    ["(x) => { for (const k of x) k; return x }", "x", 1, 26, "for-of goes over a number"],
    ["(x) => { debugger; return x }", "debugger;", 1, 10, "a compiled kernel can't be stepped through"],
    ["(x) => { with (x) return 1 }", "with (x) return 1", 1, 10, "with is not compiled"],
    ["(x) => { const a = [x]; a[0] = 1; return x }", "a[0]", 1, 25, "it changes an array or an object"],
    ["(x) => { const { ...rest } = { x }; return x }", "...rest", 1, 18, "it takes the rest of an object"],
    ["(x) => x.constructor.constructor('1')()", "x.constructor", 1, 8, 'a number has no "constructor"'],
    ["(x) => Math.random() * x", "Math.random", 1, 8, "it gives another number each time"],
    ["(x) => Math.constructor", "Math.constructor", 1, 8, 'Math has no "constructor"'],
    ["(x) => 18446744073709551616n", "18446744073709551616n", 1, 8, "it has more than 64 bits"],
    ["(x) => Math.atan2(x)", "Math.atan2(x)", 1, 8, "Math.atan2 is given 1, expected 2 arguments"],
  ])("%j", async (...refused) => {
    await checkRefused(refused);
  });
});

describe("what is no function of elements", () => {
  test.each<Refused>([
    ["x => x +", "", 1, 9, "it is no JavaScript: unexpected token"],
    ["(x) =>\n {\n  return x +;\n}", ";", 3, 13, "it is no JavaScript: unexpected token"],
    ["", "", 1, 1, "its text is empty"],
    ["x + 1", "x + 1", 1, 1, "it is no function"],
    ["(x) => x; (y) => y", "(x) => x; (y) => y", 1, 1, "it is 2 statements, expected one function"],
    ["class A { }", "class A { }", 1, 1, "it is a class"],
    ["get a() { return 1 }", "get a() { return 1 }", 1, 1, "it is an accessor"],
    ["async (x) => x", "async (x) => x", 1, 1, "it is an async function"],
    ["function* (x) { yield x }", "function* (x) { yield x }", 1, 1, "it is a generator"],
    ["(x = 1) => x", "x = 1", 1, 2, "an operand is always given"],
    ["([x]) => x", "[x]", 1, 2, "an operand is one element"],
    ["(...xs) => 1", "...xs", 1, 2, "an operand is one element"],
    ["({ gain }, x) => x", "{ gain }", 1, 2, "an operand is one element"],
    ["(x, { gain, ...rest }) => x", "...rest", 1, 13, "it takes the rest of an object"],
    ["(x, { gain = x }) => gain", "x", 1, 14, "what stands for a parameter that is not given is no constant"],
    ["(x, { gain: [g] }) => g", "g", 1, 14, "a number has no items"],
    ["(x) => { x + 1 }", "(x) => { x + 1 }", 1, 1, "it returns nothing"],
    ["(x) => { if (x) return 1 }", "(x) => { if (x) return 1 }", 1, 1, "on some path it returns nothing"],
    ["(x) => x > 0 ? [x, 1] : x", "(x) => x > 0 ? [x, 1] : x", 1, 1, "or something of another nature"],
    ["(x) => []", "(x) => []", 1, 1, "it returns an array with nothing in it"],
    ["(x) => [x, [x]]", "(x) => [x, [x]]", 1, 1, "not all that it returns are numbers"],
    ["(x) => () => x", "(x) => () => x", 1, 1, "it returns a function"],
  ])("%j", async (...refused) => {
    await checkRefused(refused);
  });

  test("functions of the engine, and bound ones, are refused by name", async () => {
    const bound = Math.max.bind(null, 1);
    for (const source of [bound, Array.prototype.at, new Proxy(Math.sin, {})])
      expect((await refusalOf(source)).message).toContain("has no text to compile");
  });
});

describe("variables and loops", () => {
  test.each<Refused>([
    ["(x) => { let t; return t + x }", "t", 1, 24, "it is undefined, expected a number or a bool"],
    ["(x) => { let t; if (x) t = 1; return t + x }", "t", 1, 38, "it is undefined on some path"],
    ["(x) => { let t; while (x--) t = 1; return t }", "t", 1, 43, "on some path it has no value here"],
    [
      "(x) => { let t; for (;;) { if (x > 5) break; t = x++ } return t }",
      "t",
      1,
      63,
      "on some path it has no value here",
    ],
    [
      "(x) => { let t; do { if (x > 5) break; t = x++ } while (x < 9); return t }",
      "t",
      1,
      72,
      "on some path it has no value",
    ],
    ["(x) => { const y = z; const z = 1; return y }", "z", 1, 20, "on some path it has no value here"],
    ["(x) => { y = 1; let y; return y }", "y", 1, 10, "it is assigned before its declaration"],
    ["(x) => { const a = 1; a = 2; return a }", "a", 1, 23, "it assigns a constant"],
    ["(x) => { const f = x ? (v) => v : (v) => 1; return f(x) }", "f", 1, 52, "or one of another nature"],
    ["(x) => { for (;;) x++ }", "for (;;) x++", 1, 10, "the loop never ends"],
    ["(x) => { do x++; while (true) }", "do x++; while (true)", 1, 10, "the loop never ends"],
    ["(x) => { let p = [x]; while (x--) p = x; return p }", "while (x--) p = x;", 1, 23, '"p" is an array before'],
    ["(x) => { const f = (n) => f(n - 1); return f(x) }", "f(n - 1)", 1, 27, "the function calls itself"],
    ["(x) => x(1)", "x", 1, 8, "it calls a number"],
    ["(x, y) => x.at(y)", "y", 1, 16, "it is known only for each element"],
    ["(x) => x.at(1 / 2)", "1 / 2", 1, 13, "it is 0.5, expected an integer"],
    ["(x) => x.at(2 ** 31)", "2 ** 31", 1, 13, "it is 2147483648, expected an integer"],
    ["(x) => x.at()", "x.at()", 1, 8, "at is given no numbers"],
    ["(x) => (x + 1).at(1)", "(x + 1).at(1)", 1, 8, "a number has no neighbours"],
    ["(x) => { let s = 0; for (let i = 0; i < x; i++) s += x.at(i); return s }", "i", 1, 59, "it is known only for"],
    ["(x) => x[0]", "x[0]", 1, 8, "a number has no items"],
    ["(x, { index }) => index", "(x, { index }) => index", 1, 1, "it returns the indices of the element"],
  ])("%j", async (...refused) => {
    await checkRefused(refused);
  });
});
