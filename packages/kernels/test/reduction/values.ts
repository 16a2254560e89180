/**
 * Numbers of arrays, as tests compare them.
 *
 * @module
 */
import { decodeFloat16, type DType, DTYPES, encodeFloat16 } from "@instride/core";
import type { LaneValue } from "../../src/graph/graph.ts";
import { workingLane } from "../../src/expansion/parts.ts";

/** Parts of elements that lie side by side: of complex numbers in turn. */
export function partsOf(dtype: DType, bytes: Uint8Array): (number | bigint)[] {
  const { itemsize, lanes } = DTYPES[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = itemsize / lanes;
  return Array.from({ length: bytes.length / size }, (_, at) => readPart(dtype, view, at * size));
}

function readPart(dtype: DType, view: DataView, at: number): number | bigint {
  switch (dtype) {
    case "bool":
    case "uint8":
      return view.getUint8(at);
    case "int8":
      return view.getInt8(at);
    case "int16":
      return view.getInt16(at, true);
    case "uint16":
      return view.getUint16(at, true);
    case "int32":
      return view.getInt32(at, true);
    case "uint32":
      return view.getUint32(at, true);
    case "int64":
      return view.getBigInt64(at, true);
    case "uint64":
      return view.getBigUint64(at, true);
    case "float16":
      return decodeFloat16(view.getUint16(at, true));
    case "float32":
    case "complex64":
      return view.getFloat32(at, true);
    default:
      return view.getFloat64(at, true);
  }
}

/** The bytes of numbers of a dtype. */
export function bytesOfParts(dtype: DType, parts: readonly (number | bigint)[]): Uint8Array {
  const { itemsize, lanes } = DTYPES[dtype];
  const size = itemsize / lanes;
  const bytes = new Uint8Array(parts.length * size);
  const view = new DataView(bytes.buffer);
  for (const [at, part] of parts.entries()) writePart(dtype, view, at * size, part);
  return bytes;
}

function writePart(dtype: DType, view: DataView, at: number, part: number | bigint): void {
  switch (dtype) {
    case "bool":
      return view.setUint8(at, Number(part) === 0 ? 0 : 1);
    case "uint8":
    case "int8":
      return view.setUint8(at, Number(part));
    case "int16":
    case "uint16":
      return view.setUint16(at, Number(part), true);
    case "int32":
    case "uint32":
      return view.setUint32(at, Number(part), true);
    case "int64":
    case "uint64":
      return view.setBigUint64(at, BigInt.asUintN(64, BigInt(part)), true);
    case "float16":
      return view.setUint16(at, encodeFloat16(Number(part)), true);
    case "float32":
    case "complex64":
      return Number.isNaN(part) ? view.setUint32(at, 0x7fc0_0000, true) : view.setFloat32(at, Number(part), true);
    default:
      if (Number.isNaN(part)) return view.setBigUint64(at, 0x7ff8_0000_0000_0000n, true);
      return view.setFloat64(at, Number(part), true);
  }
}

/** The same bytes, where any NaN is any other. */
export function withOneNaN(dtype: DType, bytes: Uint8Array): Uint8Array {
  return /^float|^complex/.test(dtype) ? bytesOfParts(dtype, partsOf(dtype, bytes)) : bytes;
}

/** A small integer as a reduction's `initial`. */
export function initialLanes(dtype: DType, value: number): LaneValue[] {
  const lane = workingLane(dtype);
  const first = lane === "bool" ? value !== 0 : lane === "i64" ? BigInt(value) : value;
  return DTYPES[dtype].lanes === 2 ? [first, 0] : [first];
}
