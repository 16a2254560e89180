import { AtomicsPort } from "@instride/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cutForLoop, type Partitioner } from "../src/cut.ts";
import { closeJob, openJob } from "../src/lanes/caller-side.ts";
import { CALLER, type Claims, claimChunk, startClaims, stopJob, workIn } from "../src/lanes/lane-side.ts";
import { cutOf, JOBS_MAX, LANE_WORDS, LANES_MAX, SEGMENTS_MAX } from "../src/lanes/lane-words.ts";
import { type ChunkedRange, segmentStart } from "../src/range.ts";

const SLOT = JOBS_MAX - 1;

const partitioners = fc.constantFrom<Partitioner>("auto", "static", "guided", "affinity");

/** Who claims next: indices of participants, over and over. */
const orders = fc.array(fc.nat(LANES_MAX), { minLength: 1, maxLength: 40 });

function newPort(): AtomicsPort {
  return new AtomicsPort(new Int32Array(new SharedArrayBuffer(LANE_WORDS * Int32Array.BYTES_PER_ELEMENT)));
}

function cut(partitioner: Partitioner, participants: number, over: number = 100_000): ChunkedRange {
  return cutForLoop({ over, partitioner }, participants).chunks;
}

/** Opens a job, and has participants claim in an order until nobody gets a chunk. @returns who got which, in turn */
function claimAll(
  port: AtomicsPort,
  chunks: ChunkedRange,
  participants: readonly number[],
  order: readonly number[],
): { readonly by: number; readonly chunk: number }[] {
  openJob(port, SLOT, 1, { chunks, kernel: 1, operands: 0, registrations: 1, spins: false }, 0);
  const claims = new Map<number, Claims>();
  const taken: { by: number; chunk: number }[] = [];
  for (let turn = 0, idle = 0; idle < participants.length; turn++) {
    // Whoever the order leaves out has a turn now and then.
    const index = idle > 0 ? turn : order[turn % order.length]!;
    const by = participants[index % participants.length]!;
    if (!claims.has(by)) claims.set(by, startClaims(port.load(cutOf(SLOT)), by));
    const chunk = claimChunk(port, SLOT, claims.get(by)!);
    if (chunk >= 0) taken.push({ by, chunk });
    idle = chunk >= 0 ? 0 : idle + 1;
  }
  expect(workIn(port, SLOT)).toBe(0);
  closeJob(port, SLOT, 0);
  return taken;
}

test("claims: every chunk is claimed once, whoever comes, in whatever order", () => {
  const port = newPort();
  const comers = fc.uniqueArray(fc.integer({ min: 0, max: LANES_MAX - 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      partitioners,
      fc.integer({ min: 1, max: LANES_MAX }),
      comers,
      fc.boolean(),
      orders,
      (by, n, lanes, helps, order) => {
        const chunks = cut(by, n);
        const taken = claimAll(port, chunks, helps ? [...lanes, CALLER] : lanes, order);
        expect(taken.map(({ chunk }) => chunk).toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: chunks.chunkCount }, (_, chunk) => chunk),
        );
      },
    ),
  );
});

test("claims: a participant takes from others only when nothing is left in its own segment", () => {
  const port = newPort();
  fc.assert(
    fc.property(fc.integer({ min: 2, max: LANES_MAX }), orders, (count, order) => {
      const chunks = cut("affinity", count);
      const { chunkCount, segmentCount } = chunks;
      const start = (segment: number): number => segmentStart(chunkCount, segmentCount, segment);
      const free = Array.from({ length: segmentCount }, (_, i) => start(i + 1) - start(i));
      const segmentOf = (chunk: number): number => free.findIndex((_, i) => chunk < start(i + 1));
      const lanes = Array.from({ length: count }, (_, lane) => lane);
      for (const { by, chunk } of claimAll(port, chunks, lanes, order)) {
        const segment = segmentOf(chunk);
        if (segment !== by) expect(free[by], `lane ${by} took chunk ${chunk} of segment ${segment}`).toBe(0);
        free[segment]!--;
      }
    }),
  );
});

test.each(["affinity", "static"] as const)(
  "claims: in repeated %s calls of two that keep pace every chunk meets the same thread, whoever begins",
  (partitioner) => {
    const port = newPort();
    const chunks = cut(partitioner, 2);
    const calls = [
      [0, 1],
      [1, 0],
      [0, 1],
    ].map((order) => claimAll(port, chunks, [0, 1], order));
    const owners = calls.map((taken) => taken.toSorted((a, b) => a.chunk - b.chunk).map(({ by }) => by));
    expect(new Set(owners.map((by) => by.join())).size).toBe(1);
    expect(owners[0]!.filter((by) => by === 0)).toHaveLength(chunks.chunkCount / 2);
  },
);

test("claims: the caller is the last participant", () => {
  const port = newPort();
  const chunks = cut("affinity", 4);
  expect(claimAll(port, chunks, [CALLER], [0])[0]!.chunk).toBe(segmentStart(chunks.chunkCount, 4, 3));
});

test("claims: of the most segments there may be, all are claimed, and each on a line of its own", () => {
  const port = newPort();
  const chunks = cut("static", SEGMENTS_MAX);
  expect(chunks.segmentCount).toBe(SEGMENTS_MAX);
  const everybody = [...Array.from({ length: LANES_MAX }, (_, lane) => lane), CALLER];
  const taken = claimAll(
    port,
    chunks,
    everybody,
    everybody.map((_, i) => i),
  );
  expect(taken.every(({ by, chunk }) => by === chunk)).toBe(true);
});

test("claims: after a stop nobody claims, whatever is left in the segments", () => {
  const port = newPort();
  const chunks = cut("affinity", 3);
  openJob(port, SLOT, 1, { chunks, kernel: 1, operands: 0, registrations: 1, spins: false }, 0);
  const claims = startClaims(port.load(cutOf(SLOT)), 1);
  expect(claimChunk(port, SLOT, claims)).toBe(segmentStart(chunks.chunkCount, 3, 1));
  stopJob(port, SLOT);
  expect([claimChunk(port, SLOT, claims), workIn(port, SLOT)]).toEqual([-1, 0]);
});
