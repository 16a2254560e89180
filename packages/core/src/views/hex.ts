/**
 * Bytes as hexadecimal text, as Python's `bytes.hex(sep, bytes_per_sep)` writes them.
 *
 * @module
 */
import { describe, ValueError } from "../errors.ts";

/**
 * Writes bytes as two lower-case digits each.
 *
 * @param separator - one ASCII character between groups
 * @param bytesPerSeparator - bytes in a group: counted from the right if positive, from the left if negative; 0 for none
 * @throws {@link ValueError} if the separator is not one ASCII character; `TypeError` if a group is no integer of bytes
 */
export function hexOf(bytes: Uint8Array, separator?: string, bytesPerSeparator: number = 1): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  if (separator === undefined) return digits.join("");
  if (typeof separator !== "string" || separator.length !== 1 || separator.charCodeAt(0) > 127) {
    throw new ValueError(`cannot separate bytes by ${describe(separator)}: expected one ASCII character`);
  }
  if (!Number.isInteger(bytesPerSeparator)) {
    throw new TypeError(`cannot make groups of ${describe(bytesPerSeparator)} bytes: expected an integer`);
  }
  const group = Math.abs(bytesPerSeparator);
  if (group === 0) return digits.join("");
  const first = bytesPerSeparator > 0 ? digits.length % group : 0;
  const groups: string[] = first === 0 ? [] : [digits.slice(0, first).join("")];
  for (let i = first; i < digits.length; i += group) groups.push(digits.slice(i, i + group).join(""));
  return groups.join(separator);
}
