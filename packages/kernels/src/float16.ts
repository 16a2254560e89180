/**
 * Elements of float16 where the engine has no `Float16Array` (Node 22), and views give their raw bits.
 *
 * Core's codec knows the encoding. It is reached the public way, through a small view of float16 that bits are copied
 * into and out of: right in every bit, and many times slower than a typed array.
 *
 * @module
 */
import { type BufferInfo, type Exporter, MemoryView } from "@instride/core";

const cell: Uint16Array<ArrayBuffer> = new Uint16Array(1);

const exporter: Exporter = {
  getBuffer: (): BufferInfo => ({
    buffer: cell.buffer,
    byteOffset: 0,
    nbytes: 2,
    readonly: false,
    itemsize: 2,
    format: "e",
    ndim: 0,
    shape: [],
    strides: [],
    suboffsets: null,
  }),
};

let view: MemoryView<"float16"> | null = null;

function cellView(): MemoryView<"float16"> {
  view ??= new MemoryView(exporter) as MemoryView<"float16">;
  return view;
}

/** Half a step above the largest, 65504: numbers from here on round to infinity. */
const ROUNDS_TO_INFINITY = 65_520;

/** Gives the number that 16 bits stand for; exact. */
export function decodeFloat16(bits: number): number {
  cell[0] = bits;
  return cellView().get();
}

/** Gives the bits of the nearest float16, ties to even; infinity beyond the range, as `Float16Array` has it. */
export function encodeFloat16(value: number): number {
  cellView().set(Math.abs(value) >= ROUNDS_TO_INFINITY ? Math.sign(value) * Infinity : value);
  return cell[0]!;
}
