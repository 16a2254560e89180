/**
 * Deflated bytes and back, by the platform's own streams, a piece at a time.
 *
 * `CompressionStream` and `DecompressionStream` are globals of browsers and Node; TypeScript declares them with the DOM or
 * Node, and this package asks for neither, so the part that is used is told here.
 *
 * Source: the Compression Streams standard; RFC 1951.
 *
 * @module
 */
import { isSharedArrayBuffer } from "../memory/array-buffer.ts";
import { NotImplementedError, ValueError } from "../errors.ts";

interface ByteStream {
  readonly readable: { getReader(): ByteReader };
  readonly writable: { getWriter(): ByteWriter };
}

interface ByteReader {
  readonly closed: Promise<unknown>;
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> }>;
  cancel(): Promise<void>;
}

interface ByteWriter {
  readonly closed: Promise<unknown>;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

type ByteStreamConstructor = new (format: "deflate-raw") => ByteStream;

/** Bytes that come one piece after another. */
export type BytePieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Deflates bytes.
 *
 * @throws {@link NotImplementedError} where the platform has no `CompressionStream`; what `pieces` throw
 */
export function deflate(pieces: BytePieces): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  return transform(pieces, "CompressionStream");
}

/**
 * Inflates bytes.
 *
 * What comes out is not bounded: whoever reads it stops where it is too much, and no more is inflated then.
 *
 * @throws {@link ValueError} for bytes that were not deflated, or end too early or too late; else as {@link deflate}
 */
export function inflate(pieces: BytePieces): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  return transform(pieces, "DecompressionStream");
}

async function* transform(
  pieces: BytePieces,
  name: "CompressionStream" | "DecompressionStream",
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const Stream = (globalThis as { readonly [K in typeof name]?: ByteStreamConstructor })[name];
  if (Stream === undefined) throw new NotImplementedError(`cannot deflate or inflate: this platform has no ${name}`);
  const { readable, writable } = new Stream("deflate-raw");
  const reader = readable.getReader();
  const writer = writable.getWriter();
  // Both reject with what `read` and `feed` reject with.
  reader.closed.catch(() => {});
  writer.closed.catch(() => {});
  const failure: { cause?: unknown } = {};
  const feeding = feed(writer, pieces, failure);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      yield value;
    }
  } catch (cause) {
    if ("cause" in failure) throw failure.cause;
    throw new ValueError("cannot inflate bytes: they were not deflated, or their end is missing", { cause });
  } finally {
    await reader.cancel().catch(() => {});
    await feeding;
  }
  if ("cause" in failure) throw failure.cause;
}

/** Writes all pieces. What the stream throws, its reader will see. */
async function feed(writer: ByteWriter, pieces: BytePieces, failure: { cause?: unknown }): Promise<void> {
  try {
    for await (const piece of noting(pieces, failure)) await writer.write(privatePiece(piece));
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
  }
}

/** Passes pieces on, and leaves in `failure` what they throw. */
async function* noting(pieces: BytePieces, failure: { cause?: unknown }): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* pieces;
  } catch (cause) {
    failure.cause = cause;
    throw cause;
  }
}

/** The streams refuse shared memory. */
function privatePiece(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isSharedArrayBuffer(bytes.buffer) ? bytes.slice() : (bytes as Uint8Array<ArrayBuffer>);
}
