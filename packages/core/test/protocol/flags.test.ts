import { expect, test } from "vitest";
import { BufferFlags, requests } from "../../src/protocol/flags.ts";

test("BufferFlags: have the values of CPython's pybuffer.h", () => {
  expect(BufferFlags).toEqual({
    SIMPLE: 0,
    WRITABLE: 0x0001,
    FORMAT: 0x0004,
    ND: 0x0008,
    STRIDES: 0x0010 | 0x0008,
    C_CONTIGUOUS: 0x0020 | 0x0018,
    F_CONTIGUOUS: 0x0040 | 0x0018,
    ANY_CONTIGUOUS: 0x0080 | 0x0018,
    INDIRECT: 0x0100 | 0x0018,
    CONTIG: 0x0008 | 0x0001,
    CONTIG_RO: 0x0008,
    STRIDED: 0x0018 | 0x0001,
    STRIDED_RO: 0x0018,
    RECORDS: 0x0018 | 0x0001 | 0x0004,
    RECORDS_RO: 0x0018 | 0x0004,
    FULL: 0x0118 | 0x0001 | 0x0004,
    FULL_RO: 0x0118 | 0x0004,
    READ: 0x100,
    WRITE: 0x200,
  });
});

test("requests: asks for all bits of a request, not for some", () => {
  const { C_CONTIGUOUS, F_CONTIGUOUS, FULL, INDIRECT, ND, SIMPLE, STRIDES, WRITABLE } = BufferFlags;
  expect([requests(STRIDES, ND), requests(ND, STRIDES)]).toEqual([true, false]);
  expect([requests(INDIRECT, STRIDES), requests(STRIDES, INDIRECT)]).toEqual([true, false]);
  expect([requests(F_CONTIGUOUS, C_CONTIGUOUS), requests(C_CONTIGUOUS, ND)]).toEqual([false, true]);
  expect([requests(FULL, WRITABLE), requests(FULL, C_CONTIGUOUS)]).toEqual([true, false]);
  expect(requests(SIMPLE, SIMPLE)).toBe(true);
});
