/**
 * What a view is, in plain fields: where its elements lie, what they are, and which hold keeps them.
 *
 * Functions that read or write elements (`copy.ts`, `elements.ts`, ...) take states, so that `MemoryView` is a thin
 * class over them.
 *
 * @module
 */
import { type DType, dtypeOfFormat } from "../formats/dtype.ts";
import { type Layout, sizeOf } from "../layout/layout.ts";
import type { Elements } from "./elements.ts";
import type { ManagedBuffer } from "../memory/managed-buffer.ts";

/** The fields that a view is made of. */
export interface ViewFields extends Layout {
  readonly managed: ManagedBuffer;
  readonly format: string;
  readonly itemsize: number;
  readonly suboffsets: readonly number[] | null;
  readonly readonly: boolean;
}

/** The state of a view, with what follows from its fields. It never changes; where its memory lies may. */
export class ViewState implements ViewFields {
  readonly managed: ManagedBuffer;
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly byteOffset: number;
  readonly suboffsets: readonly number[] | null;
  readonly readonly: boolean;
  readonly dtype: DType | null;
  readonly size: number;
  /** What `elements.ts` has made of it, if it was asked to. */
  elements: Elements | null = null;
  #bytes: DataView | null = null;
  #bytesOf: ArrayBufferLike | null = null;

  constructor(fields: ViewFields) {
    this.managed = fields.managed;
    this.format = fields.format;
    this.itemsize = fields.itemsize;
    this.shape = fields.shape;
    this.strides = fields.strides;
    this.byteOffset = fields.byteOffset;
    this.suboffsets = fields.suboffsets;
    this.readonly = fields.readonly;
    this.dtype = dtypeOfFormat(fields.format);
    this.size = sizeOf(fields.shape);
  }

  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The whole buffer, to read and write items in. Of a buffer that grows or shrinks it is as long as that. */
  get bytes(): DataView {
    const { buffer } = this.managed;
    // Memory that has moved comes back as another buffer.
    if (this.#bytes === null || this.#bytesOf !== buffer) {
      this.#bytes = new DataView(buffer);
      this.#bytesOf = buffer;
    }
    return this.#bytes;
  }

  /** The same memory, otherwise described. */
  with(changes: Partial<ViewFields>): ViewState {
    const { managed = this.managed, format = this.format, itemsize = this.itemsize, shape = this.shape } = changes;
    const { strides = this.strides, byteOffset = this.byteOffset } = changes;
    const { suboffsets = this.suboffsets, readonly = this.readonly } = changes;
    return new ViewState({ managed, format, itemsize, shape, strides, byteOffset, suboffsets, readonly });
  }
}
