import fc from "fast-check";
import { expect, test } from "vitest";
import { BufferError } from "../../src/errors.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { contiguousStrides } from "../../src/layout/layout.ts";
import {
  answerRequest,
  type BufferInfo,
  fillInfo,
  flagNames,
  type FullBufferInfo,
  lengthBound,
  reachOf,
} from "../../src/protocol/py-buffer.ts";
import { addressesOf, itemsizes, layouts } from "../layout/layout-model.ts";

type FlagName = keyof typeof BufferFlags;

/** READ and WRITE belong to another call of the C API. */
const REQUESTS = (Object.keys(BufferFlags) as FlagName[]).filter((name) => name !== "READ" && name !== "WRITE");

function described(shape: number[], strides: readonly number[], changes: Partial<FullBufferInfo> = {}): FullBufferInfo {
  const size = shape.reduce((product, length) => product * length, 1);
  const place = { buffer: new ArrayBuffer(400), byteOffset: 100, nbytes: size * 4, itemsize: 4 };
  const what = { readonly: false, format: "i", ndim: shape.length, shape, strides, suboffsets: null };
  return { ...place, ...what, ...changes };
}

const C_ORDER = described([2, 3], [12, 4]);
const F_ORDER = described([2, 3], [4, 8]);
const GAPPED = described([2, 3], [24, 8]);
const SCALAR = described([], []);
const INDIRECT = described([2, 3], [4, 4], { suboffsets: [0, -1] });

/** The requests that are met. */
function metBy(full: FullBufferInfo): FlagName[] {
  return REQUESTS.filter((name) => {
    try {
      answerRequest(full, BufferFlags[name], "it");
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(BufferError);
      return false;
    }
  });
}

test("answerRequest: memory in C order meets all requests but Fortran order", () => {
  expect(metBy(C_ORDER)).toEqual(REQUESTS.filter((name) => name !== "F_CONTIGUOUS" && name !== "FORMAT"));
});

test("answerRequest: memory in Fortran order is for those who ask for it, for any order, or for strides", () => {
  expect(metBy(F_ORDER)).toEqual(
    REQUESTS.filter(
      (name) => !["SIMPLE", "WRITABLE", "FORMAT", "ND", "C_CONTIGUOUS", "CONTIG", "CONTIG_RO"].includes(name),
    ),
  );
});

test("answerRequest: strided memory is for those who ask for strides, and for no contiguity", () => {
  expect(metBy(GAPPED)).toEqual([
    "STRIDES",
    "INDIRECT",
    "STRIDED",
    "STRIDED_RO",
    "RECORDS",
    "RECORDS_RO",
    "FULL",
    "FULL_RO",
  ]);
});

test("answerRequest: memory behind suboffsets is for those who ask for them", () => {
  expect(metBy(INDIRECT)).toEqual(["INDIRECT", "FULL", "FULL_RO"]);
});

test("answerRequest: a scalar is contiguous in every order, and has neither shape nor strides", () => {
  expect(metBy(SCALAR)).toEqual(REQUESTS.filter((name) => name !== "FORMAT"));
  expect(answerRequest(SCALAR, BufferFlags.FULL, "it")).toMatchObject({ ndim: 0, shape: null, strides: null });
});

test("answerRequest: read-only memory refuses WRITABLE in each request that has it, and no other", () => {
  const writable = ["WRITABLE", "CONTIG", "STRIDED", "RECORDS", "FULL"];
  const readonly = { ...C_ORDER, readonly: true };
  expect(metBy(readonly)).toEqual(metBy(C_ORDER).filter((name) => !writable.includes(name)));
  expect(answerRequest(readonly, BufferFlags.FULL_RO, "it").readonly).toBe(true);
  expect(() => answerRequest(readonly, BufferFlags.FULL, "a memoryview")).toThrow(
    "cannot export a memoryview for request FULL: it is read-only",
  );
});

test("answerRequest: writable memory stays writable where nobody asks for it", () => {
  expect(answerRequest(C_ORDER, BufferFlags.FULL_RO, "it").readonly).toBe(false);
});

test("answerRequest: tells format, shape and strides to those who ask, and the rest to all", () => {
  const told = (flags: number): unknown[] => {
    const { format, ndim, shape, strides, itemsize, nbytes, byteOffset } = answerRequest(C_ORDER, flags, "it");
    expect([itemsize, nbytes, byteOffset]).toEqual([4, 24, 100]);
    return [format, ndim, shape, strides];
  };
  expect(told(BufferFlags.SIMPLE)).toEqual([null, 1, null, null]);
  expect(told(BufferFlags.ND)).toEqual([null, 2, [2, 3], null]);
  expect(told(BufferFlags.ND | BufferFlags.FORMAT)).toEqual(["i", 2, [2, 3], null]);
  expect(told(BufferFlags.STRIDES)).toEqual([null, 2, [2, 3], [12, 4]]);
  expect(told(BufferFlags.FULL)).toEqual(["i", 2, [2, 3], [12, 4]]);
});

test("answerRequest: refuses a format without a shape; fillInfo gives it", () => {
  expect(() => answerRequest(C_ORDER, BufferFlags.FORMAT, "a memoryview")).toThrow(
    "cannot export a memoryview for request FORMAT: a format without a shape has no meaning",
  );
  expect(fillInfo(C_ORDER, BufferFlags.FORMAT, "it")).toMatchObject({ format: "i", shape: null, strides: null });
});

test("fillInfo: meets all requests with what they ask for: one dense axis", () => {
  for (const name of REQUESTS) {
    const { shape, strides, ndim, nbytes, suboffsets } = fillInfo(C_ORDER, BufferFlags[name], "it");
    const [asksShape, asksStrides] = [BufferFlags.ND, BufferFlags.STRIDES].map(
      (request) => (BufferFlags[name] & request) === request,
    );
    expect([ndim, nbytes, suboffsets]).toEqual([1, 24, null]);
    expect([shape, strides]).toEqual([asksShape ? [6] : null, asksStrides ? [4] : null]);
  }
});

test("fillInfo: refuses WRITABLE on read-only memory", () => {
  const readonly = { ...C_ORDER, readonly: true };
  expect(() => fillInfo(readonly, BufferFlags.WRITABLE, "bytes")).toThrow(BufferError);
  expect((fillInfo(readonly, BufferFlags.SIMPLE, "bytes") satisfies BufferInfo).readonly).toBe(true);
});

test("flagNames: gives a name where there is one, else the largest parts", () => {
  const { FORMAT, ND, STRIDED, WRITABLE, F_CONTIGUOUS } = BufferFlags;
  expect(REQUESTS.map((name) => BufferFlags[flagNames(BufferFlags[name]) as FlagName])).toEqual(
    REQUESTS.map((name) => BufferFlags[name]),
  );
  expect([flagNames(ND | FORMAT), flagNames(WRITABLE | FORMAT)]).toEqual(["ND | FORMAT", "FORMAT | WRITABLE"]);
  expect(flagNames(F_CONTIGUOUS | WRITABLE)).toBe("F_CONTIGUOUS | STRIDED");
  expect(flagNames(STRIDED)).toBe("STRIDED");
  expect(flagNames(0x1000)).toBe("4096");
});

test("reachOf: is the range of all bytes, and of places where elements have none", () => {
  const property = fc.property(
    itemsizes.chain((itemsize) => fc.tuple(layouts(itemsize), fc.constant(itemsize))),
    ([layout, itemsize]) => {
      const addresses = addressesOf(layout);
      for (const size of [itemsize, 0]) {
        const { low, high } = reachOf(layout, size, null);
        if (addresses.length === 0) expect([low, high]).toEqual([layout.byteOffset, layout.byteOffset]);
        else expect([low, high]).toEqual([Math.min(...addresses), Math.max(...addresses) + size]);
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("reachOf: with suboffsets is the first table of 4-byte offsets", () => {
  const layout = { shape: [2, 3, 5], strides: [100, 4, 1], byteOffset: 10 };
  expect(reachOf(layout, 8, [-1, 0, -1])).toEqual({ low: 10, high: 10 + 100 + 8 + 4 });
  expect(reachOf(layout, 8, [0, -1, 0])).toEqual({ low: 10, high: 10 + 100 + 4 });
  expect(reachOf(layout, 8, [-1, -1, -1])).toEqual({ low: 10, high: 10 + 100 + 8 + 4 + 8 });
  expect(reachOf({ ...layout, shape: [2, 3, 0] }, 8, [0, 0, 0])).toEqual({ low: 10, high: 10 });
});

test("lengthBound: is below 2^53 only where sizes, bytes and contiguous strides are", () => {
  expect([lengthBound([], 0), lengthBound([2, 3], 4), lengthBound([2, 0, 3], 4)]).toEqual([1, 24, 24]);
  const length = fc.constantFrom(0, 1, 3, 2 ** 13, 2 ** 26, 2 ** 40, 2 ** 53 - 1);
  const property = fc.property(fc.array(length, { maxLength: 6 }), fc.constantFrom(0, 1, 8), (shape, itemsize) => {
    const exact = shape.reduce((product, n) => product * BigInt(Math.max(1, n)), BigInt(Math.max(1, itemsize)));
    const isBounded = lengthBound(shape, itemsize) <= Number.MAX_SAFE_INTEGER;
    expect(isBounded).toBe(exact < 2n ** 53n);
    if (isBounded) expect(contiguousStrides(shape, itemsize, "C")).toHaveLength(shape.length);
  });
  fc.assert(property, { numRuns: 1000 });
});
