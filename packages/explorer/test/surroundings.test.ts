import { expect, test } from "vitest";
import { explore, replay, scenario, type Scenario } from "../src/index.ts";
import { check, event } from "./classics.ts";

const HELD = 0;
const VIEWS = 0;

/**
 * A worker counts a view of its own, uses it, and counts it off. The owner learns of the worker's exit and must find
 * that nothing is held: in the worker's row, which it clears after a death, or in one count for all.
 */
function viewCount(clearsRow: boolean): Scenario {
  return scenario({
    name: clearsRow ? "a row for each thread" : "one count for all",
    memories: { row: { words: 1, names: { VIEWS } } },
    threads: [
      {
        name: "worker",
        mortal: true,
        run: ({ ports: { row } }) => {
          row.add(VIEWS, 1);
          row.sub(VIEWS, 1);
        },
      },
      {
        name: "owner",
        run: ({ ports: { row }, awaitExit }) => {
          if (awaitExit("worker") === "died" && clearsRow) row.store(VIEWS, 0);
          return row.load(VIEWS);
        },
      },
    ],
    final: ({ resultOf }) => check(resultOf("owner") === 0, `${String(resultOf("owner"))} views are left`),
  });
}

test("death: between two operations it leaves a count that nobody takes back", () => {
  const [violation] = explore(viewCount(false)).violations;
  expect(violation).toMatchObject({ kind: "final", trace: "worker worker:die owner*2" });
  expect(violation!.report).toContain("worker  dies before: sub row.VIEWS 1");
});

test("death: what the owner clears is not left", () => {
  expect(explore(viewCount(true)).violations).toEqual([]);
});

test("death: at most as many die as the scenario allows", () => {
  const mortals = (deathsMax: number): Scenario =>
    scenario({
      name: "mortals",
      memories: { shared: { words: 1 } },
      threads: [
        { name: "a", mortal: true, run: ({ ports: { shared } }) => shared.load(0) },
        { name: "b", mortal: true, run: ({ ports: { shared } }) => shared.load(0) },
        { name: "c", run: ({ deaths }) => deaths().join() },
      ],
      options: { deathsMax },
    });
  const seenBy = (deathsMax: number): string[] => {
    const { outcomes } = explore(mortals(deathsMax), { outcome: ({ resultOf }) => String(resultOf("c")) });
    return [...outcomes].sort();
  };
  expect(seenBy(0)).toEqual([""]);
  expect(seenBy(1)).toEqual(["", "a", "b"]);
  expect(seenBy(2)).toEqual(["", "a", "a,b", "b"]);
});

test("death: a thread dies while it waits, and is woken no more", () => {
  const dying = scenario({
    name: "dying waiter",
    memories: { shared: { words: 1 } },
    threads: [
      { name: "waiter", mortal: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
      { name: "other", daemon: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
      { name: "notifier", run: ({ ports: { shared } }) => shared.notify(0, 1) },
    ],
  });
  const { outcomes } = explore(dying, {
    all: true,
    outcome: ({ exitOf, resultOf }) => `${exitOf("waiter")} ${exitOf("other")} ${String(resultOf("notifier"))}`,
  });
  // The waiter was first in the list, died there, and the notify went to the other.
  expect(outcomes).toContain("died ended 1");
  expect(outcomes).toContain("died running 0");
});

/** What a thread reads after each of two waits, while another thread has yet to write. */
function readsAfterWaits(timeoutsMax: number): string[] {
  const waits = scenario({
    name: "two waits",
    memories: { shared: { words: 2 } },
    threads: [
      {
        name: "waiter",
        run: ({ ports: { shared } }) => [1, 2].map(() => `${shared.wait(0, 0, 100)} ${shared.load(1)}`).join(", "),
      },
      { name: "writer", run: ({ ports: { shared } }) => shared.store(1, 1) },
    ],
    options: { timeoutsMax },
  });
  const { outcomes } = explore(waits, { outcome: ({ resultOf }) => String(resultOf("waiter")) });
  return [...outcomes].sort();
}

test("time-out: a bounded wait may run out of time at any moment, as often as the scenario allows", () => {
  expect(readsAfterWaits(0)).toEqual(["timed-out 1, timed-out 1"]);
  expect(readsAfterWaits(1)).toEqual(["timed-out 0, timed-out 1", "timed-out 1, timed-out 1"]);
  expect(readsAfterWaits(2)).toEqual([
    "timed-out 0, timed-out 0",
    "timed-out 0, timed-out 1",
    "timed-out 1, timed-out 1",
  ]);
});

test("time-out: when nobody else can go on it comes without being counted", () => {
  const alone = scenario({
    name: "alone",
    memories: { shared: { words: 1 } },
    threads: [{ name: "waiter", run: ({ ports: { shared } }) => [1, 2, 3].map(() => shared.wait(0, 0, 100)).join() }],
    options: { timeoutsMax: 0 },
  });
  const { outcomes } = explore(alone, { outcome: ({ resultOf }) => String(resultOf("waiter")) });
  expect([...outcomes]).toEqual(["timed-out,timed-out,timed-out"]);
});

test("time-out: after one that nobody else could go on without, all else may still happen", () => {
  const late = scenario({
    name: "late death",
    memories: { shared: { words: 3 } },
    threads: [
      { name: "mortal", daemon: true, mortal: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
      {
        name: "observer",
        daemon: true,
        run: ({ ports: { shared }, awaitExit }) => [awaitExit("mortal"), shared.store(1, 1)],
      },
      { name: "sleeper", run: ({ ports: { shared } }) => [shared.wait(2, 0, 50), shared.load(1)].join() },
    ],
    options: { timeoutsMax: 0 },
  });
  for (const reduction of [true, false]) {
    const { outcomes } = explore(late, {
      reduction,
      outcome: ({ resultOf, exitOf }) => `${String(resultOf("sleeper"))} ${exitOf("mortal")}`,
    });
    expect([...outcomes].sort()).toEqual(["timed-out,0 died", "timed-out,0 running", "timed-out,1 died"]);
  }
});

test("time-out: a wait without a limit never runs out of time, one of 0 ms never begins", () => {
  const wait = (timeoutMs: number): Scenario =>
    scenario({
      name: "wait",
      memories: { shared: { words: 1 } },
      threads: [{ name: "waiter", run: ({ ports: { shared } }) => shared.wait(0, 0, timeoutMs) }],
    });
  expect(explore(wait(Infinity)).violations).toMatchObject([{ kind: "deadlock", subject: "waiter" }]);
  expect(explore(wait(NaN)).violations).toMatchObject([{ kind: "deadlock" }]);
  const { outcomes, statistics } = explore(wait(0), { outcome: ({ resultOf }) => String(resultOf("waiter")) });
  expect([...outcomes]).toEqual(["timed-out"]);
  expect(statistics.schedules).toBe(1);
});

test("wake: a spurious one goes unnoticed in a loop, and is found without", () => {
  expect(explore(event("none", { spuriousWakesMax: 1 })).violations).toEqual([]);
  const trusting = scenario({
    name: "trusting waiter",
    memories: { shared: { words: 1 } },
    threads: [
      { name: "setter", run: ({ ports: { shared } }) => [shared.store(0, 1), shared.notify(0, 1)] },
      {
        name: "waiter",
        run: ({ ports: { shared } }) => {
          shared.wait(0, 0, Infinity);
          return shared.load(0);
        },
      },
    ],
    options: { spuriousWakesMax: 1 },
    final: ({ resultOf }) => check(resultOf("waiter") === 1, "went on before the store"),
  });
  const [violation] = explore(trusting).violations;
  expect(violation).toMatchObject({ kind: "final", trace: "waiter waiter:wake waiter setter*2" });
});

test("notify: wakes who waits longest, or anyone if the scenario says so", () => {
  const queue = (wakeOrder: "fifo" | "any"): Scenario =>
    scenario({
      name: "queue",
      memories: { shared: { words: 1 } },
      options: { wakeOrder },
      threads: [
        { name: "first", daemon: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
        { name: "second", daemon: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
        { name: "third", daemon: true, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) },
        { name: "notifier", run: ({ ports: { shared } }) => shared.notify(0, 2) },
      ],
      final: ({ exitOf }) =>
        check(false, ["first", "second", "third"].filter((name) => exitOf(name) === "ended").join(" ")),
    });
  const woken = (wakeOrder: "fifo" | "any", trace: string): string => replay(queue(wakeOrder), trace)!.message;
  expect(woken("fifo", "third first second notifier")).toBe("Error: first third");
  expect(woken("fifo", "second third first notifier")).toBe("Error: second third");
  expect(woken("any", "third first second notifier")).toBe("Error: first third");
  expect(woken("any", "third first second notifier:1")).toBe("Error: second third");
  expect(woken("any", "third first second notifier:2")).toBe("Error: first second");
  expect(() => woken("fifo", "third first second notifier:1")).toThrow("step 4 is not possible");
});

test("pause: a spinning thread goes on when what it read has changed, and is a livelock if it never does", () => {
  const spin = (isSet: boolean): Scenario =>
    scenario({
      name: "spin",
      memories: { shared: { words: 2, names: { GO: 0, OTHER: 1 } } },
      threads: [
        {
          name: "spinner",
          run: ({ ports: { shared }, pause }) => {
            while (shared.load(0) === 0) pause();
          },
        },
        { name: "setter", run: ({ ports: { shared } }) => shared.store(isSet ? 0 : 1, 1) },
      ],
    });
  const { violations, statistics } = explore(spin(true));
  expect(violations).toEqual([]);
  expect(statistics.schedules).toBe(2);
  const [violation] = explore(spin(false)).violations;
  expect(violation).toMatchObject({ kind: "livelock", subject: "spinner", message: "spinner spins on shared.GO" });
});

test("pause: a thread's own writes are no reason to go on", () => {
  const busy = scenario({
    name: "busy spinner",
    memories: { shared: { words: 1 } },
    threads: [
      {
        name: "spinner",
        run: ({ ports: { shared }, pause }) => {
          while (shared.add(0, 1) < 100) {
            shared.sub(0, 1);
            pause();
          }
        },
      },
    ],
  });
  expect(explore(busy).violations).toMatchObject([{ kind: "livelock", subject: "spinner" }]);
});

test("pause: a thread can spin on the death of another", () => {
  const watch = scenario({
    name: "watch",
    memories: { shared: { words: 1 } },
    threads: [
      { name: "worker", mortal: true, run: ({ ports: { shared } }) => shared.store(0, 1) },
      {
        name: "watcher",
        run: ({ ports: { shared }, deaths, pause }) => {
          while (shared.load(0) === 0 && deaths().length === 0) pause();
        },
      },
    ],
  });
  expect(explore(watch)).toMatchObject({ violations: [], statistics: { isComplete: true } });
});

test("pause: a death that was seen is no reason to go on", () => {
  const watch = scenario({
    name: "watch for two",
    memories: { shared: { words: 1 } },
    threads: [
      { name: "worker", mortal: true, run: ({ ports: { shared } }) => shared.store(0, 1) },
      {
        name: "watcher",
        run: ({ deaths, pause }) => {
          while (deaths().length < 2) pause();
        },
      },
    ],
  });
  expect(replay(watch, "worker:die")).toMatchObject({ kind: "livelock", subject: "watcher" });
});

test("livelock: a loop without a pause is found by its number of steps", () => {
  const endless = scenario({
    name: "endless",
    memories: { shared: { words: 1 } },
    threads: [
      {
        name: "spinner",
        run: ({ ports: { shared } }) => {
          for (;;) shared.load(0);
        },
      },
    ],
    options: { stepsMax: 50 },
  });
  expect(explore(endless).violations).toMatchObject([{ kind: "livelock", subject: "steps", trace: "spinner*50" }]);
});

test("daemon: may wait at the end, where another thread may not", () => {
  const parked = (daemon: boolean): Scenario =>
    scenario({
      name: "parked",
      memories: { shared: { words: 1 } },
      threads: [{ name: "lane", daemon, run: ({ ports: { shared } }) => shared.wait(0, 0, Infinity) }],
    });
  expect(explore(parked(true)).violations).toEqual([]);
  expect(explore(parked(false)).violations).toMatchObject([
    { kind: "deadlock", message: "lane waits on shared[0], seen as 0, which is 0" },
  ]);
});

test("exception: what a thread throws is found", () => {
  const throwing = scenario({
    name: "throwing",
    memories: { shared: { words: 1 } },
    threads: [
      { name: "setter", run: ({ ports: { shared } }) => shared.store(0, 1) },
      { name: "checker", run: ({ ports: { shared } }) => check(shared.load(0) === 0, "set") },
    ],
  });
  expect(explore(throwing).violations).toMatchObject([
    { kind: "exception", subject: "checker", message: "checker threw Error: set", trace: "setter checker" },
  ]);
});

test("exception: also one before the first operation, and one for a word that is none", () => {
  const run = (thread: Parameters<typeof scenario>[0]["threads"][number]["run"]): unknown =>
    explore(scenario({ name: "throwing", memories: { shared: { words: 2 } }, threads: [{ name: "t", run: thread }] }))
      .violations[0]?.message;
  expect(run(() => check(false, "at once"))).toBe("t threw Error: at once");
  expect(run(({ ports }) => ports["shared"]!.load(2))).toBe(
    "t threw RangeError: cannot load word 2 of shared: expected an integer below 2",
  );
});

test("invariant: a state between two independent writes is seen although no thread can see it", () => {
  const transfer = scenario({
    name: "transfer",
    memories: { shared: { words: 2, names: { FROM: 0, TO: 1 }, initial: (words) => words.set([1, 0]) } },
    threads: [
      { name: "giver", run: ({ ports: { shared } }) => shared.sub(0, 1) },
      { name: "taker", run: ({ ports: { shared } }) => shared.add(1, 1) },
    ],
    invariants: {
      "nothing is there twice": ({ memory }) => memory.shared.get(0) + memory.shared.get(1) < 2,
    },
  });
  const [violation] = explore(transfer).violations;
  expect(violation).toMatchObject({ kind: "invariant", subject: "nothing is there twice", trace: "taker" });
});

test("invariant: one that throws says why, and one may look at exits", () => {
  const held = scenario({
    name: "held",
    memories: { shared: { words: 1, names: { HELD } } },
    threads: [
      { name: "holder", mortal: true, run: ({ ports: { shared } }) => [shared.store(HELD, 1), shared.store(HELD, 0)] },
    ],
    invariants: {
      "the dead hold nothing": ({ memory, exitOf }) => {
        check(exitOf("holder") !== "died" || memory.shared.get(HELD) === 0, "a dead thread holds it");
        return true;
      },
    },
  });
  expect(explore(held).violations).toMatchObject([
    {
      message: '"the dead hold nothing" does not hold: Error: a dead thread holds it',
      trace: "holder holder:die",
    },
  ]);
});
