/**
 * Any value as JSON that a reader can tell from any other: numbers that JSON lacks, bigints, buffers and the rest are
 * objects with one key, which names what they are.
 *
 * @module
 */

const ITEMS_SHOWN = 80;
const CHARACTERS_SHOWN = 4000;

/** Writes a value as JSON. Long arrays and strings are cut. */
export function asJson(value: unknown): string {
  return JSON.stringify(plain(value));
}

function plain(value: unknown): unknown {
  if (typeof value === "number") return plainNumber(value);
  if (typeof value === "bigint") return { bigint: String(value) };
  if (value === undefined) return { undefined: true };
  if (typeof value === "symbol" || typeof value === "function") return { [typeof value]: String(value) };
  if (typeof value === "string") {
    return value.length <= CHARACTERS_SHOWN
      ? value
      : { string: value.slice(0, CHARACTERS_SHOWN), length: value.length };
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return plainArray(value as unknown[]);
  if (value instanceof ArrayBuffer) return { ArrayBuffer: byteLengthOf(value) };
  if (value instanceof SharedArrayBuffer) return { SharedArrayBuffer: byteLengthOf(value) };
  if (ArrayBuffer.isView(value)) return { [value.constructor.name]: hexOf(value) };
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, plain(item)]);
  const prototype: unknown = Object.getPrototypeOf(value);
  const fields = Object.fromEntries(entries);
  return prototype === null || prototype === Object.prototype ? fields : { [value.constructor.name]: fields };
}

/** Null for what has the prototype of a buffer, and is none. */
function byteLengthOf(buffer: ArrayBufferLike): number | null {
  try {
    return new Uint8Array(buffer).length;
  } catch {
    return null;
  }
}

function plainNumber(value: number): unknown {
  if (Object.is(value, -0)) return { number: "-0" };
  return Number.isFinite(value) ? value : { number: String(value) };
}

function plainArray(items: readonly unknown[]): unknown {
  if (items.length <= ITEMS_SHOWN) return Array.from(items, plain);
  return { array: Array.from(items.slice(0, ITEMS_SHOWN), plain), length: items.length };
}

function hexOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(new Uint8Array(buffer, byteOffset, byteLength)).toString("hex");
}
