import { MemoryView, ValueError } from "@instride/core";
import * as kernels from "@instride/kernels";
import { isKernelName, kernelNamed, KERNELS } from "@instride/kernels";
import { expect, test } from "vitest";

test("KERNELS: each is the exported function of its name", () => {
  for (const [name, kernel] of Object.entries(KERNELS)) {
    expect(kernel.name).toBe(name);
    expect(kernel.run).toBe((kernels as unknown as Record<string, unknown>)[name]);
  }
});

test("kernelNamed: finds a kernel that runs", () => {
  const { run, leading, join } = kernelNamed("histogram");
  const src = new MemoryView(new Float32Array([0, 0, 1, 0, 0, 0])).reshape([2, 3]);
  const args = { bins: 2, low: 0, high: 1 };
  const parts = [
    { start: 0, stop: 1 },
    { start: 1, stop: 2 },
  ].map((range) => run(range, { src }, args));
  expect(leading).toBe("src");
  expect(parts.reduce(join!)).toEqual(run({ start: 0, stop: 2 }, { src }, args));
});

test("kernelNamed: has the types of the kernel where the name is a literal", () => {
  const src = new MemoryView(new Float32Array([0, 0, 1, 0, 0, 0])).reshape([2, 3]);
  const dst = new MemoryView(new Float32Array(6)).reshape([2, 3]);
  const taps = new MemoryView(new Float64Array([0.25, 0.5, 0.25]));
  kernelNamed("convolve").run({ start: 0, stop: 2 }, { src, taps, dst }, { axis: 1, border: "nearest" });
  expect(dst.toList()).toEqual([
    [0, 0.25, 0.75],
    [0, 0, 0],
  ]);
});

test("kernelNamed: rejects other names, listing its own", () => {
  for (const name of ["blur", "toString", "__proto__", ""]) {
    expect(isKernelName(name)).toBe(false);
    expect(() => kernelNamed(name)).toThrow(ValueError);
  }
  expect(() => kernelNamed("blur")).toThrow(
    'no kernel is named "blur": expected one of add, convert, convolve, copy, divide, histogram, lookup, multiply, ' +
      "subtract, unsharp, weightedSum",
  );
});
