/**
 * NumPy's own answers: the lines of `numpy_reduce.jsonl`.
 *
 * @module
 */
import { readFileSync } from "node:fs";

export interface NumpyArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex: string;
}

export type NumpyError = { readonly error: string };

export interface ReduceCase {
  readonly id: string;
  readonly kind: "reduce";
  readonly fn: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex: string;
  /** The operand is the array with its axes in this order. */
  readonly perm: readonly number[];
  readonly axis: number | readonly number[] | null;
  readonly args: { readonly keepdims?: boolean; readonly dtype?: string; readonly initial?: number };
  readonly tol: boolean;
  readonly result: NumpyArray | NumpyError;
}

/** A number, or `{ f: "nan" }` and its kin, or a complex number's two. */
export type NumpyValue =
  | number
  | boolean
  | { readonly f: string }
  | { readonly z: readonly [NumpyValue, NumpyValue] }
  | readonly NumpyValue[];

export interface DTypesCase {
  readonly id: string;
  readonly kind: "reduce-dtypes";
  readonly dtype: string;
  /** By function: a dtype or the name of an error; `<function>_empty`: the result of no elements. */
  readonly row: Readonly<Record<string, string | { readonly dtype: string; readonly value: NumpyValue } | NumpyError>>;
}

export interface AccuracyCase {
  readonly id: string;
  readonly kind: "sum-accuracy";
  readonly n: number;
  readonly hex: string;
  readonly fsum: number;
  readonly np_sum: number;
}

export type NumpyCase = ReduceCase | DTypesCase | AccuracyCase;

/** Reads the project's file, or the one that `REDUCE_VECTORS` names: of another seed. */
export function readVectors(): NumpyCase[] {
  const own = new URL("../../../../conformance/vectors/numpy_reduce.jsonl", import.meta.url);
  const lines = readFileSync(process.env["REDUCE_VECTORS"] ?? own, "utf8")
    .trim()
    .split("\n");
  return lines.slice(1).map((line) => JSON.parse(line) as NumpyCase);
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
