/**
 * Chunks of zarrita as exporters: views of their memory, in place.
 *
 * ```ts
 * import * as zarr from "zarrita";
 * import { adoptChunk, zarrChunk } from "instride/interop/zarrita";
 *
 * const chunk = await zarr.get(array, null, { opts: { useSharedArrayBuffer: true } });
 * const volume = adoptChunk(rt, chunk); // an array of the runtime, over the very same memory
 *
 * using view = new MemoryView(zarrChunk(await array.getChunk([0, 0]))); // any chunk, private ones too
 * ```
 *
 * Numbers and booleans are exported, and strings of fixed length: bytes (`v2:S8`) as the format `8s`, Unicode (`v2:U8`) as
 * `8w`. Strings of any length and objects are values, not memory.
 *
 * @module
 */
import {
  answerRequest,
  type ArrayOptions,
  BufferError,
  type BufferInfo,
  describe,
  type DType,
  type Exporter,
  type FullBufferInfo,
  MemoryView,
  type SharedView,
} from "@instride/core";

/** What is used of a chunk: zarrita's `Chunk`, of any data type. */
export interface ZarrChunk {
  readonly data: unknown;
  readonly shape: readonly number[];
  /** In elements. */
  readonly stride: readonly number[];
}

/**
 * A chunk as an exporter: `new MemoryView(zarrChunk(chunk))`, `rt.from(zarrChunk(chunk))`.
 *
 * @throws `TypeError` for data that is no memory: strings of any length, objects
 */
export function zarrChunk(chunk: ZarrChunk): Exporter {
  return new ChunkExporter(chunk);
}

/** What a runtime has for memory that is there already. */
export interface Adopter {
  adopt<D extends DType>(
    buffer: SharedArrayBuffer,
    options: ArrayOptions & {
      readonly dtype: D;
      readonly shape: readonly number[];
      readonly strides: readonly number[];
      readonly byteOffset: number;
    },
  ): MemoryView<D>;
}

/**
 * Makes a chunk an array of a runtime, in place: what `useSharedArrayBuffer` has zarrita allocate is shared by all threads.
 *
 * @throws `TypeError` for private memory where threads share memory (`rt.from(zarrChunk(chunk))` copies it), and for data
 *   that is no memory; a `DTypeError` for strings
 *
 * Cost: O(ndim).
 */
export function adoptChunk<D extends DType = DType>(
  rt: Adopter,
  chunk: ZarrChunk,
  options: ArrayOptions = {},
): SharedView<D> {
  using view = new MemoryView(zarrChunk(chunk));
  const { dtype, format, shape, strides, byteOffset } = view;
  if (dtype === null) throw new BufferError(`cannot adopt a chunk of format ${describe(format)}: it has no dtype`);
  const { buffer } = (chunk as { readonly data: ArrayData }).data;
  const place = { ...options, dtype: dtype as D, shape, strides, byteOffset };
  return rt.adopt(buffer as SharedArrayBuffer, place) as SharedView<D>;
}

/** What typed arrays and zarrita's own arrays have in common. */
interface ArrayData {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly BYTES_PER_ELEMENT: number;
  /** Characters of each string; of strings only. */
  readonly chars?: number;
}

class ChunkExporter implements Exporter {
  readonly #full: FullBufferInfo;

  constructor({ data, shape, stride }: ZarrChunk) {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: itemsize } = checkData(data);
    const strides = stride.map((elements) => elements * itemsize);
    const nbytes = shape.reduce((product, length) => product * length, itemsize);
    const memory = { buffer, byteOffset, nbytes, readonly: false, suboffsets: null };
    this.#full = { ...memory, itemsize, format: formatOf(data as ArrayData), ndim: shape.length, shape, strides };
  }

  getBuffer(flags: number): BufferInfo {
    return answerRequest(this.#full, flags, "a zarrita chunk");
  }
}

function checkData(data: unknown): ArrayData {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = (data ?? {}) as Partial<ArrayData>;
  if (typeof buffer === "object" && typeof byteOffset === "number" && typeof BYTES_PER_ELEMENT === "number") {
    return data as ArrayData;
  }
  throw new TypeError(
    `cannot export a chunk of ${describe(data)}: its elements are values, expected memory: numbers, booleans or strings ` +
      "of fixed length",
  );
}

/** zarrita's arrays of booleans and strings are classes of its own, over bytes. */
function formatOf(data: ArrayData): string {
  const array: unknown = data;
  if (ArrayBuffer.isView(array)) {
    using view = new MemoryView(array);
    return view.format;
  }
  if (data.chars === undefined) return "?";
  return data.BYTES_PER_ELEMENT === data.chars ? `${data.chars}s` : `${data.chars}w`;
}
