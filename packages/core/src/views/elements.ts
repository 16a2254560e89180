/**
 * Raw access to a view's elements for loops: a typed array over just the view's bytes, an offset, and strides.
 *
 * The loop is the caller's: `data[offset + i * strides[0] + j * strides[1]]`. The typed array starts at the view's
 * lowest byte and ends after its highest, so a wrong index reads `undefined` or is dropped, and never touches bytes
 * that are not the view's extent.
 *
 * A read-only view gives a reader instead, which has no way to write (`reader.ts`).
 *
 * Units: everything in elements (of complex types: pairs count as two elements of `data`).
 *
 * @module
 */
import { DTYPES, type DType, typedArrayOver, type TypedArrays } from "../formats/dtype.ts";
import { DTypeError, NotImplementedError, ValueError } from "../errors.ts";
import { byteBounds } from "../layout/layout.ts";
import type { ViewState } from "./view-state.ts";

/** A view's memory as a loop wants it. */
export interface Elements<D extends DType = DType, B extends ArrayBufferLike = ArrayBufferLike> {
  /** From the view's lowest byte to its highest. */
  readonly data: TypedArrays<B>[D];
  /** Index in `data` of the view's first logical element. */
  readonly offset: number;
  /** Steps in `data` along each axis. */
  readonly strides: readonly number[];
}

/**
 * Views a state's extent as a typed array.
 *
 * @throws {@link DTypeError} where the format has no typed array
 * @throws {@link ValueError} where an element doesn't lie on a multiple of its size
 *
 * Cost: O(ndim), and one typed array, which is kept: a kernel asks for it in every chunk.
 */
export function elementsOf(state: ViewState): Elements {
  const known = state.elements;
  // A buffer that moves comes back as another one.
  if (known !== null && known.data.buffer === state.managed.buffer) return known;
  return (state.elements = makeElements(state));
}

function makeElements(state: ViewState): Elements {
  const { dtype, managed, byteOffset, strides, suboffsets, itemsize } = state;
  if (dtype === null) throw new DTypeError(`cannot view format "${state.format}" as a typed array: it has no dtype`);
  if (suboffsets !== null) throw new NotImplementedError("cannot view memory behind suboffsets as one typed array");
  const lane = laneOf(dtype);
  const laneBytes = DTYPES[lane].itemsize;
  const { low, high } = byteBounds(state, itemsize);
  // The stride of an axis of length 1 leads nowhere, and may be anything.
  const steps = strides.map((stride, axis) => (state.shape[axis] === 1 ? 0 : stride));
  const aligned = low % laneBytes === 0 && byteOffset % laneBytes === 0 && steps.every((s) => s % laneBytes === 0);
  if (!aligned && state.size > 0) {
    throw new ValueError(
      `cannot view unaligned ${dtype} elements as a typed array: byteOffset ${byteOffset} and strides ` +
        `[${strides.join(", ")}] should be multiples of ${laneBytes}; use get and set, or copy the view first`,
    );
  }
  if (state.size === 0)
    return { data: typedArrayOver(lane, managed.buffer, 0, 0), offset: 0, strides: strides.map(() => 0) };
  return {
    data: typedArrayOver(lane, managed.buffer, low, (high - low) / laneBytes),
    offset: (byteOffset - low) / laneBytes,
    strides: steps.map((step) => step / laneBytes),
  };
}

/** The type of what a typed array holds: the parts of a complex element, else the element. */
function laneOf(dtype: DType): DType {
  if (dtype === "complex64") return "float32";
  return dtype === "complex128" ? "float64" : dtype;
}
