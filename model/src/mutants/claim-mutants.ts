/**
 * Faults in how the segments of a job are claimed, each in a scenario that must notice it.
 *
 * @module
 */
import { mutate, type Scenario } from "@instride/explorer";
import * as words from "../../../packages/scheduler/src/lanes/lane-words.ts";
import {
  failsInSegment,
  segmentsBesideAnotherJob,
  segmentsReused,
  segmentsStoppedThenReused,
  shareSegments,
  takesFromAbsent,
} from "../lanes/claiming.ts";
import { diesInSegment } from "../lanes/dying.ts";
import { mutant } from "./mutant.ts";
import { override, pretend } from "./pretend.ts";
import { type At, delay } from "./reorder.ts";

const lane = { thread: "lane0", memory: "lanes" };
const caller = { thread: "caller", memory: "lanes" };

const on = (kind: At["kind"], word: number): At => ({ kind, word });

/** Beyond every chunk. */
const EXHAUSTED = 99;

/** A thread takes a segment for exhausted, and claims nothing of it. */
function skips(scenario: Scenario, thread: string, segment: number): Scenario {
  return override(scenario, { thread, memory: "lanes" }, (port) => ({
    add: (word, value) => (word === words.nextOf(0, segment) ? EXHAUSTED : port.add(word, value)),
  }));
}

export const CLAIM_MUTANTS: readonly Scenario[] = [
  mutant(
    "chunks of a segment are claimed by a load and a store",
    mutate(shareSegments(1, 2), { kind: "split-update", word: "NEXT_0_1" }),
  ),
  mutant("a lane skips the segment of its own number", skips(takesFromAbsent(0, 2), "lane0", 0)),
  mutant("a lane claims in its own segment only", skips(takesFromAbsent(0, 2), "lane0", 1)),
  mutant("a lane doesn't go round past the last segment", skips(takesFromAbsent(1, 2), "lane1", 0)),
  mutant("the caller leaves the segment of the dead", skips(diesInSegment(), "caller", 0)),
  mutant(
    "a lane takes a segment for the whole job",
    pretend(shareSegments(1, 2), { ...lane, word: words.cutOf(0), value: words.packCut(2, 1) }),
  ),
  mutant(
    "a lane looks for work in the first segment only",
    pretend(segmentsBesideAnotherJob(), { ...lane, word: words.nextOf(0, 1), value: EXHAUSTED }),
  ),
  mutant(
    "a lane claims in the segments of the job before",
    mutate(segmentsReused(2, 1), { kind: "stale-load", word: "CUT_0", thread: "lane0" }),
  ),
  mutant(
    "the segments are told after the ticket is stored",
    delay(segmentsReused(2, 1), {
      ...caller,
      held: on("store", words.cutOf(0)),
      nth: 2,
      until: on("store", words.ticketOf(0)),
    }),
  ),
  mutant(
    "claims of the second segment don't begin again",
    mutate(segmentsReused(1, 2), { kind: "drop-store", word: "NEXT_0_1", thread: "caller" }),
  ),
  mutant(
    "claims of the second segment begin again after the ticket is stored",
    delay(segmentsStoppedThenReused(), {
      ...caller,
      held: on("store", words.nextOf(0, 1)),
      nth: 2,
      until: on("store", words.ticketOf(0)),
    }),
  ),
  mutant(
    "a stop is not looked at before going round",
    pretend(failsInSegment(1), { ...lane, word: words.stopOf(0), value: 0 }),
  ),
];
