import { expect, test } from "vitest";
import { KERNEL_ERRORS_MAX, KernelError } from "../src/errors.ts";
import { compareRanges, type LoopRange } from "../src/range.ts";

const chunkError = (start: number): KernelError =>
  new KernelError("blur", { start, stop: start + 1 }, new RangeError(`pixel ${start}`));

test("KernelError: tells kernel, range and fact, and keeps the cause", () => {
  const { message, range, kernel, cause, errors, code } = chunkError(3);
  expect(message).toBe('kernel "blur" failed on range [3, 4): pixel 3');
  expect({ range, kernel, code, errors }).toEqual({
    range: { start: 3, stop: 4 },
    kernel: "blur",
    code: "kernel",
    errors: [],
  });
  expect(cause).toBeInstanceOf(RangeError);
});

test("KernelError: tells how many chunks failed beside its own, and keeps the errors of KERNEL_ERRORS_MAX", () => {
  const of = (count: number): KernelError => {
    const errors = Array.from({ length: count }, (_, i) => chunkError(i));
    return new KernelError("blur", errors[0]!.range, errors[0]!.cause, errors);
  };
  expect(of(2).message).toBe('kernel "blur" failed on range [0, 1): pixel 0; and 1 more chunk failed');
  expect(of(2).errors.map(({ message }) => message)).toEqual([chunkError(0).message, chunkError(1).message]);
  const many = of(KERNEL_ERRORS_MAX + 10);
  expect(many.message).toContain(`and ${KERNEL_ERRORS_MAX + 9} more chunks failed`);
  expect(many.errors).toHaveLength(KERNEL_ERRORS_MAX);
  expect(Object.isFrozen(many.errors)).toBe(true);
});

test("compareRanges: sorts by where ranges begin, along the first dimension first", () => {
  const at = (...starts: number[]): LoopRange => starts.map((start) => ({ start, stop: start + 5 }));
  const sorted = [at(0, 3), at(1, 0), at(1, 2), at(10, 0)];
  expect([at(10, 0), at(1, 2), at(0, 3), at(1, 0)].toSorted(compareRanges)).toEqual(sorted);
  const lines = [9, 100, 20].map((start) => ({ start, stop: start + 1 }));
  expect(lines.toSorted(compareRanges).map(({ start }) => start)).toEqual([9, 20, 100]);
  expect(compareRanges(at(4, 4), at(4, 4))).toBe(0);
});
