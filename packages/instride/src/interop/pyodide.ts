/**
 * Python's own buffers, of Pyodide, as exporters; and views as Python's.
 *
 * ```ts
 * import { fromPython, toPython } from "instride/interop/pyodide";
 *
 * const table = pyodide.runPython("import numpy as np; np.eye(3)");
 * using view = new MemoryView(fromPython(table)); // Python's memory, in place
 * const array = rt.from(fromPython(table)); // a copy in shared memory
 *
 * pyodide.globals.set("image", toPython(pyodide, image)); // a copy: np.asarray(image) makes none
 * ```
 *
 * Both sides speak the buffer protocol: an export here is one there, so that Python refuses to resize or free what a view
 * has, until the view is released.
 *
 * **Python's memory grows**, and a WebAssembly memory that has grown is another `ArrayBuffer`: the old one is detached. A
 * view of before then throws a `BufferError` at its next use. Release it and view the same object again: it is at the same
 * address, with the same content. What has to outlast calls into Python is best copied, by `rt.from`.
 *
 * Python's native `long`, `ssize_t` and pointers have 4 bytes there, where the formats of this package are those of 64-bit
 * Linux: they are exported as the `i` or `I` that they are, and little-endian numbers (those of `ctypes`) as native ones.
 *
 * @module
 */
import {
  answerRequest,
  BufferError,
  type BufferInfo,
  describe,
  type Exporter,
  type FullBufferInfo,
  MemoryView,
  NotImplementedError,
} from "@instride/core";

/** What is used of Pyodide's `PyBufferView`. */
export interface PythonBuffer {
  readonly data: ArrayBufferView;
  /** Of the first element, in elements of `data`. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements of `data`. */
  readonly strides: readonly number[];
  readonly format: string;
  readonly itemsize: number;
  /** By type a boolean; in fact 0 or 1. */
  readonly readonly: boolean | number;
  release(): void;
}

/** What is used of a `PyProxy` of an object with the buffer protocol. */
export interface PythonObject {
  getBuffer(type?: string): PythonBuffer;
}

/**
 * A Python object as an exporter: each export asks it for its buffer, and gives that back in the end.
 *
 * Or a `PyBufferView` that the program has: that one is exported as long as the program keeps it.
 *
 * @param source - a `PyProxy` of bytes, `bytearray`, `memoryview`, `array.array`, `numpy.ndarray`, ...
 * @throws `TypeError` for anything else
 *
 * Cost: O(ndim) for each export; nothing is copied.
 */
export function fromPython(source: PythonObject | PythonBuffer): Exporter {
  const { getBuffer, data } = (source ?? {}) as Partial<PythonObject & PythonBuffer>;
  if (typeof getBuffer === "function") return new ObjectExporter(source as PythonObject);
  if (data !== undefined && "strides" in source) return new BufferExporter(source);
  throw new TypeError(
    `cannot export ${describe(source)}: expected a PyProxy of an object with the buffer protocol, or a PyBufferView`,
  );
}

class ObjectExporter implements Exporter {
  readonly #object: PythonObject;
  readonly #held: Map<BufferInfo, PythonBuffer> = new Map();

  constructor(object: PythonObject) {
    this.#object = object;
  }

  getBuffer(flags: number): BufferInfo {
    // As bytes: then it takes every format, and offset and strides are in bytes.
    const held = this.#object.getBuffer("u8");
    try {
      const info = answerRequest(memoryOf(held), flags, "a Python object");
      this.#held.set(info, held);
      return info;
    } catch (error) {
      held.release();
      throw error;
    }
  }

  releaseBuffer(info: BufferInfo): void {
    this.#held.get(info)?.release();
    this.#held.delete(info);
  }
}

class BufferExporter implements Exporter {
  readonly #held: PythonBuffer;

  constructor(held: PythonBuffer) {
    this.#held = held;
  }

  getBuffer(flags: number): BufferInfo {
    return answerRequest(memoryOf(this.#held), flags, "a PyBufferView");
  }
}

function memoryOf(held: PythonBuffer): FullBufferInfo {
  const { data, offset, itemsize, readonly } = held;
  if (!ArrayBuffer.isView(data)) throw new BufferError("cannot export a PyBufferView: it was released");
  if ((data.buffer as { readonly detached?: boolean }).detached === true) {
    throw new BufferError("cannot export a PyBufferView: Python's memory has grown since, expected a new getBuffer()");
  }
  const unit = (data as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const shape = Object.freeze([...held.shape]);
  return {
    buffer: data.buffer,
    byteOffset: data.byteOffset + offset * unit,
    nbytes: shape.reduce((product, length) => product * length, itemsize),
    readonly: readonly !== false && readonly !== 0,
    itemsize,
    format: nativeFormat(held.format, itemsize),
    ndim: shape.length,
    shape,
    strides: Object.freeze(held.strides.map((stride) => stride * unit)),
    suboffsets: null,
  };
}

/** Formats of single elements whose size is the pointers'. */
const POINTER_SIZED: Readonly<Record<string, string>> = { l: "i", L: "I", n: "i", N: "I", P: "I" };

/** The native format of the same elements, where they have one: Python's memory is little-endian there. */
function nativeFormat(format: string, itemsize: number): string {
  const [, code] = /^[@=<]?([cbB?hHiIqQefdlLnNP])$/.exec(format) ?? [];
  if (code === undefined) return format;
  return itemsize === 4 ? (POINTER_SIZED[code] ?? code) : code;
}

/** What is used of Pyodide. */
export interface PyodideLike {
  runPython(code: string): unknown;
}

/** A function of Python's, as a `PyProxy`. */
interface PythonFunction {
  (...args: readonly unknown[]): unknown;
  destroy(): void;
}

/**
 * Copies a view to Python: a `memoryview` of a `bytearray` with the same format and shape, in C order. `numpy.asarray` of it
 * makes no further copy. A view without elements becomes one of one axis, since Python casts it to no other shape.
 *
 * It is a copy, since Python sees no memory but its own. What Python writes there comes back by {@link fromPython}.
 *
 * @returns a `PyProxy`, to be destroyed
 * @throws a {@link NotImplementedError} for a format that Python's memoryview casts to no shape: records, other byte orders,
 *   complex numbers, strings
 *
 * Cost: O(bytes), once.
 */
export function toPython(pyodide: PyodideLike, view: MemoryView): PythonObject {
  const { format, shape, nbytes } = view;
  if (!/^@?[cbB?hHiIqQefd]$/.test(format)) {
    throw new NotImplementedError(
      `cannot make a memoryview of format ${describe(format)}: Python's cast takes single native ones; view a field of it`,
    );
  }
  const make = pyodide.runPython(MAKE) as PythonFunction;
  const made = make(nbytes) as PythonObject & PythonFunction;
  try {
    if (nbytes > 0) {
      using target = new MemoryView(fromPython(made));
      target.cast(format, shape).assign(view);
    }
    return make(made, format, ...shape) as PythonObject;
  } finally {
    made.destroy();
    make.destroy();
  }
}

/** Memory of so many bytes; and that memory in a format and a shape. */
const MAKE = `
def make(memory, format=None, *shape):
    if format is None:
        return bytearray(memory)
    view = memoryview(memory)
    return view.cast(format, list(shape)) if len(memory) else view.cast(format)
make
`;
