import { expect, expectTypeOf, test } from "vitest";
import { BufferError } from "../../src/errors.ts";
import { getBuffer, type PyBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags, requests } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { memoryViewFromBuffer } from "../../src/views/temporary-view.ts";

type Ints = readonly number[];

/** The fields that follow a request, by type. */
type Answer<F extends number> = readonly [
  shape: PyBuffer<F>["shape"],
  strides: PyBuffer<F>["strides"],
  suboffsets: PyBuffer<F>["suboffsets"],
  format: PyBuffer<F>["format"],
  readonly: PyBuffer<F>["readonly"],
];

// What the types say is checked by the type checker; the last test holds it against what comes at run time.

test("PyBuffer: bytes have no shape", () => {
  expectTypeOf<Answer<0>>().toEqualTypeOf<readonly [null, null, null, null, boolean]>();
  expectTypeOf<Answer<1>>().toEqualTypeOf<readonly [null, null, null, null, false]>();
  expectTypeOf<Answer<4>>().toEqualTypeOf<readonly [null, null, null, string, boolean]>();
  expectTypeOf<Answer<5>>().toEqualTypeOf<readonly [null, null, null, string, false]>();
});

test("PyBuffer: ND asks for a shape, and no strides", () => {
  expectTypeOf<Answer<8>>().toEqualTypeOf<readonly [Ints, null, null, null, boolean]>();
  expectTypeOf<Answer<9>>().toEqualTypeOf<readonly [Ints, null, null, null, false]>();
  expectTypeOf<Answer<12>>().toEqualTypeOf<readonly [Ints, null, null, string, boolean]>();
  expectTypeOf<Answer<13>>().toEqualTypeOf<readonly [Ints, null, null, string, false]>();
});

type Direct<Format, Readonly> = readonly [Ints, Ints, null, Format, Readonly];
type Indirect<Format, Readonly> = readonly [Ints, Ints, Ints | null, Format, Readonly];

test("PyBuffer: STRIDES and every order of elements ask for shape and strides", () => {
  expectTypeOf<Answer<24 | 56 | 88 | 120 | 152 | 184 | 216 | 248>>().toEqualTypeOf<Direct<null, boolean>>();
  expectTypeOf<Answer<25 | 57 | 89 | 121 | 153 | 185 | 217 | 249>>().toEqualTypeOf<Direct<null, false>>();
  expectTypeOf<Answer<28 | 60 | 92 | 124 | 156 | 188 | 220 | 252>>().toEqualTypeOf<Direct<string, boolean>>();
  expectTypeOf<Answer<29 | 61 | 93 | 125 | 157 | 189 | 221 | 253>>().toEqualTypeOf<Direct<string, false>>();
});

test("PyBuffer: INDIRECT asks for suboffsets, where there are any", () => {
  expectTypeOf<Answer<280 | 312 | 344 | 376 | 408 | 440 | 472 | 504>>().toEqualTypeOf<Indirect<null, boolean>>();
  expectTypeOf<Answer<281 | 313 | 345 | 377 | 409 | 441 | 473 | 505>>().toEqualTypeOf<Indirect<null, false>>();
  expectTypeOf<Answer<284 | 316 | 348 | 380 | 412 | 444 | 476 | 508>>().toEqualTypeOf<Indirect<string, boolean>>();
  expectTypeOf<Answer<285 | 317 | 349 | 381 | 413 | 445 | 477 | 509>>().toEqualTypeOf<Indirect<string, false>>();
});

test("PyBuffer: named requests are what they are made of", () => {
  type Flags = typeof BufferFlags;
  expectTypeOf<Answer<Flags["SIMPLE"]>>().toEqualTypeOf<Answer<0>>();
  expectTypeOf<Answer<Flags["CONTIG"]>>().toEqualTypeOf<readonly [Ints, null, null, null, false]>();
  expectTypeOf<Answer<Flags["CONTIG_RO"]>>().toEqualTypeOf<readonly [Ints, null, null, null, boolean]>();
  expectTypeOf<Answer<Flags["STRIDED"]>>().toEqualTypeOf<Direct<null, false>>();
  expectTypeOf<Answer<Flags["STRIDED_RO"]>>().toEqualTypeOf<Direct<null, boolean>>();
  expectTypeOf<Answer<Flags["RECORDS"]>>().toEqualTypeOf<Direct<string, false>>();
  expectTypeOf<Answer<Flags["RECORDS_RO"]>>().toEqualTypeOf<Direct<string, boolean>>();
  expectTypeOf<Answer<Flags["FULL"]>>().toEqualTypeOf<Indirect<string, false>>();
  expectTypeOf<Answer<Flags["FULL_RO"]>>().toEqualTypeOf<Indirect<string, boolean>>();
});

test("PyBuffer: of one of several requests a field is what any of them gives", () => {
  expectTypeOf<PyBuffer<0 | 24>["shape"]>().toEqualTypeOf<Ints | null>();
  expectTypeOf<PyBuffer<8 | 24>["shape"]>().toEqualTypeOf<Ints>();
  expectTypeOf<PyBuffer<8 | 9>["readonly"]>().toEqualTypeOf<boolean>();
  expectTypeOf<PyBuffer["suboffsets"]>().toEqualTypeOf<Ints | null>();
  expectTypeOf<PyBuffer<2>["format"]>().toEqualTypeOf<string | null>();
});

/** Never called: each line is a mistake that the type checker must find. */
export function mistakes(bytes: Uint8Array): void {
  // @ts-expect-error bytes have no shape
  void getBuffer(bytes, BufferFlags.SIMPLE).shape.length;
  // @ts-expect-error a shape alone has no strides
  void getBuffer(bytes, BufferFlags.CONTIG).strides.length;
  // @ts-expect-error where strides were asked for, a table may be there or not
  void getBuffer(bytes, BufferFlags.FULL).suboffsets.length;
  // @ts-expect-error no format was asked for
  void getBuffer(bytes, BufferFlags.STRIDED_RO).format.length;
}

/** The requests that are made of named ones. */
const REQUESTS: readonly number[] = [
  BufferFlags.SIMPLE,
  BufferFlags.ND,
  ...Array.from({ length: 16 }, (_, orders) => BufferFlags.STRIDES | (orders << 5)),
].flatMap((structure) => [0, BufferFlags.WRITABLE, BufferFlags.FORMAT, 5].map((extras) => structure | extras));

test("getBuffer: fields are null where their type says so, and only there", () => {
  expect(REQUESTS).toHaveLength(72);
  const memory = new MemoryView(new Uint8Array(6));
  for (const flags of REQUESTS) {
    // One axis of bytes is in C and in Fortran order.
    using held = getBuffer(new Uint8Array(6), flags);
    expect([held.shape !== null, held.strides !== null, held.format !== null]).toEqual([
      requests(flags, BufferFlags.ND),
      requests(flags, BufferFlags.STRIDES),
      requests(flags, BufferFlags.FORMAT),
    ]);
    if (requests(flags, BufferFlags.WRITABLE)) {
      expect(held.readonly).toBe(false);
      expect(() => getBuffer(memory.toReadonly(), flags)).toThrow(BufferError);
    }
  }
});

test("getBuffer: suboffsets come to who asks for them, and to nobody else", () => {
  const buffer = new Uint32Array([8, 9, 0]).buffer;
  const place = { buffer, byteOffset: 0, nbytes: 2, readonly: false };
  const rows = { ...place, itemsize: 1, format: "B", ndim: 2, shape: [2, 1], strides: [4, 1], suboffsets: [0, -1] };
  using view = memoryViewFromBuffer(rows);
  for (const flags of REQUESTS) {
    const asksMore = flags >= BufferFlags.INDIRECT && (flags & 0b1110_0000) === 0;
    if (!asksMore) {
      expect(() => getBuffer(view, flags)).toThrow(BufferError);
      continue;
    }
    using held = getBuffer(view, flags);
    expect(held.suboffsets).toEqual([0, -1]);
  }
});
