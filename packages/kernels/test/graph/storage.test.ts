import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newLanes } from "../../src/graph/lanes.ts";
import type { LaneType } from "../../src/graph/operations.ts";
import { LANE_OF_DTYPE, partOffset, readerOf, writerOf } from "../../src/graph/storage.ts";

/** A part of an element, read and written by the engine's own typed arrays: their elements are a value's bits. */
const ORACLE: Readonly<
  Record<
    DType,
    { readonly array: (buffer: ArrayBuffer) => ArrayLike<number | bigint>; readonly toLane: (x: number) => number }
  >
> = {
  bool: { array: (buffer) => new Uint8Array(buffer), toLane: (x) => Math.min(x, 1) },
  int8: { array: (buffer) => new Int8Array(buffer), toLane: (x) => x },
  int16: { array: (buffer) => new Int16Array(buffer), toLane: (x) => x },
  int32: { array: (buffer) => new Int32Array(buffer), toLane: (x) => x },
  int64: { array: (buffer) => new BigInt64Array(buffer), toLane: (x) => x },
  uint8: { array: (buffer) => new Uint8Array(buffer), toLane: (x) => x },
  uint16: { array: (buffer) => new Uint16Array(buffer), toLane: (x) => x },
  uint32: { array: (buffer) => new Uint32Array(buffer), toLane: (x) => x - (x >= 2 ** 31 ? 2 ** 32 : 0) },
  uint64: { array: (buffer) => new BigInt64Array(buffer), toLane: (x) => x },
  float16: { array: (buffer) => new Uint16Array(buffer), toLane: (x) => x },
  float32: { array: (buffer) => new Float32Array(buffer), toLane: (x) => x },
  float64: { array: (buffer) => new Float64Array(buffer), toLane: (x) => x },
  complex64: { array: (buffer) => new Float32Array(buffer), toLane: (x) => x },
  complex128: { array: (buffer) => new Float64Array(buffer), toLane: (x) => x },
};

const dtypes = Object.keys(DTYPES) as DType[];

/** Bytes of one part. */
function partBytes(dtype: DType): number {
  return DTYPES[dtype].itemsize / DTYPES[dtype].lanes;
}

/** The part of so many bytes at an offset, which need not be aligned, as its lane should be. */
function laneFrom(dtype: DType, bytes: Uint8Array, offset: number): number | bigint {
  const alone = bytes.slice(offset, offset + partBytes(dtype));
  return ORACLE[dtype].toLane(ORACLE[dtype].array(alone.buffer)[0] as number);
}

const COUNT = 7;
const bytes = fc.uint8Array({ minLength: 400, maxLength: 400 });
const places = fc.record({ offset: fc.nat(9), stride: fc.integer({ min: -40, max: 40 }), first: fc.nat(3) });

test.for(dtypes)("storage: %s is read at any offset and stride, into the lanes that are meant", (dtype) => {
  const property = fc.property(
    bytes,
    places,
    fc.constantFrom(0 as const, 1 as const),
    (memory, { offset, stride, first }, part) => {
      fc.pre(part < DTYPES[dtype].lanes);
      const start = offset + partOffset(dtype, part) + (stride < 0 ? 300 : 0);
      const lanes = newLanes<LaneType>(LANE_OF_DTYPE[dtype], COUNT + 6);
      readerOf(dtype)(new DataView(memory.buffer), start, stride, lanes, first, COUNT);
      for (let i = 0; i < lanes.length; i++) {
        const isRead = i >= first && i < first + COUNT;
        const expected = isRead
          ? laneFrom(dtype, memory, start + (i - first) * stride)
          : newLanes(LANE_OF_DTYPE[dtype], 1)[0];
        expect(lanes[i]).toBe(expected);
      }
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test.for(dtypes)("storage: %s that is written is what was read, and no byte beside it changes", (dtype) => {
  const property = fc.property(bytes, places, (memory, { offset, stride, first }) => {
    fc.pre(Math.abs(stride) >= DTYPES[dtype].itemsize);
    const start = offset + (stride < 0 ? 300 : 0);
    const lanes = newLanes<LaneType>(LANE_OF_DTYPE[dtype], COUNT + 6);
    readerOf(dtype)(new DataView(memory.buffer), start, stride, lanes, first, COUNT);
    const target = new Uint8Array(memory.length).fill(0xa5);
    writerOf(dtype)(new DataView(target.buffer), start, stride, lanes, first, COUNT);
    const written = new Set<number>();
    for (let i = 0; i < COUNT; i++) {
      const at = start + i * stride;
      // Compared as values: a NaN may come back with other bits.
      expect(laneFrom(dtype, target, at)).toBe(laneFrom(dtype, memory, at));
      for (let byte = 0; byte < partBytes(dtype); byte++) written.add(at + byte);
    }
    expect(target.every((byte, at) => written.has(at) || byte === 0xa5)).toBe(true);
  });
  fc.assert(property, { numRuns: 60 });
});

test("storage: integers and float16 are written by their low bits, a bool as 0 or 1", () => {
  const memory = new DataView(new ArrayBuffer(8));
  const write = (dtype: DType, value: number): string => {
    memory.setBigUint64(0, 0x5555_5555_5555_5555n);
    writerOf(dtype)(memory, 0, 0, Int32Array.of(value), 0, 1);
    return memory.getBigUint64(0).toString(16).padStart(16, "0");
  };
  expect(write("int8", 0x1234_56ff)).toBe("ff55555555555555");
  expect(write("uint8", -2)).toBe("fe55555555555555");
  expect(write("int16", 0x1234_56ff)).toBe("ff56555555555555");
  expect(write("uint16", -2)).toBe("feff555555555555");
  expect(write("float16", 0x3c00)).toBe("003c555555555555");
  expect(write("uint32", -2)).toBe("feffffff55555555");
  writerOf("bool")(memory, 0, 1, Uint8Array.of(1, 0), 0, 2);
  expect([memory.getUint8(0), memory.getUint8(1)]).toEqual([1, 0]);
});
