import fc from "fast-check";
import { expect, test } from "vitest";
import { readDescriptor } from "../src/descriptor.ts";
import { DescriptorError } from "../src/errors.ts";

/** What a stranger may send: any of the fields may hold anything. */
interface Claim {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: unknown;
  readonly format: string;
  readonly itemsize: unknown;
  readonly shape: readonly unknown[];
  readonly strides: readonly unknown[];
  readonly suboffsets: null;
  readonly readonly: boolean;
  readonly lease: null;
}

/** Sizes by Python's `struct.calcsize`; complex ones by PEP 3118. */
const FORMATS: readonly (readonly [format: string, itemsize: number])[] = [
  ["B", 1],
  ["?", 1],
  ["h", 2],
  ["<i", 4],
  ["d", 8],
  ["q", 8],
  ["Zd", 16],
  ["3s", 3],
  ["bi", 8],
  ["T{b:a:h:b:}", 4],
  ["", 0],
  ["0s", 0],
];

const INT_MAX = 2n ** 53n - 1n;

function isInteger(value: unknown, least: bigint): value is number {
  if (typeof value !== "number" || value % 1 !== 0) return false;
  return BigInt(value) >= least && BigInt(value) <= INT_MAX;
}

/**
 * The oracle: exact arithmetic, every corner of the array written out. What it accepts has each byte of each element
 * in the buffer, since no element lies outside of the corners' range.
 */
function isSound(claim: Claim): boolean {
  const { byteOffset, itemsize, shape, strides } = claim;
  if (!isInteger(byteOffset, 0n) || !isInteger(itemsize, 0n)) return false;
  if (FORMATS.find(([format]) => format === claim.format)![1] !== itemsize) return false;
  if (shape.length > 64 || shape.length !== strides.length) return false;
  if (!shape.every((length) => isInteger(length, 0n)) || !strides.every((stride) => isInteger(stride, -INT_MAX))) {
    return false;
  }
  const lengths = (shape as number[]).map(BigInt);
  const steps = (strides as number[]).map(BigInt);
  const [start, size] = [BigInt(byteOffset), BigInt(itemsize)];
  // Elements, bytes and contiguous strides stay numbers, also where an empty axis would hide the product.
  const product = lengths.reduce((all, length) => all * (length === 0n ? 1n : length), size === 0n ? 1n : size);
  if (product > INT_MAX) return false;
  const end = BigInt(claim.buffer.byteLength);
  if (lengths.includes(0n)) return start <= end;
  let corners = [start];
  for (const [axis, length] of lengths.entries()) {
    const reach = (length - 1n) * steps[axis]!;
    corners = [...new Set(corners.flatMap((corner) => [corner, corner + reach]))];
  }
  return corners.every((corner) => corner >= 0n && corner + size <= end);
}

const lengths = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 26, 2 ** 27, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53 - 1) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 1.5, -1, -0, 2 ** 53, 1e300, Infinity, "3", 3n, null) },
);

const strides = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -12, max: 24 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31, -(2 ** 32), 2 ** 52, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 53 - 64) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 0.5, -(2 ** 53), -Infinity, "8", undefined) },
);

const offsets = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32, 2 ** 53 - 1, 2 ** 53 - 2, -1, -0, 0.5, Number.NaN, 2 ** 53, "0") },
);

const anyAxes: fc.Arbitrary<readonly (readonly [length: unknown, stride: unknown])[]> = fc.oneof(
  { weight: 30, arbitrary: fc.array(fc.tuple<[unknown, unknown]>(lengths, strides), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(fc.constant([1, 8] as const), { minLength: 60, maxLength: 68 }) },
);

const anyClaims: fc.Arbitrary<Claim> = fc
  .record({
    byteLength: fc.constantFrom(0, 1, 16, 100, 200, 400),
    byteOffset: offsets,
    format: fc.constantFrom(...FORMATS),
    lie: fc.oneof(
      { weight: 20, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(0, 1, 7, 8, -1, 2 ** 53 - 1, Number.NaN, "8") },
    ),
    axes: anyAxes,
    extraStrides: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 1),
  })
  .map(({ byteLength, byteOffset, format, lie, axes, extraStrides }) =>
    claimOf({
      byteLength,
      byteOffset,
      format,
      itemsize: lie ?? format[1],
      shape: axes.map(([length]) => length),
      strides: [...axes.map(([, stride]) => stride), 0].slice(0, axes.length + extraStrides),
    }),
  );

/** Arrays that just fill their buffer, or pass its begin or end by a byte. */
const tightClaims: fc.Arbitrary<Claim> = fc
  .record({
    format: fc.constantFrom(...FORMATS),
    axes: fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -20, max: 20 })), { maxLength: 6 }),
    before: fc.constantFrom(0, 0, 0, 1, -1),
    after: fc.constantFrom(0, 0, 0, 1, -1),
  })
  .map(({ format, axes, before, after }) => {
    const reaches = axes.map(([length, stride]) => (length - 1) * stride);
    const below = -reaches.filter((reach) => reach < 0).reduce((sum, reach) => sum + reach, 0);
    const above = reaches.filter((reach) => reach > 0).reduce((sum, reach) => sum + reach, 0);
    return claimOf({
      byteLength: Math.max(0, below + before + above + format[1] + after),
      byteOffset: below + before,
      format,
      itemsize: format[1],
      shape: axes.map(([length]) => length),
      strides: axes.map(([, stride]) => stride),
    });
  });

type ClaimParts = Pick<Claim, "byteOffset" | "itemsize" | "shape" | "strides"> & {
  readonly byteLength: number;
  readonly format: readonly [string, number];
};

function claimOf({ byteLength, format, ...rest }: ClaimParts): Claim {
  const buffer = byteLength % 2 === 0 ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  return { ...rest, buffer, format: format[0], suboffsets: null, readonly: true, lease: null };
}

test("readDescriptor: accepts a descriptor if and only if every element's bytes lie inside the buffer", () => {
  const seen = { accepted: 0, refused: 0 };
  const property = fc.property(fc.oneof(anyClaims, tightClaims), (claim) => {
    let accepted = true;
    try {
      readDescriptor(claim);
    } catch (error) {
      if (!(error instanceof DescriptorError)) throw error;
      accepted = false;
    }
    seen[accepted ? "accepted" : "refused"]++;
    expect(accepted).toBe(isSound(claim));
  });
  fc.assert(property, { numRuns: 20_000 });
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(3000);
});
