import fc from "fast-check";
import { expect, test } from "vitest";
import type { FunctionName } from "../../src/expression/expression.ts";
import { ufuncs } from "../../src/expression/ufuncs.ts";
import { SCALAR_FUNCTIONS } from "../../src/language/scalar-functions.ts";
import { lowered, outputsOf } from "../typing/lowered.ts";
import { numbers } from "./numbers.ts";

/** NumPy's functions, and JavaScript's: none needs mathematics. */
const NAMES = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "negative",
  "positive",
  "absolute",
  "sign",
  "reciprocal",
  "square",
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "logical_and",
  "logical_or",
  "logical_xor",
  "logical_not",
  "minimum",
  "maximum",
  "fmin",
  "fmax",
  "floor",
  "ceil",
  "trunc",
  "rint",
  "sqrt",
  "isnan",
  "isfinite",
  "isinf",
  "signbit",
  "copysign",
  "conjugate",
  "real",
  "angle",
  "js_bitwise_and",
  "js_bitwise_or",
  "js_bitwise_xor",
  "js_invert",
  "js_left_shift",
  "js_right_shift",
  "unsigned_right_shift",
  "clz32",
  "imul",
  "fround",
  "js_round",
  "js_minimum",
  "js_maximum",
  "to_boolean",
] as const satisfies readonly FunctionName[];

test.each(NAMES)("%s: of float64 it gives what the function of numbers gives", (name) => {
  const program = lowered(
    ufuncs[name],
    ufuncs[name].operands.map(() => "float64" as const),
  );
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [[actual]] = outputsOf(program, { operands: [a, b] }) as [[unknown]];
      expect(actual).toBe(SCALAR_FUNCTIONS[name](a, b));
    }),
    { numRuns: 200 },
  );
});

test("js_bitwise_and: of float32, what another operator on bits takes has all 32 bits", () => {
  const x = { kind: "operand", operand: 0, shift: [] } as const;
  const whole = { kind: "call", name: "unsigned_right_shift", args: [x, { kind: "literal", value: 0 }] } as const;
  const low = { kind: "call", name: "js_bitwise_and", args: [whole, { kind: "literal", value: 0xff }] } as const;
  const inverted = { kind: "call", name: "js_invert", args: [low] } as const;
  const byte = { kind: "call", name: "js_bitwise_and", args: [inverted, { kind: "literal", value: 0xff }] } as const;
  const program = lowered({ ...ufuncs.positive, outputs: [byte] }, ["float32"]);
  expect(outputsOf(program, { operands: [-3] })).toEqual([[~253 & 0xff]]);
});

test("power: of small whole exponents it needs no mathematics, and gives exact products", () => {
  const power = (exponent: number): unknown => ({
    ...ufuncs.positive,
    outputs: [
      { kind: "call", name: "power", args: [ufuncs.positive.outputs[0], { kind: "literal", value: exponent }] },
    ],
  });
  const expected = [1 / 1.1, 1, 1.1, 1.1 * 1.1, 1.1 * 1.1 * 1.1];
  for (const [place, value] of expected.entries()) {
    const program = lowered(power(place - 1) as typeof ufuncs.power, ["float64"]);
    expect(outputsOf(program, { operands: [1.1] })).toEqual([[value]]);
  }
});
