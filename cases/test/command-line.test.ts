import { expect, test } from "vitest";
import { integer, readCommandLine, seedOf, UsageError } from "@instride/cases";

test("readCommandLine: options with their values, help, and the rest", () => {
  expect(readCommandLine(["a", "--seed", "5", "b"], ["seed", "count"])).toEqual({
    values: { seed: "5" },
    help: false,
    positionals: ["a", "b"],
  });
  expect(readCommandLine(["-h"], ["seed"])).toMatchObject({ help: true });
});

test("readCommandLine: refuses options that don't exist or have no value, in one sentence", () => {
  expect(() => readCommandLine(["--sed", "5"], ["seed"])).toThrow(UsageError);
  expect(() => readCommandLine(["--seed"], ["seed"])).toThrow(/^cannot read the command line: [^.]*$/);
});

test("integer, seedOf: numbers may have their thousands told apart, and must be exact", () => {
  expect(integer("count", "1,000_000", 1)).toBe(1_000_000);
  for (const text of ["0", "-1", "1.5", "many", "9007199254740992"]) {
    expect(() => integer("count", text, 1)).toThrow('--count is "');
  }
  expect(seedOf("12")).toBe(12);
  expect(Number.isSafeInteger(seedOf(undefined))).toBe(true);
});
