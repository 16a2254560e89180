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
import { describe } from "./errors.ts";
import { checkAnswer } from "./exporter-answer.ts";
import type { BufferInfo } from "./py-buffer.ts";

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
export type Exportable = Exporter | BuiltinMemory;

// The requests that the types tell apart: each structure alone, with WRITABLE, with FORMAT, with both.
type SimpleRequest = 0 | 1 | 4 | 5;
type ShapeRequest = 8 | 9 | 12 | 13;
type StridesRequest = 24 | 25 | 28 | 29;
type ContiguousRequest = 56 | 57 | 60 | 61 | 88 | 89 | 92 | 93 | 152 | 153 | 156 | 157;
type IndirectRequest = 280 | 281 | 284 | 285;

type AsksStrides = StridesRequest | ContiguousRequest | IndirectRequest;
type AsksShape = ShapeRequest | AsksStrides;
type AsksFormat = 4 | 5 | 12 | 13 | 28 | 29 | 60 | 61 | 92 | 93 | 156 | 157 | 284 | 285;

/** Whether `F` contains the request; `boolean` where the types can't tell. */
type Asks<F extends number, Request extends number> = number extends F
  ? boolean
  : F extends Request
    ? true
    : F extends SimpleRequest | AsksShape
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
  readonly format: Answer<string, Asks<F, AsksFormat>>;
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
 * @throws `TypeError` if `exporter` is none; a `BufferError` if the request can't be met
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
  const held = isCustom(exporter)
    ? askExporter(exporter, flags)
    : new HeldBuffer(exporter, exportBuiltin(exporter, flags), () => {});
  return held as unknown as PyBuffer<F>;
}

function askExporter(exporter: Exporter, flags: number): HeldBuffer {
  const answer = exporter.getBuffer(flags);
  const giveBack = (): void => {
    if (typeof answer === "object" && answer !== null) exporter.releaseBuffer?.(answer);
  };
  try {
    return new HeldBuffer(exporter, checkAnswer(answer, flags, describe(exporter)), giveBack);
  } catch (error) {
    giveBack();
    throw error;
  }
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
  }

  get obj(): object | null {
    return this.#obj;
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
