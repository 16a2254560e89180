/**
 * The elements that the vectors of NumPy's functions are computed of, and how results are compared.
 *
 * @module
 */
import { type DType, DTYPES } from "../../packages/core/src/formats/dtype.ts";
import { decodeFloat16, encodeFloat16 } from "../../packages/core/src/formats/float16.ts";
import { toHex } from "./cases.ts";
import type { Elements } from "./kernel-runtime.ts";

type Pair = readonly [re: number, im: number];

const BOOLS = [1, 0, 1, 1, 0, 0, 1, 0];
const FLOATS = [0, 1, -1.5, 2.25, 7, -0, 3, -5];
const PAIRS: readonly Pair[] = [
  [0, 0],
  [1, 0],
  [-1.5, 2],
  [0, 2.25],
  [7, 0],
  [-0, -1],
  [3, -4],
  [-5, 0],
];

/** Eight elements: zeros, ones, the ends of the range. `y` are those of `x`, from the fourth on. */
export function sampleOf(dtype: DType, which: "x" | "y"): Elements {
  const all = valuesOf(dtype);
  return elementsIn(dtype, which === "x" ? all : [...all.slice(3), ...all.slice(0, 3)]);
}

/** So many ones. */
export function onesOf(dtype: DType, count: number): Elements {
  return elementsIn(
    dtype,
    Array.from({ length: count }, () => 1),
  );
}

/** Elements of some numbers; complex ones of pairs. */
export function elementsIn(dtype: DType, values: readonly (number | bigint | Pair)[]): Elements {
  const { itemsize, lanes } = DTYPES[dtype];
  const memory = new DataView(new ArrayBuffer(values.length * itemsize));
  const write = WRITERS[dtype];
  for (const [place, value] of values.entries()) {
    const parts = Array.isArray(value) ? (value as Pair) : [value as number | bigint];
    for (const [part, number] of parts.entries()) write(memory, place * itemsize + (part * itemsize) / lanes, number);
  }
  return { dtype, bytes: new Uint8Array(memory.buffer) };
}

function valuesOf(dtype: DType): readonly (number | bigint | Pair)[] {
  const bits = BigInt(DTYPES[dtype].itemsize * 8);
  if (dtype === "bool") return BOOLS;
  if (dtype.startsWith("int")) return [0n, 1n, -1n, 2n, 7n, 2n ** (bits - 1n) - 1n, -(2n ** (bits - 1n)), -5n];
  if (dtype.startsWith("uint")) return [0n, 1n, 2n, 3n, 7n, 2n ** bits - 1n, 2n ** (bits - 1n), 5n];
  return dtype.startsWith("float") ? FLOATS : PAIRS;
}

type Write = (memory: DataView, at: number, value: number | bigint) => void;

const writeFloat32: Write = (memory, at, value) => memory.setFloat32(at, Number(value), true);
const writeFloat64: Write = (memory, at, value) => memory.setFloat64(at, Number(value), true);

const WRITERS: Readonly<Record<DType, Write>> = {
  bool: (memory, at, value) => memory.setUint8(at, Number(value)),
  int8: (memory, at, value) => memory.setInt8(at, Number(value)),
  int16: (memory, at, value) => memory.setInt16(at, Number(value), true),
  int32: (memory, at, value) => memory.setInt32(at, Number(value), true),
  int64: (memory, at, value) => memory.setBigInt64(at, BigInt(value), true),
  uint8: (memory, at, value) => memory.setUint8(at, Number(value)),
  uint16: (memory, at, value) => memory.setUint16(at, Number(value), true),
  uint32: (memory, at, value) => memory.setUint32(at, Number(value), true),
  uint64: (memory, at, value) => memory.setBigUint64(at, BigInt(value), true),
  float16: (memory, at, value) => memory.setUint16(at, encodeFloat16(Number(value)), true),
  float32: writeFloat32,
  float64: writeFloat64,
  complex64: writeFloat32,
  complex128: writeFloat64,
};

type FloatDType = "float16" | "float32" | "float64";

/** The dtype of the floats that an element is made of; null for integers and bools. */
const FLOAT_OF: Readonly<Partial<Record<DType, FloatDType>>> = {
  float16: "float16",
  float32: "float32",
  float64: "float64",
  complex64: "float32",
  complex128: "float64",
};

const READERS: Readonly<Record<FloatDType, (memory: DataView, at: number) => number>> = {
  float16: (memory, at) => decodeFloat16(memory.getUint16(at, true)),
  float32: (memory, at) => memory.getFloat32(at, true),
  float64: (memory, at) => memory.getFloat64(at, true),
};

/** Of a number's magnitude: some units in the last place. */
const TOLERANCE: Readonly<Record<FloatDType, number>> = {
  float16: 2 ** -9,
  float32: 2 ** -21,
  float64: 2 ** -50,
};

/** The same of complex numbers: a power's angle is a product, whose error is as many times that of one angle. */
const TOLERANCE_COMPLEX: number = 2 ** 6;

/**
 * Throws unless elements are the ones expected: to the last bit, any NaN for any NaN; inexact ones within a tolerance.
 *
 * @param isInexact - whether a difference of some units in the last place is let through
 */
export function expectElements(
  what: string,
  { dtype, bytes }: Elements,
  expected: Uint8Array,
  isInexact: boolean,
): void {
  if (bytes.length === expected.length && bytes.every((byte, i) => byte === expected[i])) return;
  const float = FLOAT_OF[dtype];
  const problem = (): Error => new Error(`${what}: expected ${toHex(expected)}, got ${toHex(bytes)}`);
  if (float === undefined || bytes.length !== expected.length) throw problem();
  const [actual, wanted] = [elementsOf(dtype, float, bytes), elementsOf(dtype, float, expected)];
  for (const [place, parts] of actual.entries()) {
    const same = parts.every((part, i) => Object.is(part, wanted[place]![i]));
    if (!same && !(isInexact && isNear(parts, wanted[place]!, TOLERANCE[float]))) throw problem();
  }
}

/**
 * Whether a number differs by rounding alone. Real numbers keep the sign of a zero. Complex ones are near by their distance;
 * one that is infinite is one, whatever its angle, which a rounding before has turned as it likes.
 */
function isNear(actual: readonly number[], wanted: readonly number[], tolerance: number): boolean {
  if (wanted.length === 1)
    return wanted[0] !== 0 && Math.abs(actual[0]! - wanted[0]!) <= tolerance * Math.abs(wanted[0]!);
  const size = Math.hypot(...wanted);
  if (size === Infinity) return Math.hypot(...actual) === Infinity;
  const distance = Math.hypot(...actual.map((part, i) => part - wanted[i]!));
  return distance <= tolerance * TOLERANCE_COMPLEX * size;
}

function elementsOf(dtype: DType, float: FloatDType, bytes: Uint8Array): readonly number[][] {
  const { itemsize, lanes } = DTYPES[dtype];
  const memory = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / itemsize }, (_, place) =>
    Array.from({ length: lanes }, (_part, part) =>
      READERS[float](memory, place * itemsize + (part * itemsize) / lanes),
    ),
  );
}

/** The numbers that elements are made of, those of one element together. */
export function valuesIn({ dtype, bytes }: Elements): readonly (readonly (number | bigint)[])[] {
  const float = FLOAT_OF[dtype];
  if (float !== undefined) return elementsOf(dtype, float, bytes);
  const { itemsize } = DTYPES[dtype];
  const bits = 8 * itemsize;
  return Array.from({ length: bytes.length / itemsize }, (_, place) => {
    const whole = bytes
      .subarray(place * itemsize, (place + 1) * itemsize)
      .reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    return [dtype.startsWith("int") ? BigInt.asIntN(bits, whole) : whole];
  });
}
