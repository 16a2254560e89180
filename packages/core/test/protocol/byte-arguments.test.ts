import { expect, test } from "vitest";
import { asBytes, asWritableBytes, BufferError, MemoryOwner, MemoryView } from "@instride/core";

test("asBytes: gives an exporter's bytes in place", () => {
  const numbers = new Uint16Array([1, 2, 3]);
  using argument = asBytes(numbers.subarray(1));
  expect([...argument.bytes]).toEqual([2, 0, 3, 0]);
  numbers[1] = 258;
  expect([...argument.bytes]).toEqual([2, 1, 3, 0]);
});

test("asBytes: holds the memory until it is released", () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([4], "uint8");
  const argument = asBytes(array);
  expect(() => array.release()).toThrow(BufferError);
  argument.release();
  argument.release();
  array.release();
});

test("asBytes: refuses what is no exporter, and what is not contiguous", () => {
  for (const value of ["text", [1, 2], 5, null]) expect(() => asBytes(value as never)).toThrow(TypeError);
  const view = new MemoryView(new Uint8Array(6));
  expect(() => asBytes(view.at("::2"))).toThrow(BufferError);
});

test("asWritableBytes: writes to the exporter's memory", () => {
  const numbers = new Uint8Array(3);
  using argument = asWritableBytes(numbers);
  argument.bytes.set([7, 8, 9]);
  expect([...numbers]).toEqual([7, 8, 9]);
});

test("asWritableBytes: refuses read-only memory with a TypeError, and what is not contiguous with a BufferError", () => {
  const view = new MemoryView(new Uint8Array(6));
  expect(() => asWritableBytes(view.toReadonly())).toThrow(TypeError);
  expect(() => asWritableBytes(view.toReadonly())).toThrow("expected memory that can be written");
  expect(() => asWritableBytes(view.at("::-1"))).toThrow(BufferError);
  expect(() => asWritableBytes("text" as never)).toThrow(TypeError);
});

test("asWritableBytes: a refusal leaves nothing held", () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([4], "uint8");
  expect(() => asWritableBytes(array.toReadonly())).toThrow(TypeError);
  array.release();
  expect(owner.stats().leases).toBe(0);
});
