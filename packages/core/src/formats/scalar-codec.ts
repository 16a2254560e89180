/**
 * How numbers are read from and written to bytes, by their code; characters and strings are `string-codec.ts`.
 *
 * Bounds are the caller's (`codec.ts`). A value is checked and converted before anything is written.
 *
 * Source: CPython `Modules/_struct.c` and `pack_single` in `Objects/memoryobject.c`.
 *
 * @module
 */
import { NotImplementedError, describe } from "../errors.ts";
import { FLOAT16_INFINITY, decodeFloat16, encodeFloat16 } from "./float16.ts";
import type { ScalarType } from "./format-tree.ts";
import { stringCodec } from "./string-codec.ts";
import { cannotStore, isComplex, isTruthy, type StoreErrors, type TypeCodec } from "./value.ts";

/**
 * Makes the codec of a scalar type.
 *
 * @throws {@link NotImplementedError} where JavaScript can't tell the values
 */
export function scalarCodec(type: ScalarType, errors: StoreErrors): TypeCodec {
  switch (type.code) {
    case "?":
      return BOOL_CODEC;
    case "e":
    case "f":
    case "d":
      return floatTypeCodec(type, errors);
    case "F":
    case "D":
    case "Zf":
    case "Zd":
      return complexCodec(type, errors);
    default:
      return stringCodec(type, errors) ?? integerCodec(type, errors);
  }
}

const BOOL_CODEC: TypeCodec = {
  read: (view, byteOffset) => view.getUint8(byteOffset) !== 0,
  write: (view, byteOffset, value) => view.setUint8(byteOffset, isTruthy(value) ? 1 : 0),
};

interface IntegerAccess {
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly get: (view: DataView, byteOffset: number, littleEndian: boolean) => number | bigint;
  /** Writes a value from `min` to `max`. */
  readonly set: (view: DataView, byteOffset: number, value: number | bigint, littleEndian: boolean) => void;
}

const INT64_MIN: bigint = -(2n ** 63n);
const INT64_MAX: bigint = 2n ** 63n - 1n;
const UINT64_MAX: bigint = 2n ** 64n - 1n;

const INT8: IntegerAccess = {
  min: -128,
  max: 127,
  get: (view, byteOffset) => view.getInt8(byteOffset),
  set: (view, byteOffset, value) => view.setInt8(byteOffset, Number(value)),
};
const UINT8: IntegerAccess = {
  min: 0,
  max: 255,
  get: (view, byteOffset) => view.getUint8(byteOffset),
  set: (view, byteOffset, value) => view.setUint8(byteOffset, Number(value)),
};
const INT16: IntegerAccess = {
  min: -32_768,
  max: 32_767,
  get: (view, byteOffset, littleEndian) => view.getInt16(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setInt16(byteOffset, Number(value), littleEndian),
};
const UINT16: IntegerAccess = {
  min: 0,
  max: 65_535,
  get: (view, byteOffset, littleEndian) => view.getUint16(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setUint16(byteOffset, Number(value), littleEndian),
};
const INT32: IntegerAccess = {
  min: -2_147_483_648,
  max: 2_147_483_647,
  get: (view, byteOffset, littleEndian) => view.getInt32(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setInt32(byteOffset, Number(value), littleEndian),
};
const UINT32: IntegerAccess = {
  min: 0,
  max: 4_294_967_295,
  get: (view, byteOffset, littleEndian) => view.getUint32(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setUint32(byteOffset, Number(value), littleEndian),
};
const INT64: IntegerAccess = {
  min: INT64_MIN,
  max: INT64_MAX,
  get: (view, byteOffset, littleEndian) => view.getBigInt64(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setBigInt64(byteOffset, BigInt(value), littleEndian),
};
const UINT64: IntegerAccess = {
  min: 0n,
  max: UINT64_MAX,
  get: (view, byteOffset, littleEndian) => view.getBigUint64(byteOffset, littleEndian),
  set: (view, byteOffset, value, littleEndian) => view.setBigUint64(byteOffset, BigInt(value), littleEndian),
};
/** An address may be written as a negative number, as `PyLong_AsVoidPtr` takes it; it is read as a positive one. */
const POINTER: IntegerAccess = { ...UINT64, min: INT64_MIN };

const SIGNED: ReadonlyMap<number, IntegerAccess> = new Map([
  [1, INT8],
  [2, INT16],
  [4, INT32],
  [8, INT64],
]);
const UNSIGNED: ReadonlyMap<number, IntegerAccess> = new Map([
  [1, UINT8],
  [2, UINT16],
  [4, UINT32],
  [8, UINT64],
]);

function integerAccess({ code, itemsize }: ScalarType): IntegerAccess | undefined {
  if (code === "P") return POINTER;
  if ("bhilqn".includes(code)) return SIGNED.get(itemsize);
  return "BHILQN".includes(code) ? UNSIGNED.get(itemsize) : undefined;
}

function integerCodec(type: ScalarType, errors: StoreErrors): TypeCodec {
  const access = integerAccess(type);
  if (access === undefined) {
    throw new NotImplementedError(`cannot read values of code ${describe(type.code)}: JavaScript has none for it`);
  }
  const { code } = type;
  const { min, max, get, set } = access;
  const littleEndian = type.byteOrder === "little";
  return {
    read: (view, byteOffset) => get(view, byteOffset, littleEndian),
    write(view, byteOffset, value) {
      const integer = typeof value === "boolean" ? Number(value) : value;
      if (!Number.isSafeInteger(integer) && typeof integer !== "bigint") {
        const more = typeof integer === "number" && Number.isInteger(integer) ? " (a bigint, beyond 2^53)" : "";
        throw errors.mistyped(cannotStore(value, code, `it is no integer, expected one${more}`));
      }
      // The other type has just been ruled out, which TypeScript can't see.
      const checked = integer as number | bigint;
      if (checked < min || checked > max) {
        throw errors.misfit(cannotStore(value, code, `expected ${min} <= value <= ${max}`));
      }
      set(view, byteOffset, checked, littleEndian);
    },
  };
}

interface FloatAccess {
  get(view: DataView, byteOffset: number): number;
  set(view: DataView, byteOffset: number, value: number): void;
  /** True where a finite number would become infinite and that is an error. */
  overflows(value: number): boolean;
}

/**
 * NaNs are written as the one that CPython writes, so that the bytes are the same in every engine.
 *
 * @param code - "e", "f" or "d"
 */
function floatAccess(code: string, { byteOrder, standard }: ScalarType): FloatAccess {
  const littleEndian = byteOrder === "little";
  if (code === "e") {
    return {
      get: (view, byteOffset) => decodeFloat16(view.getUint16(byteOffset, littleEndian)),
      set: (view, byteOffset, value) => view.setUint16(byteOffset, encodeFloat16(value), littleEndian),
      overflows: (value) => Number.isFinite(value) && encodeFloat16(Math.abs(value)) === FLOAT16_INFINITY,
    };
  }
  if (code === "f") {
    return {
      get: (view, byteOffset) => view.getFloat32(byteOffset, littleEndian),
      set(view, byteOffset, value) {
        if (Number.isNaN(value)) view.setUint32(byteOffset, FLOAT32_NAN, littleEndian);
        else view.setFloat32(byteOffset, value, littleEndian);
      },
      overflows: (value) => standard && Number.isFinite(value) && !Number.isFinite(Math.fround(value)),
    };
  }
  return {
    get: (view, byteOffset) => view.getFloat64(byteOffset, littleEndian),
    set(view, byteOffset, value) {
      if (Number.isNaN(value)) view.setBigUint64(byteOffset, FLOAT64_NAN, littleEndian);
      else view.setFloat64(byteOffset, value, littleEndian);
    },
    overflows: () => false,
  };
}

const FLOAT32_NAN = 0x7fc0_0000;
const FLOAT64_NAN = 0x7ff8_0000_0000_0000n;

/** The number to write for a value, or an error if there is none. */
function toFloat(value: unknown, access: FloatAccess, { code }: ScalarType, errors: StoreErrors): number {
  if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "boolean") {
    throw errors.mistyped(cannotStore(value, code, "it is no number, expected one"));
  }
  const float = Number(value);
  if (typeof value === "bigint" && !Number.isFinite(float)) {
    throw errors.misfit(cannotStore(value, code, "it is too large for a float, expected less than 2 ** 1024"));
  }
  if (access.overflows(float)) {
    const isInteger = typeof value !== "number" || Number.isSafeInteger(value);
    throw errors.tooLarge(cannotStore(value, code, "it would become infinite, expected a smaller number"), isInteger);
  }
  return float;
}

function floatTypeCodec(type: ScalarType, errors: StoreErrors): TypeCodec {
  const access = floatAccess(type.code, type);
  return {
    read: (view, byteOffset) => access.get(view, byteOffset),
    write: (view, byteOffset, value) => access.set(view, byteOffset, toFloat(value, access, type, errors)),
  };
}

function complexCodec(type: ScalarType, errors: StoreErrors): TypeCodec {
  const half = type.itemsize / 2;
  const access = floatAccess(half === 4 ? "f" : "d", type);
  return {
    read: (view, byteOffset) => ({ re: access.get(view, byteOffset), im: access.get(view, byteOffset + half) }),
    write(view, byteOffset, value) {
      const re = toFloat(isComplex(value) ? value.re : value, access, type, errors);
      const im = toFloat(isComplex(value) ? value.im : 0, access, type, errors);
      access.set(view, byteOffset, re);
      access.set(view, byteOffset + half, im);
    },
  };
}
