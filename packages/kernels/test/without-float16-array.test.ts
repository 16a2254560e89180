import { expect, test } from "vitest";

// As Node 22 is, which has none. The packages look for it when they are loaded.
Reflect.deleteProperty(globalThis, "Float16Array");
const { MemoryOwner, MemoryView } = await import("@instride/core");
const { convert, copy, multiply } = await import("@instride/kernels");

const VALUES = [0, -0, 1, -2.5, 65_504, 65_519.9, 65_520, -1e9, 6e-8, 2.9e-8, 1 + 2 ** -11, Infinity, -Infinity, NaN];
const range = { start: 0, stop: VALUES.length };

test("kernels: read and write float16 without Float16Array", () => {
  const owner = new MemoryOwner();
  const src = new MemoryView(new Float64Array(VALUES));
  using half = owner.zeros([VALUES.length], "float16");
  const back = new MemoryView(new Float64Array(VALUES.length));
  expect(half.elements().data).toBeInstanceOf(Uint16Array);
  convert(range, { src, dst: half });
  convert(range, { src: half, dst: back });
  expect(back.toList()).toEqual(VALUES.map((value) => Math.f16round(value)));

  multiply(range, { a: half, b: new MemoryView(new Int8Array([3])), dst: half });
  using mirrored = owner.zeros([VALUES.length], "float16");
  copy(range, { src: half.at("::-1"), dst: mirrored });
  expect(mirrored.toList()).toEqual(VALUES.map((value) => Math.f16round(3 * Math.f16round(value))).toReversed());
});
