/**
 * When elements are equal: by the values of their elements, whatever the formats and byte orders.
 *
 * Source: CPython `Objects/memoryobject.c`, `memory_richcompare`, `equiv_shape`, `unpack_cmp`.
 *
 * @module
 */
import { codecFor, type Codec } from "../formats/codec.ts";
import type { Strided } from "./copy.ts";
import type { Complex } from "../formats/dtype.ts";
import { FormatError, NotImplementedError } from "../errors.ts";

/** Elements of a format in a buffer. */
export interface Content extends Strided {
  readonly format: string;
}

/**
 * Compares the elements of two memories.
 *
 * Shapes are equal up to the first length of 0. Formats that have no values (pointers, objects) are equal to nothing.
 * NaN is not equal to NaN. Integers and floats are compared exactly, also beyond 2^53.
 *
 * Cost: O(size).
 */
export function contentsAreEqual(a: Content, b: Content): boolean {
  if (!shapesAreEquivalent(a.shape, b.shape)) return false;
  const codecA = readableCodec(a);
  const codecB = readableCodec(b);
  if (codecA === null || codecB === null) return false;
  // However long the axes before the empty one are, there is nothing to compare.
  if (a.shape.includes(0)) return true;
  const bytesA = new DataView(a.buffer);
  const bytesB = new DataView(b.buffer);
  const equalFrom = (axis: number, offsetA: number, offsetB: number): boolean => {
    if (axis === a.shape.length) return valuesAreEqual(codecA.read(bytesA, offsetA), codecB.read(bytesB, offsetB));
    const [stepA, stepB] = [a.strides[axis]!, b.strides[axis]!];
    // Where neither side moves, it is the same two elements all along: elements without bytes may be any number.
    const length = stepA === 0 && stepB === 0 ? 1 : a.shape[axis]!;
    for (let i = 0; i < length; i++) if (!equalFrom(axis + 1, offsetA + i * stepA, offsetB + i * stepB)) return false;
    return true;
  };
  return equalFrom(0, a.byteOffset, b.byteOffset);
}

function readableCodec({ format }: Content): Codec | null {
  try {
    return codecFor(format);
  } catch (error) {
    if (error instanceof NotImplementedError || error instanceof FormatError) return null;
    throw error;
  }
}

function shapesAreEquivalent(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) {
    if (a[axis] !== b[axis]) return false;
    if (a[axis] === 0) return true;
  }
  return true;
}

/** Equality of two elements' values, as Python's `==` has it. */
export function valuesAreEqual(a: unknown, b: unknown): boolean {
  if (isNumeric(a) && isNumeric(b)) return numbersAreEqual(a, b);
  if (isBytes(a) && isBytes(b)) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => valuesAreEqual(item, b[i]));
  }
  if (typeof a === "string" || typeof b === "string") return a === b;
  if (isComplex(a) || isComplex(b)) return complexAreEqual(a, b);
  if (isRecord(a) && isRecord(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && valuesAreEqual(a[name], b[name]))
    );
  }
  return false;
}

type Numeric = number | bigint | boolean;

function isNumeric(value: unknown): value is Numeric {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

function numbersAreEqual(a: Numeric, b: Numeric): boolean {
  const left = typeof a === "boolean" ? Number(a) : a;
  const right = typeof b === "boolean" ? Number(b) : b;
  // oxlint-disable-next-line eslint/eqeqeq -- between a number and a bigint, `==` compares the exact mathematical values
  return left == right;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isComplex(value: unknown): value is Complex {
  // A record has no prototype; a complex number is a plain object.
  return isRecord(value) && Object.getPrototypeOf(value) !== null && "re" in value && "im" in value;
}

function complexAreEqual(a: unknown, b: unknown): boolean {
  const [left, right] = [a, b].map((value): Complex | null => {
    if (isComplex(value)) return value;
    return isNumeric(value) ? { re: Number(value), im: 0 } : null;
  });
  return left != null && right != null && left.re === right.re && left.im === right.im;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isBytes(value);
}
