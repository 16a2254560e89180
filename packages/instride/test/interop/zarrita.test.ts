import { afterAll, expect, test } from "vitest";
import * as zarr from "zarrita";
import { BufferError, MemoryView, open } from "instride";
import { adoptChunk, zarrChunk } from "instride/interop/zarrita";

const rt = await open({ threads: 2 });
afterAll(() => rt.close());

type Store = Map<zarr.AbsolutePath, Uint8Array>;

/** An array of `shape`, in chunks of 2 along each axis, that counts from 0. */
async function counting(dataType: zarr.DataType, shape: readonly number[], order: "C" | "F" = "C") {
  const store: Store = new Map();
  const axes = shape.map((_, axis) => axis);
  const codecs = order === "C" ? [] : [{ name: "transpose", configuration: { order: axes.toReversed() } }];
  const array = await zarr.create(zarr.root(store), {
    shape: [...shape],
    chunkShape: shape.map(() => 2),
    dtype: dataType,
    codecs: [...codecs, { name: "bytes", configuration: { endian: "little" } }],
  } as never);
  const size = shape.reduce((product, length) => product * length, 1);
  const isBig = dataType.includes("64") && dataType.includes("int");
  const data = Array.from({ length: size }, (_, i) => (isBig ? BigInt(i) : i));
  const Numbers = { int16: Int16Array, float64: Float64Array, int64: BigInt64Array }[dataType as string]!;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  await zarr.set(array as never, null, {
    data: new Numbers(data as never),
    shape: [...shape],
    stride: strides,
  });
  return array as unknown as zarr.Array<"float64">;
}

test.each(["int16", "int64", "float64"] as const)("zarrChunk: a chunk of %s is viewed in place", async (dtype) => {
  const array = await counting(dtype, [4, 4]);
  const chunk = await array.getChunk([1, 0]);
  using view = new MemoryView(zarrChunk(chunk));
  const list = [
    [8, 9],
    [12, 13],
  ];
  expect([view.dtype, view.shape]).toEqual([dtype, [2, 2]]);
  expect((view.toList() as unknown[][]).map((row) => row.map(Number))).toEqual(list);
  view.set(dtype === "int64" ? 5n : 5, 0, 0);
  expect(Number(chunk.data[0])).toBe(5);
});

test("zarrChunk: a chunk in Fortran order has the strides that it has", async () => {
  const array = await counting("float64", [2, 2], "F");
  const chunk = await array.getChunk([0, 0]);
  using view = new MemoryView(zarrChunk(chunk));
  expect(view.toList()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(view.strides).toEqual(chunk.stride.map((elements) => elements * 8));
});

test("adoptChunk: what zarrita assembles in shared memory is an array of the runtime, in place", async () => {
  const array = await counting("float64", [4, 6]);
  const region = await zarr.get(array, [zarr.slice(1, 4), null], { useSharedArrayBuffer: true });
  expect(region.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  const x = adoptChunk<"float64">(rt, region, { label: "region" });
  expect(await rt.reduce("sum")(x)).toBe(Array.from({ length: 18 }, (_, i) => i + 6).reduce((a, b) => a + b));
  x.set(-1, 0, 0);
  expect(region.data[0]).toBe(-1);
  x.release();
});

test("adoptChunk: private memory is copied by from, and refused with that", async () => {
  const array = await counting("float64", [2, 2]);
  const chunk = await array.getChunk([0, 0]);
  expect(() => adoptChunk(rt, chunk)).toThrow("cannot adopt an ArrayBuffer");
  const x = rt.from(zarrChunk(chunk));
  expect(x.toList()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  x.release();
});

test("zarrChunk: booleans, and strings of fixed length, are exported; other values are not", () => {
  const layout = { shape: [2], stride: [1] };
  using flags = new MemoryView(zarrChunk({ data: new zarr.BoolArray([true, false]), ...layout }));
  expect([flags.dtype, flags.toList()]).toEqual(["bool", [true, false]]);
  using bytes = new MemoryView(zarrChunk({ data: new zarr.ByteStringArray(3, ["abc", "d"]), ...layout }));
  expect([bytes.format, bytes.hex(" ")]).toEqual(["3s", "61 62 63 64 00 00"]);
  using text = new MemoryView(zarrChunk({ data: new zarr.UnicodeStringArray(3, ["abc", "dé"]), ...layout }));
  expect([text.format, text.itemsize, text.toList()]).toEqual(["3w", 12, ["abc", "dé"]]);
  expect(() => zarrChunk({ data: ["a", "b"], ...layout })).toThrow("its elements are values, expected memory");
  expect(() => adoptChunk(rt, { data: new zarr.ByteStringArray(3, ["abc", "d"]), ...layout })).toThrow(BufferError);
});

test("zarrChunk: a chunk that lies about its layout is refused", () => {
  const data = new Float64Array(4);
  for (const [shape, stride] of [
    [[5], [1]],
    [
      [2, 2],
      [4, 1],
    ],
    [[4], [-1]],
    [[2], [1.3]],
    [[2, 2], [1]],
  ] as const) {
    expect(() => new MemoryView(zarrChunk({ data, shape, stride }))).toThrow(BufferError);
  }
});
