/**
 * From views to operands: what a loop over elements needs, checked once for each call.
 *
 * A kernel opens its output, then its inputs (which NumPy's broadcasting brings to the output's shape), and narrows them
 * to its range. What comes out is numbers and a typed array, which loops can trust.
 *
 * Loops need a typed array, so views of records, of foreign byte order or of unaligned elements are refused:
 * `MemoryView.assign` copies them into an array that is none of these.
 *
 * Units: everything in elements.
 *
 * @module
 */
import {
  type DType,
  describe,
  DTypeError,
  type HalfOpenRange,
  MemoryView,
  ShapeError,
  sharesMemory,
  type TypedArrays,
  ValueError,
} from "@instride/core";

/** The element types that are real numbers: `bool` counts as 0 and 1. */
export type RealDType = Exclude<DType, "complex64" | "complex128">;

/** A view as a loop reads or writes it: `data[offset + i * strides[0] + ...]`. */
export interface Operand<D extends DType = RealDType> {
  /** What errors call it. */
  readonly name: string;
  readonly dtype: D;
  readonly data: TypedArrays[D];
  readonly shape: readonly number[];
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Opens a view for writing.
 *
 * @throws `TypeError` if it is none; {@link ShapeError} without an axis that a range could run over; a `ReadonlyError`,
 *   {@link DTypeError} or {@link ValueError} if it can't be written as a typed array of real numbers
 */
export function openOutput(view: MemoryView, name: string): Operand {
  return real(openAnyOutput(view, name));
}

/** As {@link openOutput}, of complex dtypes too. */
export function openAnyOutput(view: MemoryView, name: string): Operand<DType> {
  const dtype = dtypeOf(view, name);
  return leading({ name, dtype, shape: view.shape, ...view.elements() });
}

/** Opens a view for reading, over whose first axis a range runs. @throws as {@link openOutput}, but for read-only views */
export function openLeadingInput(view: MemoryView, name: string): Operand {
  const dtype = dtypeOf(view, name);
  return real(leading({ name, dtype, shape: view.shape, ...view.unsafeElements() }));
}

/**
 * Opens a view for reading, broadcast to the shape of the output.
 *
 * @throws as {@link openOutput}, but for read-only views; {@link ShapeError} if it doesn't broadcast
 */
export function openInput(view: MemoryView, name: string, shape: readonly number[]): Operand {
  return real(openAnyInput(view, name, shape));
}

/** As {@link openInput}, of complex dtypes too. */
export function openAnyInput(view: MemoryView, name: string, shape: readonly number[]): Operand<DType> {
  const dtype = dtypeOf(view, name);
  if (view.ndim === shape.length && shape.every((length, axis) => length === view.shape[axis])) {
    return { name, dtype, shape, ...view.unsafeElements() };
  }
  const wide = view.broadcastTo(shape);
  try {
    return { name, dtype, shape, ...wide.unsafeElements() };
  } finally {
    wide.release();
  }
}

/** Copies a one-dimensional view of real numbers. @throws as {@link openOutput}; {@link ShapeError} for other shapes */
export function readVector(view: MemoryView, name: string): Float64Array<ArrayBuffer> {
  const { data, shape, offset, strides } = openLeadingInput(view, name);
  const [length] = shape;
  if (shape.length !== 1 || length === 0) {
    throw new ShapeError(
      `cannot use "${name}" of shape ${describe(shape)}: expected one axis with at least one element`,
    );
  }
  return Float64Array.from({ length: length! }, (_, i) => Number(data[offset + i * strides[0]!]));
}

/** @throws {@link ValueError} unless the range lies within the first axis of its leading operand */
export function checkRange(range: HalfOpenRange, operand: Operand<DType>): void {
  const { start, stop } = range;
  const length = operand.shape[0]!;
  if (Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= length) return;
  throw new ValueError(
    `cannot run over [${String(start)}, ${String(stop)}): "${operand.name}" has length ${length} along its first axis, ` +
      `expected integers from 0 to ${length} in order`,
  );
}

/** The part of an operand within a range of its first axis. */
export function narrow<D extends DType>(operand: Operand<D>, { start, stop }: HalfOpenRange): Operand<D> {
  const { shape, offset, strides } = operand;
  return { ...operand, shape: [stop - start, ...shape.slice(1)], offset: offset + start * strides[0]! };
}

/**
 * Refuses an output that shares memory with an input, since what is read would depend on what was written before.
 *
 * It sees only what is one buffer object. Buffers of different threads are kept apart by their leases.
 *
 * @param inPlace - true to allow an input with the very layout of the output: fit for loops that read an element
 *   before they write the same element, and no other
 * @throws {@link ValueError}
 *
 * Cost: O(ndim) where the two lie apart, which is the common case; a bounded search else.
 */
export function refuseOverlap(output: Operand<DType>, inputs: readonly Operand<DType>[], inPlace: boolean): void {
  const target = extentOf(output);
  for (const input of inputs) {
    if (input.data.buffer !== output.data.buffer) continue;
    const source = extentOf(input);
    const same =
      source.byteOffset === target.byteOffset && source.strides.every((stride, i) => stride === target.strides[i]);
    if ((inPlace && same) || sharesMemory(target, source) === "no") continue;
    throw new ValueError(
      `cannot write "${output.name}" while reading "${input.name}": they share memory, expected memory apart` +
        (inPlace ? " or the same elements" : ""),
    );
  }
}

function extentOf({ data, shape, offset, strides }: Operand<DType>) {
  const itemsize = data.BYTES_PER_ELEMENT;
  return {
    shape,
    byteOffset: data.byteOffset + offset * itemsize,
    strides: strides.map((stride) => stride * itemsize),
    itemsize,
  };
}

function dtypeOf(view: MemoryView, name: string): DType {
  if (!(view instanceof MemoryView)) {
    throw new TypeError(`cannot run without a view named "${name}": got ${describe(view)}, expected a MemoryView`);
  }
  if (view.dtype !== null) return view.dtype;
  throw new DTypeError(
    `cannot loop over "${name}" of format "${view.format}": expected a format with a dtype; ` +
      "of foreign byte order or records, copy what is needed first",
  );
}

function real(operand: Operand<DType>): Operand {
  if (operand.dtype === "complex64" || operand.dtype === "complex128") {
    throw new DTypeError(`cannot loop over "${operand.name}" of ${operand.dtype}: expected real numbers`);
  }
  return operand as Operand;
}

function leading<D extends DType>(operand: Operand<D>): Operand<D> {
  if (operand.shape.length > 0) return operand;
  throw new ShapeError(`cannot run over the first axis of "${operand.name}": it has none`);
}
