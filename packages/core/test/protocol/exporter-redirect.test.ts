import { expect, test } from "vitest";
import { BufferError } from "../../src/errors.ts";
import { type Exporter, getBuffer, type PyBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import { answerRequest, type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";

const { FULL, FULL_RO, SIMPLE } = BufferFlags;

/** A class of a user's own, as the documentation of `Exporter` shows it. */
class ByteArray implements Exporter {
  #bytes = new Uint8Array(8);
  #exports = 0;

  get exports(): number {
    return this.#exports;
  }

  getBuffer(flags: number): BufferInfo {
    const { buffer } = this.#bytes;
    const info = fillInfo({ buffer }, flags, "a ByteArray");
    this.#exports++;
    return info;
  }

  releaseBuffer(): void {
    this.#exports--;
  }

  extend(bytes: Uint8Array): void {
    if (this.#exports > 0) throw new BufferError("cannot extend a ByteArray that is exported: release it first");
    this.#bytes = Uint8Array.of(...this.#bytes, ...bytes);
  }
}

/** Hands on the buffer of another exporter: `_testbuffer.ndarray` with `ND_REDIRECT`. */
class Redirect implements Exporter {
  readonly inner: Exporter;
  released = 0;

  constructor(inner: Exporter) {
    this.inner = inner;
  }

  getBuffer(flags: number): BufferInfo {
    return getBuffer(this.inner, flags);
  }

  releaseBuffer(): void {
    this.released++;
  }
}

test("an exporter: of the documentation's example locks its size while it is exported", () => {
  const bytes = new ByteArray();
  {
    using view = new MemoryView(bytes);
    expect([view.shape, view.format, view.obj]).toEqual([[8], "B", bytes]);
    expect(() => bytes.extend(Uint8Array.of(1))).toThrow(BufferError);
    view.set(5, 7);
  }
  bytes.extend(Uint8Array.of(1));
  expect(new MemoryView(bytes).toList()).toEqual([0, 0, 0, 0, 0, 0, 0, 5, 1]);
});

test("a redirecting exporter: consumers see the inner object, and release to it", () => {
  const inner = new ByteArray();
  const outer = new Redirect(inner);
  const held = getBuffer(outer, FULL);
  expect([held.obj, held.nbytes, inner.exports]).toEqual([inner, 8, 1]);
  held.release();
  expect([held.obj, inner.exports, outer.released]).toEqual([null, 0, 0]);
  using view = new MemoryView(new Redirect(outer));
  expect([view.obj, inner.exports]).toEqual([inner, 1]);
});

test("a redirecting exporter: the inner one's refusal passes through", () => {
  const inner = new MemoryView(new Uint8Array(4)).toReadonly();
  expect(() => getBuffer(new Redirect(inner), FULL)).toThrow(BufferError);
  inner.release();
});

test("a redirecting exporter: that asks for less than its consumer needs is refused, and the buffer given back", () => {
  const inner = new ByteArray();
  const readonly = new MemoryView(inner).toReadonly();
  const careless: Exporter = { getBuffer: () => getBuffer(readonly, FULL_RO) };
  expect(() => getBuffer(careless, FULL)).toThrow("it is read-only, expected writable memory");
  readonly.release();
});

test("a redirecting exporter: hands a buffer on once, and none that was released", () => {
  const inner = new ByteArray();
  const kept: PyBuffer = getBuffer(inner, FULL as number);
  const miser: Exporter = { getBuffer: () => kept };
  const first = getBuffer(miser, FULL);
  expect(() => getBuffer(miser, FULL)).toThrow("another consumer has");
  expect([first.released, inner.exports]).toEqual([false, 1]);
  first.release();
  expect([kept.released, inner.exports]).toEqual([true, 0]);
  expect(() => getBuffer(miser, FULL)).toThrow("it was released");
});

test("a redirecting exporter: can't change the buffer that it hands on", () => {
  const forger: Exporter = {
    getBuffer(flags) {
      const held = getBuffer(new ByteArray(), flags);
      expect(() => Object.assign(held, { byteOffset: 4 })).toThrow(TypeError);
      return held;
    },
  };
  expect(getBuffer(forger, FULL).byteOffset).toBe(0);
});

test("a redirecting exporter: before an array of ours, the array is what is locked and lent", () => {
  const owner = new MemoryOwner({ maximumBytes: 2 ** 20 });
  const array = owner.zeros([4], "int32");
  const view = new MemoryView(new Redirect(array));
  expect(view.obj).toBe(array);
  expect(() => array.release()).toThrow(BufferError);
  const [loan] = owner.lend("a job", [{ view, mode: "read" }]);
  expect(loan!.descriptor.byteOffset).toBe(array.byteOffset);
  owner.leases.release(loan!.lease);
  view.release();
  array.release();
});

/** Answers each request from the layout that it has then: `_testbuffer.ndarray` with `ND_VAREXPORT`. */
class Turning implements Exporter {
  readonly #buffer = Uint8Array.of(1, 2, 3, 4, 5, 6).buffer;
  readonly given: BufferInfo[] = [];
  shape: readonly number[] = [6];
  strides: readonly number[] = [1];

  getBuffer(flags: number): BufferInfo {
    const { shape, strides } = this;
    const memory = { buffer: this.#buffer, byteOffset: 0, nbytes: 6, readonly: false };
    const structure = { itemsize: 1, format: "B", ndim: shape.length, shape, strides, suboffsets: null };
    const info = answerRequest({ ...memory, ...structure }, flags, "a Turning");
    this.given.push(info);
    return info;
  }

  releaseBuffer(info: BufferInfo): void {
    this.given.splice(this.given.indexOf(info), 1);
  }
}

test("an exporter: that changes its layout between exports leaves those it gave as they are", () => {
  const turning = new Turning();
  const flat = new MemoryView(turning);
  Object.assign(turning, { shape: [2, 3], strides: [3, 1] });
  const rows = new MemoryView(turning);
  Object.assign(turning, { shape: [3, 2], strides: [1, 3] });
  const columns = new MemoryView(turning);
  expect([flat.toList(), rows.toList(), columns.toList()]).toEqual([
    [1, 2, 3, 4, 5, 6],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ]);
  expect(() => getBuffer(turning, SIMPLE)).toThrow(BufferError);
  const [first, second, third] = turning.given;
  rows.release();
  expect(turning.given).toEqual([first, third]);
  expect(turning.given.includes(second!)).toBe(false);
  flat.release();
  columns.release();
  expect(turning.given).toEqual([]);
});

test("getBuffer: READ and WRITE are no requests, but ways to view memory", () => {
  const bytes = new ByteArray();
  for (const flags of [BufferFlags.READ, BufferFlags.WRITE]) expect(() => getBuffer(bytes, flags)).toThrow(TypeError);
  expect(bytes.exports).toBe(0);
});

test("fillInfo: one line makes an exporter of bytes", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4).buffer;
  const exporter: Exporter = { getBuffer: (flags) => fillInfo({ buffer: bytes }, flags, "four bytes") };
  expect(new MemoryView(exporter).toList()).toEqual([1, 2, 3, 4]);
  const tail: Exporter = {
    getBuffer: (flags) => fillInfo({ buffer: bytes, byteOffset: 2, readonly: true }, flags, "two"),
  };
  expect([new MemoryView(tail).toList(), new MemoryView(tail).readonly]).toEqual([[3, 4], true]);
  const wide: Exporter = {
    getBuffer: (flags) => fillInfo({ buffer: bytes, itemsize: 2, format: ">h" }, flags, "wide"),
  };
  expect(new MemoryView(wide).toList()).toEqual([0x01_02, 0x03_04]);
});
