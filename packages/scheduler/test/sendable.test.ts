import { runInNewContext } from "node:vm";
import { MemoryOwner } from "@instride/core";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { checkTaskResult, copyOfArguments, copyOfKernelResult, isPlainObject } from "../src/sendable.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("copyOfArguments, copyOfKernelResult: copy what structured clone keeps, and refuse all else", () => {
  const seen = { passed: 0, refused: 0 };
  const odd = fc.constantFrom<unknown>(() => 1, Symbol("s"), new WeakMap(), new Proxy({}, {}), new Date(0), /a/);
  const values = fc.oneof(fc.anything({ withMap: true, withSet: true, withTypedArray: true, withDate: true }), odd);
  const nested = fc.oneof(values, fc.record({ a: values, b: fc.array(values, { maxLength: 3 }) }));
  const property = fc.property(nested, (value) => {
    let clone: unknown;
    try {
      clone = structuredClone(value);
    } catch {
      seen.refused++;
      expect(() => copyOfArguments(value)).toThrow("cannot send the arguments to another thread: ");
      expect(() => copyOfKernelResult(value)).toThrow("cannot send what the kernel returned to another thread: ");
      return;
    }
    seen.passed++;
    expect(copyOfArguments(value)).toEqual(clone);
    expect(copyOfKernelResult(value)).toEqual(clone);
  });
  fc.assert(property, { numRuns: 500 });
  expect(Math.min(seen.passed, seen.refused)).toBeGreaterThan(20);
});

test("checkTaskResult: passes what can travel, without a copy of numbers, texts and memory", () => {
  const clone = vi.spyOn(globalThis, "structuredClone");
  for (const value of [1, "a", null, new Uint8Array(8), new ArrayBuffer(8), new SharedArrayBuffer(8)]) {
    checkTaskResult(value);
  }
  expect(clone).not.toHaveBeenCalled();
  checkTaskResult({ pixels: new Uint8Array(8), at: new Date(0) });
  for (const value of [() => 1, { f() {} }, new Proxy({}, {})]) {
    expect(() => checkTaskResult(value)).toThrow("cannot send what the task returned to another thread: ");
  }
});

test("copyOfKernelResult: gives a copy of an object, and numbers as they are", () => {
  const counts = [1, 2];
  const copy = copyOfKernelResult(counts);
  counts[0] = 7;
  expect(copy).toEqual([1, 2]);
  expect(copyOfKernelResult(0.5)).toBe(0.5);
  expect(copyOfKernelResult(undefined)).toBe(undefined);
});

test("copyOfArguments: finds a view in a value that holds itself", () => {
  using x = new MemoryOwner().zeros([1], "uint8");
  const ring: Record<string, unknown> = {};
  ring["next"] = { back: ring, "odd name": [null, x] };
  expect(() => copyOfArguments(ring)).toThrow('args.next["odd name"][1] is a MemoryView');
});

test("isPlainObject: is true for object literals of any realm, and for those without a prototype", () => {
  expect([{}, Object.create(null), runInNewContext("({})")].map(isPlainObject)).toEqual([true, true, true]);
  expect([[], new Map(), new Date(0), null, 1, () => 1, Promise.resolve()].some(isPlainObject)).toBe(false);
});
