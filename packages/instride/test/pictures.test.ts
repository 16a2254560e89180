import { expect, test } from "vitest";
import { MemoryOwner, MemoryView, rawPixels, storePixels } from "instride";

test("rawPixels: lends the view's own memory, and holds it until released", () => {
  const owner = new MemoryOwner();
  const photo = owner.zeros([4, 5, 3], "uint8");
  const pixels = rawPixels(photo);
  expect(pixels.raw).toEqual({ height: 4, width: 5, channels: 3 });
  expect([pixels.data.constructor, pixels.data.buffer, pixels.data.byteOffset, pixels.data.length]).toEqual([
    Uint8Array,
    owner.heap.memory.buffer,
    photo.byteOffset,
    60,
  ]);
  expect(() => photo.release()).toThrow("export");
  pixels.release();
  pixels.release();
  {
    using rows = rawPixels(photo.at("1:3"));
    expect([rows.raw.height, rows.data.byteOffset]).toEqual([2, photo.byteOffset + 15]);
    expect(() => photo.release()).toThrow("lease");
  }
  photo.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("rawPixels: takes two axes for one channel, and every depth that pixels have", () => {
  for (const ArrayClass of [
    Uint8Array,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ]) {
    using pixels = rawPixels(new MemoryView(new ArrayClass(6)).reshape([2, 3]));
    expect([pixels.raw, pixels.data.constructor]).toEqual([{ height: 2, width: 3, channels: 1 }, ArrayClass]);
  }
});

test("rawPixels: refuses what is no picture, or does not lie side by side", () => {
  const view = new MemoryView(new Uint8Array(120));
  for (const shape of [[120], [2, 3, 20], [1, 2, 3, 20], [0, 3, 1].map((length) => length * 40)]) {
    const reshaped = shape.includes(0) ? view.at(":0").reshape([0, 3, 1]) : view.reshape(shape);
    expect(() => rawPixels(reshaped)).toThrow(expect.objectContaining({ name: "ShapeError" }));
  }
  expect(() => rawPixels(view.reshape([10, 12]).transpose())).toThrow("C-contiguous");
  expect(() => rawPixels(new MemoryView(new BigInt64Array(6)).reshape([2, 3]))).toThrow("int64");
});

test("storePixels: copies pixels into a view of any layout", () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => i + 1);
  const info = { height: 2, width: 4, channels: 3 };
  const view = new MemoryView(new Uint8Array(48)).reshape([3, 4, 4]).transpose([1, 2, 0]).at("::2");
  storePixels(view, { data, info });
  expect(view.toBytes("C")).toEqual(data);
  const gray = new MemoryView(new Uint16Array(12)).reshape([3, 4]);
  storePixels(gray, { data, info: { height: 3, width: 4, channels: 1 } });
  expect(gray.toBytes()).toEqual(data);
});

test("storePixels: refuses another size, another depth and read-only memory, and writes nothing", () => {
  const view = new MemoryView(new Uint8Array(24)).reshape([2, 4, 3]);
  const data = new Uint8Array(24).fill(7);
  const shapes = [
    { height: 4, width: 2, channels: 3 },
    { height: 2, width: 4, channels: 4 },
    { height: 6, width: 4, channels: 1 },
  ];
  for (const info of shapes) expect(() => storePixels(view, { data, info })).toThrow("of shape [2, 4, 3]");
  const info = { height: 2, width: 4, channels: 3 };
  expect(() => storePixels(view, { data: new Uint8Array(48), info })).toThrow("48 bytes of pixels in a view of 24");
  expect(() => storePixels(view.toReadonly(), { data, info })).toThrow(
    expect.objectContaining({ pyName: "BufferError" }),
  );
  expect(view.toBytes()).toEqual(new Uint8Array(24));
});
