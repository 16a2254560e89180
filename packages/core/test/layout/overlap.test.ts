import fc from "fast-check";
import { expect, test } from "vitest";
import { broadcastTo } from "../../src/layout/broadcast.ts";
import { type Layout, contiguousStrides } from "../../src/layout/layout.ts";
import { type Extent, mayShareBounds, selfOverlaps, sharesMemory } from "../../src/layout/overlap.ts";
import { applyIndex } from "../../src/layout/slicing.ts";
import { addressesOf, bytesOf, itemsizes, layouts } from "./layout-model.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** Layouts with large gaps, which meet in their bounds more often than in their bytes. */
const sparse: fc.Arbitrary<Extent> = fc
  .array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      strides: fc.tuple(...shape.map(() => fc.integer({ min: -40, max: 40 }))),
      byteOffset: fc.nat(60),
      itemsize: fc.integer({ min: 1, max: 3 }),
    }),
  );

const extents: fc.Arbitrary<Extent> = fc.oneof(
  sparse,
  itemsizes.chain((itemsize) =>
    layouts(itemsize).map((layout) => ({ ...layout, byteOffset: layout.byteOffset % 40, itemsize })),
  ),
);

function dense(shape: readonly number[], itemsize: number, byteOffset: number = 0): Extent {
  return { shape, strides: contiguousStrides(shape, itemsize, "C"), byteOffset, itemsize };
}

function at(extent: Extent, ...keys: Parameters<typeof applyIndex>[1]): Extent {
  return { ...applyIndex(extent, keys), itemsize: extent.itemsize };
}

test("sharesMemory: equals the meeting of the sets of bytes", () => {
  const seen = { yes: 0, no: 0, maybe: 0 };
  const property = fc.property(extents, extents, (a, b) => {
    const bytes = bytesOf(a, a.itemsize);
    const meet = [...bytesOf(b, b.itemsize)].some((byte) => bytes.has(byte));
    const answer = sharesMemory(a, b);
    expect(answer).toBe(meet ? "yes" : "no");
    expect(sharesMemory(b, a)).toBe(answer);
    if (mayShareBounds(a, b)) seen[answer]++;
    else expect(meet).toBe(false);
  });
  fc.assert(property, { numRuns: 5000 });
  expect(seen.yes).toBeGreaterThan(500);
  expect(seen.no).toBeGreaterThan(100);
});

test("mayShareBounds: equals the meeting of the ranges from the lowest to the highest byte", () => {
  const property = fc.property(extents, extents, (a, b) => {
    const [inA, inB] = [[...bytesOf(a, a.itemsize)], [...bytesOf(b, b.itemsize)]];
    const meet =
      inA.length > 0 && inB.length > 0 && Math.min(...inA) <= Math.max(...inB) && Math.min(...inB) <= Math.max(...inA);
    expect(mayShareBounds(a, b)).toBe(meet);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("selfOverlaps: is true where two elements have a byte in common", () => {
  const property = fc.property(extents, (a) => {
    const overlaps = bytesOf(a, a.itemsize).size < addressesOf(a).length * a.itemsize;
    expect(selfOverlaps(a)).toBe(overlaps ? "yes" : "no");
  });
  fc.assert(property, { numRuns: 5000 });
});

test("sharesMemory: without elements, or without bytes in them, meets nothing", () => {
  const all = dense([100], 1);
  expect(sharesMemory(all, { shape: [3, 0], strides: [MOST, 1], byteOffset: 5, itemsize: 1 })).toBe("no");
  expect(sharesMemory(all, { shape: [3], strides: [1], byteOffset: 5, itemsize: 0 })).toBe("no");
  expect(mayShareBounds(all, { shape: [0], strides: [1], byteOffset: 5, itemsize: 1 })).toBe(false);
  expect(selfOverlaps({ shape: [3, 0], strides: [0, 0], byteOffset: 5, itemsize: 1 })).toBe("no");
  expect(selfOverlaps({ shape: [3], strides: [0], byteOffset: 5, itemsize: 0 })).toBe("no");
});

test("sharesMemory: decides the usual parts of one array without search", () => {
  const image = dense([1080, 1920, 3], 4);
  const parts: [Extent, Extent, "yes" | "no"][] = [
    [at(image, ":540"), at(image, "540:"), "no"],
    [at(image, ":541"), at(image, "540:"), "yes"],
    [at(image, ":", ":960"), at(image, ":", "960:"), "no"],
    [at(image, "...", 0), at(image, "...", 0), "yes"],
    [at(image, "::-1"), at(image, ":", "::-1"), "yes"],
  ];
  for (const [a, b, answer] of parts) expect(sharesMemory(a, b, 0)).toBe(answer);
});

test("sharesMemory: tells planes, rows and checkerboards apart in few steps", () => {
  const image = dense([1080, 1920, 3], 4);
  const parts: [Extent, Extent, "yes" | "no"][] = [
    [at(image, "...", 0), at(image, "...", 1), "no"],
    [at(image, "::2"), at(image, "1::2"), "no"],
    [at(image, "::2", "::2"), at(image, "1::2", "1::2"), "no"],
    [at(image, "::2", "::3"), at(image, "::3", "::2"), "yes"],
    [at(image, "100:200", "100:200"), at(image, "150:250", "200:300"), "no"],
    [at(image, "100:200", "100:200"), at(image, "199:250", "199:300"), "yes"],
    [at(image, "::-2", "::-1"), at(image, "::2", 7), "no"],
  ];
  for (const [a, b, answer] of parts) expect(sharesMemory(a, b, 4)).toBe(answer);
});

test("sharesMemory: finds the one byte in which elements of unlike sizes meet", () => {
  const a: Extent = { shape: [3], strides: [7], byteOffset: 0, itemsize: 2 };
  expect(sharesMemory(a, { shape: [2], strides: [5], byteOffset: 2, itemsize: 1 })).toBe("yes");
  expect(sharesMemory(a, { shape: [2], strides: [4], byteOffset: 2, itemsize: 1 })).toBe("no");
});

test("sharesMemory: is exact for addresses next to 2^53", () => {
  const far: Layout = { shape: [2 ** 26, 2], strides: [2 ** 26, 1], byteOffset: MOST - 2 ** 52 };
  expect(sharesMemory({ ...far, itemsize: 1 }, { ...far, byteOffset: far.byteOffset + 1, itemsize: 1 })).toBe("yes");
  expect(sharesMemory({ ...far, itemsize: 1 }, { ...far, byteOffset: far.byteOffset + 2, itemsize: 1 })).toBe("no");
  const reversed: Extent = { shape: [2, 2 ** 26], strides: [-1, -(2 ** 26)], byteOffset: MOST - 1, itemsize: 1 };
  expect(sharesMemory(reversed, dense([1], 1, MOST - 2))).toBe("yes");
  expect(sharesMemory(reversed, dense([1], 1, MOST - 3))).toBe("no");
});

test("selfOverlaps: is false for slices of an array and true for what is broadcast or slides", () => {
  const image = dense([1080, 1920, 3], 4);
  for (const part of [image, at(image, "::-2", "5:", 1), at(image, null, "...", "::2")]) {
    expect(selfOverlaps(part, 0)).toBe("no");
  }
  const row = dense([100], 4);
  expect(selfOverlaps({ ...broadcastTo(row, [3, 100]), itemsize: 4 }, 0)).toBe("yes");
  expect(selfOverlaps({ ...broadcastTo(row, [1, 100]), itemsize: 4 }, 0)).toBe("no");
  expect(selfOverlaps({ shape: [98, 3], strides: [4, 4], byteOffset: 0, itemsize: 4 }, 0)).toBe("yes");
  expect(selfOverlaps({ shape: [100], strides: [3], byteOffset: 0, itemsize: 4 }, 0)).toBe("yes");
});

test("selfOverlaps: takes an axis of the most elements and 64 axes", () => {
  expect(selfOverlaps({ shape: [MOST], strides: [1], byteOffset: 0, itemsize: 1 })).toBe("no");
  expect(selfOverlaps({ shape: [MOST], strides: [0], byteOffset: 0, itemsize: 1 })).toBe("yes");
  const deep: Layout = {
    shape: new Array<number>(64).fill(1),
    strides: new Array<number>(64).fill(MOST),
    byteOffset: 0,
  };
  expect(selfOverlaps({ ...deep, itemsize: 8 })).toBe("no");
  const bits = Array.from({ length: 50 }, (_, axis) => 2 ** axis);
  const nested: Extent = { shape: bits.map(() => 2), strides: bits, byteOffset: 0, itemsize: 1 };
  expect(selfOverlaps(nested, 64)).toBe("no");
  expect(selfOverlaps({ ...nested, itemsize: 2 }, 64)).toBe("yes");
});

test("sharesMemory: says maybe for a layout made to be hard, in bounded time", () => {
  const primes = [1_000_003, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099, 1_000_117, 1_000_121];
  const hard: Extent = { shape: primes.map(() => 90), strides: primes.map((p) => 2 * p), byteOffset: 0, itemsize: 1 };
  const answer = sharesMemory(hard, { ...hard, byteOffset: 712_345_677 });
  // The strides are even and the distance odd, which the divisors of all terms show at once.
  expect(answer).toBe("no");
  const odd = { ...hard, strides: primes.map((p, i) => 2 * p + (i === 0 ? 1 : 0)), shape: primes.map(() => 3) };
  expect(sharesMemory(odd, { ...odd, byteOffset: 7_123_456 }, 50)).toBe("maybe");
});
