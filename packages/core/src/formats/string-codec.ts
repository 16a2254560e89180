/**
 * How characters, byte strings and text are read from and written to bytes: the codes `c`, `s`, `p`, `x`, `u` and `w`.
 *
 * Bounds are the caller's (`codec.ts`).
 *
 * Source: CPython `Modules/_struct.c` for `c`, `s` and `p`; NumPy's `U` for `w` and, by analogy, `u`.
 *
 * @module
 */
import { ValueError } from "../errors.ts";
import type { ScalarType } from "./format-tree.ts";
import { cannotStore, type StoreErrors, type TypeCodec } from "./value.ts";

/** Makes the codec of a character or a string; null where the code is another's. */
export function stringCodec(type: ScalarType, errors: StoreErrors): TypeCodec | null {
  switch (type.code) {
    case "c":
      return charCodec(errors);
    case "s":
    case "x":
      return bytesCodec(type, errors);
    case "p":
      return pascalCodec(type, errors);
    case "u":
    case "w":
      return textCodec(type, errors);
    default:
      return null;
  }
}

function charCodec(errors: StoreErrors): TypeCodec {
  return {
    read: (view, byteOffset) => Uint8Array.of(view.getUint8(byteOffset)),
    write(view, byteOffset, value) {
      const bytes = bytesOf(value, "c", errors);
      const byte = bytes[0];
      if (byte === undefined || bytes.length !== 1) {
        throw errors.misfit(cannotStore(value, "c", `it has ${bytes.length} bytes, expected 1`));
      }
      view.setUint8(byteOffset, byte);
    },
  };
}

/** As `struct` does, what is too long is cut and what is too short is filled up with zeros. */
function bytesCodec({ code, length }: ScalarType, errors: StoreErrors): TypeCodec {
  return {
    read: (view, byteOffset) => bytesAt(view, byteOffset, length).slice(),
    write(view, byteOffset, value) {
      bytesAt(view, byteOffset, length).set(bytesOf(value, code, errors).subarray(0, length));
    },
  };
}

/** A length of one byte before the string; a string longer than 255 bytes is cut there. */
function pascalCodec({ length }: ScalarType, errors: StoreErrors): TypeCodec {
  const room = Math.max(length - 1, 0);
  return {
    read(view, byteOffset) {
      if (length === 0) return new Uint8Array(0);
      return bytesAt(view, byteOffset + 1, Math.min(view.getUint8(byteOffset), room)).slice();
    },
    write(view, byteOffset, value) {
      const bytes = bytesOf(value, "p", errors).subarray(0, room);
      if (length === 0) return;
      view.setUint8(byteOffset, Math.min(bytes.length, 255));
      bytesAt(view, byteOffset + 1, room).set(bytes);
    },
  };
}

/** Code points of a fixed width. Zeros at the end are not part of the text, as in NumPy; text is never cut. */
function textCodec({ code, length, byteOrder }: ScalarType, errors: StoreErrors): TypeCodec {
  const littleEndian = byteOrder === "little";
  const width = code === "u" ? 2 : 4;
  const split = (text: string): number[] =>
    width === 2
      ? Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      : Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return {
    read(view, byteOffset) {
      const units = Array.from({ length }, (_, index) =>
        width === 2
          ? view.getUint16(byteOffset + 2 * index, littleEndian)
          : view.getUint32(byteOffset + 4 * index, littleEndian),
      );
      return textOf(units.slice(0, units.findLastIndex((unit) => unit !== 0) + 1));
    },
    write(view, byteOffset, value) {
      if (typeof value !== "string") {
        throw errors.mistyped(cannotStore(value, `${length}${code}`, "it is no string, expected one"));
      }
      const units = split(value);
      if (units.length > length) {
        const fact = `it has ${units.length} characters, expected at most ${length}`;
        throw errors.misfit(cannotStore(value, `${length}${code}`, fact));
      }
      units.forEach((unit, index) => {
        if (width === 2) view.setUint16(byteOffset + 2 * index, unit, littleEndian);
        else view.setUint32(byteOffset + 4 * index, unit, littleEndian);
      });
    },
  };
}

function textOf(codePoints: readonly number[]): string {
  const beyond = codePoints.find((codePoint) => codePoint > CODE_POINT_MAX);
  if (beyond === undefined) return codePoints.map((codePoint) => String.fromCodePoint(codePoint)).join("");
  throw new ValueError(`cannot read text: ${beyond} is no code point, expected at most ${CODE_POINT_MAX}`);
}

const CODE_POINT_MAX = 0x10_ffff;

function bytesAt(view: DataView, byteOffset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + byteOffset, length);
}

/** The `Uint8Array` that a value must be, of any realm: Python's `bytes`. */
function bytesOf(value: unknown, code: string, errors: StoreErrors): Uint8Array {
  if (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]") {
    return value as Uint8Array;
  }
  throw errors.mistyped(cannotStore(value, code, "expected a Uint8Array"));
}
