import fc from "fast-check";
import { expect, test } from "vitest";
import { ValueError } from "../../src/errors.ts";
import { hexOf } from "../../src/views/hex.ts";

test("hexOf: without a separator is two digits for each byte", () => {
  const property = fc.property(fc.uint8Array(), (bytes) => {
    expect(hexOf(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    expect(hexOf(bytes, undefined, 3)).toBe(hexOf(bytes));
  });
  fc.assert(property);
});

test("hexOf: groups are counted from the right where positive, from the left where negative", () => {
  const groups = fc.integer({ min: 1, max: 9 });
  const property = fc.property(fc.uint8Array({ maxLength: 30 }), groups, (bytes, group) => {
    const digits = Buffer.from(bytes).toString("hex");
    // A separator stands wherever a whole number of groups follows, or has come before.
    const fromRight = digits.replace(new RegExp(`(..)(?=(.{${2 * group}})+$)`, "g"), "$1:");
    const fromLeft = digits.replace(new RegExp(`(.{${2 * group}})(?!$)`, "g"), "$1:");
    expect(hexOf(bytes, ":", group)).toBe(fromRight);
    expect(hexOf(bytes, ":", -group)).toBe(fromLeft);
  });
  fc.assert(property, { numRuns: 300 });
});

test("hexOf: a group of 0 bytes is none", () => {
  expect(hexOf(Uint8Array.of(1, 2, 3), ":", 0)).toBe("010203");
});

test("hexOf: a separator is one ASCII character", () => {
  const bytes = Uint8Array.of(1, 2);
  for (const separator of ["", "::", "é", "😀", 1, null, {}]) {
    expect(() => hexOf(bytes, separator as string)).toThrow(ValueError);
  }
  expect(() => hexOf(new Uint8Array(0), "", 0)).toThrow('cannot separate bytes by "": expected one ASCII character');
  expect(hexOf(bytes, "\x7f")).toBe("01\x7f02");
});

test("hexOf: a group is a whole number of bytes", () => {
  for (const group of [1.5, Number.NaN, Infinity, "2", null]) {
    expect(() => hexOf(Uint8Array.of(1, 2), ":", group as number)).toThrow(TypeError);
  }
});
