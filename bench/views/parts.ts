/**
 * Taking a part of an array, and handing out a whole one: as a copy, as a typed array over the same memory, as a view.
 *
 * @module
 */
import { totalmem } from "node:os";
import { borrowView, claimRow, MemoryOwner, MemoryView, slice, type ThreadLeases } from "@instride/core";
import type { GroupPlan } from "../support/measure.ts";
import { sizeName } from "../support/report.ts";
import { planOf, type Way, way } from "./way.ts";

/** What a part is known by here: its length, and its first and last byte. */
type Seen = readonly [length: number, first: number, last: number];

/** The operations, as the parameters of groups say them. */
export const PART = "part";
export const HAND_OUT = "hand out";

const COPY = "slice() copies";

/** Bytes of a part. */
const SIZES: readonly number[] = [16, 64, 256, 1024, 2048, 4096, 16_384, 65_536, 1_048_576];
const QUICK_SIZES: readonly number[] = [16, 1024, 65_536];

/** So many parts are taken at once: one alone takes hardly longer than looking at the clock. */
const PARTS = 64;

/** Where parts begin. */
const START = 8;

/** One group for each size. */
export function* partPlans(quick: boolean): Generator<GroupPlan> {
  const sizes = quick ? QUICK_SIZES : SIZES;
  const data = new Uint8Array(START + Math.max(...sizes)).map((_, i) => (7 * i) & 0xff);
  const array = new MemoryOwner().from<"uint8">(data);
  const view = new MemoryView<"uint8">(data);
  for (const nbytes of sizes) {
    const stop = START + nbytes;
    const text = `${START}:${stop}` as const;
    const key = slice(START, stop);
    yield planOf<Seen>(
      {
        name: `${PARTS} parts of ${sizeName(nbytes)}`,
        parameters: { operation: PART, dtype: "uint8", nbytes, parts: PARTS },
        work: null,
        reference: COPY,
        ways: [
          takingParts(COPY, () => data.slice(START, stop), bytesSeen),
          takingParts("subarray()", () => data.subarray(START, stop), bytesSeen),
          takingParts("array.at(slice)", () => array.at(key), viewSeen),
          takingParts('array.at("start:stop")', () => array.at(text), viewSeen),
          takingAndReleasing("view.at(slice), release()", () => view.at(key)),
          takingAndReleasing("new MemoryView(subarray), release()", () => new MemoryView(data.subarray(START, stop))),
        ],
        expected: [nbytes, data[START]!, data[stop - 1]!],
      },
      quick,
    );
  }
}

/** What another thread gets: a copy where memory is private, a view where it is shared. */
export function handOutPlan(quick: boolean): GroupPlan {
  const nbytes = quick ? 2 ** 24 : Math.min(2 ** 30, 2 ** Math.floor(Math.log2(totalmem() / 8)));
  const owner = new MemoryOwner();
  const thread = claimRow(owner.leases.words, 1);
  const array = owner.full([nbytes], 3, "uint8");
  array.set(1, -1);
  const own = array.toBytes();
  const ways: readonly Way<Seen>[] = [
    way(
      COPY,
      () => own.slice(),
      () => bytesSeen(own.slice()),
    ),
    way(
      "structuredClone() copies",
      () => structuredClone(own),
      () => bytesSeen(structuredClone(own)),
    ),
    way(
      "lend, structuredClone(descriptor), borrowView",
      () => lendAndBorrow(owner, thread, array, () => {}),
      () => lendAndBorrow(owner, thread, array, viewSeen),
    ),
  ];
  const plan = planOf<Seen>(
    {
      name: `hand out ${sizeName(nbytes)}`,
      parameters: { operation: HAND_OUT, dtype: "uint8", nbytes },
      work: null,
      reference: COPY,
      ways,
      expected: [nbytes, 3, 1],
    },
    quick,
  );
  return quick ? plan : { ...plan, effort: { rounds: 1, timeMs: 0, samplesMin: 4, warmupMs: 0 } };
}

/** What a call does for an operand on both sides, but for the message itself. */
function lendAndBorrow<T>(
  owner: MemoryOwner,
  thread: ThreadLeases,
  array: MemoryView,
  look: (view: MemoryView) => T,
): T {
  const [loan] = owner.lend("bench", [{ view: array, mode: "read" }]);
  const borrowed = borrowView(structuredClone(loan!.descriptor), thread);
  const seen = look(borrowed.view);
  borrowed.end();
  owner.leases.release(loan!.lease);
  return seen;
}

/** Where the parts go, so that taking them isn't optimized away. */
const kept: { part: unknown } = { part: null };

function takingParts<P>(name: string, take: () => P, look: (part: P) => Seen): Way<Seen> {
  const run = (): void => {
    for (let i = 0; i < PARTS; i++) kept.part = take();
  };
  return way(name, run, () => look(take()));
}

function takingAndReleasing(name: string, take: () => MemoryView): Way<Seen> {
  const run = (): void => {
    for (let i = 0; i < PARTS; i++) {
      const part = take();
      kept.part = part;
      part.release();
    }
  };
  return way(name, run, () => {
    using part = take();
    return viewSeen(part);
  });
}

function bytesSeen(bytes: Uint8Array): Seen {
  return [bytes.length, bytes[0]!, bytes.at(-1)!];
}

function viewSeen(view: MemoryView): Seen {
  return [view.length, view.get(0) as number, view.get(-1) as number];
}
