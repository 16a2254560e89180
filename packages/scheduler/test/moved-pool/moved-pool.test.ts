import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BusyError, MemoryOwner, type MemoryView, PoisonedError, type SharedView } from "@instride/core";
import { ClosedError, DeadlineError, WorkerLostError } from "../../src/errors.ts";
import type { LoopBody } from "../../src/kernel-source.ts";
import type { ThreadRequest } from "../../src/moved-pool/messages.ts";
import { MovedPool } from "../../src/moved-pool/moved-pool.ts";
import { parallelFor } from "../../src/parallel-for.ts";
import type { LoopContext } from "../../src/parallel-loop.ts";
import { evenChunks } from "../../src/range.ts";
import { TurnBudget } from "../../src/turn-budget.ts";
import { type Fate, TestHost } from "./test-host.ts";

function spend(args: unknown): void {
  const { ms = 0 } = (args ?? {}) as { readonly ms?: number };
  for (const until = performance.now() + ms; performance.now() < until;);
}

/** Adds 1 to each element of its range, and takes some milliseconds for it. */
const increment: LoopBody = (range, { x }, args) => {
  const { start, stop } = range as { readonly start: number; readonly stop: number };
  const { data } = (x as MemoryView<"uint8">).elements();
  for (let i = start; i < stop; i++) data[i]!++;
  spend(args);
};

const moveAway: LoopBody = (_, { x }) => {
  const { buffer } = (x as MemoryView<"uint8">).elements().data;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
};

const fail: LoopBody = () => {
  throw new RangeError("on purpose");
};

const sum: LoopBody = (range, { x }, args) => {
  const { start, stop } = range as { readonly start: number; readonly stop: number };
  spend(args);
  return (x as MemoryView<"uint8">)
    .at(`${start}:${stop}`)
    .toBytes()
    .reduce((total, value) => total + value, 0);
};

const KERNELS = { increment, moveAway, fail, sum };

interface Stage {
  readonly host: TestHost;
  readonly pool: MovedPool;
  readonly context: LoopContext;
  readonly zeros: (length?: number) => SharedView<"uint8">;
}

function stage(fateOf?: (request: ThreadRequest, index: number) => Fate): Stage {
  const host = new TestHost(KERNELS, fateOf);
  const pool = new MovedPool(host);
  const owner = new MemoryOwner({ memory: "moved" });
  return {
    host,
    pool,
    context: { owner, pool, turn: new TurnBudget() },
    zeros: (length = 8) => owner.zeros([length], "uint8"),
  };
}

const slicesOf = ({ asked }: TestHost): Extract<ThreadRequest, { kind: "slice" }>[] =>
  asked.filter((request) => request.kind === "slice");

/** Dies, or else, in the slice with this number. */
const inSlice = (number: number, fate: Fate): ((request: ThreadRequest) => Fate) => {
  let slices = 0;
  return ({ kind }) => (kind === "slice" && slices++ === number ? fate : "answers");
};

/** Longer than a slice may be: each chunk is one of its own. */
const EACH = { grainsize: 1, args: { ms: 17 } } as const;

describe("turns", () => {
  test("calls with memory of their own take turns slice by slice; a short one beside a long one is done early", async () => {
    const { context, host, zeros } = stage();
    const [x, y] = [zeros(8), zeros(2)];
    const order: string[] = [];
    const long = parallelFor(context, "increment", { over: 8, views: { x }, ...EACH }).then(() => order.push("long"));
    const short = parallelFor(context, "increment", { over: 2, views: { x: y }, ...EACH }).then(() =>
      order.push("short"),
    );
    await Promise.all([long, short]);
    expect(order).toEqual(["short", "long"]);
    expect(
      slicesOf(host)
        .slice(0, 4)
        .map(({ loop }) => loop),
    ).toEqual([1, 2, 1, 2]);
    expect([x, y].every((array) => array.toBytes().every((value) => value === 1))).toBe(true);
  });

  test("calls that share memory run one after the other, and the second sees what the first has done", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(6);
    const [left, right] = [x.at(":3"), x.at("3:")];
    await Promise.all([
      parallelFor(context, "increment", { over: 3, views: { x: left }, ...EACH }),
      parallelFor(context, "increment", { over: 3, views: { x: right }, ...EACH }),
    ]);
    const loops = slicesOf(host).map(({ loop }) => loop);
    expect(loops.lastIndexOf(1)).toBeLessThan(loops.indexOf(2));
    expect(x.toList()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("a kernel is loaded once, before memory moves; arguments and range are sent once for each call", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(4);
    for (let i = 0; i < 2; i++) await parallelFor(context, "increment", { over: 4, views: { x }, ...EACH });
    expect(host.asked.map(({ kind }) => kind).filter((kind) => kind === "load")).toHaveLength(1);
    expect(host.asked[0]!.kind).toBe("load");
    const works = slicesOf(host).map(({ loop, work }) => `${loop}${work === null ? "" : " told"}`);
    expect(works.filter((work) => work.endsWith("told"))).toEqual(["1 told", "2 told"]);
    // A loop that is over is forgotten with the next request.
    expect(slicesOf(host).flatMap(({ over }) => over)).toEqual([1]);
  });

  test("memory that is used twice in a call moves once", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(4);
    await parallelFor(context, "increment", { over: 4, views: { x, whole: x, part: x.at("1:2") } });
    for (const { buffers } of slicesOf(host)) expect(buffers).toHaveLength(1);
    expect(x.toList()).toEqual([1, 1, 1, 1]);
  });
});

describe("stopping", () => {
  test("a signal between two slices settles at once, and nothing else is asked", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(100);
    const controller = new AbortController();
    const { signal } = controller;
    const call = parallelFor(context, "increment", { over: 100, views: { x }, ...EACH, signal });
    while (slicesOf(host).length < 3) await sleep(1);
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    const slices = slicesOf(host).length;
    await sleep(30);
    expect(slicesOf(host)).toHaveLength(slices);
    expect(x.toBytes().filter((value) => value === 1)).toHaveLength(slices);
  });

  test("a signal during a slice: the call settles once the slice is back, and its memory with it", async () => {
    const { context, host, zeros } = stage(inSlice(1, "waits"));
    const x = zeros(8);
    const controller = new AbortController();
    let isSettled = false;
    const { signal } = controller;
    const call = parallelFor(context, "increment", { over: 8, views: { x }, ...EACH, signal });
    const settled = call.catch((error: unknown) => error).finally(() => void (isSettled = true));
    while (slicesOf(host).length < 2) await sleep(1);
    controller.abort(new Error("enough"));
    await sleep(20);
    expect(isSettled).toBe(false);
    expect(() => x.get(0)).toThrow(BusyError);
    host.goOn();
    expect(await settled).toEqual(new Error("enough"));
    expect(x.toList()).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });

  test("a deadline between two slices ends the call, with what has been done in its arrays", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(100);
    const call = parallelFor(context, "increment", { over: 100, views: { x }, ...EACH, deadlineMs: 60 });
    await expect(call).rejects.toThrow(/not done after 60 ms: \d+ of 100 chunks/);
    const slices = slicesOf(host).length;
    expect(slices).toBeLessThan(50);
    x.clearPoison();
    expect(x.toBytes().filter((value) => value === 1)).toHaveLength(slices);
    expect(host.ended).toBe(0);
  });

  test("a call that waits for memory is dropped by its signal, and by its deadline", async () => {
    const { context, zeros } = stage();
    const x = zeros(10);
    const first = parallelFor(context, "increment", {
      over: 5,
      views: { x: x.at(":5") },
      grainsize: 1,
      args: { ms: 20 },
    });
    const controller = new AbortController();
    const views = { x: x.at("5:") };
    const { signal } = controller;
    const cancelled = parallelFor(context, "increment", { over: 5, views, signal });
    controller.abort(new Error("not any more"));
    await expect(cancelled).rejects.toThrow("not any more");
    await expect(parallelFor(context, "increment", { over: 5, views, deadlineMs: 10 })).rejects.toThrow(
      "not done after 10 ms: it had not begun, and has written nothing",
    );
    await first;
    expect(x.toList()).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  test("a body that is stuck at its deadline loses its memory, and no other call does", async () => {
    // The two take turns: the third slice is the second of the first call.
    const { context, host, zeros } = stage(inSlice(2, "hangs"));
    const [stuck, other] = [zeros(4), zeros(4)];
    const first = parallelFor(context, "increment", { over: 4, views: { x: stuck }, ...EACH, deadlineMs: 600 });
    const second = parallelFor(context, "increment", { over: 4, views: { x: other }, ...EACH });
    await expect(first).rejects.toBeInstanceOf(DeadlineError);
    await second;
    expect([host.ended, host.started]).toEqual([1, 2]);
    expect(other.toList()).toEqual([1, 1, 1, 1]);
    expect(() => stuck.get(0)).toThrow("its memory was lost");
    stuck.clearPoison();
    expect(stuck.toList()).toEqual([0, 0, 0, 0]);
  });

  test("a loop that is done when its last slice comes back is done, though its deadline has passed meanwhile", async () => {
    const { context, zeros } = stage();
    const x = zeros(1);
    const { pool } = context;
    await parallelFor(context, "increment", { over: 1, views: { x } });
    await parallelFor(context, "increment", { over: 1, views: { x }, args: { ms: 120 }, deadlineMs: 60 });
    expect(x.toList()).toEqual([2]);
    await pool.close();
  });

  test("a pool that is closed rejects its calls, with their memory back where that was possible", async () => {
    const { context, host, pool, zeros } = stage();
    const [x, y] = [zeros(100), zeros(100)];
    const calls = [x, y].map((view) => parallelFor(context, "increment", { over: 100, views: { x: view }, ...EACH }));
    const settled = Promise.allSettled(calls);
    while (slicesOf(host).length < 4) await sleep(1);
    await pool.close();
    for (const result of await settled) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(ClosedError);
    expect([x, y].map((array) => array.toBytes().includes(1))).toEqual([true, true]);
    await expect(parallelFor(context, "increment", { over: 1, views: { x } })).rejects.toBeInstanceOf(ClosedError);
  });

  test("a pool that is closed ends a thread that is stuck", async () => {
    const { context, host, pool, zeros } = stage(inSlice(0, "hangs"));
    const x = zeros();
    const call = parallelFor(context, "increment", { over: 8, views: { x } }).catch((error: unknown) => error);
    while (slicesOf(host).length < 1) await sleep(1);
    await pool.close();
    expect(await call).toBeInstanceOf(ClosedError);
    expect(() => x.get(0)).toThrow("its memory was lost");
  });
});

describe("losses", () => {
  test("a thread that dies rejects its call and poisons its arrays; those who wait for them are refused", async () => {
    const { context, zeros } = stage(inSlice(0, "dies before"));
    const x = zeros();
    const calls = [":4", "4:"].map((part) =>
      parallelFor(context, "increment", { over: 4, views: { x: x.at(part as ":4") } }),
    );
    const [first, second] = await Promise.allSettled(calls);
    expect((first as PromiseRejectedResult).reason).toBeInstanceOf(WorkerLostError);
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(PoisonedError);
    expect(() => x.get(0)).toThrow(PoisonedError);
    x.clearPoison();
    await parallelFor(context, "increment", { over: 8, views: { x } });
    expect(x.toList()).toEqual(new Array(8).fill(1));
  });

  test("a thread that dies between two slices of a call takes nothing with it", async () => {
    const { context, host, zeros } = stage();
    const x = zeros(6);
    const call = parallelFor(context, "increment", {
      over: 6,
      views: { x },
      grainsize: 1,
      args: { ms: 60 },
      onProgress: () => void host.end(),
    });
    await call;
    expect(host.started).toBeGreaterThan(1);
    expect(x.toList()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test.each(["dies before", "dies after"] as const)(
    "idempotent: a call whose thread %s is run again from its beginning, over what its operands were",
    async (fate) => {
      const { context, zeros } = stage(inSlice(2, fate));
      const x = zeros(6);
      x.fill(5);
      await parallelFor(context, "increment", { over: 6, views: { x }, ...EACH, idempotent: true });
      expect(x.toList()).toEqual([6, 6, 6, 6, 6, 6]);
    },
  );

  test("idempotent: results of chunks that ran twice count once", async () => {
    const { context, pool, zeros } = stage(inSlice(2, "dies after"));
    const x = zeros(6);
    x.fill(1);
    const seen: number[] = [];
    const [loan] = context.owner.lend("sum", [{ view: x, mode: "read" }]);
    const outcome = await pool.runLoop({
      kernel: { name: "sum" },
      views: { x: loan!.descriptor },
      args: { ms: 60 },
      chunks: evenChunks({ start: 0, stop: 6 }, 1),
      collects: true,
      signal: undefined,
      helps: false,
      idempotent: true,
      deadlineMs: undefined,
      onProgress: (done) => seen.push(done),
      inlineBelowMs: 0,
    });
    expect(outcome.partials).toEqual([0, 1, 2, 3, 4, 5].map((chunk) => ({ chunk, value: 1 })));
    // The loop has begun again, and progress has not.
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("idempotent: where the thread dies again the call rejects, and the arrays hold what they held before", async () => {
    const { context, zeros } = stage(({ kind }) => (kind === "slice" ? "dies after" : "answers"));
    const x = zeros(3);
    x.fill(9);
    const call = parallelFor(context, "increment", { over: 3, views: { x }, idempotent: true });
    await expect(call).rejects.toBeInstanceOf(WorkerLostError);
    x.clearPoison();
    expect(x.toList()).toEqual([9, 9, 9]);
  });

  test("a body that moves the memory on to somewhere else loses it, with an error that says so", async () => {
    const { context, zeros } = stage();
    const x = zeros();
    await expect(parallelFor(context, "moveAway", { over: 1, views: { x } })).rejects.toThrow(
      "cannot bring the operands of moveAway back: it moved the memory of one to another place",
    );
    expect(() => x.get(0)).toThrow("its memory was lost");
  });
});

describe("what goes back", () => {
  test("an error in a body, a kernel that is not there, arguments that can't be sent: the memory is back", async () => {
    const { context, zeros } = stage();
    const x = zeros(4);
    const start = (kernel: string, args?: unknown): Promise<void> =>
      parallelFor(context, kernel, { over: 4, views: { x }, args });
    await expect(start("fail")).rejects.toThrow('kernel "fail" failed on range [0, 1): on purpose');
    await expect(start("nowhere")).rejects.toThrow('no kernel "nowhere" in this test');
    await expect(start("increment", () => 1)).rejects.toThrow(/cannot send the arguments to another thread/);
    expect(x.toList()).toEqual([0, 0, 0, 0]);
    await start("increment");
    expect(x.toList()).toEqual([1, 1, 1, 1]);
  });

  test("a view is busy from the call on until it has settled, and not for a moment longer", async () => {
    const { context, zeros } = stage();
    const x = zeros(4);
    const call = parallelFor(context, "increment", { over: 4, views: { x }, ...EACH });
    expect(() => x.get(0)).toThrow(BusyError);
    await call;
    expect(x.get(0)).toBe(1);
  });
});
