/**
 * Bytes as the arguments of a function: what Python's argument codes `y*` and `w*` ask for.
 *
 * A function that works on bytes takes any exporter, and holds its memory for as long as it works.
 *
 * Source: CPython `Doc/c-api/arg.rst`.
 *
 * @module
 */
import { BufferError, describe } from "../errors.ts";
import { type Exportable, getBuffer, type PyBuffer } from "./exporter.ts";
import { BufferFlags } from "./flags.ts";

/** Bytes that are held until they are released. */
export interface BytesArgument extends Disposable {
  /** The exporter's memory itself, in place. */
  readonly bytes: Uint8Array;
  /** Gives the memory back. Calling it again does nothing. */
  release(): void;
}

/**
 * Takes the bytes of a contiguous exporter, to read them: `y*`.
 *
 * @throws `TypeError` if `source` exports no memory; a {@link BufferError} if it is not C-contiguous
 *
 * Cost: O(1); nothing is copied.
 */
export function asBytes(source: Exportable): BytesArgument {
  return held(getBuffer(source, BufferFlags.SIMPLE));
}

/**
 * Takes the bytes of a contiguous exporter, to write them: `w*`.
 *
 * @throws `TypeError` if `source` exports no memory, or none that can be written; a {@link BufferError} if it is not
 *   C-contiguous
 *
 * Cost: O(1); nothing is copied.
 */
export function asWritableBytes(source: Exportable): BytesArgument {
  const readable = getBuffer(source, BufferFlags.SIMPLE);
  try {
    return held(getBuffer(source, BufferFlags.WRITABLE));
  } catch (cause) {
    if (!(cause instanceof BufferError)) throw cause;
    throw new TypeError(`cannot write to ${describe(source)}: expected memory that can be written`, { cause });
  } finally {
    readable.release();
  }
}

function held(buffer: Pick<PyBuffer, "buffer" | "byteOffset" | "nbytes" | "release">): BytesArgument {
  return {
    bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.nbytes),
    release: () => buffer.release(),
    [Symbol.dispose]: () => buffer.release(),
  };
}
