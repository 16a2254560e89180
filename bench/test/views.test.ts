import { expect, test } from "vitest";
import { crossoverOf } from "../support/crossover.ts";
import type { CaseResult, Group } from "../support/report.ts";
import { viewFindings } from "../views.bench.ts";
import { accessPlans } from "../views/access.ts";
import { copyPlans } from "../views/copies.ts";
import { loopsFor } from "../views/loops.ts";
import { handOutPlan, partPlans } from "../views/parts.ts";
import { planOf, way } from "../views/way.ts";

/** A group whose cases take these times; the first is the reference. */
function groupOf(parameters: Group["parameters"], medians: Readonly<Record<string, number>>): Group {
  const [reference] = Object.keys(medians);
  const cases = Object.entries(medians).map(([name, p50]): CaseResult => {
    const latencyUs = { min: p50, p25: p50, p50, p75: p50, p99: p50, max: p50 };
    return { name, samples: 1, latencyUs, ratio: p50 / medians[reference!]! };
  });
  return { name: Object.values(parameters).join(" "), parameters, work: null, reference: reference!, cases };
}

test("views: the size from which on a part costs less than a copy, for every way but the copy", () => {
  const groups = [16, 1024, 4096].map((nbytes, i) =>
    groupOf({ operation: "part", nbytes }, { copy: 1, view: [9, 0.9, 0.5][i]!, slow: 2 }),
  );
  expect(viewFindings(groups)).toEqual([
    {
      name: "size from which on view costs less than a copy",
      value: 1024,
      unit: "B",
      text: "size from which on view costs less than a copy: 1 KiB",
    },
    {
      name: "size from which on slow costs less than a copy",
      value: null,
      unit: "B",
      text: "size from which on slow costs less than a copy: none measured",
    },
  ]);
});

test("views: the idioms within 1.2 times a typed array's time, of contiguous loops alone", () => {
  const medians = { "typed array": 10, data: 10.5, reader: 12, get: 300 };
  const groups = ["contiguous", "every 3rd"].map((layout) => groupOf({ operation: "sum", layout }, medians));
  expect(viewFindings(groups)).toEqual([
    {
      name: "sum contiguous: the fastest idiom, in a typed array's time",
      value: 1.05,
      unit: "times",
      text: "sum contiguous: within 1.2 times a typed array's time: data, reader",
    },
  ]);
});

test("views: copies are compared with the fastest other way, and the worst is named", () => {
  const groups = [
    groupOf({ operation: "copy", layout: "C to C" }, { "plain loop": 10, "TypedArray.set": 2, "assign()": 3 }),
    groupOf({ operation: "copy", layout: "reversed" }, { "plain loop": 10, "assign()": 14 }),
  ];
  const [finding] = viewFindings(groups);
  expect(finding).toMatchObject({ value: 1.5, unit: "times" });
  expect(finding!.text).toMatch(/1\.50 \(copy C to C\)$/);
});

test("views: what it costs to hand out an array, copied and shared", () => {
  const group = groupOf({ operation: "hand out" }, { copy: 250_000, clone: 500_000, lend: 80 });
  expect(viewFindings([group])).toEqual([
    { name: "time to hand out, shared", value: 80, unit: "µs", text: "hand out: 250 ms for a copy, 80.0 µs shared" },
  ]);
});

test("views: without groups there is nothing to say", () => {
  expect(viewFindings([])).toEqual([]);
});

test("views: plans are made once all ways give the right result", async () => {
  const plans = [...partPlans(true), handOutPlan(true), ...(await accessPlans(true)), ...(await copyPlans(true))];
  expect(plans.length).toBeGreaterThan(20);
  for (const { cases, reference } of plans) expect(cases.map(({ name }) => name)).toContain(reference);
});

test("planOf: refuses a way with a wrong result, and names it", () => {
  const work = { name: "sum", parameters: {}, work: null, reference: "right", expected: 3 };
  const ways = [
    way(
      "right",
      () => {},
      () => 3,
    ),
    way(
      "wrong",
      () => {},
      () => 4,
    ),
  ];
  expect(() => planOf({ ...work, ways }, true)).toThrow("sum, wrong: a wrong result");
});

test("loopsFor: each dtype has loops of its own, and always the same", async () => {
  const [one, other, again] = await Promise.all(["float64", "uint8", "float64"].map(loopsFor));
  expect(one!.sum).not.toBe(other!.sum);
  expect(one).toBe(again);
});

test("crossoverOf: of sizes in any order", () => {
  const groups = [8, 2, 4].map((n) => groupOf({ n }, { copy: 1, view: n > 3 ? 0.5 : 2 }));
  expect(crossoverOf(groups, "view", "n")).toBe(4);
});
