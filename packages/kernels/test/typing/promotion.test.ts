import { type DType, DTYPES } from "@instride/core";
import { expect, test } from "vitest";
import {
  canCast,
  CASTINGS,
  joinTypes,
  promoteTypes,
  resultType,
  type ValueType,
  WEAK_TYPES,
} from "../../src/typing/promotion.ts";

const ALL = Object.keys(DTYPES) as DType[];
const PAIRS = ALL.flatMap((a) => ALL.map((b) => [a, b] as const));

test("promoteTypes: of two dtypes in any order it is one that both can be cast to safely", () => {
  for (const [a, b] of PAIRS) {
    const promoted = promoteTypes(a, b);
    expect(promoteTypes(b, a)).toBe(promoted);
    expect([a, b].filter((dtype) => !canCast(dtype, promoted, "safe"))).toEqual([]);
    expect(promoteTypes(promoted, a)).toBe(promoted);
  }
});

test("promoteTypes: no smaller dtype would do", () => {
  for (const [a, b] of PAIRS) {
    const promoted = promoteTypes(a, b);
    const others = ALL.filter((dtype) => canCast(a, dtype, "safe") && canCast(b, dtype, "safe"));
    expect(others.filter((dtype) => DTYPES[dtype].itemsize < DTYPES[promoted].itemsize)).toEqual([]);
  }
});

test("canCast: each rule allows what the one before it does", () => {
  for (const [a, b] of PAIRS) {
    const allowed = CASTINGS.map((casting) => canCast(a, b, casting));
    expect(allowed).toEqual(allowed.toSorted((one, other) => Number(one) - Number(other)));
    expect(allowed.at(-1)).toBe(true);
  }
});

test.each([
  [["int8", "weak int"], "int8"],
  [["uint8", "weak bigint"], "uint8"],
  [["bool", "weak int"], "int64"],
  [["bool", "weak float"], "float64"],
  [["int64", "weak float"], "float64"],
  [["float16", "weak float"], "float16"],
  [["float16", "weak complex"], "complex64"],
  [["float32", "weak int", "weak complex"], "complex64"],
  [["float64", "weak complex"], "complex128"],
  [["int8", "weak complex"], "complex128"],
  [["complex64", "weak float"], "complex64"],
  [["int8", "weak float", "uint8"], "float64"],
  [["weak int", "weak float"], "weak float"],
  [["weak int", "weak bigint"], "weak bigint"],
] as const)("resultType: of %s it is %s", (types, expected) => {
  expect(resultType(types)).toBe(expected);
});

test("joinTypes: what has grown stays as it is, so that the types of loops are found", () => {
  const types: readonly ValueType[] = [...ALL, ...WEAK_TYPES];
  for (const a of types) {
    for (const b of types) {
      const joined = joinTypes(a, b);
      expect(joinTypes(joined, a)).toBe(joined);
      expect(joinTypes(joined, b)).toBe(joined);
    }
  }
});
