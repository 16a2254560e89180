import { expect, test } from "vitest";
import { crossovers } from "../crossover.bench.ts";
import type { Group } from "../support/report.ts";

const latencyUs = { min: 1, p25: 1, p50: 1, p75: 1, p99: 1, max: 1 };

/** Groups of sizes 1, 2, 4 ... in which threads take these times, relative to the plain loop. */
function groupsOf(...ratios: readonly number[]): Group[] {
  return ratios.map((ratio, i) => ({
    name: `n=${2 ** i}`,
    parameters: { n: 2 ** i },
    work: null,
    reference: "plain loop",
    cases: [
      { name: "plain loop", samples: 1, latencyUs, ratio: 1 },
      { name: "tasks threads=2", samples: 1, latencyUs, ratio },
    ],
  }));
}

test("crossovers: the smallest size from which on threads are faster", () => {
  expect(crossovers(groupsOf(9, 3, 0.9, 0.6))).toEqual([
    {
      name: "size from which on tasks threads=2 beats the plain loop",
      value: 4,
      unit: "elements",
      text: "size from which on tasks threads=2 beats the plain loop: 4 elements",
    },
  ]);
});

test("crossovers: a size that wins by chance among sizes that lose doesn't count", () => {
  expect(crossovers(groupsOf(0.9, 3, 0.9, 0.6))[0]).toMatchObject({ value: 4 });
  expect(crossovers(groupsOf(0.9, 0.8, 0.9, 0.6))[0]).toMatchObject({ value: 1 });
});

test("crossovers: none where the largest size loses or ties", () => {
  const [finding] = crossovers(groupsOf(9, 0.9, 1));
  expect(finding).toMatchObject({ value: null });
  expect(finding!.text).toMatch(/none up to 4 elements$/);
});
