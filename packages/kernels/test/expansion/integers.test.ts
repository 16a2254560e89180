import type { DType } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ufuncs, type UfuncName } from "../../src/expression/ufuncs.ts";
import { lowered, outputsOf } from "../typing/lowered.ts";

const SIGNED = ["int8", "int16", "int32", "int64"] as const;
const UNSIGNED = ["uint8", "uint16", "uint32", "uint64"] as const;
const INTEGERS = [...SIGNED, ...UNSIGNED];

function bitsOf(dtype: DType): number {
  return Number(/\d+$/.exec(dtype)![0]);
}

/** An integer modulo a dtype's range. */
function wrapped(dtype: DType, value: bigint): bigint {
  return dtype.startsWith("u") ? BigInt.asUintN(bitsOf(dtype), value) : BigInt.asIntN(bitsOf(dtype), value);
}

/** Any integer of a dtype, the ends of its range and small ones often. */
function elements(dtype: DType): fc.Arbitrary<bigint> {
  const bits = BigInt(bitsOf(dtype));
  const edges = [0n, 1n, 2n, 3n, 7n, -1n, -2n, -7n, 2n ** (bits - 1n), 2n ** (bits - 1n) - 1n, 2n ** bits - 1n];
  const any = fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
  return fc.oneof(fc.constantFrom(...edges), any).map((value) => wrapped(dtype, value));
}

/** The one output of a function of integers, as the dtype has it. */
function resultOf(name: UfuncName, dtype: DType, ...operands: readonly bigint[]): bigint {
  const program = lowered(
    ufuncs[name],
    operands.map(() => dtype),
  );
  const lanes = operands.map((value) => (bitsOf(dtype) === 64 ? BigInt.asIntN(64, value) : Number(value)));
  const [[lane]] = outputsOf(program, { operands: lanes }) as [[bigint | number | boolean]];
  return program.dtypes[0] === "bool" ? BigInt(lane) : wrapped(program.dtypes[0]!, BigInt(lane));
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? magnitude(a) : gcd(b, a % b);
}

function bitCount(value: bigint): bigint {
  return BigInt(magnitude(value).toString(2).replaceAll("0", "").length);
}

type Meaning = (a: bigint, b: bigint, dtype: DType) => bigint;

const MEANINGS: Readonly<Partial<Record<UfuncName, Meaning>>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  floor_divide: floorDivide,
  remainder: (a, b) => (b === 0n ? 0n : a - floorDivide(a, b) * b),
  fmod: (a, b) => (b === 0n ? 0n : a % b),
  gcd,
  lcm: (a, b) => (a === 0n && b === 0n ? 0n : (magnitude(a) / gcd(a, b)) * magnitude(b)),
  negative: (a) => -a,
  absolute: magnitude,
  sign: (a) => (a === 0n ? 0n : a < 0n ? -1n : 1n),
  square: (a) => a * a,
  invert: (a) => ~a,
  bitwise_count: bitCount,
  bitwise_and: (a, b) => a & b,
  bitwise_or: (a, b) => a | b,
  bitwise_xor: (a, b) => a ^ b,
  minimum: (a, b) => (a < b ? a : b),
  maximum: (a, b) => (a > b ? a : b),
  less: (a, b) => (a < b ? 1n : 0n),
  greater_equal: (a, b) => (a >= b ? 1n : 0n),
};

test.each(Object.entries(MEANINGS))(
  "%s: of integers it is what it is of numbers, modulo their range",
  (name, meaning) => {
    for (const dtype of INTEGERS) {
      fc.assert(
        fc.property(elements(dtype), elements(dtype), (a, b) => {
          const program = ufuncs[name as UfuncName];
          const operands = program.operands.length === 2 ? [a, b] : [a];
          const actual = resultOf(name as UfuncName, dtype, ...operands);
          const expected = meaning(a, b, dtype);
          const isBool = name === "less" || name === "greater_equal";
          expect(actual).toBe(isBool ? expected : wrapped(name === "bitwise_count" ? "uint8" : dtype, expected));
        }),
        { numRuns: 60 },
      );
    }
  },
);

test("power: of integers it is the product, modulo their range", () => {
  for (const dtype of INTEGERS) {
    fc.assert(
      fc.property(elements(dtype), elements(dtype), (base, any) => {
        const exponent = dtype.startsWith("u") ? any : magnitude(any) & (2n ** BigInt(bitsOf(dtype) - 1) - 1n);
        let expected = 1n;
        let factor = base;
        for (let rest = exponent; rest > 0n; rest >>= 1n) {
          if ((rest & 1n) === 1n) expected = wrapped(dtype, expected * factor);
          factor = wrapped(dtype, factor * factor);
        }
        expect(resultOf("power", dtype, base, exponent)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  }
});

test("left_shift, right_shift: by the width or more, and by less than 0, nothing is left but the sign", () => {
  for (const dtype of INTEGERS) {
    fc.assert(
      fc.property(elements(dtype), fc.integer({ min: -3, max: 100 }), (a, by) => {
        const count = wrapped(dtype, BigInt(by));
        const isInside = count >= 0n && count < BigInt(bitsOf(dtype));
        const sign = a < 0n ? -1n : 0n;
        expect(resultOf("left_shift", dtype, a, count)).toBe(isInside ? wrapped(dtype, a << count) : 0n);
        expect(resultOf("right_shift", dtype, a, count)).toBe(isInside ? a >> count : sign);
      }),
      { numRuns: 60 },
    );
  }
});

test("less, equal: of a signed and an unsigned integer of 64 bits they are exact", () => {
  fc.assert(
    fc.property(elements("int64"), elements("uint64"), (a, b) => {
      for (const [dtypes, first, second] of [
        [["int64", "uint64"], a, b],
        [["uint64", "int64"], b, a],
      ] as const) {
        const operands = [BigInt.asIntN(64, first), BigInt.asIntN(64, second)];
        const outputs = (["less", "less_equal", "equal", "greater"] as const).map(
          (name) => outputsOf(lowered(ufuncs[name], dtypes), { operands })[0]![0],
        );
        expect(outputs).toEqual([first < second, first <= second, first === second, first > second]);
      }
    }),
  );
});
