/**
 * Who exports memory, and how a consumer gets it: `PyObject_GetBuffer` and `PyBuffer_Release`.
 *
 * Any class takes part by implementing {@link Exporter}; the language's own memory does without
 * (`builtin-exporters.ts`). Strings, arrays and plain objects hold values, not memory, and are refused with a
 * `TypeError`.
 *
 * An exporter of one's own locks itself while it is exported: what could move or shrink its memory throws a
 * `BufferError` until the last release. JavaScript's buffers can't be locked; views on them look again at each access.
 *
 * Source: CPython `Doc/c-api/buffer.rst`, PEP 688.
 *
 * @module
 */
import { type BuiltinMemory, exportBuiltin, isBuiltinMemory } from "./builtin-exporters.ts";
import { BufferError, describe } from "../errors.ts";
import { checkAnswer } from "./exporter-answer.ts";
import { BufferFlags } from "./flags.ts";
import type { BufferInfo } from "./py-buffer.ts";

/**
 * A class that exports memory: Python's `__buffer__` and `__release_buffer__`.
 *
 * `fillInfo` answers for memory whose elements lie side by side along one axis, `answerRequest` for any other. What an
 * exporter answers is checked: an answer that doesn't meet the request, or reaches outside its buffer, is a `BufferError`.
 * Each export is answered for itself, so that the layout may change from one to the next.
 *
 * @example
 * ```ts
 * class ByteArray implements Exporter {
 *   #bytes = new Uint8Array(8);
 *   #exports = 0;
 *
 *   getBuffer(flags: number): BufferInfo {
 *     const { buffer } = this.#bytes;
 *     const info = fillInfo({ buffer }, flags, "a ByteArray"); // throws if it can't be met: then nothing is counted
 *     this.#exports++;
 *     return info;
 *   }
 *
 *   releaseBuffer(): void {
 *     this.#exports--;
 *   }
 *
 *   extend(bytes: Uint8Array): void {
 *     if (this.#exports > 0) throw new BufferError("cannot extend a ByteArray that is exported: release it first");
 *     this.#bytes = Uint8Array.of(...this.#bytes, ...bytes);
 *   }
 * }
 * ```
 */
export interface Exporter {
  /**
   * Describes the memory as far as `flags` ask for it, and counts an export.
   *
   * It may also hand on a buffer that it got of another exporter, `return getBuffer(inner, flags)`: then that one is
   * the `obj` that consumers see, and the release goes there.
   *
   * @param flags - of `BufferFlags`
   * @throws a `BufferError` if the request can't be met; then nothing is counted
   */
  getBuffer(flags: number): BufferInfo;
  /** Is called once for each buffer given, with the very object that was given. */
  releaseBuffer?(info: BufferInfo): void;
}

/** What {@link getBuffer} takes. */
export type Exportable = Exporter | BuiltinMemory;

// All requests that are made of named ones, each list with neither WRITABLE nor FORMAT, with WRITABLE, with FORMAT, and
// with both.
type ByteRequest = 0 | 1 | 4 | 5;
type ShapeRequest = 8 | 9 | 12 | 13;
type DirectRequest =
  | (24 | 56 | 88 | 120 | 152 | 184 | 216 | 248)
  | (25 | 57 | 89 | 121 | 153 | 185 | 217 | 249)
  | (28 | 60 | 92 | 124 | 156 | 188 | 220 | 252)
  | (29 | 61 | 93 | 125 | 157 | 189 | 221 | 253);
type IndirectRequest =
  | (280 | 312 | 344 | 376 | 408 | 440 | 472 | 504)
  | (281 | 313 | 345 | 377 | 409 | 441 | 473 | 505)
  | (284 | 316 | 348 | 380 | 412 | 444 | 476 | 508)
  | (285 | 317 | 349 | 381 | 413 | 445 | 477 | 509);
type FormatRequest =
  | (4 | 12 | 28 | 60 | 92 | 124 | 156 | 188 | 220 | 252 | 284 | 316 | 348 | 380 | 412 | 444 | 476 | 508)
  | (5 | 13 | 29 | 61 | 93 | 125 | 157 | 189 | 221 | 253 | 285 | 317 | 349 | 381 | 413 | 445 | 477 | 509);
type WritableRequest =
  | (1 | 9 | 25 | 57 | 89 | 121 | 153 | 185 | 217 | 249 | 281 | 313 | 345 | 377 | 409 | 441 | 473 | 505)
  | (5 | 13 | 29 | 61 | 93 | 125 | 157 | 189 | 221 | 253 | 285 | 317 | 349 | 381 | 413 | 445 | 477 | 509);

type AsksStrides = DirectRequest | IndirectRequest;
type AsksShape = ShapeRequest | AsksStrides;

/** Whether `F` contains the request; `boolean` where the types can't tell. */
type Asks<F extends number, Request extends number> = number extends F
  ? boolean
  : F extends Request
    ? true
    : F extends ByteRequest | AsksShape
      ? false
      : boolean;

type Answer<T, Asked extends boolean> = Asked extends true ? T : null;

/**
 * A buffer held by a consumer: `Py_buffer`. Its nullable fields follow the request by type, where it is a literal.
 *
 * One thing the types leave out, as it depends on the exporter: a scalar (`ndim` 0) has neither shape nor strides,
 * whatever was asked for.
 */
export interface PyBuffer<F extends number = number> extends BufferInfo, Disposable {
  /** The exporter, until release. */
  readonly obj: object | null;
  readonly shape: Answer<readonly number[], Asks<F, AsksShape>>;
  readonly strides: Answer<readonly number[], Asks<F, AsksStrides>>;
  /** Null also where the exporter has none. */
  readonly suboffsets: Answer<readonly number[] | null, Asks<F, IndirectRequest>>;
  readonly format: Answer<string, Asks<F, FormatRequest>>;
  readonly readonly: Asks<F, WritableRequest> extends true ? false : boolean;
  /** True once given back. */
  readonly released: boolean;
  /** Gives the buffer back. Calling it again does nothing. */
  release(): void;
}

/** True for what has the protocol: `PyObject_CheckBuffer`. It doesn't promise that a request will be met. */
export function isExporter(value: unknown): value is Exportable {
  if (typeof value !== "object" || value === null) return false;
  return isCustom(value) || isBuiltinMemory(value);
}

/**
 * Asks an exporter for its memory.
 *
 * @param exporter - anything that {@link isExporter}
 * @param flags - what the consumer can cope with; the answer's type follows it
 * @returns a buffer to be released, by `release()` or `using`
 * @throws `TypeError` if `exporter` is none, or `flags` are no request; a `BufferError` if it can't be met
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
  if (!Number.isInteger(flags) || flags < 0 || flags === BufferFlags.READ || flags === BufferFlags.WRITE) {
    throw new TypeError(`cannot request a buffer with flags ${describe(flags)}: expected a request of BufferFlags`);
  }
  const held = isCustom(exporter)
    ? askExporter(exporter, flags)
    : new HeldBuffer(exporter, exportBuiltin(exporter, flags), () => {});
  return held as unknown as PyBuffer<F>;
}

function askExporter(exporter: Exporter, flags: number): HeldBuffer {
  const answer = exporter.getBuffer(flags);
  const handed = HeldBuffer.is(answer) ? answer : null;
  const obj = handed === null ? exporter : takeOver(handed, exporter);
  const giveBack = (): void => {
    if (handed !== null) handed.release();
    else if (typeof answer === "object" && answer !== null) exporter.releaseBuffer?.(answer);
  };
  try {
    return new HeldBuffer(obj, checkAnswer(answer, flags, describe(exporter)), giveBack);
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** Buffers that were handed on: the release of each is its one consumer's. */
const handedOn = new WeakSet<HeldBuffer>();

/** @returns whose memory it is */
function takeOver(buffer: HeldBuffer, exporter: Exporter): object {
  const { obj } = buffer;
  if (obj === null || handedOn.has(buffer)) {
    const fact = obj === null ? "was released" : "another consumer has";
    throw new BufferError(`cannot use the buffer that ${describe(exporter)} handed on: it ${fact}, expected a new one`);
  }
  handedOn.add(buffer);
  return obj;
}

function isCustom(value: object): value is Exporter {
  return typeof (value as { getBuffer?: unknown }).getBuffer === "function";
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
  readonly #giveBack: () => void;
  #obj: object | null;

  constructor(obj: object, info: BufferInfo, giveBack: () => void) {
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
    this.#giveBack = giveBack;
    this.#obj = obj;
    // An exporter that hands it on can't change what was checked.
    Object.freeze(this);
  }

  static is(value: unknown): value is HeldBuffer {
    return typeof value === "object" && value !== null && #obj in value;
  }

  get obj(): object | null {
    return this.#obj;
  }

  get released(): boolean {
    return this.#obj === null;
  }

  release(): void {
    if (this.#obj === null) return;
    this.#obj = null;
    this.#giveBack();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
