import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, replay, sample, scenario, TraceError, type Scenario, type ThreadEnv } from "../src/index.ts";
import { event, freeList, lostUpdate, messagePassing, peterson } from "./classics.ts";
import { randomProgram, scenarioOf } from "./random-program.ts";

const WRONG: readonly Scenario[] = [
  lostUpdate(),
  peterson(false),
  messagePassing(false),
  event("no notify"),
  event("notify first"),
  event("waits for something else", { timeoutRescue: "violation" }, 100),
  freeList(false),
];

test.each(WRONG.map((classic) => [classic.name, classic] as const))(
  "replay: the trace of the violation in %s gives the same violation",
  (_, classic) => {
    const [found] = explore(classic).violations;
    expect(replay(classic, found!.trace)).toEqual(found);
  },
);

test("replay: the trace of what is found in a random program gives the same", () => {
  let replayed = 0;
  fc.assert(
    fc.property(randomProgram(false, 4), (program) => {
      const random = scenarioOf(program);
      const [found] = explore(random, { schedulesMax: 5000 }).violations;
      if (found === undefined) return;
      replayed++;
      expect(replay(random, found.trace)).toEqual(found);
    }),
    { numRuns: 200 },
  );
  expect(replayed).toBeGreaterThan(50);
});

test("replay: a trace may leave out what follows without an interruption", () => {
  const [found] = explore(lostUpdate()).violations;
  expect(found!.trace).toBe("a b*2 a");
  expect(replay(lostUpdate(), "a b")).toEqual(found);
  expect(replay(lostUpdate(), "")).toBeNull();
});

test("replay: refuses a step that is not possible, and text that is no trace", () => {
  expect(() => replay(lostUpdate(), "a*2 a")).toThrow(TraceError);
  expect(() => replay(lostUpdate(), "a*2 a")).toThrow('cannot replay "a*2 a": step 3 is not possible in "lost update"');
  for (const trace of ["c", "a:flies", "a*", "a:-1", "a**2", "a:die*99999999999"])
    expect(() => replay(lostUpdate(), trace)).toThrow(/cannot (read|replay)/);
  const waiting = event("none", {}, 50);
  expect(() => replay(waiting, "waiter*2 waiter:rescue")).toThrow("step 3 is not possible");
  expect(replay(waiting, "waiter*2 waiter:timeout")).toBeNull();
  expect(() => replay(lostUpdate(), "a:timeout")).toThrow("step 1 is not possible");
  expect(() => replay(lostUpdate(), "a:1")).toThrow("step 1 is not possible");
});

test("report: has every step with its thread, the name of its word, and its values", () => {
  const [violation] = explore(event("waits for something else")).violations;
  expect(violation!.report).toBe(
    [
      'deadlock in "event, waits for something else": waiter waits on shared.EPOCH, seen as 0, which is 0',
      "trace: waiter signaller*2 waiter",
      "   1  waiter     load shared.READY → 0",
      "   2  signaller  store shared.READY 1",
      "   3  signaller  notify all on shared.EPOCH → 0",
      "   4  waiter     wait on shared.EPOCH while 0, without limit: waits",
    ].join("\n"),
  );
});

test("report: tells deaths, time-outs, wakes, and whom a notify wakes", () => {
  const busy = scenario({
    name: "busy",
    memories: { shared: { words: 1, names: { GATE: 0 } } },
    threads: [
      { name: "a", mortal: true, run: ({ ports: { shared } }) => shared.wait(0, 0, 50) },
      { name: "b", run: ({ ports: { shared } }) => [shared.wait(0, 0, 50), shared.wait(0, 0, 50)] },
      { name: "c", run: ({ ports: { shared }, deaths, awaitExit }) => [deaths(), shared.notify(0, 1), awaitExit("a")] },
    ],
    options: { spuriousWakesMax: 1, timeoutsMax: 1, wakeOrder: "any" },
    final: () => {
      throw new Error("stop");
    },
  });
  const linesOf = (trace: string): string[] => replay(busy, trace)!.report.split("\n").slice(2);
  expect(linesOf("a b a:die c*2 b b:timeout c")).toEqual([
    "   1  a  wait on shared.GATE while 0, 50 ms: waits",
    "   2  b  wait on shared.GATE while 0, 50 ms: waits",
    "   3  a  dies before: wait on shared.GATE while 0, 50 ms",
    "   4  c  deaths → a",
    "   5  c  notify 1 on shared.GATE → 1: wakes b",
    "   6  b  wait on shared.GATE while 0, 50 ms: waits",
    "   7  b  runs out of time in: wait on shared.GATE while 0, 50 ms",
    "   8  c  awaitExit a → died",
  ]);
  expect(linesOf("b b:wake a b c c:1 a:rescue").slice(1)).toEqual([
    "   2  b  wakes for no reason from: wait on shared.GATE while 0, 50 ms",
    "   3  a  wait on shared.GATE while 0, 50 ms: waits",
    "   4  b  wait on shared.GATE while 0, 50 ms: waits",
    "   5  c  deaths → none",
    "   6  c  notify 1 on shared.GATE → 1: wakes b",
    "   7  a  runs out of time in: wait on shared.GATE while 0, 50 ms",
    "   8  a  end",
    "   9  c  awaitExit a → ended",
  ]);
});

/** A violation of two threads among others that have nothing to do with it. */
function crowded(): Scenario {
  const idle = ["x", "y", "z"].map((name) => ({
    name,
    run: ({ ports: { own } }: ThreadEnv<"own">) => {
      for (let k = 0; k < 5; k++) own.add(0, 1);
    },
  }));
  return scenario({
    name: "crowded",
    memories: { own: { words: 1 }, shared: { words: 2 } },
    threads: [
      ...idle,
      {
        name: "writer",
        run: ({ ports: { shared } }: ThreadEnv<"shared" | "own">) => {
          for (let k = 0; k < 5; k++) shared.add(1, 1);
          shared.writePlain(0, 1);
        },
      },
      { name: "reader", run: ({ ports: { shared } }: ThreadEnv<"shared" | "own">) => shared.readPlain(0) },
    ],
  });
}

test("shrink: what a random schedule shows among other threads is shown without them", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [violation] = sample(crowded(), { seed, schedules: 50 }).violations;
    expect(violation!.kind).toBe("race");
    expect(violation!.trace).toMatch(/^(writer\*6 reader|reader writer\*6)$/);
  }
});

test("shrink: needless deaths and time-outs are left out", () => {
  const restless = scenario({
    name: "restless",
    memories: { shared: { words: 2 } },
    threads: [
      { name: "mortal", mortal: true, run: ({ ports: { shared } }) => shared.wait(0, 0, 50) },
      { name: "a", run: ({ ports: { shared } }) => shared.writePlain(1, 1) },
      { name: "b", run: ({ ports: { shared } }) => shared.writePlain(1, 1) },
    ],
  });
  for (let seed = 1; seed <= 20; seed++) {
    const [violation] = sample(restless, { seed, schedules: 50 }).violations;
    expect(violation!.trace).toMatch(/^(a b|b a)$/);
  }
});
