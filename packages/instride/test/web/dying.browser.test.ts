/**
 * Workers of a page that are ended from outside, at random moments: every call settles, with what is right or a typed
 * error, and nothing is left.
 */
import { afterEach, beforeEach, expect, it } from "vitest";
import { KernelError, open, type Runtime, WorkerLostError } from "instride";
import { makeOwnWorker } from "../../src/web/worker-file.ts";

const kernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);
const sumKernel = new URL("./fixtures/count.kernel.ts", import.meta.url);
const task = new URL("./fixtures/deed.task.ts", import.meta.url);

const SIZE = 400;
/** It takes its time, so that deaths come in the middle. */
const NOTHING = { kind: "steady", at: -1 } as const;

/** The workers that the runtime has made, that have come up, and that nobody has ended. */
const workers: Worker[] = [];

let rt: Runtime;
let random: () => number;

/** Numbers from 0 to 1, the same for the same seed: the minimal standard generator. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

beforeEach(async () => {
  random = randomNumbers(20_261);
  workers.length = 0;
  const worker = (): Worker => {
    const made = makeOwnWorker();
    made.addEventListener("message", () => workers.push(made), { once: true });
    return made;
  };
  rt = await open({ threads: 2, worker });
});

afterEach(async () => {
  // Whatever was lost has been replaced.
  await expectOnce({});
  expect(rt.leaks()).toEqual([]);
  expect(rt.stats()).toMatchObject({ mode: "threads", threads: 2 });
  await rt.close();
});

function endOne(): void {
  workers.splice(Math.floor(random() * workers.length), 1)[0]?.terminate();
}

async function expectOnce(options: object): Promise<void> {
  using counts = rt.zeros([SIZE], "int32");
  await rt.parallelFor(kernel, { over: SIZE, grainsize: 8, views: { counts }, args: NOTHING, ...options });
  expect(new Set(counts.asTypedArray())).toEqual(new Set([1]));
}

/** A call may be lost with its worker, and in no other way. */
async function orLost(call: Promise<unknown>): Promise<"lost" | "done"> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof WorkerLostError) return "lost";
    throw error;
  }
}

it("parallelFor: workers that end at any moment cost a call at most, and never the next", async () => {
  const outcomes: string[] = [];
  for (let round = 0; round < 30; round++) {
    const call = orLost(expectOnce({}));
    await pause(random() * 6);
    if (random() < 0.7) endOne();
    outcomes.push(await call);
  }
  expect(outcomes).toContain("done");
});

it("parallelReduce: what was sent arrives, though its senders end; two at once, between which lanes change", async () => {
  const sum = (): Promise<number> =>
    rt.parallelReduce<number>(sumKernel, {
      over: SIZE,
      grainsize: 8,
      identity: 0,
      join: (a, b) => a + b,
      idempotent: true,
    });
  let lost = 0;
  for (let round = 0; round < 30; round++) {
    const totals = [sum(), sum()].map(async (total) => {
      // One chunk may be lost twice.
      if ((await orLost(total)) === "done") expect(await total).toBe(SIZE);
      else lost++;
    });
    await pause(random() * 8);
    endOne();
    await Promise.all(totals);
  }
  expect(lost).toBeLessThan(10);
});

it("prepare: a loop that is run on and on outlives its workers", async () => {
  using counts = rt.zeros([SIZE], "int32");
  const options = { over: SIZE, views: { counts }, args: NOTHING, caller: "helps", inlineBelowUs: 0 } as const;
  using loop = await rt.prepare(kernel, options);
  let lost = 0;
  for (let round = 0; round < 300; round++) {
    counts.clearPoison();
    if ((await orLost(Promise.resolve(loop.run()))) === "lost") lost++;
    if (round % 20 === 19) {
      endOne();
      await pause(random() * 3);
    }
  }
  expect(lost).toBeLessThanOrEqual(15);
  counts.clearPoison();
});

it("run: tasks that wait for a worker get one, though others are lost", async () => {
  const tasks = Array.from({ length: 12 }, () => orLost(rt.run(task, { args: { kind: "later" } })));
  for (let i = 0; i < 4; i++) {
    await pause(random() * 60);
    endOne();
  }
  const outcomes = await Promise.all(tasks);
  expect(outcomes.filter((outcome) => outcome === "lost").length).toBeLessThanOrEqual(4);
});

it("parallelFor: two runtimes at once, of which one loses its workers", async () => {
  await using other = await open({ threads: 2 });
  for (let round = 0; round < 10; round++) {
    const mine = orLost(expectOnce({}));
    const theirs = other.parallelReduce<number>(sumKernel, {
      over: SIZE,
      grainsize: 4,
      identity: 0,
      join: (a, b) => a + b,
    });
    endOne();
    expect(await theirs).toBe(SIZE);
    await mine;
  }
  expect(other.leaks()).toEqual([]);
});

it("parallelFor: a body that closes its worker at once is a WorkerLostError, and with idempotent runs again", async () => {
  for (const idempotent of [false, true]) {
    using counts = rt.zeros([SIZE], "int32");
    const args = { kind: "close-once", at: 100 };
    const call = rt.parallelFor(kernel, { over: SIZE, grainsize: 8, views: { counts }, args, idempotent });
    const error: unknown = await call.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    // The body's own error may arrive before its worker ends.
    expect(error === null ? idempotent : error instanceof WorkerLostError || error instanceof KernelError).toBe(true);
    counts.clearPoison();
  }
});
