import { afterAll, expect, test } from "vitest";
import { type MemoryView, open } from "instride";
import { type LentView, packView, unpackView } from "instride/interop/post-message";
import { ViewWorker } from "./view-worker.ts";

const rt = await open({ threads: 1 });
afterAll(() => rt.close());

const ROUNDS = 10;
const PACKETS = 100;

function expectAllBack(): void {
  expect(rt.leaks()).toEqual([]);
  expect([...rt.stats().views.values()].every((count) => count === 0)).toBe(true);
}

test("race: a thread releases what the owner revokes; each is over once, and its memory is back", async () => {
  await using thread = new ViewWorker();
  const x = rt.zeros([PACKETS], "uint8");
  let revoked = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const lent = Array.from({ length: PACKETS }, (_, i) => packView(x.at(i)));
    const arrivals = new Int32Array(new SharedArrayBuffer(4));
    const packets = lent.map(({ packet }) => packet);
    const answer = thread.ask<number>({ do: "race", packets, arrivals, threads: 2 });
    Atomics.add(arrivals, 0, 1);
    while (Atomics.load(arrivals, 0) < 2);
    // From the other end, so that they meet.
    for (const one of lent.toReversed()) if (one.revoke()) revoked++;
    expect(await answer).toBe(PACKETS);
    await Promise.all(lent.map(({ returned }) => returned));
    expect(lent.filter((one) => one.revoke())).toEqual([]);
    expectAllBack();
  }
  // Each side has won some.
  expect(revoked).toBeGreaterThan(0);
  expect(revoked).toBeLessThanOrEqual(ROUNDS * PACKETS);
  x.release();
});

test("race: two threads open the same packets; one release ends each lease, and the memory stays until both let go", async () => {
  await using first = new ViewWorker();
  await using second = new ViewWorker();
  const x = rt.zeros([PACKETS], "uint8");
  for (let round = 0; round < ROUNDS; round++) {
    const lent = Array.from({ length: PACKETS }, (_, i) => packView(x.at(i), { mode: "read" }));
    const arrivals = new Int32Array(new SharedArrayBuffer(4));
    const packets = lent.map(({ packet }) => packet);
    const answers = [first, second].map((thread) => thread.ask({ do: "race", packets, arrivals, threads: 2 }));
    expect(await Promise.all(answers)).toEqual([PACKETS, PACKETS]);
    await Promise.all(lent.map(({ returned }) => returned));
    expectAllBack();
  }
  x.release();
});

test("race: who waits in line gets what a thread gives back, however the two meet", async () => {
  await using thread = new ViewWorker();
  const x = rt.zeros([1], "uint8");
  for (let round = 0; round < 100; round++) {
    const lent = packView(x);
    const answer = thread.ask({ do: "race", packets: [lent.packet], arrivals: new Int32Array(1), threads: 1 });
    const lease = await rt.borrow(x, { mode: "write", acquireTimeoutMs: 10_000 });
    lease.release();
    expect(await answer).toBe(1);
  }
  expectAllBack();
  x.release();
});

test("unpackView: views of several owners are counted with each, and let go of one by one", async () => {
  const runtimes = await Promise.all([open({ threads: 1 }), open({ threads: 1 })]);
  const arrays = runtimes.map((each) => each.from([1, 2]));
  const opened: { lent: LentView; view: MemoryView }[] = [];
  for (let i = 0; i < 3; i++) {
    for (const array of arrays) {
      const lent = packView(array, { mode: "read" });
      opened.push({ lent, view: unpackView(structuredClone(lent.packet)) });
    }
  }
  const counts = (): number[][] => runtimes.map((each) => [...each.stats().views.values()]);
  expect(counts()).toEqual([
    [0, 3],
    [0, 3],
  ]);
  for (const [i, { lent, view }] of opened.entries()) {
    view.release();
    expect([lent.isReturned || (await lent.returned) === undefined, i]).toEqual([true, i]);
  }
  expect(counts()).toEqual([[0], [0]]);
  for (const each of runtimes) await each.close();
});
