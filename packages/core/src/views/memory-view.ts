/**
 * `MemoryView`: Python's memoryview, grown to n dimensions.
 *
 * A view says where elements lie and what they are; it never owns memory and never loops over it for others. Slicing,
 * transposing, reshaping and broadcasting make new views of the same bytes. Whose memory it is, and when it goes, is
 * the business of the hold that views share (`managed-buffer.ts`).
 *
 * Units: `shape` counts elements; `strides` and `byteOffset` count bytes.
 *
 * Source: CPython `Objects/memoryobject.c` and `Doc/library/stdtypes.rst`; NumPy's basic indexing and axis functions.
 *
 * @module
 */
import * as axes from "../layout/axes.ts";
import { broadcastTo } from "../layout/broadcast.ts";
import { type AnyDType, ViewParts } from "./buffer-view.ts";
import { castState } from "./cast.ts";
import { type Codec, codecFor, type Value } from "../formats/codec.ts";
import { ContentView } from "./content-view.ts";
import type { Strided } from "./copy.ts";
import { checkDType, type DType, DTYPES, type Scalars, type TypedArrays } from "../formats/dtype.ts";
import { type Elements, elementsOf } from "./elements.ts";
import { describe, DTypeError, IndexError, NotImplementedError, ReadonlyError, ValueError } from "../errors.ts";
import type { Exportable } from "../protocol/exporter.ts";
import {
  applyIndirectIndex,
  elementOffset,
  type Indirect,
  type IndirectLayout,
  storeElements,
  stridedElements,
} from "./indirection.ts";
import type { Layout, Order } from "../layout/layout.ts";
import type { ManagedBuffer } from "../memory/managed-buffer.ts";
import { fieldState } from "./record-view.ts";
import { type Reader, readerOf } from "./reader.ts";
import { dtypeView, reshape } from "../layout/reshape.ts";
import { applyIndex, type IndexKey, type Integer } from "../layout/slicing.ts";
import type { ViewState } from "./view-state.ts";

/** The JavaScript value of an element of dtype `D`; of a format without a dtype, any value that a format has. */
export type Scalar<D extends DType | null> = D extends DType ? Scalars[D] : Value;

let stateOf: (view: MemoryView) => ViewState;

/**
 * A view of an exporter's memory.
 *
 * @typeParam D - the dtype of its elements, or null for formats that have none
 * @typeParam B - the class of the buffer: whether the memory is shared is part of the type
 *
 * @example
 * ```ts
 * using view = new MemoryView(new Float64Array([1, 2, 3, 4]));
 * view.at("::-2").toList(); // [4, 2]
 * ```
 */
export class MemoryView<
  D extends AnyDType = AnyDType,
  B extends ArrayBufferLike = ArrayBufferLike,
> extends ContentView<D> {
  static {
    stateOf = (view): ViewState => view.checked();
    // What Node's `console.log` asks for. Elsewhere nobody does.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: MemoryView): string {
        return this.toString();
      },
    });
  }

  /**
   * Views the memory of an exporter: `memoryview(source)`. A view of a memoryview shares its hold on the exporter.
   *
   * @throws `TypeError` if `source` exports no memory; a `BufferError` if it refuses
   *
   * Cost: O(ndim); no element is touched.
   */
  constructor(source: Exportable) {
    super(source);
  }

  /**
   * Selects a part by NumPy's basic indexing: integers drop an axis, slices (`"1:5:-2"`, {@link slice}) keep it, `null`
   * adds one, `"..."` stands for the axes that are not named.
   *
   * @returns a view of the same bytes; of no axes, if every axis was dropped
   * @throws {@link IndexError} out of bounds or with more integers than axes
   */
  at(...keys: readonly IndexKey[]): MemoryView<D, B> {
    const state = this.checked();
    return this.#derive(
      state.suboffsets === null ? applyIndex(state, keys) : applyIndirectIndex(memoryOf(state), keys),
    );
  }

  /**
   * Reads one element.
   *
   * @param indices - one integer for each axis; negative ones count from the end
   * @throws {@link IndexError} out of bounds; `TypeError` for too many or other keys; {@link NotImplementedError} for
   *   fewer: `at` gives that part
   */
  get(...indices: readonly Integer[]): Scalar<D> {
    const state = this.checked();
    return codecFor(state.format).read(state.bytes, offsetOf(state, indices)) as Scalar<D>;
  }

  /**
   * Writes one element.
   *
   * @throws {@link ReadonlyError} before all else; then as {@link get}; then `TypeError` for a value of a wrong type and
   *   {@link ValueError} for one outside the format's range. Nothing is written then.
   */
  set(value: Scalar<D> | number | bigint, ...indices: readonly Integer[]): void {
    const state = this.writable();
    const codec = codecFor(state.format);
    const offset = offsetOf(state, indices);
    if (typeof value !== "object") return codec.write(state.bytes, offset, value);
    const item = itemBytes(codec, value);
    // The object's getters have run, and may have released this view.
    new Uint8Array(this.writable().managed.buffer, offset, state.itemsize).set(item);
  }

  /**
   * Copies the elements of an exporter with the same format and shape into this view: `view[...] = source`. Where the
   * two share memory it is as if `source` had been copied first.
   *
   * @throws {@link ReadonlyError}, then `TypeError` if `source` is no exporter, {@link ValueError} if format or shape differ
   *
   * Source: CPython `copy_single` and `equiv_structure`.
   */
  assign(source: Exportable): void {
    this.writable();
    using other = source instanceof MemoryView ? source.#borrow() : new MemoryView(source);
    // The exporter's code has run, and may have released this view.
    const state = this.writable();
    const from = other.checked();
    const sameFormat = plainFormat(from.format) === plainFormat(state.format) && from.itemsize === state.itemsize;
    if (!sameFormat || !sameShape(from.shape, state.shape)) {
      throw new ValueError(
        `cannot assign format "${from.format}" of shape [${from.shape.join(", ")}] to format "${state.format}" ` +
          `of shape [${state.shape.join(", ")}]: expected the same structure`,
      );
    }
    if (state.size > 0) storeElements(memoryOf(state), stridedOf(from));
  }

  /** Sets every element to one value. @throws as {@link set} */
  fill(value: Scalar<D> | number | bigint): void {
    const { buffer } = itemBytes(codecFor(this.writable().format), value);
    // The getters of an object may have released this view.
    const state = this.writable();
    const { shape, itemsize } = state;
    storeElements(memoryOf(state), { buffer, byteOffset: 0, shape, strides: shape.map(() => 0), itemsize });
  }

  /** Reverses the axes, or puts them in the order of `order`. NumPy's `transpose`. */
  transpose(order?: readonly number[]): MemoryView<D, B> {
    return this.#derive(axes.transpose(this.direct("transpose"), order));
  }

  /** NumPy's `swapaxes`. */
  swapAxes(axis1: number, axis2: number): MemoryView<D, B> {
    return this.#derive(axes.swapAxes(this.direct("swap axes of"), axis1, axis2));
  }

  /** NumPy's `moveaxis`. */
  moveAxis(source: axes.AxisArgument, destination: axes.AxisArgument): MemoryView<D, B> {
    return this.#derive(axes.moveAxis(this.direct("move axes of"), source, destination));
  }

  /** Reverses the elements along some axes, or all. NumPy's `flip`. */
  flip(which?: axes.AxisArgument): MemoryView<D, B> {
    return this.#derive(axes.flip(this.direct("flip"), which));
  }

  /** Drops axes of length 1: those named, or all. NumPy's `squeeze`. */
  squeeze(which?: axes.AxisArgument): MemoryView<D, B> {
    return this.#derive(axes.squeeze(this.direct("squeeze"), which));
  }

  /** Adds axes of length 1. NumPy's `expand_dims`. */
  expandDims(which: axes.AxisArgument): MemoryView<D, B> {
    return this.#derive(axes.expandDims(this.direct("expand"), which));
  }

  /** The diagonal of two axes, as a last axis; read-only, as NumPy's is. */
  diagonal(offset?: number, axis1?: number, axis2?: number): MemoryView<D, B> {
    const state = this.direct("take a diagonal of");
    return this.#derive(axes.diagonal(state, offset, axis1, axis2), { readonly: true });
  }

  /**
   * The same elements in another shape, without copying. One length may be -1: what is left over.
   *
   * @throws a `ShapeError` if the number of elements differs
   * @throws {@link ValueError} if the strides don't allow it without a copy
   */
  reshape(shape: readonly number[], order: Order = "C"): MemoryView<D, B> {
    const state = this.direct("reshape");
    const layout = reshape(state, state.itemsize, shape, order);
    if (layout !== null) return this.#derive(layout);
    throw new ValueError(
      `cannot reshape [${state.shape.join(", ")}] with strides [${state.strides.join(", ")}] to [${shape.join(", ")}] ` +
        "without a copy: copy the view first",
    );
  }

  /** Repeats along new axes and axes of length 1, by strides of 0; read-only. NumPy's `broadcast_to`. */
  broadcastTo(shape: readonly number[]): MemoryView<D, B> {
    return this.#derive(broadcastTo(this.direct("broadcast"), shape), { readonly: true });
  }

  /**
   * The same bytes under another native format: `memoryview.cast`. Where one side is a byte format and the view is
   * C-contiguous; with a shape, from one dimension to many or back.
   *
   * @throws `TypeError` or {@link ValueError} as CPython's: see `castState`
   */
  cast(format: string, shape?: readonly Integer[]): MemoryView<AnyDType, B> {
    return viewOf(castState(this.checked(), format, shape)) as MemoryView<AnyDType, B>;
  }

  /** A view of the same bytes through which nothing can be written. This one stays as it is. */
  toReadonly(): MemoryView<D, B> {
    return this.#derive(this.checked(), { readonly: true });
  }

  /**
   * The elements as a typed array over the same memory.
   *
   * @throws {@link ReadonlyError} for a read-only view: {@link reader} reads it
   * @throws {@link ValueError} unless C-contiguous and aligned; a `DTypeError` for a format without a dtype
   */
  asTypedArray(): D extends DType ? TypedArrays<B>[D] : never {
    const { data } = this.elements();
    if (!this.isContiguous("C")) {
      const { shape, strides } = this.checked();
      throw new ValueError(
        `cannot view shape [${shape.join(", ")}] with strides [${strides.join(", ")}] as one typed array: ` +
          "it is not C-contiguous; elements() gives strided access",
      );
    }
    return data as unknown as D extends DType ? TypedArrays<B>[D] : never;
  }

  /**
   * Raw access for loops: `data[offset + i * strides[0] + ...]`.
   *
   * @throws {@link ReadonlyError} for a read-only view: {@link reader} reads it
   */
  elements(): Elements<D extends DType ? D : DType, B> {
    if (this.checked().readonly) {
      throw new ReadonlyError("cannot give a writable array of a read-only view: reader() reads it");
    }
    return this.unsafeElements();
  }

  /** As {@link elements}, of read-only views too: for loops that promise not to write through them. Unchecked. */
  unsafeElements(): Elements<D extends DType ? D : DType, B> {
    return elementsOf(this.checked()) as unknown as Elements<D extends DType ? D : DType, B>;
  }

  /** Raw reading for loops: `reader.get(offset + i * strides[0] + ...)`. */
  reader(): Reader<D extends DType ? (Scalars[D] extends bigint ? bigint : number) : number | bigint> {
    return readerOf(this.checked()) as Reader<never>;
  }

  /** The elements of a one-dimensional view, or the parts along the first axis. */
  *[Symbol.iterator](): Iterator<Scalar<D> | MemoryView<D, B>> {
    const { length } = this;
    const flat = this.ndim === 1;
    for (let i = 0; i < length; i++) yield flat ? this.get(i) : this.at(i);
  }

  /** The dtype view of NumPy: the same bytes as elements of another dtype, along the last axis. */
  viewAs<E extends DType>(dtype: E): MemoryView<E, B> {
    const state = this.direct("view as another dtype");
    const { format, itemsize } = DTYPES[checkDType(dtype)];
    const { shape, strides, byteOffset } = dtypeView(state, state.itemsize, itemsize);
    return viewOf(state.with({ shape, strides, byteOffset, format, itemsize })) as unknown as MemoryView<E, B>;
  }

  /**
   * The view of one field of a record: the same memory under the field's own format, nested records too. NumPy's
   * `view["name"]`.
   *
   * @param dtype - the type of the result, where the caller knows it
   * @throws a `DTypeError` if the format is no record, or the field has another dtype; {@link ValueError} if there is no
   *   such field
   *
   * @example
   * ```ts
   * points.format; // "T{d:x:d:y:}"
   * points.field("y", "float64").fill(0);
   * ```
   */
  field(name: string): MemoryView<AnyDType, B>;
  field<E extends DType>(name: string, dtype: E): MemoryView<E, B>;
  field(name: string, dtype?: DType): MemoryView<AnyDType, B> {
    const state = fieldState(this.checked(), name);
    if (dtype !== undefined && state.dtype !== checkDType(dtype)) {
      throw new DTypeError(`cannot view field ${describe(name)} of format "${state.format}" as ${dtype}`);
    }
    return viewOf(state) as MemoryView<AnyDType, B>;
  }

  /** How a debugger and `console.log` show it. */
  override toString(): string {
    if (this.released) return "MemoryView (released)";
    const { dtype, format, shape, readonly } = this.known();
    const marks = `${readonly ? " read-only" : ""}${this.isPoisoned ? " poisoned" : ""}`;
    return `MemoryView ${dtype ?? `format "${format}"`} [${shape.join(", ")}]${marks}`;
  }

  /** @throws `TypeError`: a view is memory, and JSON would be a silent copy. `toList()` makes one. */
  toJSON(): never {
    throw new TypeError("cannot turn a MemoryView into JSON: toList() copies its elements");
  }

  #derive(layout: Layout & Partial<IndirectLayout>, changes: { readonly readonly?: true } = {}): MemoryView<D, B> {
    const { shape, strides, byteOffset, suboffsets = null } = layout;
    return viewOf(this.checked().with({ shape, strides, byteOffset, suboffsets, ...changes })) as MemoryView<D, B>;
  }

  /** This view for the length of one operation: not to be released by a callback in the middle of it. */
  #borrow(): MemoryView {
    return viewOf(this.checked());
  }
}

/** Where the element at some indices lies. @throws as `MemoryView.get` */
function offsetOf(state: ViewState, indices: readonly Integer[]): number {
  const { shape, strides, byteOffset, suboffsets } = state;
  if (indices.length > shape.length) {
    throw new TypeError(`cannot index ${shape.length} axes with ${indices.length} integers`);
  }
  if (indices.length < shape.length) {
    throw new NotImplementedError(
      `cannot read one element of ${shape.length} axes with ${indices.length} integers: at() gives that part`,
    );
  }
  let offset = byteOffset;
  const places: number[] | null = suboffsets === null ? null : [];
  for (let axis = 0; axis < indices.length; axis++) {
    const given = indices[axis]!;
    const index = typeof given === "number" ? given : toIndex(given);
    if (!Number.isInteger(index)) throw new TypeError(`cannot index with ${describe(given)}: expected an integer`);
    const length = shape[axis]!;
    const wrapped = index < 0 ? index + length : index;
    if (wrapped < 0 || wrapped >= length) {
      throw new IndexError(`index ${index} is out of bounds on axis ${axis} of length ${length}`);
    }
    offset += wrapped * strides[axis]!;
    places?.push(wrapped);
  }
  return places === null ? offset : elementOffset(memoryOf(state), places);
}

function toIndex(given: unknown): number {
  return typeof given === "bigint" || typeof given === "boolean" ? Number(given) : Number.NaN;
}

/** `@B` and `B` are one format. */
function plainFormat(format: string): string {
  return format.startsWith("@") ? format.slice(1) : format;
}

/** CPython's `equiv_shape`: behind an axis of length 0 nothing matters. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const compared = a.includes(0) ? a.indexOf(0) + 1 : a.length;
  return a.length === b.length && a.slice(0, compared).every((length, axis) => length === b[axis]);
}

/** One item, written to memory of its own: where a value is refused nothing has been changed. */
function itemBytes(codec: Codec, value: unknown): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(codec.itemsize);
  codec.write(new DataView(bytes.buffer), 0, value);
  return bytes;
}

/** A state's elements as memory. */
export function memoryOf({ managed, shape, strides, byteOffset, itemsize, suboffsets }: ViewState): Indirect {
  return { buffer: managed.buffer, shape, strides, byteOffset, itemsize, suboffsets };
}

/** A state's elements as memory to copy from: of those behind tables of offsets, a copy. */
export function stridedOf(state: ViewState): Strided {
  return stridedElements(memoryOf(state));
}

/** The hold that the memory of a view comes from, where views were made of views that are exporters themselves. */
export function rootHold(view: MemoryView): ManagedBuffer {
  const { managed } = stateOf(view);
  return managed.obj instanceof MemoryView ? rootHold(managed.obj) : managed;
}

/** The state of a live view: for the functions of this package that work on views. @throws as any use of the view */
export function viewState(view: MemoryView): ViewState {
  return stateOf(view);
}

/** Makes a view from a state; `onRelease` runs before its release, and may refuse it by throwing. */
export function viewOf(state: ViewState, onRelease?: () => void): MemoryView {
  return new MemoryView(new ViewParts(state, onRelease ?? null) as unknown as Exportable);
}
