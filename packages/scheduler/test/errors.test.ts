import { errorFromWire, errorToWire } from "@instride/core";
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

test("KernelError: crosses threads with its class, kernel, range, cause and errors", () => {
  const travelled = (error: Error): Error => errorFromWire(structuredClone(errorToWire(error)));
  const grid = [
    { start: 0, stop: 2 },
    { start: 4, stop: 6 },
  ];
  const inner = new KernelError("tile", grid, new RangeError("pixel"), [chunkError(4), chunkError(7)]);
  const back = travelled(new TypeError("outer", { cause: inner })).cause as KernelError;
  expect(back).toBeInstanceOf(KernelError);
  const { kernel, range, message, stack, code } = inner;
  expect([back.kernel, back.range, back.message, back.stack, back.code]).toEqual([kernel, range, message, stack, code]);
  expect(back.cause).toBeInstanceOf(RangeError);
  expect(back.errors.map((error) => [error.constructor, error.message, error.range])).toEqual(
    inner.errors.map((error) => [KernelError, error.message, error.range]),
  );
  expect(back.errors.map(({ cause }) => (cause as Error).message)).toEqual(["pixel 4", "pixel 7"]);
  const task = travelled(new KernelError("file:///task.js", null, "a word")) as KernelError;
  expect([task.range, task.errors, task.message]).toEqual([null, [], 'kernel "file:///task.js" failed: "a word"']);
});

test("KernelError: can be sent whatever its fields were set to", () => {
  const trap = (): never => {
    throw new Error("trapped");
  };
  for (const fields of [{ kernel: trap }, { range: { start: trap, stop: 2 } }, { range: 7 }, { errors: trap }]) {
    const odd = Object.assign(chunkError(3), fields);
    expect(errorFromWire(structuredClone(errorToWire(new Error("outer", { cause: odd })))).cause).toBeInstanceOf(Error);
  }
});

test("compareRanges: sorts by where ranges begin, along the first dimension first", () => {
  const at = (...starts: number[]): LoopRange => starts.map((start) => ({ start, stop: start + 5 }));
  const sorted = [at(0, 3), at(1, 0), at(1, 2), at(10, 0)];
  expect([at(10, 0), at(1, 2), at(0, 3), at(1, 0)].toSorted(compareRanges)).toEqual(sorted);
  const lines = [9, 100, 20].map((start) => ({ start, stop: start + 1 }));
  expect(lines.toSorted(compareRanges).map(({ start }) => start)).toEqual([9, 20, 100]);
  expect(compareRanges(at(4, 4), at(4, 4))).toBe(0);
});
