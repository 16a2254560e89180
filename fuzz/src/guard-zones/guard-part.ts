/**
 * Guard zones: whatever is done to an array, no byte outside of it changes and none matters.
 *
 * Each case has memory with guard bytes around and between the elements, in two worlds that differ in all of those, and
 * does a row of things to views of it in both. After each, every byte is looked at: those that changed must be of the
 * elements that were to be written, found by writing all places out; and the worlds must agree in everything else.
 *
 * @module
 */
import type { CaseResult, Random } from "@instride/cases";
import type { Part } from "../part.ts";
import { asJson } from "../as-json.ts";
import { DERIVATIONS, type OperationMaker } from "./derivations.ts";
import { kernelRun } from "./kernel-runs.ts";
import { reading } from "./readings.ts";
import { SETTINGS } from "./settings.ts";
import { Stage, type Twin } from "./stage.ts";
import { WRITINGS } from "./writings.ts";

const OPERATIONS_MAX = 10;

/** What is done, by how often. */
const KINDS: readonly (readonly OperationMaker[])[] = [
  DERIVATIONS,
  DERIVATIONS,
  DERIVATIONS,
  [reading],
  [reading],
  WRITINGS,
  WRITINGS,
  WRITINGS,
  [kernelRun],
  [kernelRun],
];

/** The part. @param more - operations to do beside */
export function guardPart(more: readonly OperationMaker[] = []): Part {
  const kinds = more.length === 0 ? KINDS : [...KINDS, more, more, more];
  return {
    name: "guard-zones",
    about: "a byte outside an array is written, or read",
    percent: 4,
    check: (random) => checkCase(random, kinds),
  };
}

function checkCase(random: Random, kinds: typeof KINDS): CaseResult {
  const [kind, setting] = random.pick(SETTINGS);
  const stage = new Stage();
  try {
    const base = setting(random, stage);
    const fault = faultOfOperations(random, stage, kinds);
    return { kind, fault, input: () => describeCase(base, stage) };
  } finally {
    stage.end();
  }
}

function faultOfOperations(random: Random, stage: Stage, kinds: typeof KINDS): string | null {
  for (let left = random.between(1, OPERATIONS_MAX); left > 0; left--) {
    // The last view that was made is the most interesting one.
    const twin = random.oneIn(2) ? stage.twins.at(-1)! : random.pick(stage.twins);
    const operation = random.pick(random.pick(kinds))(random, stage, twin);
    if (operation === null) continue;
    const fault = stage.fault({ ...operation, text: `view ${stage.twins.indexOf(twin)}: ${operation.text}` });
    if (fault !== null) return fault;
  }
  return null;
}

function describeCase({ model, views, isWritable }: Twin, { texts }: Stage): string {
  const { format, shape, places } = model;
  // An array of a heap is given back by now.
  const strides = views[0].released ? null : views[0].strides;
  return asJson({ format, shape, strides, firstPlace: places[0] ?? null, isWritable, operations: texts });
}
