/**
 * What an array is made from: an exporter's memory or numbers in nested arrays, read as elements of one dtype.
 *
 * Nothing is converted: the elements of an exporter keep their dtype. Only memory that says nothing of its elements
 * (buffers, `DataView`, Node's `Buffer`, `WebAssembly.Memory`) is taken for the dtype that the caller names.
 *
 * @module
 */
import { isArrayBufferLike } from "./array-buffer.ts";
import { codecFor } from "../formats/codec.ts";
import { checkDType, type DType, DTYPES } from "../formats/dtype.ts";
import { describe, DTypeError, ShapeError } from "../errors.ts";
import { type Exportable, isExporter } from "../protocol/exporter.ts";
import { checkShape, NDIM_MAX, sizeOf } from "../layout/layout.ts";
import { MemoryView, viewState } from "../views/memory-view.ts";
import { isWasmMemory } from "./wasm-memory.ts";

/** Numbers in nested arrays. */
export type Nested = number | bigint | boolean | readonly Nested[];

/** What the caller says of the data; the rest is the data's own. */
export interface DataOptions<D extends DType> {
  readonly shape?: readonly number[];
  readonly dtype?: D;
}

/** Data that is known to make an array. It is held until it is disposed of. */
export interface ArrayData<D extends DType> extends Disposable {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Writes all elements in C order. @param target - as many bytes as they take */
  writeTo(target: Uint8Array): void;
}

/**
 * Finds out which array the data makes. No element is read yet.
 *
 * @throws `TypeError` for what is neither an exporter nor nested arrays; a {@link ShapeError} if the arrays are ragged
 *   or the number of elements is not the shape's
 * @throws {@link DTypeError} for a format that has no dtype, or if `dtype` is not the exporter's
 */
export function arrayData<D extends DType>(
  data: Exportable | readonly Nested[],
  options: DataOptions<D>,
): ArrayData<D> {
  if (Array.isArray(data)) return nestedData(data as readonly Nested[], options);
  if (!isExporter(data)) {
    throw new TypeError(
      `cannot make an array from ${describe(data)}: expected a typed array, a buffer, a view, or nested arrays of numbers`,
    );
  }
  const view = new MemoryView(data);
  try {
    return exportedData(view, isUntyped(data), options);
  } catch (error) {
    view.release();
    throw error;
  }
}

function exportedData<D extends DType>(view: MemoryView, untyped: boolean, options: DataOptions<D>): ArrayData<D> {
  const { dtype: own, format } = view;
  if (own === null) throw new DTypeError(`cannot make an array of format "${format}": it has no dtype`);
  const dtype = options.dtype === undefined ? own : checkDType(options.dtype);
  if (dtype !== own && !untyped) {
    throw new DTypeError(`cannot make a ${dtype} array of ${own} data: nothing is converted here`);
  }
  const { itemsize } = DTYPES[dtype];
  const size = view.nbytes / itemsize;
  if (!Number.isInteger(size)) {
    throw new ShapeError(`cannot read ${view.nbytes} bytes as ${dtype}: expected a multiple of ${itemsize}`);
  }
  const shape = checkedShape(options.shape ?? (dtype === own ? view.shape : [size]), size, dtype);
  return {
    dtype: dtype as D,
    shape,
    writeTo: (target) => target.set(contiguousBytes(view)),
    [Symbol.dispose]: () => view.release(),
  };
}

/** The bytes of all elements in C order: in place if they lie like that, else a copy. */
function contiguousBytes(view: MemoryView): Uint8Array {
  if (!view.cContiguous) return view.toBytes("C");
  const { managed, byteOffset, nbytes } = viewState(view);
  return new Uint8Array(managed.buffer, byteOffset, nbytes);
}

/** Memory that says nothing of its elements. `Buffer` is known by its name: it is Node's alone. */
function isUntyped(data: Exportable): boolean {
  if (ArrayBuffer.isView(data)) return data instanceof DataView || data.constructor?.name === "Buffer";
  return isArrayBufferLike(data) || isWasmMemory(data);
}

function nestedData<D extends DType>(data: readonly Nested[], options: DataOptions<D>): ArrayData<D> {
  const nesting = checkShape(nestingOf(data));
  const values: unknown[] = [];
  collect(data, 0, nesting, values);
  const dtype = checkDType(options.dtype ?? "float64") as D;
  const { format, itemsize } = DTYPES[dtype];
  return {
    dtype,
    shape: checkedShape(options.shape ?? nesting, values.length, dtype),
    writeTo(target) {
      const codec = codecFor(format);
      const bytes = new DataView(target.buffer, target.byteOffset, target.byteLength);
      for (const [i, value] of values.entries()) codec.write(bytes, i * itemsize, value);
    },
    [Symbol.dispose]() {},
  };
}

/** The lengths along the first elements; whether the others agree is for {@link collect} to say. */
function nestingOf(data: readonly unknown[]): number[] {
  const nesting: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = (level as unknown[])[0]) {
    // An array can hold itself.
    if (nesting.length === NDIM_MAX) {
      throw new ShapeError(`cannot make an array of arrays nested more than ${NDIM_MAX} deep`);
    }
    nesting.push(level.length);
  }
  return nesting;
}

function collect(level: unknown, axis: number, nesting: readonly number[], values: unknown[]): void {
  const isLeaf = axis === nesting.length;
  if (Array.isArray(level) === isLeaf || (!isLeaf && (level as unknown[]).length !== nesting[axis])) {
    const found = Array.isArray(level) ? `an array of ${level.length}` : describe(level);
    const expected = isLeaf ? "a number" : `an array of ${nesting[axis]}`;
    throw new ShapeError(
      `cannot make an array of ragged data: found ${found} at depth ${axis}, expected ${expected}, as in the first place`,
    );
  }
  if (isLeaf) values.push(level);
  else for (const item of level as unknown[]) collect(item, axis + 1, nesting, values);
}

function checkedShape(given: readonly number[], size: number, dtype: DType): readonly number[] {
  const shape = checkShape(given);
  if (sizeOf(shape) === size) return shape;
  throw new ShapeError(
    `cannot give shape [${shape.join(", ")}] to ${size} ${dtype} elements: it takes ${sizeOf(shape)}`,
  );
}
