import { expect, test, vi } from "vitest";
import { BufferError } from "../../src/errors.ts";
import { checkAnswer } from "../../src/protocol/exporter-answer.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { NDIM_MAX } from "../../src/layout/layout.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";

const { C_CONTIGUOUS, F_CONTIGUOUS, FULL, FULL_RO, ND, SIMPLE, STRIDES } = BufferFlags;
const MOST = Number.MAX_SAFE_INTEGER;

/** Two rows of three int32, from byte 8 of 64. */
const TRUE: BufferInfo = {
  buffer: new ArrayBuffer(64),
  byteOffset: 8,
  nbytes: 24,
  readonly: false,
  itemsize: 4,
  format: "i",
  ndim: 2,
  shape: [2, 3],
  strides: [12, 4],
  suboffsets: null,
};

/** An exporter that answers every request so. */
function exporterOf(answer: unknown): { getBuffer: () => BufferInfo; releaseBuffer: (info: BufferInfo) => void } {
  return { getBuffer: () => answer as BufferInfo, releaseBuffer: vi.fn<(info: BufferInfo) => void>() };
}

test.each<[string, Partial<Record<keyof BufferInfo, unknown>>]>([
  ["buffer", { buffer: null }],
  ["buffer", { buffer: new Uint8Array(64) }],
  ["buffer", { buffer: { byteLength: 64 } }],
  ["byteOffset", { byteOffset: -4 }],
  ["byteOffset", { byteOffset: 0.5 }],
  ["byteOffset", { byteOffset: "8" }],
  ["nbytes", { nbytes: Number.NaN }],
  ["nbytes", { nbytes: 25 }],
  ["nbytes", { nbytes: 23, shape: null, strides: null, ndim: 1 }],
  ["readonly", { readonly: 0 }],
  ["readonly", { readonly: undefined }],
  ["itemsize", { itemsize: 2, nbytes: 12 }],
  ["itemsize", { itemsize: 2 ** 53 }],
  ["format", { format: 105 }],
  ["itemsize", { format: "d" }],
  ["itemsize", { format: null }],
  ["shape is [2, 3], expected null or 3 integers", { ndim: 3 }],
  ["ndim", { ndim: NDIM_MAX + 1 }],
  ["shape", { shape: "23" }],
  ["shape", { shape: [2, 3, 1] }],
  ["shape[1]", { shape: [2, -3], nbytes: 24 }],
  ["shape[0]", { shape: [Number.NaN, 3] }],
  ["shape", { shape: null, strides: null }],
  ["shape", { shape: [MOST, 2], strides: [0, 0] }],
  ["shape", { shape: [MOST, 2, 0], strides: [0, 0, 0], ndim: 3, nbytes: 0 }],
  ["strides", { strides: [12] }],
  ["strides[0]", { strides: [1.5, 4] }],
  ["suboffsets", { suboffsets: [0] }],
  ["suboffsets", { suboffsets: undefined }],
  ["bytes [8, 72)", { strides: [52, 4] }],
  ["bytes [-4, 20)", { strides: [-12, 4] }],
  ["bytes [41, 65)", { byteOffset: 41 }],
  ["bytes [65, 65)", { byteOffset: 65, shape: [0, 3], nbytes: 0 }],
  ["bytes", { strides: [MOST, MOST] }],
])("getBuffer: an exporter that lies about its %s is refused, and gets its buffer back: %o", (fact, lie) => {
  const answer = { ...TRUE, ...lie };
  const exporter = exporterOf(answer);
  for (const ask of [() => getBuffer(exporter, FULL), () => new MemoryView(exporter)]) {
    vi.mocked(exporter.releaseBuffer).mockClear();
    expect(ask).toThrow(BufferError);
    expect(exporter.releaseBuffer).toHaveBeenCalledTimes(1);
    expect(vi.mocked(exporter.releaseBuffer).mock.calls[0]![0]).toBe(answer);
    expect(ask).toThrow(fact);
  }
});

test("getBuffer: an exporter that answers nothing is refused, and there is nothing to give back", () => {
  for (const answer of [null, undefined, 3, "bytes"]) {
    const exporter = exporterOf(answer);
    expect(() => getBuffer(exporter, FULL)).toThrow(BufferError);
    expect(() => getBuffer(exporter, FULL)).toThrow("getBuffer returned ");
    expect(exporter.releaseBuffer).not.toHaveBeenCalled();
  }
});

test("checkAnswer: the error names the exporter, the request, the field and what would have been right", () => {
  expect(() => checkAnswer({ ...TRUE, format: "d" }, STRIDES, "an object of class Image")).toThrow(
    "cannot use the buffer that an object of class Image exported for request STRIDES: itemsize is 4, expected 8, " +
      'the size of format "d"',
  );
});

test("checkAnswer: refuses what the request can't cope with", () => {
  expect(() => checkAnswer({ ...TRUE, readonly: true }, FULL, "it")).toThrow("it is read-only");
  expect(checkAnswer({ ...TRUE, readonly: true }, FULL_RO, "it").readonly).toBe(true);
  const fortran = { ...TRUE, strides: [4, 8] };
  for (const flags of [SIMPLE, ND, C_CONTIGUOUS]) {
    expect(() => checkAnswer(fortran, flags, "it")).toThrow(
      "strides are [4, 8], expected contiguous elements in order C",
    );
  }
  expect(() => checkAnswer(TRUE, F_CONTIGUOUS, "it")).toThrow("in order F");
  expect(checkAnswer(fortran, F_CONTIGUOUS, "it").strides).toEqual([4, 8]);
  const indirect = { ...TRUE, strides: [4, 4], suboffsets: [0, -1] };
  expect(() => checkAnswer(indirect, STRIDES, "it")).toThrow("it has suboffsets, expected none");
  expect(checkAnswer(indirect, FULL, "it").suboffsets).toEqual([0, -1]);
});

test("checkAnswer: fills in shape and strides that were asked for and not told", () => {
  const flat = { ...TRUE, ndim: 1, shape: null, strides: null };
  expect(checkAnswer(flat, FULL, "it")).toMatchObject({ shape: [6], strides: [4], format: "i" });
  expect(checkAnswer({ ...TRUE, strides: null }, FULL, "it")).toMatchObject({ shape: [2, 3], strides: [12, 4] });
  const bytes = { ...flat, itemsize: 1, format: null };
  expect(checkAnswer(bytes, FULL, "it")).toMatchObject({ shape: [24], strides: [1], format: "B" });
});

test("checkAnswer: leaves out what was not asked for", () => {
  expect(checkAnswer(TRUE, SIMPLE, "it")).toMatchObject({ shape: null, strides: null, format: null, itemsize: 4 });
  expect(checkAnswer(TRUE, ND, "it")).toMatchObject({ shape: [2, 3], strides: null, format: null });
});

test("checkAnswer: a scalar has neither shape nor strides, however it is told", () => {
  for (const shape of [null, []]) {
    const scalar = { ...TRUE, ndim: 0, shape, strides: shape, nbytes: 4 };
    expect(checkAnswer(scalar, FULL, "it")).toMatchObject({ ndim: 0, shape: null, strides: null, nbytes: 4 });
  }
});

test("checkAnswer: suboffsets that are all negative say nothing, and are null", () => {
  expect(checkAnswer({ ...TRUE, suboffsets: [-1, -1] }, STRIDES, "it").suboffsets).toBe(null);
});

test("checkAnswer: an unknown format is kept: its elements can be moved, not read", () => {
  const unknown = new MemoryView(exporterOf({ ...TRUE, format: "no format" }));
  expect([unknown.dtype, unknown.format]).toEqual([null, "no format"]);
  expect(unknown.toBytes()).toHaveLength(24);
  expect(() => unknown.get(0, 0)).toThrow("no format");
  expect(() => unknown.elements()).toThrow(TypeError);
});

test("checkAnswer: takes a snapshot that the exporter can't change afterwards", () => {
  const answer = { ...TRUE, shape: [2, 3], strides: [12, 4] };
  const view = new MemoryView(exporterOf(answer));
  answer.shape[0] = 1000;
  answer.strides[0] = -1000;
  Object.assign(answer, { byteOffset: -5, itemsize: 1000 });
  expect([view.shape, view.strides, view.byteOffset, view.itemsize]).toEqual([[2, 3], [12, 4], 8, 4]);
  expect(Object.isFrozen(view.shape) && Object.isFrozen(view.strides)).toBe(true);
});

test("checkAnswer: a field that answers differently the second time is asked once", () => {
  for (const [field, later] of [
    ["byteOffset", -1],
    ["shape", [1000, 1000]],
    ["buffer", new ArrayBuffer(0)],
    ["nbytes", -1],
  ] as const) {
    const answers: unknown[] = [TRUE[field], later];
    const shifty = Object.defineProperty({ ...TRUE }, field, { get: () => answers.shift() });
    expect(checkAnswer(shifty, FULL, "it")).toEqual({ ...TRUE, internal: undefined });
  }
});

test("checkAnswer: what the exporter's fields throw passes through, after the buffer was given back", () => {
  const angry = new Error("read me not");
  const answer = Object.defineProperty({ ...TRUE }, "shape", {
    get: () => {
      throw angry;
    },
  });
  const exporter = exporterOf(answer);
  expect(() => getBuffer(exporter, FULL)).toThrow(angry);
  expect(exporter.releaseBuffer).toHaveBeenCalledTimes(1);
});
