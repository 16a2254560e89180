/**
 * `memoryview.cast`: the same bytes under another native format, and back from one dimension to many.
 *
 * Source: CPython `Objects/memoryobject.c`, `memoryview_cast`, `cast_to_1D`, `cast_to_ND`.
 *
 * @module
 */
import { describe, ValueError } from "../errors.ts";
import { nativeFormat } from "../formats/format.ts";
import { contiguousStrides, isContiguous, NDIM_MAX, sizeOf } from "../layout/layout.ts";
import { type Integer, integerOf } from "../layout/slicing.ts";
import type { ViewState } from "./view-state.ts";

/** Formats of single bytes: one side of every cast is one. */
const BYTE_CODES = "bBc";

/**
 * Casts a view.
 *
 * @param format - the target: a native single-character format, with or without `@`
 * @param shape - of positive integers; from one dimension to many, or from many to one
 * @throws `TypeError` unless the view is C-contiguous, one side is a byte format, one side has one dimension and the
 *   sizes agree; {@link ValueError} for a format that is not native, or lengths that are not positive
 *
 * Cost: O(ndim); no element is touched.
 */
export function castState(state: ViewState, format: string, shape?: readonly Integer[]): ViewState {
  const { suboffsets } = state;
  if (suboffsets !== null || !isContiguous(state.shape, state.strides, state.itemsize, "C")) {
    throw new TypeError(
      `cannot cast shape [${state.shape.join(", ")}] with strides [${state.strides.join(", ")}]: it is not C-contiguous`,
    );
  }
  if ((shape !== undefined || state.shape.length !== 1) && state.shape.includes(0)) {
    throw new TypeError(`cannot cast shape [${state.shape.join(", ")}], which has a length of 0, to another`);
  }
  if (shape !== undefined) checkDimensions(state, shape);
  const flat = castFlat(state, format);
  return shape === undefined ? flat : shapeFlat(flat, shape);
}

function checkDimensions(state: ViewState, shape: readonly Integer[]): void {
  if (!Array.isArray(shape))
    throw new TypeError(`cannot cast to shape ${describe(shape)}: expected an array of integers`);
  if (shape.length > NDIM_MAX) throw new ValueError(`cannot cast to ${shape.length} dimensions: at most ${NDIM_MAX}`);
  if (state.shape.length !== 1 && shape.length !== 1) {
    throw new TypeError(`cannot cast ${state.shape.length} dimensions to ${shape.length}: one side must have one`);
  }
}

function castFlat(state: ViewState, given: string): ViewState {
  // C's strings end at their first NUL.
  const format = typeof given === "string" ? given.split("\0", 1)[0]! : given;
  const target = nativeFormat(format);
  if (target === null) {
    throw new ValueError(
      `cannot cast to format ${describe(format)}: expected a native single-character format, with or without "@"`,
    );
  }
  const source = nativeFormat(state.format);
  if ((source === null || !BYTE_CODES.includes(source.code)) && !BYTE_CODES.includes(target.code)) {
    throw new TypeError(
      `cannot cast format "${state.format}" to "${format}": one of them must be a byte format (b, B, c)`,
    );
  }
  const { nbytes } = state;
  if (nbytes % target.itemsize !== 0) {
    throw new TypeError(
      `cannot cast ${nbytes} bytes to format "${format}": not a multiple of its ${target.itemsize} bytes`,
    );
  }
  const shape = Object.freeze([nbytes / target.itemsize]);
  const strides = Object.freeze([target.itemsize]);
  return state.with({ format, itemsize: target.itemsize, shape, strides });
}

function shapeFlat(state: ViewState, shape: readonly Integer[]): ViewState {
  const lengths = Object.freeze(Array.from(shape, checkLength));
  const size = sizeOf(lengths);
  if (size !== state.size) {
    throw new TypeError(
      `cannot cast ${state.nbytes} bytes to shape [${lengths.join(", ")}] of format "${state.format}": ` +
        `it takes ${size * state.itemsize}`,
    );
  }
  return state.with({ shape: lengths, strides: contiguousStrides(lengths, state.itemsize, "C") });
}

function checkLength(given: Integer): number {
  const length = integerOf(given);
  if (length === null) throw new TypeError(`cannot cast to a length of ${describe(given)}: expected an integer`);
  if (length <= 0) throw new ValueError(`cannot cast to a length of ${length}: expected a positive integer`);
  return length;
}
