/**
 * Decides when a view costs less than a copy, and by which idiom loops and copies run at a typed array's speed.
 *
 * For Python's memoryview it is said that a view of less than about 1 KB costs more than the copy of the bytes: here is
 * the same for views, with the size from which on they pay. Access in loops is compared with the typed array that a
 * program without views has over the same memory, copies with the best loops that it would write. Loops and copies go
 * over several dtypes in one process, as programs do.
 *
 * @module
 */
import { crossoverOf } from "./support/crossover.ts";
import { measureGroup } from "./support/measure.ts";
import { type CaseResult, type Finding, type Group, sizeName } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";
import { accessPlans, CONTIGUOUS, TYPED_ARRAY } from "./views/access.ts";
import { ASSIGN, COPY, copyPlans } from "./views/copies.ts";
import { HAND_OUT, handOutPlan, PART, partPlans } from "./views/parts.ts";

/** Of a typed array's time, for an idiom that counts as fast. */
const FAST = 1.2;

export const views: Suite = {
  name: "views",
  decides: "when a view costs less than a copy, and which idiom reads and copies as fast as a typed array",
  measure: measureViews,
  findings: viewFindings,
};

async function* measureViews({ quick }: SuiteContext): AsyncGenerator<Group> {
  for (const plan of partPlans(quick)) yield await measureGroup(plan);
  yield await measureGroup(handOutPlan(quick));
  for (const plan of await accessPlans(quick)) yield await measureGroup(plan);
  for (const plan of await copyPlans(quick)) yield await measureGroup(plan);
}

export function viewFindings(groups: readonly Group[]): Finding[] {
  const of = (operation: string): Group[] => groups.filter(({ parameters }) => parameters["operation"] === operation);
  return [
    ...partFindings(of(PART)),
    ...of(HAND_OUT).map(handOutFinding),
    ...groups.filter(({ parameters }) => parameters["layout"] === CONTIGUOUS).map(accessFinding),
    ...copyFindings(of(COPY)),
  ];
}

/** For each way to take a part without copying, the size from which on it costs less than the copy. */
function partFindings(groups: readonly Group[]): Finding[] {
  const [first] = groups;
  if (first === undefined) return [];
  return first.cases
    .filter(({ name }) => name !== first.reference)
    .map(({ name }) => {
      const value = crossoverOf(groups, name, "nbytes");
      const subject = `size from which on ${name} costs less than a copy`;
      return {
        name: subject,
        value,
        unit: "B",
        text: `${subject}: ${value === null ? "none measured" : sizeName(value)}`,
      };
    });
}

function handOutFinding({ name, cases, reference }: Group): Finding {
  const copy = cases.find((result) => result.name === reference)!;
  const shared = cases.at(-1)!;
  const value = shared.latencyUs.p50;
  const text = `${name}: ${(copy.latencyUs.p50 / 1000).toFixed(0)} ms for a copy, ${value.toFixed(1)} µs shared`;
  return { name: `time to ${name}, shared`, value, unit: "µs", text };
}

/** The idioms that take hardly longer than a typed array. */
function accessFinding({ name, cases }: Group): Finding {
  const idioms = cases.filter((result) => result.name !== TYPED_ARRAY);
  const fast = idioms.filter(({ ratio }) => ratio <= FAST).map((result) => result.name);
  const value = Math.min(...idioms.map(({ ratio }) => ratio));
  const text = `${name}: within ${FAST} times a typed array's time: ${fast.length === 0 ? "none" : fast.join(", ")}`;
  return { name: `${name}: the fastest idiom, in a typed array's time`, value, unit: "times", text };
}

/** How `assign` compares with the fastest of the others, where it compares worst. */
function copyFindings(groups: readonly Group[]): Finding[] {
  const ratios = groups.map(({ name, cases }) => {
    const rivals = cases.filter((result) => result.name !== ASSIGN).map(medianOf);
    return { name, ratio: medianOf(cases.find((result) => result.name === ASSIGN)!) / Math.min(...rivals) };
  });
  const [worst] = ratios.toSorted((a, b) => b.ratio - a.ratio);
  if (worst === undefined) return [];
  const subject = `${ASSIGN} in the time of the fastest other way, at worst`;
  return [
    { name: subject, value: worst.ratio, unit: "times", text: `${subject}: ${worst.ratio.toFixed(2)} (${worst.name})` },
  ];
}

function medianOf({ latencyUs }: CaseResult): number {
  return latencyUs.p50;
}
