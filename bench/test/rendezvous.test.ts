import { open } from "instride";
import { expect, test } from "vitest";
import { RENDEZVOUS_KERNEL } from "../jobs/kernels.ts";
import { arrivalsAt, meet, meetingPoint } from "../jobs/rendezvous.ts";
import { gather } from "../support/gather.ts";

test("meet: whoever meets nobody but itself goes on, as often as it likes", () => {
  const point = meetingPoint(1);
  for (let times = 1; times <= 5; times++) {
    meet(point);
    expect(arrivalsAt(point)).toBe(times);
  }
});

test("meet: the last to arrive does not wait", () => {
  const point = meetingPoint(3);
  // Two have arrived: of the first meeting, and of a later one.
  for (const arrived of [2, 11]) {
    Atomics.store(point, 0, arrived);
    meet(point);
    expect(arrivalsAt(point)).toBe(arrived + 1);
  }
});

test("rendezvous: each participant comes once in every job", async () => {
  await using runtime = await open({ threads: 2 });
  const args = meetingPoint(2);
  for (let jobs = 1; jobs <= 10; jobs++) {
    await runtime.parallelFor(RENDEZVOUS_KERNEL, { over: 2, args });
    expect(arrivalsAt(args)).toBe(2 * jobs);
  }
});

test("gather: all threads are there for a caller that doesn't give way", async () => {
  await using runtime = await open({ threads: 2 });
  const args = meetingPoint(2);
  using loop = await runtime.prepare(RENDEZVOUS_KERNEL, { over: 2, args, caller: "helps", inlineBelowUs: 0 });
  await gather(runtime);
  loop.runSync();
  expect(arrivalsAt(args)).toBe(2);
});
