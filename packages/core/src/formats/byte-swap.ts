/**
 * The bytes of values turned round, from the other byte order to this machine's.
 *
 * @module
 */
import { type FormatType, NATIVE_BYTE_ORDER, type ScalarType } from "./format-tree.ts";

/**
 * Reverses the bytes of every value that has not this machine's byte order, in place.
 *
 * @param bytes - items of `type`, side by side; a whole number of them
 *
 * Cost: O(bytes).
 */
export function swapToNative(bytes: Uint8Array, type: FormatType): void {
  if (type.itemsize === 0 || !needsSwap(type)) return;
  // Numbers side by side are one run, whatever the number of items.
  if (type.kind === "scalar") reverseUnits(bytes, 0, bytes.length, unitBytes(type));
  else for (let start = 0; start < bytes.length; start += type.itemsize) swapItem(bytes, start, type);
}

function swapItem(bytes: Uint8Array, start: number, type: FormatType): void {
  if (!needsSwap(type)) return;
  switch (type.kind) {
    case "scalar":
      return reverseUnits(bytes, start, start + type.itemsize, unitBytes(type));
    case "subarray":
      return swapRun(bytes, start, type.itemsize, type.item);
    case "record":
      for (const field of type.fields) swapItem(bytes, start + field.offset, field.type);
      return;
    case "tuple":
      for (const { offset, count, type: item } of type.members) {
        swapRun(bytes, start + offset, count * item.itemsize, item);
      }
  }
}

function swapRun(bytes: Uint8Array, start: number, length: number, item: FormatType): void {
  swapToNative(bytes.subarray(start, start + length), item);
}

function needsSwap(type: FormatType): boolean {
  if (type.kind === "scalar") return type.byteOrder !== NATIVE_BYTE_ORDER && unitBytes(type) > 1;
  if (type.kind === "subarray") return needsSwap(type.item);
  const parts = type.kind === "record" ? type.fields : type.members;
  return parts.some((part) => needsSwap(part.type));
}

/** Bytes that are turned round together: those of a number, of a part of a complex one, of a character. */
function unitBytes({ code, itemsize }: ScalarType): number {
  if ("scpxt".includes(code)) return 1;
  if (code === "u") return 2;
  if (code === "w") return 4;
  return code.startsWith("Z") || code === "F" || code === "D" ? itemsize / 2 : itemsize;
}

function reverseUnits(bytes: Uint8Array, start: number, stop: number, unit: number): void {
  for (let first = start; first < stop; first += unit) {
    for (let low = first, high = first + unit - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
