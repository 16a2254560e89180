import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Random } from "@instride/cases";
import { type MemoryView, open, type ParallelForOptions, type Runtime } from "instride";
import { afterAll, expect, test } from "vitest";
import { BrokenModules } from "../src/faults/broken-modules.ts";
import { drawCase, FAULT_KINDS, MODES } from "../src/faults/draw.ts";
import type { CasePlan, FaultPlan } from "../src/faults/plan.ts";
import { runTrial, type TrialResult } from "../src/faults/trial.ts";
import type { LoopPlan } from "../src/jobs/call-plan.ts";
import type { OpenRuntime } from "../src/jobs/stage.ts";
import { ThreadWatch } from "../src/processes/thread-watch.ts";

const watch = new ThreadWatch();
const modules = new BrokenModules();
afterAll(() => modules[Symbol.dispose]());

const LOOP: LoopPlan = {
  form: "for",
  size: 400,
  rows: 1,
  grainsize: 1,
  partitioner: "auto",
  workMs: 4,
  helps: false,
  idempotent: false,
  deadlineMs: null,
  deed: null,
};

function planOf(fault: FaultPlan, call: Partial<LoopPlan> = {}): CasePlan {
  const runtime = { mode: "threads", threads: 2, piscina: null, before: "cold", debug: false } as const;
  return { runtime, call: { ...LOOP, ...call }, fault, other: null };
}

const EXIT = planOf({ kind: "exit" }, { deed: { kind: "exit", code: 1, at: 200, pass: 2, times: 1 } });

const opened: Runtime[] = [];

/** Runs a trial that waits for no long. */
async function trial(plan: CasePlan, openRuntime: OpenRuntime = open): Promise<TrialResult> {
  const patience = { hangMs: 4000, meetMs: 2000, endMs: 2000 };
  const result = await runTrial(plan, { watch, modules, open: openRuntime, withinMs: 10_000, patience });
  // A trial that was given up closes nothing.
  await Promise.all(opened.splice(0).map((rt) => rt.close()));
  return result;
}

type Loop = (kernel: URL | string, options: ParallelForOptions) => Promise<void>;

/** A runtime with one method changed. */
function changed<K extends keyof Runtime>(name: K, change: (method: Runtime[K], rt: Runtime) => unknown): OpenRuntime {
  return async (options) => {
    const rt = await open(options);
    opened.push(rt);
    return new Proxy(rt, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        const method: unknown = typeof value === "function" ? value.bind(target) : value;
        return key === name ? change(method as Runtime[K], rt) : method;
      },
    });
  };
}

const changedLoop = (change: (loop: Loop, rt: Runtime) => Loop): OpenRuntime =>
  changed("parallelFor", (loop, rt) => {
    const other = change(loop, rt);
    // The loop that all threads have to come to goes as ever.
    return (kernel: URL | string, options: ParallelForOptions) =>
      "y" in (options.views ?? {}) ? other(kernel, options) : loop(kernel, options);
  });

const outputOf = ({ views }: ParallelForOptions): MemoryView => views!["y"]!;

test("runTrial: a runtime that does as it should has no fault", async () => {
  expect(await trial(planOf({ kind: "none" }))).toMatchObject({ faults: [], succeeded: true, isStuck: false });
  expect(await trial(EXIT)).toMatchObject({ faults: [], succeeded: false, isStuck: false });
});

test("runTrial: a call that settles before its threads have left is seen", async () => {
  const early = changedLoop((loop) => (kernel, options) => {
    void loop(kernel, options).catch(() => {});
    return setTimeout(1);
  });
  const { faults } = await trial(planOf({ kind: "none" }, { workMs: 200 }), early);
  expect(faults).toContainEqual(expect.stringMatching(/^2 leases were held when the call had settled/));
});

test("runTrial: a call that never settles is told, and its process is given up", async () => {
  const never = changedLoop(() => () => new Promise(() => {}));
  const { faults, isStuck } = await trial(planOf({ kind: "none" }), never);
  expect(faults).toEqual(["a call has not settled in 4000 ms"]);
  expect(isStuck).toBe(true);
});

test("runTrial: a wrong error, and a success that should be none, are told", async () => {
  const vague = changedLoop(
    (loop) => (kernel, options) =>
      loop(kernel, options).catch((error: unknown) => {
        throw new Error("something went wrong", { cause: error });
      }),
  );
  expect((await trial(EXIT, vague)).faults).toContainEqual(
    expect.stringMatching(/rejected with Error: something.*expected WorkerLostError/),
  );
  const deaf = changedLoop((loop) => (kernel, options) => loop(kernel, options).catch(() => {}));
  expect((await trial(EXIT, deaf)).faults).toContainEqual("the call succeeded, expected WorkerLostError");
});

test("runTrial: a wrong result, and a write after the end, are told", async () => {
  const wrong = changedLoop((loop) => async (kernel, options) => {
    await loop(kernel, options);
    outputOf(options).set(0, 7);
  });
  expect((await trial(planOf({ kind: "none" }), wrong)).faults).toEqual([
    expect.stringMatching(/^element 7 of the output is 0, not /),
  ]);
  const late = changedLoop((loop) => async (kernel, options) => {
    await loop(kernel, options);
    void setTimeout(1).then(() => outputOf(options).set(0, 7));
  });
  expect((await trial(planOf({ kind: "none" }), late)).faults).toEqual([
    "element 7 of an operand was written after the call had settled: it is 0",
  ]);
});

test("runTrial: what was being written and is not poisoned is told", async () => {
  const careless = changedLoop(
    (loop) => (kernel, options) => loop(kernel, options).finally(() => outputOf(options).clearPoison()),
  );
  expect((await trial(EXIT, careless)).faults).toEqual(["poisoned are none, expected y0"]);
});

test("runTrial: a thread that is not replaced is told", async () => {
  const short = changed("threads", () => 3);
  const { faults } = await trial(planOf({ kind: "none" }), short);
  expect(faults).toEqual([expect.stringMatching(/^the next call: of 3 threads .* one was not replaced$/)]);
});

test("runTrial: a thread that is left at the end is told", async () => {
  const strays: Worker[] = [];
  const stray = changed("close", (close) => () => {
    strays.push(new Worker("setInterval(() => {}, 1000)", { eval: true }));
    return close();
  });
  const { faults, isStuck } = await trial(planOf({ kind: "none" }), stray);
  expect(faults).toEqual(["1 threads had not ended 2000 ms after everything was closed"]);
  expect(isStuck).toBe(true);
  await Promise.all(strays.map((thread) => thread.terminate()));
});

test("drawCase: a case is a function of seed and number, and every kind is drawn", () => {
  const draw = (caseNumber: number): CasePlan =>
    drawCase(new Random(5, caseNumber), { kinds: FAULT_KINDS, modes: MODES });
  const plans = Array.from({ length: 600 }, (_, caseNumber) => draw(caseNumber));
  expect(plans.map((_, caseNumber) => draw(caseNumber))).toEqual(plans);
  expect(new Set(plans.map(({ fault }) => fault.kind))).toEqual(new Set(FAULT_KINDS));
  const forms = ["for", "prepared", "grid", "reduce", "scan", "run", "invoke"];
  expect(new Set(plans.map(({ call }) => call.form))).toEqual(new Set(forms));
  expect(new Set(plans.map(({ runtime }) => runtime.mode))).toEqual(new Set(MODES));
});

test("drawCase: what would end the calling thread doesn't run there", () => {
  for (let caseNumber = 0; caseNumber < 2000; caseNumber++) {
    const { runtime, call, fault } = drawCase(new Random(6, caseNumber), { kinds: FAULT_KINDS, modes: MODES });
    const isHere = runtime.mode === "inline" || ("helps" in call && call.helps);
    expect(isHere && ["exit", "hang", "memory"].includes(fault.kind)).toBe(false);
  }
});
