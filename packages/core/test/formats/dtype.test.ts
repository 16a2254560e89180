import { expect, test } from "vitest";
import { checkDType, type DType, dtypeOfFormat, DTYPES, isDType, typedArrayOver } from "../../src/formats/dtype.ts";
import { DTypeError } from "../../src/errors.ts";

/** Sizes of NumPy's scalar types, and what `memoryview(numpy.empty(0, dtype)).format` says on x86-64 Linux. */
const NUMPY: Readonly<Record<DType, readonly [itemsize: number, format: string]>> = {
  bool: [1, "?"],
  int8: [1, "b"],
  int16: [2, "h"],
  int32: [4, "i"],
  int64: [8, "l"],
  uint8: [1, "B"],
  uint16: [2, "H"],
  uint32: [4, "I"],
  uint64: [8, "L"],
  float16: [2, "e"],
  float32: [4, "f"],
  float64: [8, "d"],
  complex64: [8, "Zf"],
  complex128: [16, "Zd"],
};

test("DTYPES: have NumPy's sizes, and NumPy's formats are read as them", () => {
  expect(Object.keys(DTYPES)).toEqual(Object.keys(NUMPY));
  for (const [dtype, [itemsize, format]] of Object.entries(NUMPY)) {
    expect(DTYPES[dtype as DType].itemsize).toBe(itemsize);
    expect(dtypeOfFormat(format)).toBe(dtype);
    expect(dtypeOfFormat(`@${format}`)).toBe(dtype);
    expect(dtypeOfFormat(DTYPES[dtype as DType].format)).toBe(dtype);
  }
  expect([dtypeOfFormat("n"), dtypeOfFormat("N")]).toEqual(["int64", "uint64"]);
});

test("dtypeOfFormat: is null for other byte orders, several items, and what is no number", () => {
  for (const format of [
    "<i",
    ">d",
    "=h",
    "!h",
    "^i",
    "2i",
    "ii",
    "c",
    "s",
    "P",
    "T{i:a:}",
    "(2)i",
    "",
    "@",
    "@@i",
    "F",
  ]) {
    expect(dtypeOfFormat(format)).toBe(null);
  }
});

test("isDType, checkDType: know the names and nothing that objects inherit", () => {
  expect(Object.keys(NUMPY).every(isDType)).toBe(true);
  for (const name of ["double", "Float64", "toString", "__proto__", "constructor", "", 5, null, ["int8"]]) {
    expect(isDType(name)).toBe(false);
    expect(() => checkDType(name)).toThrow(DTypeError);
  }
  expect(checkDType("int8")).toBe("int8");
  expect(() => checkDType("double")).toThrow('no dtype is named "double": expected one of bool, int8, ');
});

test("typedArrayOver: views elements, complex ones as two each", () => {
  const buffer = new SharedArrayBuffer(64);
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    const { itemsize, lanes } = DTYPES[dtype];
    const array = typedArrayOver<DType, SharedArrayBuffer>(dtype, buffer, 16, 3);
    expect([array.byteOffset, array.byteLength, array.length]).toEqual([16, 3 * itemsize, 3 * lanes]);
    expect(array.buffer).toBe(buffer);
  }
});
