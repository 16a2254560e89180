/**
 * Descriptors that lie: each has one field that no honest one has.
 *
 * @module
 */
import type { Descriptor } from "instride";

/** Describes four float64 from byte 16 on. */
export const honest: Descriptor = {
  buffer: new SharedArrayBuffer(64),
  byteOffset: 16,
  format: "d",
  itemsize: 8,
  shape: [2, 2],
  strides: [16, 8],
  suboffsets: null,
  readonly: false,
  lease: null,
};

/** What is wrong, and the fields that make it so. */
export const lies: Readonly<Record<string, object>> = {
  "a shape beyond the buffer": { shape: [2, 5] },
  "a shape whose product overflows": { shape: [2 ** 31, 2 ** 31] },
  "a negative length": { shape: [-2, 2] },
  "a fraction": { shape: [1.5, 2] },
  "NaN in the shape": { shape: [Number.NaN, 2] },
  "2^53 in the shape": { shape: [2 ** 53, 0] },
  "more axes than there may be": { shape: Array(65).fill(1), strides: Array(65).fill(0) },
  "a stride that leads beyond the end": { strides: [1000, 8] },
  "a negative stride that leads before the start": { strides: [-32, 8] },
  "a stride that is no number": { strides: ["16", 8] },
  "fewer strides than axes": { strides: [8] },
  "an offset beyond the end": { byteOffset: 60 },
  "a negative offset": { byteOffset: -8 },
  "an offset of 2^53": { byteOffset: 2 ** 53 },
  "an itemsize that is not the format's": { itemsize: 4 },
  "a format that is none": { format: "y" },
  "a format of a huge item": { format: "999999999s", itemsize: 999_999_999 },
  "a buffer that is none": { buffer: { byteLength: 1 << 30 } },
  "a typed array for a buffer": { buffer: new Uint8Array(64) },
  "a readonly that is no boolean": { readonly: 0 },
  "a lease that was never granted": { lease: { slot: 2 ** 40, generation: 1 } },
};
