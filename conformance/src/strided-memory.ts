/**
 * Memory of any structure, exported by the protocol's rules alone.
 *
 * @module
 */
import type { Exporter } from "../../packages/core/src/protocol/exporter.ts";
import { answerRequest, type BufferInfo, type FullBufferInfo } from "../../packages/core/src/protocol/py-buffer.ts";
import { place, type World } from "./world.ts";

/** What the elements are and where they lie: strides and offset in bytes, the offset from the first byte. */
export interface Structure {
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Default 0. */
  readonly offset?: number;
  /** Default false. */
  readonly readonly?: boolean;
}

export class StridedMemory implements Exporter {
  /** Its bytes, in the world's memory. */
  readonly bytes: Uint8Array;
  readonly #full: FullBufferInfo;

  constructor(content: Uint8Array, structure: Structure, world: World) {
    this.bytes = place(content, world);
    const { format, itemsize, shape, strides, offset = 0, readonly = false } = structure;
    const memory = { buffer: this.bytes.buffer, byteOffset: this.bytes.byteOffset + offset, readonly };
    const nbytes = shape.reduce((product, length) => product * length, itemsize);
    this.#full = { ...memory, nbytes, format, itemsize, ndim: shape.length, shape, strides, suboffsets: null };
  }

  getBuffer(flags: number): BufferInfo {
    return answerRequest(this.#full, flags, "memory of a case");
  }
}
