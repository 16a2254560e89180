/**
 * The pool of a page in mode `worker`: arrays move to one worker and back.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { BusyError, DeadlineError, open, type Runtime, WorkerLostError } from "instride";
import type { Deed } from "./fixtures/deed.kernel.ts";

const deedKernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);
const deedTask = new URL("./fixtures/deed.task.ts", import.meta.url);

const SIZE = 1000;

let rt: Runtime;

beforeAll(async () => {
  rt = await open({ mode: "worker" });
});

afterAll(async () => {
  await rt.close();
  expect(rt.leaks()).toEqual([]);
});

async function visits(deed: Deed, options: object = {}): Promise<Int32Array> {
  using counts = rt.zeros([SIZE], "int32");
  await rt.parallelFor(deedKernel, { over: SIZE, grainsize: 10, views: { counts }, args: deed, ...options });
  return counts.asTypedArray().slice();
}

const ONCE = new Int32Array(SIZE).fill(1);

const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

it("parallelFor: every element is visited once, and the array is back", async () => {
  for (let i = 0; i < 5; i++) expect(await visits({ kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: an array is away while a call has it", async () => {
  using counts = rt.zeros([SIZE], "int32");
  const args: Deed = { kind: "none", at: -1 };
  const call = rt.parallelFor(deedKernel, { over: SIZE, views: { counts }, args });
  await new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
  let seen: unknown = null;
  try {
    counts.get(0);
  } catch (error) {
    seen = error;
  }
  await call;
  // It may have been back by then.
  expect(seen === null || seen instanceof BusyError).toBe(true);
  expect(counts.get(0)).toBe(1);
});

it("map, reduce: compiled kernels", async () => {
  const a = rt.from(Float64Array.from({ length: 1000 }, (_, i) => i));
  const out = await rt.map((x) => x * x)(a);
  expect(await rt.reduce("sum")(out)).toBe((999 * 1000 * 1999) / 6);
});

it("parallelFor: a body that never returns is ended at its deadline", async () => {
  expect(await thrownBy(visits({ kind: "hang", at: 500 }, { deadlineMs: 100 }))).toBeInstanceOf(DeadlineError);
  expect(await visits({ kind: "none", at: -1 })).toEqual(ONCE);
});

it("run: a task gives its result; a worker that closes itself is a WorkerLostError, and is replaced", async () => {
  expect(await rt.run(deedTask, { args: { kind: "fine" } })).toBe("fine");
  expect(await thrownBy(rt.run(deedTask, { args: { kind: "close" } }))).toBeInstanceOf(WorkerLostError);
  expect(await rt.run(deedTask, { args: { kind: "fine" } })).toBe("fine");
});

it("run: a task that is cancelled ends with its worker", async () => {
  const signal = AbortSignal.timeout(100);
  expect(await thrownBy(rt.run(deedTask, { args: { kind: "for ever" }, signal }))).toBe(signal.reason);
});
