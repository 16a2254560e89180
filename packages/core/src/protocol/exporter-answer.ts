/**
 * Is what an exporter answered true, and does it meet the request?
 *
 * An exporter is a stranger's code. Each field of its answer is read once into a private snapshot; the snapshot is
 * checked, and only it is used. It describes bytes inside the buffer then, whatever the exporter does later to the
 * objects that it gave.
 *
 * @module
 */
import { byteLengthOf } from "../memory/array-buffer.ts";
import { BufferError, describe, FormatError } from "../errors.ts";
import { BufferFlags, requests } from "./flags.ts";
import { parseFormat } from "../formats/format.ts";
import { contiguousStrides, isContiguous, NDIM_MAX, type Order } from "../layout/layout.ts";
import { type BufferInfo, flagNames, lengthBound, reachOf } from "./py-buffer.ts";

type Answer = Readonly<Partial<Record<keyof BufferInfo, unknown>>>;

type StridedInfo = BufferInfo & { readonly shape: readonly number[]; readonly strides: readonly number[] };

type Refuse = (fact: string) => never;

/**
 * Takes a private snapshot of an answer and checks it.
 *
 * Shape and strides that were asked for and not told are filled in, as CPython's memoryview does: one axis, and
 * C-contiguous. What was not asked for is left out.
 *
 * @param exporter - what to call the exporter in errors
 * @throws {@link BufferError} naming the field, its value and what would have been right
 */
export function checkAnswer(answer: unknown, flags: number, exporter: string): BufferInfo {
  const refuse: Refuse = (fact) => {
    throw new BufferError(`cannot use the buffer that ${exporter} exported for request ${flagNames(flags)}: ${fact}`);
  };
  if (typeof answer !== "object" || answer === null) {
    return refuse(`getBuffer returned ${describe(answer)}, expected a BufferInfo`);
  }
  const fields = readFields(answer, refuse);
  // Null means "B" to who asked.
  const told = requests(flags, BufferFlags.FORMAT) ? { ...fields, format: fields.format ?? "B" } : fields;
  const shape = told.shape ?? flatShape(told, refuse);
  checkSizes(told, shape, refuse);
  const strides = told.strides ?? contiguousStrides(shape, told.itemsize, "C");
  checkRequest({ ...told, shape, strides }, flags, refuse);
  const { low, high } = reachOf({ shape, strides, byteOffset: told.byteOffset }, told.itemsize, told.suboffsets);
  const byteLength = byteLengthOf(told.buffer) ?? 0;
  if (low < 0 || high > byteLength) refuse(`it reaches bytes [${low}, ${high}) of a buffer of ${byteLength} bytes`);
  const isScalar = told.ndim === 0;
  return {
    ...told,
    format: requests(flags, BufferFlags.FORMAT) ? told.format : null,
    shape: requests(flags, BufferFlags.ND) && !isScalar ? shape : null,
    strides: requests(flags, BufferFlags.STRIDES) && !isScalar ? strides : null,
  };
}

function readFields(answer: Answer, refuse: Refuse): BufferInfo {
  const { buffer, readonly, format, internal } = answer;
  const integer = (field: keyof BufferInfo, most: number = Number.MAX_SAFE_INTEGER): number =>
    checkInteger(field, answer[field], 0, most, refuse);
  const integers = (field: keyof BufferInfo, least: number): readonly number[] | null =>
    readIntegers(field, answer[field], ndim, least, refuse);

  if (byteLengthOf(buffer) === null)
    refuse(`buffer is ${describe(buffer)}, expected an ArrayBuffer or SharedArrayBuffer`);
  if (typeof readonly !== "boolean") return refuse(`readonly is ${describe(readonly)}, expected a boolean`);
  if (format !== null && typeof format !== "string") {
    return refuse(`format is ${describe(format)}, expected a string or null`);
  }
  const ndim = integer("ndim", NDIM_MAX);
  const suboffsets = integers("suboffsets", Number.MIN_SAFE_INTEGER);
  return {
    buffer: buffer as ArrayBufferLike,
    byteOffset: integer("byteOffset"),
    nbytes: integer("nbytes"),
    readonly,
    itemsize: integer("itemsize"),
    format,
    ndim,
    shape: integers("shape", 0),
    strides: integers("strides", Number.MIN_SAFE_INTEGER),
    // Null is the form in which none of them says anything.
    suboffsets: suboffsets?.some((suboffset) => suboffset >= 0) === true ? suboffsets : null,
    internal,
  };
}

function checkInteger(field: string, value: unknown, least: number, most: number, refuse: Refuse): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return value + 0;
  const range = most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`;
  return refuse(`${field} is ${describe(value)}, expected an integer${least === 0 ? ` from 0${range}` : ""}`);
}

function readIntegers(
  field: string,
  value: unknown,
  ndim: number,
  least: number,
  refuse: Refuse,
): readonly number[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) return refuse(`${field} is ${describe(value)}, expected null or ${ndim} integers`);
  const items = Array.from(value as unknown[]);
  if (items.length !== ndim) refuse(`${field} is ${describe(items)}, expected null or ${ndim} integers`);
  return Object.freeze(
    items.map((item, axis) => checkInteger(`${field}[${axis}]`, item, least, Number.MAX_SAFE_INTEGER, refuse)),
  );
}

/** The shape of an answer that tells none: what `ndim` and `nbytes` say. Source: CPython `init_shape_strides`. */
function flatShape({ ndim, nbytes, itemsize }: BufferInfo, refuse: Refuse): readonly number[] {
  if (ndim === 0) return Object.freeze([]);
  if (ndim > 1) refuse(`shape is null, expected ${ndim} integers`);
  if (itemsize === 0 ? nbytes > 0 : nbytes % itemsize !== 0) {
    refuse(`nbytes is ${nbytes}, expected a multiple of itemsize ${itemsize}`);
  }
  return Object.freeze([itemsize === 0 ? 0 : nbytes / itemsize]);
}

function checkSizes({ format, itemsize, nbytes }: BufferInfo, shape: readonly number[], refuse: Refuse): void {
  if (lengthBound(shape, itemsize) > Number.MAX_SAFE_INTEGER) refuse(`shape is ${describe(shape)}, expected less`);
  const expected = shape.reduce((product, length) => product * length, itemsize);
  if (nbytes !== expected) {
    refuse(`nbytes is ${nbytes}, expected ${expected} for shape ${describe(shape)} of ${itemsize}-byte elements`);
  }
  const calculated = format === null ? null : sizeOfFormat(format);
  if (calculated !== null && calculated !== itemsize) {
    refuse(`itemsize is ${itemsize}, expected ${calculated}, the size of format ${describe(format)}`);
  }
}

/** The bytes of an item, or null for a format that nobody here knows: its elements can be moved, but not read. */
function sizeOfFormat(format: string): number | null {
  try {
    return parseFormat(format).itemsize;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function checkRequest(info: StridedInfo, flags: number, refuse: Refuse): void {
  const { readonly, itemsize, shape, strides, suboffsets } = info;
  if (readonly && requests(flags, BufferFlags.WRITABLE)) refuse("it is read-only, expected writable memory");
  if (suboffsets !== null && !requests(flags, BufferFlags.INDIRECT)) refuse("it has suboffsets, expected none");
  for (const [request, order] of CONTIGUITY) {
    const isAsked = request === null ? !requests(flags, BufferFlags.STRIDES) : requests(flags, request);
    if (!isAsked || isContiguous(shape, strides, itemsize, order)) continue;
    refuse(`strides are ${describe(strides)}, expected contiguous elements in order ${order}`);
  }
}

/** Which requests promise which order of elements; who doesn't ask for strides takes them to be C-contiguous. */
const CONTIGUITY: readonly (readonly [request: number | null, order: Order])[] = [
  [null, "C"],
  [BufferFlags.C_CONTIGUOUS, "C"],
  [BufferFlags.F_CONTIGUOUS, "F"],
  [BufferFlags.ANY_CONTIGUOUS, "A"],
];
