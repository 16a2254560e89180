import fc from "fast-check";
import { expect, test } from "vitest";
import { saturate } from "../src/rounding.ts";
import { stored } from "./model.ts";

test("saturate: equals the definition, ties and neighbours of ties too", () => {
  const near = fc.record({
    integer: fc.integer(),
    part: fc.constantFrom(0, 0.5, 0.25, 0.75, 0.5 - 2 ** -22, 0.5 + 2 ** -22),
  });
  const property = fc.property(near, ({ integer, part }) => {
    const value = integer + part;
    expect(saturate(value, -(2 ** 31), 2 ** 31 - 1)).toBe((stored("int32", value) as number) + 0);
  });
  fc.assert(property, { numRuns: 2000 });
});
