import { expect, test } from "vitest";
import { ValueError } from "../../src/errors.ts";
import type { Exporter } from "../../src/protocol/exporter.ts";
import { hashOf } from "../../src/views/hash.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";

/** Memory that its exporter gives read-only, as Python's `bytes` do. */
class Bytes implements Exporter {
  readonly #buffer: ArrayBuffer;

  constructor(text: string) {
    this.#buffer = Uint8Array.from(Buffer.from(text)).buffer;
  }

  getBuffer(flags: number): BufferInfo {
    return fillInfo({ buffer: this.#buffer, readonly: true }, flags, "bytes");
  }
}

test("hashOf: is FNV-1a of 32 bits", () => {
  // Landon Curt Noll's test vectors.
  for (const [text, hash] of [
    ["", 0x811c9dc5],
    ["a", 0xe40c292c],
    ["b", 0xe70c2de5],
    ["foobar", 0xbf9cf968],
    ["chongo was here!\n", 0xd49930d5],
  ] as const) {
    expect(hashOf(Buffer.from(text))).toBe(hash);
  }
});

test("hash: is that of the bytes in C order, whatever the strides, the shape and the byte format", () => {
  const view = new MemoryView(new Bytes("foobar"));
  expect(view.hash()).toBe(0xbf9cf968);
  expect(view.cast("c").hash()).toBe(0xbf9cf968);
  expect(view.cast("b", [2, 3]).hash()).toBe(0xbf9cf968);
  expect(new MemoryView(new Bytes("raboof")).at("::-1").hash()).toBe(0xbf9cf968);
  expect(view.cast("B", [2, 3]).transpose().hash()).toBe(hashOf(Buffer.from("fboaor")));
});

test("hash: of a writable view is a ValueError, and before that of another format nothing is said", () => {
  expect(() => new MemoryView(new Uint8Array(3)).hash()).toThrow(ValueError);
  expect(() => new MemoryView(new Uint16Array(3)).hash()).toThrow("cannot hash a writable view");
});

test("hash: of another format than B, b and c is a ValueError", () => {
  const view = new MemoryView(new Bytes("foobar"));
  expect(() => view.cast("h").hash()).toThrow(ValueError);
  expect(() => view.cast("?").hash()).toThrow('cannot hash a view of format "?": expected "B", "b" or "c"');
});

test("hash: of a read-only view of memory that can still change is a TypeError", () => {
  const data = new Uint8Array([1, 2, 3]);
  expect(() => new MemoryView(data).toReadonly().hash()).toThrow(TypeError);
  expect(() => new MemoryView(new MemoryView(data).toReadonly()).hash()).toThrow(TypeError);
});
