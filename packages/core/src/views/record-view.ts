/**
 * A view per field of a record: the same memory, seen as one field of each element. NumPy's `array["name"]`.
 *
 * @module
 */
import { describe, DTypeError, ShapeError, ValueError } from "../errors.ts";
import { parseFormat } from "../formats/format.ts";
import type { RecordField } from "../formats/format-tree.ts";
import { formatText } from "../formats/format-writer.ts";
import { contiguousStrides, NDIM_MAX } from "../layout/layout.ts";
import type { ViewState } from "./view-state.ts";

/**
 * Views one field of each element.
 *
 * @param name - of a field of the format, which is a record (`T{...}`, or items with names)
 * @returns elements of the field's own type; the axes of a sub-array come after those of the view
 * @throws {@link DTypeError} if the format is no record; {@link ValueError} if it has no such field; {@link ShapeError} if
 *   there are more axes than {@link NDIM_MAX}
 *
 * Cost: O(ndim + fields); no element is touched. Source: NumPy `array_subscript` with a field's name.
 */
export function fieldState(state: ViewState, name: string): ViewState {
  const { offset, type } = fieldOf(state, name);
  const { item, shape: inner } = type.kind === "subarray" ? type : { item: type, shape: [] };
  const { itemsize } = item;
  const shape = Object.freeze([...state.shape, ...inner]);
  if (shape.length > NDIM_MAX) {
    throw new ShapeError(`cannot view field ${describe(name)} of ${shape.length} axes: expected at most ${NDIM_MAX}`);
  }
  const strides = Object.freeze([...state.strides, ...contiguousStrides(inner, itemsize, "C")]);
  return state.with({ format: formatText(item), itemsize, shape, strides, ...moved(state, offset, inner.length) });
}

function fieldOf({ format }: ViewState, name: string): RecordField {
  const { type } = parseFormat(format);
  if (type.kind !== "record") {
    throw new DTypeError(`cannot view field ${describe(name)} of format ${describe(format)}: it is no record`);
  }
  const field = type.fields.find((each) => each.name === name);
  if (field !== undefined) return field;
  const names = type.fields.map((each) => describe(each.name)).join(", ");
  throw new ValueError(`cannot view field ${describe(name)}: the record has ${names === "" ? "none" : names}`);
}

/** Where the elements lie once each has moved by `offset` bytes: behind tables of offsets it is what is added last. */
function moved(state: ViewState, offset: number, axesAdded: number): Pick<ViewState, "byteOffset" | "suboffsets"> {
  const { byteOffset, suboffsets, size } = state;
  if (suboffsets === null) return { byteOffset: size === 0 ? byteOffset : byteOffset + offset, suboffsets };
  const last = suboffsets.findLastIndex((suboffset) => suboffset >= 0);
  const added = Array.from({ length: axesAdded }, () => -1);
  return { byteOffset, suboffsets: Object.freeze([...suboffsets.with(last, suboffsets[last]! + offset), ...added]) };
}
