import { expectTypeOf, test } from "vitest";
import {
  type BufferFlags as Flags,
  BufferFlags,
  type BufferInfo,
  type Complex,
  type DType,
  type Elements,
  type Exporter,
  getBuffer,
  MemoryOwner,
  MemoryView,
  type Nested,
  type PyBuffer,
  type Reader,
  type Scalar,
  type SharedView,
} from "../src/index.ts";

// What is said here is checked by the type checker; run, it only shows that nothing throws.

const owner = new MemoryOwner({ maximumBytes: 2 ** 20 });

test("types: an array's typed array shows dtype and shared memory", () => {
  expectTypeOf(owner.empty([2], "float64").asTypedArray()).toEqualTypeOf<Float64Array<SharedArrayBuffer>>();
  expectTypeOf(owner.zeros([2], "int64").asTypedArray()).toEqualTypeOf<BigInt64Array<SharedArrayBuffer>>();
  expectTypeOf(owner.full([2], 0, "float16").asTypedArray()).toEqualTypeOf<Float16Array<SharedArrayBuffer>>();
  expectTypeOf(owner.zeros([2], "bool").asTypedArray()).toEqualTypeOf<Uint8Array<SharedArrayBuffer>>();
  expectTypeOf(owner.zeros([2], "complex64").asTypedArray()).toEqualTypeOf<Float32Array<SharedArrayBuffer>>();
  expectTypeOf(owner.from([1, 2], { dtype: "uint16" }).asTypedArray()).toEqualTypeOf<Uint16Array<SharedArrayBuffer>>();
  const adopted = owner.adopt(new SharedArrayBuffer(8), { dtype: "int8", shape: [8] });
  expectTypeOf(adopted.asTypedArray()).toEqualTypeOf<Int8Array<SharedArrayBuffer>>();
  const confined = new MemoryOwner({ confined: true }).adopt(new ArrayBuffer(8), { dtype: "int8", shape: [8] });
  expectTypeOf(confined.asTypedArray()).toEqualTypeOf<Int8Array<ArrayBuffer>>();
});

test("types: what is made of a view keeps dtype and buffer", () => {
  const array = owner.zeros([2, 3], "float32");
  expectTypeOf(array).toEqualTypeOf<SharedView<"float32">>();
  expectTypeOf(array).toEqualTypeOf<MemoryView<"float32", SharedArrayBuffer>>();
  for (const view of [array.at(0), array.transpose(), array.reshape([6]), array.flip(), array.toReadonly()]) {
    expectTypeOf(view).toEqualTypeOf<SharedView<"float32">>();
  }
  expectTypeOf(array.dtype).toEqualTypeOf<"float32">();
  expectTypeOf(array.elements()).toEqualTypeOf<Elements<"float32", SharedArrayBuffer>>();
  expectTypeOf(array.elements().data).toEqualTypeOf<Float32Array<SharedArrayBuffer>>();
});

test("types: elements are the dtype's values", () => {
  expectTypeOf<Scalar<"int32">>().toEqualTypeOf<number>();
  expectTypeOf<Scalar<"uint64">>().toEqualTypeOf<bigint>();
  expectTypeOf<Scalar<"bool">>().toEqualTypeOf<boolean>();
  expectTypeOf<Scalar<"complex128">>().toEqualTypeOf<Complex>();
  expectTypeOf(owner.zeros([1], "int64").get(0)).toEqualTypeOf<bigint>();
  expectTypeOf(owner.zeros([1], "float64").get(0)).toEqualTypeOf<number>();
  expectTypeOf(owner.zeros([1], "int64").reader()).toEqualTypeOf<Reader<bigint>>();
  expectTypeOf(owner.zeros([1], "uint8").reader()).toEqualTypeOf<Reader>();
  owner.zeros([1], "bool").set(true, 0);
  owner.full([1], { re: 0, im: 1 }, "complex64").set({ re: 1, im: 0 }, 0);
});

test("types: a view of which nothing is said has any dtype, or none", () => {
  const view = new MemoryView(new Float64Array(1));
  expectTypeOf(view.dtype).toEqualTypeOf<DType | null>();
  expectTypeOf(new MemoryView<"float64", ArrayBuffer>(new Float64Array(1)).asTypedArray()).toEqualTypeOf<
    Float64Array<ArrayBuffer>
  >();
  expectTypeOf(view.shape).toEqualTypeOf<readonly number[]>();
});

test("types: the answer to a request follows the flags", () => {
  const bytes = new Uint8Array(4);
  const full = getBuffer(bytes, BufferFlags.FULL_RO);
  expectTypeOf(full.shape).toEqualTypeOf<readonly number[]>();
  expectTypeOf(full.strides).toEqualTypeOf<readonly number[]>();
  expectTypeOf(full.format).toEqualTypeOf<string>();
  const simple = getBuffer(bytes, BufferFlags.SIMPLE);
  expectTypeOf(simple.shape).toEqualTypeOf<null>();
  expectTypeOf(simple.strides).toEqualTypeOf<null>();
  expectTypeOf(simple.format).toEqualTypeOf<null>();
  const contiguous = getBuffer(bytes, BufferFlags.CONTIG);
  expectTypeOf(contiguous.shape).toEqualTypeOf<readonly number[]>();
  expectTypeOf(contiguous.strides).toEqualTypeOf<null>();
  expectTypeOf(contiguous.format).toEqualTypeOf<null>();
  expectTypeOf(getBuffer(bytes, BufferFlags.FORMAT).format).toEqualTypeOf<string>();
  expectTypeOf(getBuffer(bytes, BufferFlags.STRIDED).format).toEqualTypeOf<null>();
  expectTypeOf(getBuffer(bytes, BufferFlags.F_CONTIGUOUS).strides).toEqualTypeOf<readonly number[]>();
});

test("types: of a request that the types can't tell apart each field may be null", () => {
  const flags: number = BufferFlags.FULL;
  expectTypeOf(getBuffer(new Uint8Array(4), flags).shape).toEqualTypeOf<readonly number[] | null>();
  expectTypeOf(getBuffer(new Uint8Array(4), BufferFlags.ND | BufferFlags.FORMAT).format).toEqualTypeOf<string | null>();
  expectTypeOf<PyBuffer<1024>["shape"]>().toEqualTypeOf<readonly number[] | null>();
  expectTypeOf<PyBuffer<120>["shape"]>().toEqualTypeOf<readonly number[]>();
  expectTypeOf<PyBuffer<0 | 24>["shape"]>().toEqualTypeOf<readonly number[] | null>();
  expectTypeOf<PyBuffer>().toExtend<BufferInfo & Disposable>();
  expectTypeOf<(typeof Flags)["FULL"]>().toEqualTypeOf<285>();
});

test("types: any class with getBuffer is an exporter", () => {
  class Image {
    getBuffer(flags: number): BufferInfo {
      return new MemoryView(new Uint8Array(flags)).getBuffer(flags);
    }
  }
  expectTypeOf<Image>().toExtend<Exporter>();
  expectTypeOf<MemoryView>().toExtend<Exporter>();
  expectTypeOf<number[][]>().toExtend<Nested>();
});

/** Never called: each line is a mistake that the type checker must find. */
export function mistakes(view: MemoryView<"int32">): void {
  // @ts-expect-error strings and lists are no exporters
  void new MemoryView("bytes");
  // @ts-expect-error strings and lists are no exporters
  void new MemoryView([1, 2]);
  // @ts-expect-error no dtype has this name
  owner.empty([2], "double");
  // @ts-expect-error a shape is an array
  owner.empty(2, "float64");
  // @ts-expect-error an element of an int32 view is a number
  view.set("1", 0);
  // @ts-expect-error an element of an int32 view is a number
  view.set({ re: 1, im: 0 }, 0);
  // @ts-expect-error indices are integers
  view.get("0");
  // @ts-expect-error an index key is an integer, a slice, null or "..."
  view.at("first");
  // @ts-expect-error attributes are read-only
  view.shape = [1];
  // @ts-expect-error attributes are read-only, and their items too
  view.shape[0] = 1;
  // @ts-expect-error a reader has no way to write
  view.reader().set(0, 1);
  // @ts-expect-error what was not asked for is null
  void getBuffer(new Uint8Array(1), BufferFlags.SIMPLE).shape.length;
  // @ts-expect-error only buffers are adopted
  owner.adopt(new Uint8Array(8), { dtype: "uint8", shape: [8] });
  // @ts-expect-error the memory of an array is shared, that of this type is not
  const unshared: Float64Array<ArrayBuffer> = owner.empty([2], "float64").asTypedArray();
  void unshared;
}
