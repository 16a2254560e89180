/**
 * Which dtype NumPy's codes stand for, as its vectors have them: the conformance suite reads these, too.
 *
 * @module
 */
import type { DType } from "@instride/core";

/** Without the byte order. */
const DTYPE_OF_CODE: Readonly<Record<string, DType>> = {
  "?": "bool",
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
  c8: "complex64",
  c16: "complex128",
};

/** The dtype of one of NumPy's codes, with or without its byte order: `"<i4"`, `"i4"`, `"|b1"`. */
export function dtypeOf(code: string): DType {
  const dtype = DTYPE_OF_CODE[code.replace(/^[<|=]/, "")];
  if (dtype === undefined) throw new Error(`no dtype has the code ${code}`);
  return dtype;
}
