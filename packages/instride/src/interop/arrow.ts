/**
 * Columns of Apache Arrow as exporters: views of their memory, in place, and masks of what is null.
 *
 * ```ts
 * import { tableFromIPC } from "apache-arrow";
 * import { arrowColumn, arrowValidity } from "instride/interop/arrow";
 *
 * const table = tableFromIPC(bytes);
 * using price = new MemoryView(arrowColumn(table.getChild("price")));
 * const known = arrowValidity(table.getChild("price")); // a copy: one boolean for each bit
 * ```
 *
 * | Arrow's type | as an exporter |
 * | --- | --- |
 * | Int, Float of all widths | their dtype |
 * | Date, Time, Timestamp, Duration, Interval | the integers that they are stored as: 32 or 64 bits, in the type's own unit |
 * | FixedSizeBinary(n) | uint8 of shape `[length, n]` |
 * | FixedSizeList(n) of one of these | its elements, of shape `[length, n]` |
 * | Bool | refused: it has a bit for each value; {@link arrowBooleans} copies them |
 * | Decimal | refused: no format has integers of 128 or 256 bits |
 * | text, lists of any length, structs, unions, maps, dictionaries | refused: their values don't lie side by side |
 *
 * Columns are exported read-only: Arrow takes them for immutable, and several may share a buffer.
 *
 * @module
 */
import {
  answerRequest,
  BufferError,
  type BufferInfo,
  contiguousStrides,
  describe,
  type Exporter,
  type FullBufferInfo,
  MemoryView,
} from "@instride/core";

/** What is used of Arrow's `Data`: one chunk of a column. */
export interface ArrowData {
  readonly type: { readonly typeId: number };
  /** Elements. */
  readonly length: number;
  /** Of its first element, in the bits of {@link nullBitmap} and of booleans; other values begin with it. */
  readonly offset: number;
  /** Values of each element. */
  readonly stride: number;
  readonly values: unknown;
  readonly nullCount: number;
  /** A bit for each element, the lowest first; empty or absent where none is null. */
  readonly nullBitmap?: Uint8Array | null | undefined;
  readonly children: readonly ArrowData[];
}

/** What is used of Arrow's `Vector`: a column. */
export interface ArrowVector {
  /** Its chunks. */
  readonly data: readonly ArrowData[];
  readonly length: number;
}

export interface ArrowOptions {
  /**
   * What becomes of elements that are null: their memory holds anything. `refuse` exports no column that has some, `mask`
   * leaves it to {@link arrowValidity} to say which they are. Default: `refuse`.
   */
  readonly nulls?: "refuse" | "mask" | undefined;
}

/**
 * A column of one chunk as an exporter: `new MemoryView(arrowColumn(vector))`, `rt.from(arrowColumn(vector))`.
 *
 * @throws a {@link BufferError} for a column of several chunks ({@link arrowChunks} exports each), with nulls, or of a type
 *   whose values don't lie side by side; `TypeError` for what is no column
 *
 * Cost: O(1); nothing is copied.
 */
export function arrowColumn(column: ArrowVector | ArrowData, options: ArrowOptions = {}): Exporter {
  const chunks = chunksOf(column);
  const [chunk] = chunks;
  if (chunk !== undefined && chunks.length === 1) return new ColumnExporter(chunk, options);
  throw new BufferError(
    `cannot export a column of ${chunks.length} chunks: they don't lie side by side, expected one; arrowChunks() exports each`,
  );
}

/** A column as an exporter for each of its chunks, in order. @throws as {@link arrowColumn} */
export function arrowChunks(column: ArrowVector, options: ArrowOptions = {}): Exporter[] {
  return chunksOf(column).map((chunk) => new ColumnExporter(chunk, options));
}

/**
 * Which elements of a column are there: true where it has a value, false where it is null. Of all chunks.
 *
 * @returns private memory of one axis
 *
 * Cost: O(length): Arrow has a bit for each.
 */
export function arrowValidity(column: ArrowVector | ArrowData): MemoryView<"bool"> {
  return unpackBits(chunksOf(column), ({ nullBitmap, nullCount }) => {
    return nullCount === 0 || nullBitmap === undefined || nullBitmap === null ? null : nullBitmap;
  });
}

/**
 * The values of a column of Arrow's type Bool. Where it is null the value is anything.
 *
 * @returns private memory of one axis
 * @throws a {@link BufferError} for a column of another type, or with nulls
 *
 * Cost: O(length): Arrow has a bit for each.
 */
export function arrowBooleans(column: ArrowVector | ArrowData, options: ArrowOptions = {}): MemoryView<"bool"> {
  return unpackBits(chunksOf(column), (chunk) => {
    refuseNulls(chunk, options);
    if (chunk.type.typeId === TYPE_BOOL && chunk.values instanceof Uint8Array) return chunk.values;
    throw new BufferError(`cannot read booleans of a column of type ${typeName(chunk)}: expected Bool`);
  });
}

/** Arrow's numbers of its types. Source: Apache Arrow `format/Schema.fbs`. */
const TYPE_INT = 2;
const TYPE_FLOAT = 3;
const TYPE_BOOL = 6;
const TYPE_DECIMAL = 7;
const TYPE_DATE = 8;
const TYPE_TIME = 9;
const TYPE_TIMESTAMP = 10;
const TYPE_INTERVAL = 11;
const TYPE_FIXED_SIZE_BINARY = 15;
const TYPE_FIXED_SIZE_LIST = 16;
const TYPE_DURATION = 18;

const SIDE_BY_SIDE: ReadonlySet<number> = new Set([
  TYPE_INT,
  TYPE_FLOAT,
  TYPE_DATE,
  TYPE_TIME,
  TYPE_TIMESTAMP,
  TYPE_INTERVAL,
  TYPE_FIXED_SIZE_BINARY,
  TYPE_DURATION,
]);

class ColumnExporter implements Exporter {
  readonly #full: FullBufferInfo;

  constructor(chunk: ArrowData, options: ArrowOptions) {
    this.#full = exported(chunk, options, []);
  }

  getBuffer(flags: number): BufferInfo {
    return answerRequest(this.#full, flags, "an Arrow column");
  }
}

/** @param outer - the lengths of the lists that this chunk is the elements of */
function exported(chunk: ArrowData, options: ArrowOptions, outer: readonly number[]): FullBufferInfo {
  refuseNulls(chunk, options);
  const { typeId } = chunk.type;
  const { length, stride, children } = chunk;
  const shape = outer.length === 0 ? [length] : outer;
  if (typeId === TYPE_FIXED_SIZE_LIST) {
    const [elements] = children;
    if (elements === undefined) throw new BufferError("cannot export a list of fixed length that has no elements");
    return exported(elements, options, [...shape, stride]);
  }
  if (!SIDE_BY_SIDE.has(typeId)) throw refusal(chunk);
  const values = valuesOf(chunk);
  // An element may be several values.
  return memoryOf(values, stride === 1 ? shape : [...shape, stride], typeId === TYPE_FLOAT);
}

function memoryOf(values: ArrayBufferView, shape: readonly number[], isFloat: boolean): FullBufferInfo {
  using view = new MemoryView(values);
  const { itemsize, byteOffset, format } = view;
  const nbytes = shape.reduce((product, length) => product * length, itemsize);
  return {
    buffer: values.buffer,
    byteOffset,
    nbytes,
    readonly: true,
    itemsize,
    // Half floats are kept as the integers of their bits.
    format: isFloat && values instanceof Uint16Array ? "e" : format,
    ndim: shape.length,
    shape: Object.freeze([...shape]),
    strides: contiguousStrides(shape, itemsize, "C"),
    suboffsets: null,
  };
}

function valuesOf({ values }: ArrowData): ArrayBufferView {
  if (ArrayBuffer.isView(values) && !(values instanceof DataView)) return values;
  throw new TypeError(`cannot export a column whose values are ${describe(values)}: expected a typed array`);
}

function refusal(chunk: ArrowData): BufferError {
  const { typeId } = chunk.type;
  const attempt = `cannot export a column of type ${typeName(chunk)}`;
  if (typeId === TYPE_BOOL)
    return new BufferError(`${attempt}: it has a bit for each value; arrowBooleans() copies them`);
  if (typeId === TYPE_DECIMAL) {
    return new BufferError(
      `${attempt}: no format has integers of so many bits; its data's values are their 32-bit words`,
    );
  }
  return new BufferError(
    `${attempt}: its values don't lie side by side; expected numbers, times, or lists of fixed length`,
  );
}

function refuseNulls({ nullCount, length }: ArrowData, { nulls = "refuse" }: ArrowOptions): void {
  if (nulls === "mask" || nullCount === 0) return;
  throw new BufferError(
    `cannot export a column of which ${nullCount} of ${length} elements are null: expected none; nulls "mask" exports it, ` +
      "and arrowValidity() says which they are",
  );
}

/** As Arrow writes it: `Decimal[10e+2]`. */
function typeName({ type }: ArrowData): string {
  return type as unknown as string;
}

function chunksOf(column: ArrowVector | ArrowData): readonly ArrowData[] {
  const { data, values, type } = (column ?? {}) as Partial<ArrowVector & ArrowData>;
  if (Array.isArray(data)) return data as readonly ArrowData[];
  if (type !== undefined && (values !== undefined || "children" in column)) return [column as ArrowData];
  throw new TypeError(`cannot export ${describe(column)}: expected a Vector or Data of Arrow`);
}

/** A boolean for each bit. @param bitsOf - those of a chunk, or null where all are set */
function unpackBits(chunks: readonly ArrowData[], bitsOf: (chunk: ArrowData) => Uint8Array | null): MemoryView<"bool"> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const chunk of chunks) {
    const { length, offset } = chunk;
    const bits = bitsOf(chunk);
    for (let i = 0; i < length; i++) {
      const bit = offset + i;
      bytes[start + i] = bits === null ? 1 : (bits[bit >> 3]! >> (bit & 7)) & 1;
    }
    start += length;
  }
  return new MemoryView(bytes).cast("?") as unknown as MemoryView<"bool">;
}
