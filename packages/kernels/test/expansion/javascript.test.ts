import fc from "fast-check";
import { expect, test } from "vitest";
import type { FunctionName } from "../../src/expression/expression.ts";
import { ufuncs } from "../../src/expression/ufuncs.ts";
import { SCALAR_FUNCTIONS } from "../../src/language/scalar-functions.ts";
import { lowered, outputsOf } from "../typing/lowered.ts";

const NAMES = [
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

const EDGES = [0, -0, 0.5, -0.5, 0.49999999999999994, 2 ** 31, -(2 ** 31) - 1, 2 ** 32 + 5, 2 ** 53 + 2, 1e21, -1e300];
const numbers = fc.oneof(
  fc.constantFrom(...EDGES, NaN, Infinity, -Infinity),
  fc.double(),
  fc.integer(),
  fc.double({ min: -(2 ** 70), max: 2 ** 70 }),
);

test.each(NAMES)("%s: of float64 it gives what JavaScript gives", (name) => {
  const program = lowered(
    ufuncs[name],
    ufuncs[name].operands.map(() => "float64" as const),
  );
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [[actual]] = outputsOf(program, { operands: [a, b] }) as [[unknown]];
      expect(actual).toBe(SCALAR_FUNCTIONS[name](a, b));
    }),
    { numRuns: 300 },
  );
});

test("js_bitwise_or: of float32, what another operator on bits takes has all 32 bits", () => {
  const x = { kind: "operand", operand: 0, shift: [] } as const;
  const whole = { kind: "call", name: "unsigned_right_shift", args: [x, { kind: "literal", value: 0 }] } as const;
  const low = { kind: "call", name: "js_bitwise_and", args: [whole, { kind: "literal", value: 0xff }] } as const;
  const inverted = { kind: "call", name: "js_invert", args: [low] } as const;
  const byte = { kind: "call", name: "js_bitwise_and", args: [inverted, { kind: "literal", value: 0xff }] } as const;
  const program = lowered({ ...ufuncs.positive, outputs: [byte] }, ["float32"]);
  expect(outputsOf(program, { operands: [-3] })).toEqual([[~253 & 0xff]]);
});
