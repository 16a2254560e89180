/**
 * Views and sockets: the bytes of a view sent as they lie in memory, and bytes received into a view.
 *
 * The platform reads what it sends at a time of its own, and locks nothing. So a view is held until the last of its bytes
 * has left. The same holds for every stream of Node's that one writes to: files, pipes, responses.
 *
 * @module
 */
import type { Readable, Writable } from "node:stream";
import { type Exportable, HeldBytes, ValueError } from "@instride/core";
import { ViewFiller } from "./view-filler.ts";

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends the bytes of a view's elements, in C order: `socket.sendall`. One call at a time for each stream.
 *
 * Elements that lie side by side are sent from where they are, others packed into pieces of bounded size. The next piece is
 * written when the one before has left, so a slow receiver slows the sender down.
 *
 * @param stream - a socket, or any other stream that is open
 * @param source - any exporter, of any layout
 * @param options - a signal that aborts destroys the stream: a piece that is being sent can't be called back
 * @returns settles once nothing reads the memory any more: when the last piece has left, or the stream is closed
 * @throws the stream's error; a {@link ValueError} if it has ended, or is closed before all has left; the signal's reason
 *
 * @example
 * ```ts
 * await send(socket, volume.at(slice)); // one slice of a shared volume
 * ```
 */
export async function send(stream: Writable, source: Exportable, { signal }: TransferOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  if (!stream.writable) throw new ValueError("cannot send a view: the stream has ended, expected an open one");
  const held = new HeldBytes(source, "read");
  // An error also comes as an event, after the callback; with no listener it would end the process.
  const ignore = (): void => {};
  stream.on("error", ignore);
  try {
    for (const { bytes } of held.pieces()) await writePiece(stream, bytes, signal);
    stream.off("error", ignore);
  } catch (error) {
    if (stream.closed) stream.off("error", ignore);
    else stream.once("close", () => stream.off("error", ignore));
    throw error;
  } finally {
    held.release();
  }
}

/** Writes one piece. Settles once the stream doesn't read it any more. */
function writePiece(stream: Writable, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      stream.destroy();
    };
    const settle = (error: Error | null | undefined): void => {
      signal?.removeEventListener("abort", abort);
      stream.off("close", close);
      if (signal?.aborted === true) reject(reasonOf(signal));
      else if (error) reject(error);
      // A stream that is destroyed calls back without an error, whether or not the bytes have left.
      else if (stream.destroyed) reject(closedBefore(bytes));
      else resolve();
    };
    const close = (): void => settle(closedBefore(bytes));
    signal?.addEventListener("abort", abort);
    stream.once("close", close);
    stream.write(bytes, settle);
  });
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason;
}

function closedBefore({ length }: Uint8Array): ValueError {
  return new ValueError(`cannot send a view: the stream was closed before ${length} bytes were known to have left`);
}

/**
 * Receives bytes into the elements of a view, in C order: `socket.recv_into`, until it is full.
 *
 * Bytes that come behind are left in the stream. Node receives into buffers of its own; they are copied once, from there.
 *
 * @param stream - a socket, or any other stream of bytes that nobody else reads
 * @param target - any writable exporter, of any layout
 * @returns the bytes received: as many as `target` has, or fewer where the stream ends before; elements behind stay as they
 *   are
 * @throws a `BufferError` for read-only memory; the stream's error; a {@link ValueError} if it is closed before its end; the
 *   signal's reason
 */
export async function receive(stream: Readable, target: Exportable, { signal }: TransferOptions = {}): Promise<number> {
  signal?.throwIfAborted();
  const filler = new ViewFiller(target);
  try {
    while (filler.left > 0) {
      const available = Math.min(filler.left, stream.readableLength);
      const chunk: unknown = available === 0 ? null : stream.read(available);
      if (chunk === null) {
        if (!(await waitReadable(stream, signal))) break;
      } else if (chunk instanceof Uint8Array) {
        filler.put(chunk);
      } else {
        throw new TypeError("cannot receive text into a view: expected a stream of bytes, without an encoding");
      }
    }
    filler.flush();
    return filler.count;
  } finally {
    filler.release();
  }
}

/** Waits for bytes. @returns false at the end of the stream */
function waitReadable(stream: Readable, signal: AbortSignal | undefined): Promise<boolean> {
  if (stream.readableEnded) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stream.off("readable", readable).off("end", end).off("error", fail).off("close", close);
      signal?.removeEventListener("abort", abort);
      act();
    };
    const readable = (): void => settle(() => resolve(true));
    const end = (): void => settle(() => resolve(false));
    const fail = (error: Error): void => settle(() => reject(error));
    const abort = (): void => settle(() => reject(reasonOf(signal)));
    const close = (): void =>
      settle(() =>
        reject(stream.errored ?? new ValueError("cannot receive a view: the stream was closed before its end")),
      );
    if (signal?.aborted === true) abort();
    else if (stream.destroyed) close();
    else {
      signal?.addEventListener("abort", abort);
      stream.on("readable", readable).on("end", end).on("error", fail).on("close", close);
    }
  });
}
