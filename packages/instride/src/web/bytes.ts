/**
 * Views for what refuses shared memory, or silently makes a text of it: decoders of text, responses, digests, random values.
 *
 * What is copied: everything once into private memory, and nothing where the memory is private and the elements lie side by
 * side (`unshare`). Where a platform copies what it is given, that is its own second copy.
 *
 * @module
 */
import { type Exportable, HeldBytes, NotImplementedError, unshare } from "@instride/core";

/**
 * The elements' bytes, in C order, as text.
 *
 * @param encoding - what `TextDecoder` takes. Default UTF-8
 * @param options - `fatal` has bytes that are none of this encoding throw, instead of becoming U+FFFD
 * @throws `TypeError` for what exports no memory; what `TextDecoder` throws, for an encoding that it doesn't know
 */
export function text(source: Exportable, encoding: string = "utf-8", options: TextDecoderOptions = {}): string {
  return new TextDecoder(encoding, options).decode(unshare(source));
}

/**
 * A response with the elements' bytes, in C order, as its body. Of type `application/octet-stream`, unless `init` says
 * otherwise.
 *
 * @param init - what `Response` takes
 *
 * @example
 * ```ts
 * await (await caches.open("tiles")).put(url, toResponse(tile));
 * ```
 */
export function toResponse(source: Exportable, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "application/octet-stream");
  return new Response(unshare(source) as BufferSource, { ...init, headers });
}

/**
 * The digest of the elements' bytes, in C order.
 *
 * @param algorithm - what WebCrypto knows. Default SHA-256
 * @returns its bytes; the view's may change, or be freed, as soon as this is called
 * @throws a {@link NotImplementedError} where there is no WebCrypto: outside of secure contexts
 */
export async function digest(source: Exportable, algorithm: string = "SHA-256"): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) {
    throw new NotImplementedError(
      "cannot digest: there is no crypto.subtle, since the page is not a secure context, expected https: or localhost",
    );
  }
  return new Uint8Array(await subtle.digest(algorithm, unshare(source) as BufferSource));
}

/** Random bytes that the platform gives at a time. */
const RANDOM_BYTES_MAX = 65_536;

/**
 * Fills the elements with random bytes, fit for keys, whatever their number type.
 *
 * @returns `target`
 * @throws `TypeError` for what exports no memory; a `BufferError` for read-only memory
 *
 * @example
 * ```ts
 * randomFill(rt.empty([1024], "uint32"));
 * ```
 */
export function randomFill<T extends Exportable>(target: T): T {
  const held = new HeldBytes(target, "write");
  const drawn = new Uint8Array(Math.min(RANDOM_BYTES_MAX, held.nbytes));
  try {
    for (const piece of held.pieces(RANDOM_BYTES_MAX)) {
      const some = drawn.subarray(0, piece.bytes.length);
      piece.bytes.set(crypto.getRandomValues(some));
      piece.store();
    }
  } finally {
    held.release();
    // They may have been a key.
    drawn.fill(0);
  }
  return target;
}
