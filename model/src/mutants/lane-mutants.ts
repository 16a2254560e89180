/**
 * Faults in the protocol of the lanes, each in a scenario that must notice it.
 *
 * @module
 */
import { mutate, type Scenario } from "@instride/explorer";
import { buryLane, laneOf, tellOfDeath, wakeLanes } from "../../../packages/scheduler/src/lanes/caller-side.ts";
import * as words from "../../../packages/scheduler/src/lanes/lane-words.ts";
import {
  type Disconnect,
  diesBesideAnother,
  diesBesideCaller,
  diesParked,
  diesWhileStarting,
  heirBesideCaller,
} from "../lanes/dying.ts";
import { lateLane, sharedChunks, stoppedThenReused } from "../lanes/entering.ts";
import { type LaneEnv, LOST } from "../lanes/lane-memories.ts";
import {
  evicted,
  evictedTwice,
  evictionTakenBack,
  parksWhileOpened,
  registeredLate,
  shutDownWhileParking,
} from "../lanes/parking.ts";
import { shortBesideLong } from "../lanes/sharing.ts";
import { helpsThenWaits, messagesAreCounted, stoppedByLane, waitsForChunks } from "../lanes/waiting.ts";
import { mutant } from "./mutant.ts";
import { type At, delay } from "./reorder.ts";
import { override, pretend } from "./pretend.ts";

const { EVICTIONS, GENERATION, SHUTDOWN, SLEEPERS } = words;

const lane = { thread: "lane0", memory: "lanes" };
const caller = { thread: "caller", memory: "lanes" };
const owner = { thread: "owner", memory: "lanes" };

const on = (kind: At["kind"], word: number): At => ({ kind, word });

/** Tells only the caller of the job that the lane was inside of, as the owner did at first. */
const tellsOneCaller: Disconnect = ({ ports: { lanes, host } }: LaneEnv, thread, slot, laneCount) => {
  const { ticket, chunk } = buryLane(lanes, laneOf(lanes, thread));
  wakeLanes(lanes, laneCount);
  if (ticket === 0) return chunk;
  host.add(LOST, 1);
  tellOfDeath(lanes, slot);
  return chunk;
};

/** Leaves parked lanes alone, as the owner did at first. */
const wakesNobody: Disconnect = ({ ports: { lanes, host } }: LaneEnv, thread, slot) => {
  const { ticket, chunk } = buryLane(lanes, laneOf(lanes, thread));
  if (ticket !== 0) host.add(LOST, 1);
  tellOfDeath(lanes, slot);
  return chunk;
};

const tellsNobody: Disconnect = ({ ports: { lanes, host } }: LaneEnv, thread, _, laneCount) => {
  const { ticket, chunk } = buryLane(lanes, laneOf(lanes, thread));
  wakeLanes(lanes, laneCount);
  if (ticket !== 0) host.add(LOST, 1);
  return chunk;
};

/** Reads it when it is about to wait. */
function readsGenerationLate(): Scenario {
  return override(parksWhileOpened(), lane, (port) => ({
    wait: (word, _, timeoutMs) => port.wait(word, port.load(word), timeoutMs),
  }));
}

/** As lanes did at first: who finds that another has taken a request looks for no second. */
function givesUpEviction(): Scenario {
  return override(evicted(2, 2), lane, (port) => ({
    compareExchange: (word, expected, replacement) => {
      const found = port.compareExchange(word, expected, replacement);
      return word === EVICTIONS && found !== expected ? 0 : found;
    },
  }));
}

const ENTERING_MUTANTS: readonly Scenario[] = [
  mutant(
    "a lane enters without a second look at the ticket",
    mutate(lateLane(1, 2), { kind: "stale-load", word: "TICKET_0", thread: "lane0" }),
  ),
  mutant(
    "a lane looks at the ticket, then says that it is inside",
    mutate(lateLane(1, 2), { kind: "delay-store", word: "INSIDE_0", thread: "lane0", nth: 1 }),
  ),
  mutant(
    "the caller looks who is inside, then closes",
    delay(lateLane(1, 2), {
      ...caller,
      held: on("store", words.ticketOf(0)),
      nth: 2,
      until: on("load", words.insideOf(0)),
    }),
  ),
  mutant(
    "the caller doesn't look who is inside",
    pretend(lateLane(1, 2), { ...caller, word: words.insideOf(0), value: 0 }),
  ),
  mutant(
    "a lane says plainly that it has left",
    mutate(lateLane(1, 2), { kind: "plain-store", word: "INSIDE_0", thread: "lane0", nth: 2 }),
  ),
  mutant(
    "chunks are claimed by a load and a store",
    mutate(sharedChunks(2), { kind: "split-update", word: "NEXT_0_0" }),
  ),
  mutant(
    "the ticket is stored before the record",
    delay(lateLane(1, 1), {
      ...caller,
      held: on("writePlain", words.kernelOf(0)),
      until: on("store", words.ticketOf(0)),
    }),
  ),
  mutant(
    "the ticket is stored plainly",
    mutate(lateLane(1, 1), { kind: "plain-store", word: "TICKET_0", thread: "caller" }),
  ),
  mutant(
    "claims begin again after the ticket is stored",
    delay(stoppedThenReused(2, 2), {
      ...caller,
      held: on("store", words.nextOf(0, 0)),
      nth: 2,
      until: on("store", words.ticketOf(0)),
    }),
  ),
  mutant(
    "claims don't begin again",
    mutate(lateLane(1, 2), { kind: "drop-store", word: "NEXT_0_0", thread: "caller" }),
  ),
  mutant(
    "finished chunks of the last job count for the next",
    mutate(lateLane(1, 2), { kind: "drop-store", word: "DONE_0", thread: "caller" }),
  ),
  mutant(
    "the stop of the last job holds for the next",
    mutate(stoppedThenReused(1, 1), { kind: "drop-store", word: "STOP_0", thread: "caller", nth: 2 }),
  ),
  mutant(
    "a chunk is counted after leaving",
    delay(stoppedThenReused(1, 1), {
      ...lane,
      held: on("add", words.doneOf(0)),
      until: on("store", words.insideOf(0)),
    }),
  ),
  mutant("a stop is not looked at", pretend(stoppedByLane(1), { ...lane, word: words.stopOf(0), value: 0 })),
];

const PARKING_MUTANTS: readonly Scenario[] = [
  mutant("nobody is woken", mutate(parksWhileOpened(), { kind: "drop-notify", word: "GENERATION" })),
  mutant(
    "lanes are woken before there is news",
    delay(parksWhileOpened(), { ...caller, held: on("add", GENERATION), until: on("load", SLEEPERS) }),
  ),
  mutant(
    "the job is opened after lanes are woken",
    delay(parksWhileOpened(), { ...caller, held: on("store", words.ticketOf(0)), until: on("notify", GENERATION) }),
  ),
  mutant("news doesn't change the generation", mutate(parksWhileOpened(), { kind: "drop-update", word: "GENERATION" })),
  mutant(
    "a sleeper is not counted",
    mutate(parksWhileOpened(), { kind: "drop-update", word: "SLEEPERS", thread: "lane0" }),
  ),
  mutant("a lane waits without comparing", mutate(parksWhileOpened(), { kind: "blind-wait", word: "GENERATION" })),
  mutant("a lane reads the generation after it has looked for work", readsGenerationLate()),
  mutant(
    "a lane is marked parked before it is counted",
    delay(parksWhileOpened(), { ...lane, held: on("add", SLEEPERS), until: on("store", words.parkedOf(0)) }),
  ),
  mutant(
    "a request to leave is taken by a load and a store",
    mutate(evicted(2, 1), { kind: "split-update", word: "EVICTIONS", thread: "lane0" }),
  ),
  mutant("who comes second leaves a request untaken", givesUpEviction()),
  mutant(
    "a request to leave comes after the wake",
    delay(evicted(1, 1), { ...owner, held: on("add", EVICTIONS), until: on("load", SLEEPERS) }),
  ),
  mutant(
    "a request to leave is added by a load and a store",
    mutate(evictedTwice(), { kind: "split-update", word: "EVICTIONS", thread: "owner" }),
  ),
  mutant(
    "a request taken back stays",
    mutate(evictionTakenBack(), { kind: "drop-store", word: "EVICTIONS", thread: "owner" }),
  ),
  mutant(
    "the shutdown comes after the wake",
    delay(shutDownWhileParking(1), { ...owner, held: on("store", SHUTDOWN), until: on("load", SLEEPERS) }),
  ),
  mutant(
    "a shutdown wakes one",
    mutate(shutDownWhileParking(2), { kind: "notify-one", word: "GENERATION", thread: "owner" }),
  ),
  mutant(
    "a job doesn't say how many registrations it needs",
    mutate(registeredLate(), { kind: "drop-store", word: "REGISTRATIONS_0", thread: "caller" }),
  ),
  mutant(
    "nobody is woken when registrations have come",
    mutate(registeredLate(), { kind: "drop-update", word: "GENERATION", thread: "connection" }),
  ),
];

const WAITING_MUTANTS: readonly Scenario[] = [
  mutant("the caller is not woken", mutate(waitsForChunks(1, 1), { kind: "drop-notify", word: "EVENT_0" })),
  mutant(
    "the caller is woken, then the event changes",
    delay(waitsForChunks(1, 1), { ...lane, held: on("add", words.eventOf(0)), until: on("notify", words.eventOf(0)) }),
  ),
  mutant("the event doesn't change", mutate(waitsForChunks(1, 1), { kind: "drop-update", word: "EVENT_0" })),
  mutant(
    "the caller says that it waits after it has looked",
    delay(waitsForChunks(1, 1), {
      ...caller,
      held: on("store", words.waiterOf(0)),
      until: on("load", words.stopOf(0)),
    }),
  ),
  mutant(
    "the caller doesn't say that it waits",
    mutate(waitsForChunks(1, 1), { kind: "drop-store", word: "WAITER_0", thread: "caller" }),
  ),
  mutant("the caller waits without comparing", mutate(waitsForChunks(1, 1), { kind: "blind-wait", word: "EVENT_0" })),
  mutant(
    "a lane signals, then leaves",
    mutate(helpsThenWaits(1), { kind: "delay-store", word: "INSIDE_0", thread: "lane0", nth: 2 }),
  ),
  mutant(
    "a message is counted after leaving",
    delay(messagesAreCounted(1), {
      ...lane,
      held: on("add", words.messagesOf(0)),
      until: on("store", words.insideOf(0)),
    }),
  ),
];

const OTHER_MUTANTS: readonly Scenario[] = [
  mutant(
    "lanes don't know that other jobs are open",
    mutate(shortBesideLong(), { kind: "drop-store", word: "SEVERAL_OPEN", thread: "other" }),
  ),
  mutant(
    "a lane is claimed by a load and a store",
    mutate(diesWhileStarting(), { kind: "split-update", word: "CLAIM_0" }),
  ),
  mutant(
    "the lane of the dead stays claimed",
    mutate(diesWhileStarting(), { kind: "drop-store", word: "CLAIM_0", thread: "owner" }),
  ),
  mutant(
    "the dead stays inside",
    mutate(diesBesideCaller(), { kind: "drop-store", word: "INSIDE_0", thread: "owner" }),
  ),
  mutant("the dead stays parked", mutate(diesParked(), { kind: "drop-store", word: "PARKED_0", thread: "owner" })),
  mutant(
    "the dead is discounted twice",
    mutate(diesParked(), { kind: "repeat-update", word: "SLEEPERS", thread: "owner" }),
  ),
  mutant(
    "a lane is discounted while it is marked parked",
    delay(diesParked(), { ...lane, held: on("store", words.parkedOf(0)), nth: 2, until: on("sub", SLEEPERS) }),
  ),
  mutant(
    "a chunk is counted before it is marked",
    delay(diesBesideCaller(), {
      ...lane,
      held: on("writePlain", words.markOf(0, 0)),
      until: on("add", words.doneOf(0)),
    }),
  ),
  mutant(
    "the lane of the dead is given away before it is cleared",
    delay(heirBesideCaller(), { ...owner, held: on("store", words.insideOf(0)), until: on("store", words.claimOf(0)) }),
  ),
  mutant(
    "a lane doesn't say which chunk it runs",
    mutate(diesBesideCaller(), { kind: "drop-store", word: "CHUNK_0", thread: "lane0" }),
  ),
  mutant("no caller is told of a death", diesBesideCaller(tellsNobody)),
  mutant("a caller that waits for the dead to leave is not told", diesBesideCaller(tellsOneCaller)),
  mutant("a wake-up dies with who was woken", diesBesideAnother(1, wakesNobody)),
];

export const LANE_MUTANTS: readonly Scenario[] = [
  ...ENTERING_MUTANTS,
  ...PARKING_MUTANTS,
  ...WAITING_MUTANTS,
  ...OTHER_MUTANTS,
];
