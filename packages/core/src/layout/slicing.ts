/**
 * What an index selects: Python's slices, and NumPy's basic indexing by integers, slices, `null` and `"..."`.
 *
 * Integers may be numbers, bigints or booleans (0 and 1), as Python's `operator.index` has it; a number with a fraction
 * is none, nor is `Infinity`. Bounds of a slice are clamped however large they are, integers that select are not.
 *
 * Units: bounds, steps and lengths in elements.
 *
 * Source: CPython `Objects/sliceobject.c`; NumPy `_core/src/multiarray/mapping.c`.
 *
 * @module
 */
import { IndexError, ValueError, describe } from "../errors.ts";
import { type Layout, NDIM_MAX, safeStride } from "./layout.ts";

/** What stands for an integer in an index. */
export type Integer = number | bigint | boolean;

/** Every `step`-th element from `start` up to (or with a negative step down to), not including, `stop`. */
export interface Slice {
  readonly start?: Integer | null | undefined;
  readonly stop?: Integer | null | undefined;
  readonly step?: Integer | null | undefined;
}

/**
 * What one place of an index may hold: an integer drops its axis, a slice keeps it (also as text, `"1:5:-2"`), `null`
 * inserts an axis of length 1, and `"..."` stands for as many whole axes as the others leave.
 */
export type IndexKey = Integer | Slice | null | "..." | `${string}:${string}`;

/** A slice of an axis of known length: the `length` elements `start`, `start + step`, ... before `stop`. */
export interface SliceIndices {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;
}

/** Makes a slice, with Python's order of arguments: `slice(stop)` or `slice(start, stop, step)`. */
export function slice(stop: Integer | null): Slice;
export function slice(start: Integer | null, stop: Integer | null, step?: Integer | null): Slice;
export function slice(...bounds: (Integer | null | undefined)[]): Slice {
  if (bounds.length === 0) throw new TypeError("cannot make a slice of no arguments: expected at least the stop");
  const [start, stop, step] = bounds.length === 1 ? [null, bounds[0]] : bounds;
  return Object.freeze({ start: start ?? null, stop: stop ?? null, step: step ?? null });
}

/**
 * Fits a slice to an axis.
 *
 * @param length - elements of the axis
 * @returns bounds within the axis (`stop` is -1 where a negative step includes element 0), and how many elements there
 * are
 * @throws {@link ValueError} if the step is 0 or the length negative; a `TypeError` if a bound is no integer
 *
 * Source: CPython `PySlice_Unpack` and `PySlice_AdjustIndices`.
 */
export function sliceIndices(key: Slice, length: number): SliceIndices {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ValueError(`cannot slice an axis of length ${describe(length)}: expected an integer from 0`);
  }
  const step = readBound("step", key.step) ?? 1;
  if (step === 0) throw new ValueError("cannot slice with step 0: expected another integer");
  const lowest = step < 0 ? -1 : 0;
  const highest = step < 0 ? length - 1 : length;
  const clamp = (bound: number): number => (bound < 0 ? Math.max(bound + length, lowest) : Math.min(bound, highest));
  const start = clamp(readBound("start", key.start) ?? (step < 0 ? Infinity : 0));
  const stop = clamp(readBound("stop", key.stop) ?? (step < 0 ? -Infinity : Infinity));
  const span = step < 0 ? start - stop - 1 : stop - start - 1;
  // Below 2^53 the rounded quotient never reaches the next integer, so that its floor is exact.
  return { start, stop, step, length: span < 0 ? 0 : Math.floor(span / Math.abs(step)) + 1 };
}

/** What an index fitted to a shape does with one axis: keeps a part of it, drops it at an index, or inserts another. */
export type Selection =
  | ({ readonly kind: "part"; readonly axis: number } & Omit<SliceIndices, "stop">)
  | { readonly kind: "drop"; readonly axis: number; readonly index: number }
  | { readonly kind: "insert" };

/**
 * Selects by one key for each axis; axes without a key stay whole.
 *
 * @returns the layout of the selected elements, over the same bytes
 * @throws as {@link selectionsOf}
 *
 * Cost: O(ndim + keys). Source: NumPy `get_view_from_index`.
 */
export function applyIndex(layout: Layout, keys: readonly IndexKey[]): Layout {
  const shape: number[] = [];
  const strides: number[] = [];
  let { byteOffset } = layout;
  let isEmpty = false;
  for (const selection of selectionsOf(layout.shape, keys)) {
    if (selection.kind === "insert") {
      shape.push(1);
      strides.push(0);
      continue;
    }
    const stride = layout.strides[selection.axis]!;
    if (selection.kind === "drop") {
      byteOffset += selection.index * stride;
    } else {
      byteOffset += selection.start * stride;
      isEmpty ||= selection.length === 0;
      shape.push(selection.length);
      strides.push(safeStride(selection.step * stride));
    }
  }
  return Object.freeze({
    shape: Object.freeze(shape),
    strides: Object.freeze(strides),
    byteOffset: isEmpty ? layout.byteOffset : byteOffset,
  });
}

/**
 * Fits an index to a shape: what it does with each axis, from the first to the last.
 *
 * @returns indices from 0 up to the axis's length, and the axes that no key names as whole parts
 * @throws {@link IndexError} if there are more keys than axes or more than one `"..."`, an integer is out of bounds, or
 * `null` makes too many axes; {@link ValueError} for a step of 0; a `TypeError` for anything that is no key
 *
 * Source: NumPy `prepare_index`.
 */
export function selectionsOf(shape: readonly number[], keys: readonly IndexKey[]): readonly Selection[] {
  const parsed = keys.map(parseKey);
  const ndim = shape.length;
  let taken = 0;
  let ellipses = 0;
  for (const key of parsed) {
    if (key === "...") ellipses++;
    else if (key !== null) taken++;
  }
  if (ellipses > 1) throw new IndexError(`cannot use an index with ${ellipses} ellipses: expected at most one "..."`);
  if (taken > ndim) throw refusal(shape, `there are ${taken} indices, expected at most ${ndim}`);
  // An index without an ellipsis ends in one.
  if (ellipses === 0) parsed.push("...");

  const selections: Selection[] = [];
  let axis = 0;
  let dropped = 0;
  for (const key of parsed) {
    if (key === null) {
      selections.push({ kind: "insert" });
    } else if (key === "...") {
      for (const end = axis + ndim - taken; axis < end; axis++) {
        selections.push({ kind: "part", axis, start: 0, step: 1, length: shape[axis]! });
      }
    } else if (typeof key === "number") {
      dropped++;
      selections.push({ kind: "drop", axis, index: wrappedIndex(key, axis, shape) });
      axis++;
    } else {
      const { start, step, length } = sliceIndices(key, shape[axis]!);
      selections.push({ kind: "part", axis, start, step, length });
      axis++;
    }
  }
  const kept = selections.length - dropped;
  if (kept > NDIM_MAX) throw refusal(shape, `the result has ${kept} axes, expected at most ${NDIM_MAX}`);
  return selections;
}

function wrappedIndex(index: number, axis: number, shape: readonly number[]): number {
  const length = shape[axis]!;
  if (index >= -length && index < length) return index < 0 ? index + length : index;
  const range = length === 0 ? "none" : `${-length} to ${length - 1}`;
  throw refusal(shape, `index ${index} is out of bounds for axis ${axis} of length ${length}, expected ${range}`);
}

function refusal(shape: readonly number[], fact: string): IndexError {
  return new IndexError(`cannot index shape ${describe(shape)}: ${fact}`);
}

/** A key as an integer, a slice, or what it is. */
function parseKey(key: unknown): number | Slice | "..." | null {
  if (key === null || key === "...") return key;
  if (typeof key === "string") return parseSlice(key);
  const index = integerOf(key);
  if (index !== null) return index;
  if (isSlice(key)) return key;
  throw new TypeError(`cannot use ${describe(key)} as an index: expected an integer, a slice, null or "..."`);
}

/** No two parts can take the same characters, so that even long texts are read in one go. */
const SLICE_TEXT = /^\s*(?:([+-]?\d+)\s*)?:\s*(?:([+-]?\d+)\s*)?(?::\s*(?:([+-]?\d+)\s*)?)?$/;

/** Reads `"start:stop"` or `"start:stop:step"`, each part an integer or nothing. */
function parseSlice(text: string): Slice {
  const match = SLICE_TEXT.exec(text);
  if (match === null) {
    throw new TypeError(`cannot use ${describe(text)} as an index: expected "..." or a slice such as "1:5:-2"`);
  }
  return { start: parseBound(match[1]), stop: parseBound(match[2]), step: parseBound(match[3]) };
}

/** More digits than a double holds still say on which side of the axis the bound lies. */
function parseBound(digits: string | undefined): number | null {
  return digits === undefined ? null : toSafe(Number(digits));
}

const SLICE_FIELDS: ReadonlySet<string> = new Set(["start", "stop", "step"]);

/** True for a plain object with no fields but a slice's. Arrays and class instances would else all pass for `":"`. */
function isSlice(key: unknown): key is Slice {
  if (typeof key !== "object" || key === null || Array.isArray(key)) return false;
  const prototype: unknown = Object.getPrototypeOf(key);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.keys(key).every((name) => SLICE_FIELDS.has(name));
}

/** The bound as a safe integer, or `null` for none. Clamped as in CPython's `_PyEval_SliceIndex`: no axis is longer. */
function readBound(name: string, bound: unknown): number | null {
  if (bound === undefined || bound === null) return null;
  const integer = integerOf(bound);
  if (integer === null)
    throw new TypeError(`cannot slice with ${name} ${describe(bound)}: expected an integer or null`);
  return toSafe(integer);
}

function toSafe(value: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER));
}

/** The value of an integer (of a large bigint the nearest double, or an infinity), or `null` if it is none. */
export function integerOf(value: unknown): number | null {
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  // Adding 0 turns a negative zero into zero.
  return typeof value === "number" && Number.isInteger(value) ? value + 0 : null;
}
