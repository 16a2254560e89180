import { expect, test } from "vitest";
import { crossovers } from "../crossover.bench.ts";
import type { Group } from "../support/report.ts";

const latencyUs = { min: 1, p25: 1, p50: 1, p75: 1, p99: 1, max: 1 };

/** Groups of 1, 2, 4 ... KiB in which two threads take these times, relative to the plain loop. */
function groupsOf(...ratios: readonly number[]): Group[] {
  return ratios.map((ratio, i) => ({
    name: `${2 ** i} KiB`,
    parameters: { touchedBytes: 1024 * 2 ** i },
    work: null,
    reference: "plain loop",
    cases: [
      { name: "plain loop", samples: 1, latencyUs, ratio: 1 },
      { name: "prepared threads=1", samples: 1, latencyUs, ratio: 0.5 },
      { name: "tasks threads=2", samples: 1, latencyUs, ratio },
    ],
  }));
}

test("crossovers: the smallest size from which on several threads are faster", () => {
  expect(crossovers(groupsOf(9, 3, 0.9, 0.6))).toEqual([
    {
      name: "size from which on tasks threads=2 beats the plain loop",
      value: 4096,
      unit: "B",
      text: "size from which on tasks threads=2 beats the plain loop: 4 KiB touched",
    },
  ]);
});

test("crossovers: a size that wins by chance among sizes that lose doesn't count", () => {
  expect(crossovers(groupsOf(0.9, 3, 0.9, 0.6))[0]).toMatchObject({ value: 4096 });
  expect(crossovers(groupsOf(0.9, 0.8, 0.9, 0.6))[0]).toMatchObject({ value: 1024 });
});

test("crossovers: none where the largest size loses or ties", () => {
  const [finding] = crossovers(groupsOf(9, 0.9, 1));
  expect(finding).toMatchObject({ value: null });
  expect(finding!.text).toMatch(/none up to 4 KiB touched$/);
});

test("crossovers: two threads that help with a prepared loop have a bar", () => {
  const [group] = groupsOf(0.5);
  const cases = [{ name: "prepared, caller helps, threads=2", samples: 1, latencyUs, ratio: 0.5 }];
  expect(crossovers([{ ...group!, cases }])[0]!.text).toMatch(/: 1 KiB touched \(bar: 64 KiB\)$/);
});
