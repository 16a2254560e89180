import { expect, test, vi } from "vitest";
import { BufferError } from "../../src/errors.ts";
import { type Exporter, getBuffer, isExporter } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";
import { Memory } from "../memory/wasm-memory.ts";

const FULL = BufferFlags.FULL;

/** A class of a user's own: `bytearray`, which locks its size while it is exported. */
class ByteArray implements Exporter {
  readonly given: BufferInfo[] = [];
  buffer = new ArrayBuffer(8);

  getBuffer(flags: number): BufferInfo {
    const flat = { buffer: this.buffer, byteOffset: 0, nbytes: 8, readonly: false, itemsize: 1, format: "B" };
    const info = fillInfo(flat, flags, "a ByteArray");
    this.given.push(info);
    return info;
  }

  releaseBuffer(info: BufferInfo): void {
    this.given.splice(this.given.indexOf(info), 1);
  }

  clear(): void {
    if (this.given.length > 0) throw new BufferError(`cannot resize: ${this.given.length} exports`);
    this.buffer = new ArrayBuffer(0);
  }
}

test.each([
  ["Int8Array", Int8Array, "b", 1],
  ["Uint8Array", Uint8Array, "B", 1],
  ["Uint8ClampedArray", Uint8ClampedArray, "B", 1],
  ["Int16Array", Int16Array, "h", 2],
  ["Uint16Array", Uint16Array, "H", 2],
  ["Int32Array", Int32Array, "i", 4],
  ["Uint32Array", Uint32Array, "I", 4],
  ["BigInt64Array", BigInt64Array, "q", 8],
  ["BigUint64Array", BigUint64Array, "Q", 8],
  ["Float16Array", Float16Array, "e", 2],
  ["Float32Array", Float32Array, "f", 4],
  ["Float64Array", Float64Array, "d", 8],
] as const)("getBuffer: %s exports one axis of its elements", (_, TypedArray, format, itemsize) => {
  for (const buffer of [new ArrayBuffer(64), new SharedArrayBuffer(64)] as ArrayBuffer[]) {
    const array = new TypedArray(buffer, 16, 3);
    using held = getBuffer(array, FULL);
    expect(held).toMatchObject({ byteOffset: 16, nbytes: 3 * itemsize, itemsize, format, ndim: 1, readonly: false });
    expect([held.shape, held.strides, held.suboffsets]).toEqual([[3], [itemsize], null]);
    expect([held.buffer === buffer, held.obj === array]).toEqual([true, true]);
  }
});

test.each([
  ["ArrayBuffer", () => new ArrayBuffer(10), 0, 10],
  ["resizable ArrayBuffer", () => new ArrayBuffer(10, { maxByteLength: 20 }), 0, 10],
  ["SharedArrayBuffer", () => new SharedArrayBuffer(10), 0, 10],
  ["growable SharedArrayBuffer", () => new SharedArrayBuffer(10, { maxByteLength: 20 }), 0, 10],
  ["DataView", () => new DataView(new ArrayBuffer(20), 4, 10), 4, 10],
  ["WebAssembly.Memory", () => new Memory({ initial: 1 }), 0, 65_536],
  ["shared WebAssembly.Memory", () => new Memory({ initial: 1, maximum: 2, shared: true }), 0, 65_536],
  ["empty ArrayBuffer", () => new ArrayBuffer(0), 0, 0],
] as const)("getBuffer: %s exports bytes", (_, make, byteOffset, nbytes) => {
  const memory = make();
  using held = getBuffer(memory, FULL);
  expect(held).toMatchObject({ byteOffset, nbytes, itemsize: 1, format: "B", ndim: 1, readonly: false });
  expect([held.shape, held.strides]).toEqual([[nbytes], [1]]);
  expect(held.buffer).toBe("buffer" in memory ? memory.buffer : memory);
});

test("getBuffer: Node's Buffer exports its part of the pool", () => {
  const bytes = Buffer.from("protocol");
  using held = getBuffer(bytes, FULL);
  expect(held).toMatchObject({ byteOffset: bytes.byteOffset, nbytes: 8, format: "B", shape: [8] });
  expect(held.buffer).toBe(bytes.buffer);
});

test("getBuffer: a typed array that follows a resizable buffer exports what it has at that time", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  const array = new Uint16Array(buffer);
  buffer.resize(12);
  using held = getBuffer(array, FULL);
  expect(held.shape).toEqual([6]);
  buffer.resize(2);
  expect(held.shape).toEqual([6]);
});

test("getBuffer: memory of another realm is known", async () => {
  const { runInNewContext } = await import("node:vm");
  const foreign = runInNewContext("[new Float32Array(3), new ArrayBuffer(5), new SharedArrayBuffer(6)]") as object[];
  expect(foreign[0] instanceof Float32Array).toBe(false);
  expect(foreign.map((memory) => getBuffer(memory, FULL).nbytes)).toEqual([12, 5, 6]);
});

test("getBuffer: a subclass can't lie about where its elements are, nor of which class they are", () => {
  class Liar extends Int16Array {
    override get byteOffset(): number {
      return -100;
    }
    override get byteLength(): number {
      return 1_000_000;
    }
    override get [Symbol.toStringTag](): "Int16Array" {
      return "Float64Array" as "Int16Array";
    }
  }
  Object.defineProperty(Liar.prototype, "BYTES_PER_ELEMENT", { value: 64 });
  class LongBuffer extends ArrayBuffer {
    override get byteLength(): number {
      return 1_000_000;
    }
  }
  expect(getBuffer(new Liar(4), FULL)).toMatchObject({ byteOffset: 0, nbytes: 8, itemsize: 2, format: "h" });
  expect(getBuffer(new LongBuffer(4), FULL).nbytes).toBe(4);
});

test("getBuffer: memory that was detached is refused", () => {
  const buffer = new ArrayBuffer(8);
  const views = [buffer, new Uint8Array(buffer), new Float64Array(buffer, 8), new DataView(buffer, 8)];
  buffer.transfer();
  for (const view of views) expect(() => getBuffer(view, FULL)).toThrow(BufferError);
});

test("getBuffer: views that their buffer shrank away from are refused", () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const views = [new Uint8Array(buffer, 8, 4), new DataView(buffer, 8, 4), new Uint8Array(buffer, 12)];
  buffer.resize(8);
  for (const view of views) expect(() => getBuffer(view, FULL)).toThrow(BufferError);
  expect(getBuffer(new Uint8Array(buffer, 8), FULL).nbytes).toBe(0);
  buffer.resize(16);
  for (const view of views) expect(getBuffer(view, FULL).nbytes).toBe(4);
});

test("getBuffer: strings, arrays, plain objects and other values are no exporters: TypeError", () => {
  const values: unknown[] = ["bytes", [1, 2], {}, { byteLength: 4 }, { getBuffer: 3 }, null, undefined, 7, 7n, true];
  values.push(Symbol("s"), () => 1, new Map(), new Date(), /x/, new Proxy(new ArrayBuffer(4), {}));
  for (const value of values) {
    expect(isExporter(value)).toBe(false);
    expect(() => getBuffer(value, FULL)).toThrow(TypeError);
    expect(() => getBuffer(value, FULL)).toThrow("cannot get a buffer from ");
  }
  expect([new ArrayBuffer(1), new Uint8Array(1), new ByteArray()].every(isExporter)).toBe(true);
});

test("getBuffer: flags that are none are a TypeError, before the exporter is asked", () => {
  const exporter = new ByteArray();
  for (const flags of [-1, 1.5, Number.NaN, "FULL" as unknown as number, undefined as unknown as number]) {
    expect(() => getBuffer(exporter, flags)).toThrow(TypeError);
  }
  expect(exporter.given).toEqual([]);
});

test("getBuffer: a buffer tells what was asked for", () => {
  using simple = getBuffer(new Int32Array(3), BufferFlags.SIMPLE);
  expect([simple.format, simple.shape, simple.strides, simple.ndim, simple.itemsize]).toEqual([null, null, null, 1, 4]);
  using formatted = getBuffer(new Int32Array(3), BufferFlags.FORMAT);
  expect([formatted.format, formatted.shape]).toEqual(["i", null]);
  using contiguous = getBuffer(new Int32Array(3), BufferFlags.CONTIG);
  expect([contiguous.format, contiguous.shape, contiguous.strides]).toEqual([null, [3], null]);
});

test("getBuffer: a class of the user's own is locked while it is exported", () => {
  const bytes = new ByteArray();
  const first = getBuffer(bytes, BufferFlags.SIMPLE);
  const second = getBuffer(bytes, FULL);
  expect([bytes.given.length, first.obj, second.nbytes]).toEqual([2, bytes, 8]);
  first.release();
  expect(() => bytes.clear()).toThrow(BufferError);
  second.release();
  bytes.clear();
  expect([first.obj, second.obj]).toEqual([null, null]);
});

test("release: gives the very object back that the exporter gave, once", () => {
  const bytes = new ByteArray();
  const releaseBuffer = vi.spyOn(bytes, "releaseBuffer");
  const held = getBuffer(bytes, FULL);
  const [info] = bytes.given;
  held.release();
  held.release();
  held[Symbol.dispose]();
  expect(releaseBuffer.mock.calls).toEqual([[info]]);
  expect(releaseBuffer.mock.calls[0]![0]).toBe(info);
});

test("release: `using` gives the buffer back, and an exporter without releaseBuffer is none the wiser", () => {
  const bytes = new ByteArray();
  {
    using held = getBuffer(bytes, FULL);
    expect([held.nbytes, bytes.given.length]).toEqual([8, 1]);
  }
  expect(bytes.given).toEqual([]);
  const bare: Exporter = { getBuffer: (flags) => new ByteArray().getBuffer(flags) };
  getBuffer(bare, FULL).release();
});

test("getBuffer: an exporter's own refusal passes through, and nothing is given back", () => {
  const releaseBuffer = vi.fn<(info: BufferInfo) => void>();
  const refusal = new BufferError("not today");
  const exporter: Exporter = {
    getBuffer: () => {
      throw refusal;
    },
    releaseBuffer,
  };
  expect(() => getBuffer(exporter, FULL)).toThrow(refusal);
  expect(releaseBuffer).not.toHaveBeenCalled();
});
