import fc from "fast-check";
import { expect, test } from "vitest";
import { elementOf } from "../../src/reduction/element.ts";
import { numbersFrom } from "./random-arrays.ts";
import { reduce, transposedArray, WAYS } from "./runs.ts";
import { bytesOfParts, partsOf } from "./values.ts";

const LANES = { float32: 4, float64: 2 } as const;

const ACCUMULATORS = 8;

/** Elements of a chain in a section. */
const ROUNDS = 8;

const BLOCK = 2048;

type Round = (value: number) => number;

/** The upper half into the lower, again and again, until so many are left. Where they are odd, the lower half is longer. */
function halved(values: readonly number[], left: number, round: Round): number[] {
  let rest = [...values];
  while (rest.length > left) {
    const half = Math.ceil(rest.length / 2);
    rest = rest.slice(0, half).map((value, at) => (half + at < rest.length ? round(value + rest[half + at]!) : value));
  }
  return rest;
}

/** The sum of a block as the README has it, number by number. */
function blockSum(values: readonly number[], lanes: number, round: Round): number {
  const chains = lanes * ACCUMULATORS;
  if (values.length < chains) return few(values, chains, round);
  const last = Math.max(0, Math.ceil(Math.floor(values.length / chains) / ROUNDS) - 1);
  const sections: number[][] = Array.from({ length: last + 1 }, () => []);
  for (const [at, value] of values.entries()) sections[Math.min(last, Math.floor(at / (chains * ROUNDS)))]!.push(value);
  let vectors = sections.map((section) => {
    const sums = section.slice(0, chains);
    for (let at = chains; at < section.length; at++) sums[at % chains] = round(sums[at % chains]! + section[at]!);
    return halved(sums, lanes, round);
  });
  while (vectors.length > 1) {
    vectors = vectors.flatMap((vector, at) => {
      if (at % 2 === 1) return [];
      return [vector.map((value, lane) => (at + 1 < vectors.length ? round(value + vectors[at + 1]![lane]!) : value))];
    });
  }
  return halved(vectors[0]!, 1, round)[0]!;
}

/** Fewer elements than chains: what a chain would be merged with is left out where there is none. */
function few(values: readonly number[], chains: number, round: Round): number {
  const sums = [...values];
  for (let half = chains / 2; half >= 1; half /= 2) {
    for (let at = half; at < sums.length; at++) sums[at - half] = round(sums[at - half]! + sums[at]!);
    sums.length = Math.min(sums.length, half);
  }
  return sums[0]!;
}

function sumOf(values: readonly number[], lanes: number, round: Round): number {
  const blocks = Array.from({ length: Math.ceil(values.length / BLOCK) }, (_, at) =>
    blockSum(values.slice(at * BLOCK, (at + 1) * BLOCK), lanes, round),
  );
  return halved(blocks, 1, round)[0]!;
}

/** Around where chains, sections and blocks end. */
const lengths: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc
    .tuple(fc.constantFrom(16, 32, 128, 256, 384, 1024, 1920, 2048, 4096, 10_240), fc.integer({ min: -1, max: 1 }))
    .map(([length, more]) => length + more),
  fc
    .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: -1, max: 33 }))
    .map(([sections, more]) => 128 * sections + more),
  fc.integer({ min: 1, max: 9000 }),
);

/** Shapes of as many elements a result: side by side, row by row, in two axes with others between them. */
const LAYOUTS = {
  runs: (length: number) => ({ shape: [2, length], axes: [1] }),
  columns: (length: number) => ({ shape: [length, 40], axes: [0] }),
  gathered: (length: number) => {
    const outer = [5, 3, 2].find((factor) => length % factor === 0) ?? 1;
    return { shape: [outer, 3, length / outer], axes: [0, 2] };
  },
} as const;

test.each(Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[])("sums of %s: add in the order that is told", (name) => {
  const dtypes = fc.constantFrom("float32" as const, "float64" as const);
  fc.assert(
    fc.property(lengths, dtypes, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (length, dtype, seed) => {
      const round: Round = dtype === "float32" ? Math.fround : Number;
      const { shape, axes } = LAYOUTS[name](length);
      const next = numbersFrom(seed);
      const total = shape.reduce((count, own) => count * own, 1);
      const numbers = Array.from({ length: total }, () => round((next() - 0.5) * 10 ** Math.floor(next() * 6)));
      const kept = shape.findIndex((_, axis) => !(axes as readonly number[]).includes(axis));
      const inner = shape.slice(kept + 1).reduce((count, own) => count * own, 1);
      const columns = Array.from({ length: shape[kept]! }, (): number[] => []);
      for (const [at, value] of numbers.entries()) columns[Math.floor(at / inner) % shape[kept]!]!.push(value);
      const expected = columns.map((values) => sumOf(values, LANES[dtype], round));
      const operands = [transposedArray(dtype, bytesOfParts(dtype, numbers), shape, [...shape.keys()])];
      const element = elementOf(dtype, dtype);
      for (const way of WAYS) {
        const { bytes } = reduce({ kind: { name: "sum" }, element, operands, axes, dtype }, way);
        expect([way, length, [...partsOf(dtype, bytes)]]).toEqual([way, length, expected]);
      }
    }),
    { numRuns: 60 },
  );
});
