/**
 * How the elements of each dtype lie in memory, and how lanes are read from there and written back.
 *
 * A part is what one {@link LoadNode} reads: the whole element, or one of a complex number's two. Bytes are in the order
 * of WebAssembly's memory, which is little-endian, and need no alignment.
 *
 * @module
 */
import { type DType, DTYPES, encodeFloat16 } from "@instride/core";
import type { LaneValue } from "./graph.ts";
import type { Lanes, LanesOf } from "./lanes.ts";

/** What the lanes of a dtype hold. */
export const LANE_OF_DTYPE = {
  bool: "bool",
  int8: "i32",
  int16: "i32",
  int32: "i32",
  int64: "i64",
  uint8: "i32",
  uint16: "i32",
  uint32: "i32",
  uint64: "i64",
  float16: "i32",
  float32: "f32",
  float64: "f64",
  complex64: "f32",
  complex128: "f64",
} as const;

/** Bytes from the start of an element to one of its parts. */
export function partOffset(dtype: DType, part: 0 | 1): number {
  const { itemsize, lanes } = DTYPES[dtype];
  return part * (itemsize / lanes);
}

/** What a load would give of an element that holds a number; of a complex one that has it as its real part. */
export function constantLane(dtype: DType, part: 0 | 1, constant: number): LaneValue {
  if (dtype === "float16") return encodeFloat16(constant);
  const value = part === 0 ? constant : 0;
  const integers = INTEGERS[dtype];
  if (integers !== undefined) return integers.of(value)[0]! | 0;
  switch (LANE_OF_DTYPE[dtype]) {
    case "bool":
      return value !== 0;
    case "i64":
      return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
    case "f32":
      return Math.fround(value);
    default:
      return value;
  }
}

const INTEGERS: { readonly [D in DType]?: { of(value: number): ArrayLike<number> } } = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
};

/**
 * Moves parts of elements between memory and lanes.
 *
 * @param byteOffset - of the first part, in `memory`
 * @param stride - bytes from one to the next; any sign, or 0
 * @param first - lane of the first part
 * @param count - how many
 */
export type Transfer<L extends Lanes = Lanes> = (
  memory: DataView,
  byteOffset: number,
  stride: number,
  lanes: L,
  first: number,
  count: number,
) => void;

type Transfers = { readonly [D in DType]: Transfer<LanesOf[(typeof LANE_OF_DTYPE)[D]]> };

/** Where the parts of a dtype are read: {@link LoadNode} says as what. */
export function readerOf(dtype: DType): Transfer {
  return READ[dtype] as Transfer;
}

/** Where the parts of a dtype are written: of integers and float16 the low bits of a lane. */
export function writerOf(dtype: DType): Transfer {
  return WRITE[dtype] as Transfer;
}

const readFloat32: Transfer<LanesOf["f32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getFloat32(at, true);
};

const readFloat64: Transfer<LanesOf["f64"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getFloat64(at, true);
};

const readInt32: Transfer<LanesOf["i32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getInt32(at, true);
};

const readInt64: Transfer<LanesOf["i64"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getBigInt64(at, true);
};

const readUint16: Transfer<LanesOf["i32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getUint16(at, true);
};

const READ: Transfers = {
  bool: (memory, at, stride, lanes, first, count) => {
    for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getUint8(at) === 0 ? 0 : 1;
  },
  int8: (memory, at, stride, lanes, first, count) => {
    for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getInt8(at);
  },
  int16: (memory, at, stride, lanes, first, count) => {
    for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getInt16(at, true);
  },
  int32: readInt32,
  int64: readInt64,
  uint8: (memory, at, stride, lanes, first, count) => {
    for (let i = first; i < first + count; i++, at += stride) lanes[i] = memory.getUint8(at);
  },
  uint16: readUint16,
  uint32: readInt32,
  uint64: readInt64,
  float16: readUint16,
  float32: readFloat32,
  float64: readFloat64,
  complex64: readFloat32,
  complex128: readFloat64,
};

const writeInt8: Transfer<LanesOf["i32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setInt8(at, lanes[i]!);
};

const writeInt16: Transfer<LanesOf["i32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setInt16(at, lanes[i]!, true);
};

const writeInt32: Transfer<LanesOf["i32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setInt32(at, lanes[i]!, true);
};

const writeInt64: Transfer<LanesOf["i64"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setBigInt64(at, lanes[i]!, true);
};

const writeFloat32: Transfer<LanesOf["f32"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setFloat32(at, lanes[i]!, true);
};

const writeFloat64: Transfer<LanesOf["f64"]> = (memory, at, stride, lanes, first, count) => {
  for (let i = first; i < first + count; i++, at += stride) memory.setFloat64(at, lanes[i]!, true);
};

const WRITE: Transfers = {
  bool: (memory, at, stride, lanes, first, count) => {
    for (let i = first; i < first + count; i++, at += stride) memory.setUint8(at, lanes[i]!);
  },
  int8: writeInt8,
  int16: writeInt16,
  int32: writeInt32,
  int64: writeInt64,
  uint8: writeInt8,
  uint16: writeInt16,
  uint32: writeInt32,
  uint64: writeInt64,
  float16: writeInt16,
  float32: writeFloat32,
  float64: writeFloat64,
  complex64: writeFloat32,
  complex128: writeFloat64,
};
