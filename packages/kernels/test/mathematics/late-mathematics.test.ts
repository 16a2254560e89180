import { expect, test } from "vitest";
import { MissingPart } from "../../src/expansion/missing-part.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { lowerProgram } from "../../src/typing/lower-program.ts";

test("lowerProgram: without the mathematics it says what is missing, which once loaded is there", async () => {
  const request = { parameters: new Map() };
  const root = await readProgram((x: number) => Math.sqrt(Math.abs(x)));
  const sine = await readProgram((x: number) => Math.sin(x));
  expect(lowerProgram(root, { ...request, operands: ["float64"] }).dtypes).toEqual(["float64"]);
  let missing: unknown;
  try {
    lowerProgram(sine, { ...request, operands: ["float64"] });
  } catch (error) {
    missing = error;
  }
  expect(missing).toBeInstanceOf(MissingPart);
  expect(() => lowerProgram(root, { ...request, operands: ["complex128"] })).toThrow(MissingPart);
  await (missing as MissingPart).load();
  expect(lowerProgram(sine, { ...request, operands: ["float64"] }).dtypes).toEqual(["float64"]);
  expect(lowerProgram(root, { ...request, operands: ["complex128"] }).dtypes).toEqual(["float64"]);
});
