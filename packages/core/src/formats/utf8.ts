/**
 * Text to and from UTF-8, for the short texts in file headers.
 *
 * An engine without a platform has no `TextDecoder`; ECMA-262's URI functions know UTF-8, and refuse what is none.
 *
 * @module
 */
import { describe, ValueError } from "../errors.ts";

/**
 * Decodes bytes.
 *
 * @param what - what the bytes are, for the error
 * @throws {@link ValueError} for bytes that are no UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  try {
    return decodeURIComponent(escaped);
  } catch (cause) {
    throw new ValueError(`cannot decode ${what} of ${bytes.length} bytes: they are no UTF-8`, { cause });
  }
}

/**
 * Encodes text.
 *
 * @throws {@link ValueError} for half a surrogate pair, which UTF-8 has no bytes for
 */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  let escaped: string;
  try {
    escaped = encodeURIComponent(text);
  } catch (cause) {
    throw new ValueError(`cannot encode ${describe(text)} as UTF-8: it has half a surrogate pair`, { cause });
  }
  const units = escaped.match(/%..|[^%]/g) ?? [];
  return Uint8Array.from(units, (unit) =>
    unit.length === 3 ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0),
  );
}
