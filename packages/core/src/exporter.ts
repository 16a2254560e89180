/**
 * Who exports memory, and how a consumer gets it: `PyObject_GetBuffer` and `PyBuffer_Release`.
 *
 * Any class takes part by implementing {@link Exporter}. The language's own memory does without: buffers (resizable,
 * growable and shared ones too), typed arrays, `DataView`, Node's `Buffer`, `WebAssembly.Memory`. Strings, arrays and
 * plain objects hold values, not memory, and are refused with a `TypeError`.
 *
 * An exporter of one's own locks itself while it is exported: what could move or shrink its memory throws a
 * `BufferError` until the last release. JavaScript's buffers can't be locked; views on them look again at each access.
 *
 * Source: CPython `Doc/c-api/buffer.rst`, PEP 688.
 *
 * @module
 */
import { BufferError, describe } from "./errors.ts";
import { type BufferInfo, fillInfo } from "./py-buffer.ts";
import { isWasmMemory, type WasmMemory } from "./wasm-memory.ts";

/** A class that exports memory: Python's `__buffer__` and `__release_buffer__`. */
export interface Exporter {
  /**
   * Describes the memory as far as `flags` ask for it, and counts an export.
   *
   * @param flags - of `BufferFlags`
   * @throws a `BufferError` if the request can't be met; then nothing is counted
   */
  getBuffer(flags: number): BufferInfo;
  /** Is called once for each buffer given, with the very object that was given. */
  releaseBuffer?(info: BufferInfo): void;
}

/** What {@link getBuffer} takes. */
export type Exportable = Exporter | ArrayBufferLike | ArrayBufferView | WasmMemory;

type Asks<F extends number, Request extends number> = number extends F ? boolean : F extends Request ? true : false;

type AsksShape =
  | 8
  | 9
  | 12
  | 13
  | 24
  | 25
  | 28
  | 29
  | 56
  | 57
  | 60
  | 61
  | 88
  | 89
  | 92
  | 93
  | 152
  | 153
  | 156
  | 157
  | 280
  | 281
  | 284
  | 285;
type AsksStrides = Exclude<AsksShape, 8 | 9 | 12 | 13>;
type AsksFormat = 4 | 5 | 12 | 13 | 28 | 29 | 60 | 61 | 92 | 93 | 156 | 157 | 284 | 285;

type Answer<T, Asked extends boolean> = Asked extends true ? T : null;

/** A buffer held by a consumer: `Py_buffer`. Its nullable fields follow the request by type, where it is a literal. */
export interface PyBuffer<F extends number = number> extends BufferInfo, Disposable {
  /** The exporter, until release. */
  readonly obj: object | null;
  readonly shape: Answer<readonly number[], Asks<F, AsksShape>>;
  readonly strides: Answer<readonly number[], Asks<F, AsksStrides>>;
  readonly format: Answer<string, Asks<F, AsksFormat>>;
  /** Gives the buffer back. Calling it again does nothing. */
  release(): void;
}

/** True for what has the protocol: `PyObject_CheckBuffer`. It doesn't promise that a request will be met. */
export function isExporter(value: unknown): value is Exportable {
  if (typeof value !== "object" || value === null) return false;
  return isCustom(value) || isPlainMemory(value);
}

/**
 * Asks an exporter for its memory.
 *
 * @param exporter - anything that {@link isExporter}
 * @param flags - what the consumer can cope with; the answer's type follows it
 * @returns a buffer to be released, by `release()` or `using`
 * @throws `TypeError` if `exporter` is none; {@link BufferError} if the request can't be met
 *
 * Cost: O(1); no element is touched.
 *
 * @example
 * ```ts
 * using buffer = getBuffer(new Float64Array(6), BufferFlags.FULL_RO);
 * buffer.shape; // [6]
 * ```
 */
export function getBuffer<F extends number>(exporter: unknown, flags: F): PyBuffer<F> {
  if (typeof exporter !== "object" || exporter === null || !isExporter(exporter)) {
    throw new TypeError(
      `cannot get a buffer from ${describe(exporter)}: expected a buffer, a typed array, a DataView, ` +
        "a WebAssembly.Memory or an object with a getBuffer method",
    );
  }
  if (!Number.isInteger(flags) || flags < 0) {
    throw new TypeError(`cannot request a buffer with flags ${describe(flags)}: expected a value of BufferFlags`);
  }
  const info = isCustom(exporter) ? checkInfo(exporter, exporter.getBuffer(flags)) : exportMemory(exporter, flags);
  return new HeldBuffer(exporter, info) as unknown as PyBuffer<F>;
}

function isCustom(value: object): value is Exporter {
  return typeof (value as { getBuffer?: unknown }).getBuffer === "function";
}

function isPlainMemory(value: object): value is ArrayBufferLike | ArrayBufferView | WasmMemory {
  return isArrayBufferLike(value) || ArrayBuffer.isView(value) || isWasmMemory(value);
}

/** True for an `ArrayBuffer` or a `SharedArrayBuffer`, of any realm. */
export function isArrayBufferLike(value: unknown): value is ArrayBufferLike {
  return byteLengthOf(value) !== null;
}

/** True for a `SharedArrayBuffer`, of any realm. */
export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  return readByteLength(sharedByteLength, value) !== null;
}

type ByteLengthGetter = (this: unknown) => number;

const plainByteLength = byteLengthGetter(ArrayBuffer.prototype) as ByteLengthGetter;
const sharedByteLength =
  typeof SharedArrayBuffer === "undefined" ? undefined : byteLengthGetter(SharedArrayBuffer.prototype);

function byteLengthGetter(prototype: object): ByteLengthGetter | undefined {
  return Object.getOwnPropertyDescriptor(prototype, "byteLength")?.get as ByteLengthGetter | undefined;
}

function readByteLength(getter: ByteLengthGetter | undefined, value: unknown): number | null {
  if (getter === undefined || typeof value !== "object" || value === null) return null;
  try {
    return getter.call(value);
  } catch {
    return null;
  }
}

/**
 * The bytes of a buffer, or null for anything else. It asks the engine, not the object: neither a subclass nor a
 * look-alike with a `byteLength` of its own can lie.
 */
export function byteLengthOf(value: unknown): number | null {
  return readByteLength(plainByteLength, value) ?? readByteLength(sharedByteLength, value);
}

/** The struct format of each typed array class, by its `Symbol.toStringTag`. */
const TYPED_ARRAY_FORMATS: ReadonlyMap<string, string> = new Map([
  ["Int8Array", "b"],
  ["Uint8Array", "B"],
  ["Uint8ClampedArray", "B"],
  ["Int16Array", "h"],
  ["Uint16Array", "H"],
  ["Int32Array", "i"],
  ["Uint32Array", "I"],
  ["BigInt64Array", "q"],
  ["BigUint64Array", "Q"],
  ["Float16Array", "e"],
  ["Float32Array", "f"],
  ["Float64Array", "d"],
]);

function exportMemory(memory: ArrayBufferLike | ArrayBufferView | WasmMemory, flags: number): BufferInfo {
  if (isWasmMemory(memory)) return exportBytes(memory.buffer, 0, memory.buffer.byteLength, flags);
  if (isArrayBufferLike(memory)) return exportBytes(memory, 0, memory.byteLength, flags);
  const { buffer, byteOffset, byteLength: nbytes } = memory;
  const format = TYPED_ARRAY_FORMATS.get((memory as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "");
  if (format === undefined) return exportBytes(buffer, byteOffset, nbytes, flags);
  const itemsize = (memory as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  return fillInfo({ buffer, byteOffset, nbytes, readonly: isImmutable(buffer), itemsize, format }, flags, format);
}

function exportBytes(buffer: ArrayBufferLike, byteOffset: number, nbytes: number, flags: number): BufferInfo {
  const flat = { buffer, byteOffset, nbytes, readonly: isImmutable(buffer), itemsize: 1, format: "B" };
  return fillInfo(flat, flags, "bytes");
}

/** `ArrayBuffer.prototype.immutable` is a proposal; where it is absent nothing is immutable. */
function isImmutable(buffer: ArrayBufferLike): boolean {
  return (buffer as { immutable?: boolean }).immutable === true;
}

/** An exporter is a stranger's code: what it says is checked for its types here, and for its bounds by each consumer. */
function checkInfo(exporter: Exporter, info: BufferInfo): BufferInfo {
  const fact = faultOf(info);
  if (fact === null) return info;
  exporter.releaseBuffer?.(info);
  throw new BufferError(`cannot use the buffer that ${describe(exporter)} exported: ${fact}`);
}

function faultOf(info: BufferInfo): string | null {
  if (typeof info !== "object" || info === null) return `getBuffer returned ${describe(info)}, expected a BufferInfo`;
  if (!isArrayBufferLike(info.buffer))
    return `buffer is ${describe(info.buffer)}, expected an ArrayBuffer or SharedArrayBuffer`;
  for (const field of ["byteOffset", "nbytes", "itemsize", "ndim"] as const) {
    const value = info[field];
    if (!Number.isSafeInteger(value) || value < 0)
      return `${field} is ${describe(value)}, expected an integer of 0 or more`;
  }
  for (const field of ["shape", "strides", "suboffsets"] as const) {
    const value = info[field];
    if (value === null) continue;
    if (!Array.isArray(value) || value.length !== info.ndim || !value.every(Number.isSafeInteger)) {
      return `${field} is ${describe(value)}, expected null or ${info.ndim} integers`;
    }
  }
  if (info.format !== null && typeof info.format !== "string")
    return `format is ${describe(info.format)}, expected a string or null`;
  if (typeof info.readonly !== "boolean") return `readonly is ${describe(info.readonly)}, expected a boolean`;
  return null;
}

class HeldBuffer implements BufferInfo {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly nbytes: number;
  readonly readonly: boolean;
  readonly itemsize: number;
  readonly format: string | null;
  readonly ndim: number;
  readonly shape: readonly number[] | null;
  readonly strides: readonly number[] | null;
  readonly suboffsets: readonly number[] | null;
  readonly internal: unknown;
  readonly #info: BufferInfo;
  #obj: (Exporter | object) | null;

  constructor(obj: object, info: BufferInfo) {
    this.buffer = info.buffer;
    this.byteOffset = info.byteOffset;
    this.nbytes = info.nbytes;
    this.readonly = info.readonly;
    this.itemsize = info.itemsize;
    this.format = info.format;
    this.ndim = info.ndim;
    this.shape = info.shape;
    this.strides = info.strides;
    this.suboffsets = info.suboffsets;
    this.internal = info.internal;
    this.#info = info;
    this.#obj = obj;
  }

  get obj(): object | null {
    return this.#obj;
  }

  release(): void {
    const obj = this.#obj;
    this.#obj = null;
    if (obj !== null && isCustom(obj)) obj.releaseBuffer?.(this.#info);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
