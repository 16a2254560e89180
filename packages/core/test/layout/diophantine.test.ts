import fc from "fast-check";
import { expect, test } from "vitest";
import { type Term, canReach } from "../../src/layout/diophantine.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const plenty = (): { steps: number } => ({ steps: 1_000_000 });

/** All sums of the terms, by making each of them. */
function sumsOf(terms: readonly Term[]): Set<number> {
  let sums = new Set([0]);
  for (const { coefficient, max } of terms) {
    sums = new Set([...sums].flatMap((sum) => Array.from({ length: max + 1 }, (_, x) => sum + coefficient * x)));
  }
  return sums;
}

test("canReach: finds a sum in the range exactly where there is one", () => {
  const terms = fc.array(fc.record({ coefficient: fc.nat(60), max: fc.nat(5) }), { maxLength: 4 });
  const property = fc.property(
    terms,
    fc.integer({ min: -20, max: 300 }),
    fc.integer({ min: -1, max: 8 }),
    (all, low, width) => {
      const high = low + width;
      const reachable = [...sumsOf(all)].some((sum) => low <= sum && sum <= high);
      expect(canReach(all, low, high, plenty())).toBe(reachable ? "yes" : "no");
    },
  );
  fc.assert(property, { numRuns: 5000 });
});

test("canReach: decides two terms of any size without search", () => {
  // c·x + d·y = target, solved by going through the few x that there are.
  const property = fc.property(
    fc.integer({ min: 1, max: 2 ** 40 }),
    fc.integer({ min: 1, max: 2 ** 40 }),
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 2 ** 12 }),
    fc.bigInt({ min: 0n, max: BigInt(MOST) }),
    fc.integer({ min: 0, max: 1000 }),
    fc.boolean(),
    (c, d, maxX, maxY, anywhere, width, near) => {
      fc.pre(c !== d);
      const target = near
        ? (anywhere % BigInt(maxX + 1)) * BigInt(c) + (anywhere % BigInt(maxY + 1)) * BigInt(d)
        : anywhere;
      const [low, high] = [target, target + BigInt(width)];
      fc.pre(high <= BigInt(MOST));
      let reachable = false;
      for (let x = 0n; x <= BigInt(maxX); x++) {
        const left = high - x * BigInt(c);
        if (left < 0n) break;
        const y = left / BigInt(d) < BigInt(maxY) ? left / BigInt(d) : BigInt(maxY);
        if (x * BigInt(c) + y * BigInt(d) >= low) reachable = true;
      }
      const terms = [
        { coefficient: c, max: maxX },
        { coefficient: d, max: maxY },
      ];
      expect(canReach(terms, Number(low), Number(high), { steps: 0 })).toBe(reachable ? "yes" : "no");
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test("canReach: stays exact next to 2^53", () => {
  const pair = (max: number): Term[] => [
    { coefficient: 2 ** 26 + 1, max },
    { coefficient: 2 ** 26, max },
  ];
  // n(2^26 + 1) + m·2^26 has n as its remainder modulo 2^26: one n for each value below 2^52.
  const target = 12_345 * (2 ** 26 + 1) + 67_108_000 * 2 ** 26;
  expect(canReach(pair(2 ** 27), target, target, { steps: 0 })).toBe("yes");
  expect(canReach(pair(67_107_999), target, target, { steps: 0 })).toBe("no");
  expect(canReach([{ coefficient: 3, max: MOST }], MOST - 2, MOST - 2, plenty())).toBe("no");
  expect(canReach([{ coefficient: 3, max: 2 * MOST }], MOST - 3, MOST, plenty())).toBe("yes");
});

test("canReach: an empty range and a negative one hold nothing", () => {
  expect(canReach([{ coefficient: 1, max: 9 }], 5, 4, plenty())).toBe("no");
  expect(canReach([{ coefficient: 1, max: 9 }], -5, -1, plenty())).toBe("no");
  expect(canReach([], 0, 0, plenty())).toBe("yes");
  expect(canReach([], 1, 9, plenty())).toBe("no");
});

test("canReach: needs no search where one term fills the gaps of another", () => {
  const rows: Term[] = [
    { coefficient: 8, max: 999 },
    { coefficient: 8000, max: 999 },
    { coefficient: 8_000_000, max: 999 },
  ];
  expect(canReach(rows, 4_000_000_001, 4_000_000_007, { steps: 0 })).toBe("no");
  expect(canReach(rows, 4_000_000_001, 4_000_000_008, { steps: 0 })).toBe("yes");
});

test("canReach: says maybe when its steps are used up, and counts them down to zero", () => {
  const unrelated = [1_000_003, 1_299_709, 1_618_033, 2_718_281, 3_141_592, 4_669_201];
  const hard: Term[] = unrelated.map((coefficient) => ({ coefficient, max: 3 }));
  const target = 21_000_000;
  expect(sumsOf(hard).has(target)).toBe(false);
  const few = { steps: 20 };
  expect(canReach(hard, target, target, few)).toBe("maybe");
  expect(few.steps).toBe(0);
  expect(canReach(hard, target, target, plenty())).toBe("no");
});
