/**
 * What a view is, in plain fields: where its elements lie, what they are, and which hold keeps them.
 *
 * Functions that read or write elements (`copy.ts`, `elements.ts`, ...) take states, so that `MemoryView` is a thin
 * class over them.
 *
 * @module
 */
import { type DType, dtypeOfFormat } from "./dtype.ts";
import { type Layout, sizeOf } from "./layout.ts";
import type { ManagedBuffer } from "./managed-buffer.ts";

/** The fields that a view is made of. */
export interface ViewFields extends Layout {
  readonly managed: ManagedBuffer;
  readonly format: string;
  readonly itemsize: number;
  readonly suboffsets: readonly number[] | null;
  readonly readonly: boolean;
}

/** The state of a view, with what follows from its fields. It never changes. */
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

  /** The same memory, otherwise described. */
  with(changes: Partial<ViewFields>): ViewState {
    return new ViewState({ ...this.#fields(), ...changes });
  }

  #fields(): ViewFields {
    const { managed, format, itemsize, shape, strides, byteOffset, suboffsets, readonly } = this;
    return { managed, format, itemsize, shape, strides, byteOffset, suboffsets, readonly };
  }
}
