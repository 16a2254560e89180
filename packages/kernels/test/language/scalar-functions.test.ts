import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FunctionName } from "../../src/expression/expression.ts";
import { SCALAR_FUNCTIONS } from "../../src/language/scalar-functions.ts";

/** What NumPy gives for eight pairs of float64: the bytes of the results, by function. */
interface Vector {
  readonly kind?: string;
  readonly dtype?: string;
  readonly x: string;
  readonly y: string;
  readonly ops: Readonly<Record<string, readonly [dtype: string, bytes: string] | string>>;
}

const vectors = readFileSync(
  new URL("../../../../conformance/vectors/numpy_elementwise.jsonl", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Vector);

const samples = vectors.find(({ kind, dtype }) => kind === "samples" && dtype === "f8")!;
const { ops } = vectors.find(({ kind, x, y }) => kind === "binary" && x === "f8" && y === "f8")!;

function floats(hex: string): Float64Array {
  return new Float64Array(Uint8Array.from(Buffer.from(hex, "hex")).buffer);
}

/** NumPy's names that are not the names of expressions. */
const NAMES: Readonly<Record<string, FunctionName>> = { true_divide: "divide" };

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(SCALAR_FUNCTIONS, name);
}

const tried = Object.entries(ops).flatMap(([op, result]) => {
  const name = NAMES[op] ?? op;
  const isTried = isFunctionName(name) && typeof result !== "string" && typeof result[0] === "string";
  return isTried ? [[name, ...result] as const] : [];
});

test("scalar functions: many have vectors", () => {
  expect(tried.length).toBeGreaterThanOrEqual(18);
});

test.each(tried)("%s: gives what NumPy gives", (name, dtype, bytes) => {
  const [x, y] = [floats(samples.x), floats(samples.y)];
  const expected = dtype === "<f8" ? [...floats(bytes)] : [...Buffer.from(bytes, "hex")];
  const given = [...x].map((value, i) => Number(SCALAR_FUNCTIONS[name](value, y[i]!)));
  for (const [i, value] of expected.entries()) {
    const pair = `${name}(${x[i]}, ${y[i]})`;
    // Powers, angles and roots are the engine's own.
    if (["power", "hypot", "arctan2"].includes(name) && Number.isFinite(value) && value !== 0)
      expect([pair, Math.abs(given[i]! / value - 1) < 1e-15]).toEqual([pair, true]);
    else expect([pair, given[i]]).toEqual([pair, value]);
  }
});

test.each<[FunctionName, number, number | boolean]>([
  ["rint", 0.5, 0],
  ["rint", 1.5, 2],
  ["rint", 2.5, 2],
  ["rint", -0.5, -0],
  ["rint", -1.5, -2],
  ["rint", 2 ** 52 + 1, 2 ** 52 + 1],
  ["rint", Infinity, Infinity],
  ["sign", -0, 0],
  ["sign", -3, -1],
  ["sign", NaN, NaN],
  ["signbit", -0, true],
  ["isinf", -Infinity, true],
  ["reciprocal", -0, -Infinity],
  ["square", -3, 9],
  ["exp2", -2, 0.25],
  ["logical_not", NaN, false],
  ["to_boolean", NaN, false],
  ["angle", -1, Math.PI],
  ["imag", 3, 0],
  ["to_uint32", -1, 4294967295],
  ["to_int32", 2 ** 31, -(2 ** 31)],
])("%s of %d is %s", (name, value, expected) => {
  expect(SCALAR_FUNCTIONS[name](value, 0)).toBe(expected);
});

test("power: NumPy's differs from JavaScript's in powers of 1 and -1", () => {
  for (const [base, exponent] of [
    [1, NaN],
    [1, Infinity],
    [-1, Infinity],
    [-1, -Infinity],
  ] as const) {
    expect(SCALAR_FUNCTIONS.power(base, exponent)).toBe(1);
    expect(SCALAR_FUNCTIONS.js_power(base, exponent)).toBeNaN();
  }
});
