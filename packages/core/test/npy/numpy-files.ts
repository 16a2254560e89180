/**
 * The files that NumPy wrote (`fixtures/numpy-files.py`), and what is in them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { crc32 } from "node:zlib";
import type { MemoryView } from "@instride/core";

interface ArrayFacts {
  /** Empty in a `.npy` file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  /** CRC-32 of the elements in C order. */
  readonly crc: number;
  /** Their first 256 bytes. */
  readonly data: string;
}

export interface NumpyFile {
  readonly what: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly arrays: readonly ArrayFacts[];
  /** The format that we have for the dtype; null where nothing is said of it. */
  readonly format: string | null;
}

const { files } = JSON.parse(readFileSync(new URL("../fixtures/numpy-files.json", import.meta.url), "utf8")) as {
  readonly files: readonly (Omit<NumpyFile, "bytes"> & { readonly file: string })[];
};

export const NUMPY_FILES: readonly NumpyFile[] = files.map(({ file, ...facts }) => ({
  ...facts,
  format: facts.format ?? null,
  bytes: Uint8Array.from(Buffer.from(file, "base64")),
}));

export const NPY_FILES: readonly NumpyFile[] = NUMPY_FILES.filter(({ arrays }) => arrays[0]?.name === "");
export const NPZ_FILES: readonly NumpyFile[] = NUMPY_FILES.filter(({ arrays }) => arrays[0]?.name !== "");

/** Holds an array to what NumPy says of it. */
export function expectArray(array: MemoryView, { shape, crc, data }: ArrayFacts): void {
  const bytes = array.toBytes("C");
  expect(array.shape).toEqual(shape);
  expect(Buffer.from(bytes.subarray(0, 256)).toString("hex")).toBe(data);
  expect(crc32(bytes)).toBe(crc);
}
