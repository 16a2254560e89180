import { expect, test } from "vitest";
import type { KernelSource } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { textsOf } from "./text.ts";

type Two = (a: number, b: number) => number;

/** A function whose text calls `c`, as minifiers write it; what it calls is known to the function only. */
function calling(c: Two): KernelSource {
  return (x: number) => c(x, 2) + 1;
}

test("trial: a helper that is a power is read as one", async () => {
  expect(textsOf(await readProgram(calling(Math.pow)))).toEqual(["add(power(to_numeric($0), 2), 1)"]);
  expect(textsOf(await readProgram(calling((a, b) => a ** b)))).toEqual(["add(power(to_numeric($0), 2), 1)"]);
  expect(textsOf(await readProgram("(x) => __pow(x, 2)"))).toEqual(["power(to_numeric($0), 2)"]);
});

test("trial: any other function from outside is refused, though its text is the same", async () => {
  for (const other of [(a: number, b: number) => a * b, Math.atan2, Math.max, (a: number) => a * a + 1e-9])
    await expect(readProgram(calling(other))).rejects.toThrow(/cannot compile "c" .*: it is not a parameter/);
  // What was read for one function is not taken for another.
  expect(textsOf(await readProgram(calling(Math.pow)))).toHaveLength(1);
  await expect(readProgram(calling(Math.hypot))).rejects.toThrow("it is not a parameter");
  await expect(
    readProgram(
      calling(() => {
        throw new Error("not now");
      }),
    ),
  ).rejects.toThrow("it is not a parameter");
});

test("trial: each helper is tried by itself", async () => {
  const both =
    (c: Two, d: Two): KernelSource =>
    (x: number) =>
      c(x, 2) + Math.min(d(x, 3), 1e300) * Number(x > 1e9);
  await expect(readProgram(both(Math.pow, Math.pow))).rejects.toThrow('cannot compile "d"');
  const either =
    (c: Two, d: Two): KernelSource =>
    (x: number) =>
      x > 0 ? c(x, 2) : d(x, 3);
  expect(textsOf(await readProgram(either(Math.pow, Math.pow)))).toHaveLength(1);
  await expect(readProgram(either(Math.pow, (a, b) => a - b))).rejects.toThrow("it is not a parameter");
  await expect(readProgram(either((a, b) => a - b, Math.pow))).rejects.toThrow("it is not a parameter");
});

test("trial: helpers of kernels are found out by running them inside", async () => {
  const kernels = { square: calling(Math.pow) };
  const outer = (x: number, { square, gain }: { square: (v: number) => number; gain: number }): number =>
    square(x) * gain;
  expect(textsOf(await readProgram(outer, kernels))).toEqual([
    "multiply(add(power(to_numeric($0), 2), 1), to_numeric(gain))",
  ]);
  await expect(readProgram(outer, { square: calling(Math.max) })).rejects.toThrow('of kernel "square"');
});

test("trial: a function that is refused for another reason is not run", async () => {
  let runs = 0;
  const tick = (): number => ++runs;
  await expect(readProgram((x: number) => x * tick())).rejects.toThrow('cannot compile "tick"');
  expect(runs).toBe(0);
});
