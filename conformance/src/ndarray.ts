/**
 * The exporters that the vectors of `_testbuffer.ndarray` and `bytes` were made with, over memory of a world.
 *
 * `NDArray` is written against the public protocol alone, as a user's class would be: it knows nothing of views.
 *
 * @module
 */
import { codecFor } from "../../packages/core/src/formats/codec.ts";
import { BufferError } from "../../packages/core/src/errors.ts";
import type { Exporter } from "../../packages/core/src/protocol/exporter.ts";
import { contiguousStrides } from "../../packages/core/src/layout/layout.ts";
import {
  answerRequest,
  type BufferInfo,
  fillInfo,
  type FullBufferInfo,
} from "../../packages/core/src/protocol/py-buffer.ts";
import { place, type World } from "./world.ts";

/** `bytes`: read-only memory. */
export class Bytes implements Exporter {
  readonly #bytes: Uint8Array;

  constructor(content: Uint8Array, world: World) {
    this.#bytes = place(content, world);
  }

  getBuffer(flags: number): BufferInfo {
    const { buffer, byteOffset, length: nbytes } = this.#bytes;
    return fillInfo({ buffer, byteOffset, nbytes, readonly: true }, flags, "bytes");
  }
}

/** Where the elements of an {@link NDArray} lie; the C names are those of its flags. */
export interface NDArrayOptions {
  readonly shape: readonly number[];
  /** Bytes. Default: C order. */
  readonly strides?: readonly number[];
  /** Bytes from the first item to the first element. */
  readonly offset?: number;
  readonly format?: string;
  /** `ND_WRITABLE`. */
  readonly writable?: boolean;
  /** `ND_FORTRAN`: strides in Fortran order. */
  readonly fortran?: boolean;
  /** `ND_PIL`: the first axis leads through a table of offsets. */
  readonly pil?: boolean;
  /** `ND_GETBUF_FAIL`: refuses every request. */
  readonly failing?: boolean;
}

/** `_testbuffer.ndarray`. */
export class NDArray implements Exporter {
  readonly #full: FullBufferInfo;
  readonly #failing: boolean;
  #exports = 0;

  constructor(items: readonly unknown[], options: NDArrayOptions, world: World) {
    const { format = "B", shape, offset = 0, writable = false, fortran = false, pil = false } = options;
    const codec = codecFor(format);
    const { itemsize } = codec;
    const content = new Uint8Array(items.length * itemsize);
    for (const [i, item] of items.entries()) codec.write(new DataView(content.buffer), i * itemsize, item);

    const strides = options.strides ?? contiguousStrides(shape, itemsize, fortran ? "F" : "C");
    const nbytes = shape.reduce((product, length) => product * length, itemsize);
    const common = { nbytes, readonly: !writable, itemsize, format, ndim: shape.length, shape };
    const memory = pil
      ? behindTable(content, { shape, strides, offset }, world)
      : strided(content, { strides, offset }, world);
    this.#full = { ...common, ...memory };
    this.#failing = options.failing ?? false;
  }

  /** Buffers that were given and not yet taken back. */
  get exports(): number {
    return this.#exports;
  }

  getBuffer(flags: number): BufferInfo {
    if (this.#failing) throw new BufferError("cannot export this array: it refuses every request");
    const info = answerRequest(this.#full, flags, "an ndarray");
    this.#exports++;
    return info;
  }

  releaseBuffer(): void {
    this.#exports--;
  }
}

interface Place {
  readonly strides: readonly number[];
  readonly offset: number;
}

type Memory = Pick<FullBufferInfo, "buffer" | "byteOffset" | "strides" | "suboffsets">;

function strided(content: Uint8Array, { strides, offset }: Place, world: World): Memory {
  const placed = place(content, world);
  return { buffer: placed.buffer, byteOffset: placed.byteOffset + offset, strides, suboffsets: null };
}

/** Bytes from one entry of a table to the next: a pointer in C, of which our entries take the first half. */
const SLOT_BYTES = 8;

/**
 * Puts a table before the items, an entry for each index along the first axis; a stride along it becomes one over the
 * table. Source: `init_suboffsets` of CPython's `Modules/_testbuffer.c`.
 */
function behindTable(
  content: Uint8Array,
  { shape, strides, offset }: Place & { shape: readonly number[] },
  world: World,
): Memory {
  const [rows = 0] = shape;
  const [step = 0] = strides;
  const placed = place(new Uint8Array(rows * SLOT_BYTES + content.length), world);
  const items = rows * SLOT_BYTES;
  placed.set(content, items);

  // Where negative strides reach before the first element: of the whole array, and of one row.
  const reach = strides.map((stride, axis) => Math.min(0, (shape[axis]! - 1) * stride));
  const rowReach = reach.slice(1).reduce((sum, bytes) => sum + bytes, 0);
  const lowest = placed.byteOffset + items + offset + (reach[0] ?? 0) + rowReach;
  const table = new DataView(placed.buffer, placed.byteOffset, items);
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  for (let row = 0; row < rows; row++) table.setUint32(row * SLOT_BYTES, lowest + row * Math.abs(step), littleEndian);
  return {
    buffer: placed.buffer,
    byteOffset: placed.byteOffset + (step < 0 ? Math.max(0, rows - 1) * SLOT_BYTES : 0),
    strides: [step < 0 ? -SLOT_BYTES : SLOT_BYTES, ...strides.slice(1)],
    suboffsets: [-rowReach, ...shape.slice(1).map(() => -1)],
  };
}
