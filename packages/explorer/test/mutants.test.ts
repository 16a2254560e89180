import { expect, test } from "vitest";
import {
  assertKilled,
  explore,
  faultsOf,
  findKill,
  MutantSurvivedError,
  mutate,
  mutatePort,
  type MutationKind,
  type Mutation,
  type Port,
  scenario,
  ScenarioError,
  type ThreadEnv,
} from "../src/index.ts";
import { check, event, freeList, messagePassing, peterson } from "./classics.ts";

/** A port that writes down what it is asked. Every word is 5, every wait runs out of time. */
function recorder(calls: string[]): Port {
  const note =
    (name: string, result: number) =>
    (...args: number[]): number => {
      calls.push(`${name} ${args.join(" ")}`);
      return result;
    };
  return {
    load: note("load", 5),
    store: note("store", 0),
    add: note("add", 5),
    sub: note("sub", 5),
    exchange: note("exchange", 5),
    compareExchange: note("compareExchange", 5),
    wait: (...args) => {
      note("wait", 0)(...args);
      return "timed-out";
    },
    notify: note("notify", 3),
    readPlain: note("readPlain", 5),
    writePlain: note("writePlain", 0),
  };
}

function callsUnder(mutation: Mutation, use: (port: Port) => unknown): string[] {
  const calls: string[] = [];
  calls.push(`→ ${String(use(mutatePort(recorder(calls), mutation)))}`);
  return calls;
}

const EFFECTS: readonly (readonly [Mutation, (port: Port) => unknown, readonly string[]])[] = [
  [{ kind: "drop-store" }, (port) => port.store(1, 2), ["→ undefined"]],
  [
    { kind: "delay-store", nth: 1 },
    (port) => [port.store(1, 2), port.store(3, 4), port.load(5)],
    ["store 3 4", "store 1 2", "load 5", "→ ,,5"],
  ],
  [{ kind: "delay-store" }, (port) => [port.store(1, 2), port.notify(1, 1)], ["notify 1 1", "store 1 2", "→ ,3"]],
  [{ kind: "plain-store" }, (port) => port.store(1, 2), ["writePlain 1 2", "→ undefined"]],
  [{ kind: "plain-load" }, (port) => port.load(1), ["readPlain 1", "→ 5"]],
  [{ kind: "stale-load" }, (port) => [port.load(1), port.load(1), port.load(2)], ["load 1", "load 2", "→ 5,5,5"]],
  [{ kind: "drop-update" }, (port) => port.sub(1, 2), ["load 1", "→ 5"]],
  [{ kind: "repeat-update" }, (port) => port.add(1, 2), ["add 1 2", "add 1 2", "→ 5"]],
  [{ kind: "split-update" }, (port) => port.add(1, 2), ["load 1", "store 1 7", "→ 5"]],
  [{ kind: "split-update" }, (port) => port.sub(1, 2), ["load 1", "store 1 3", "→ 5"]],
  [{ kind: "split-update" }, (port) => port.exchange(1, 2), ["load 1", "store 1 2", "→ 5"]],
  [{ kind: "split-update" }, (port) => port.compareExchange(1, 5, 9), ["load 1", "store 1 9", "→ 5"]],
  [{ kind: "split-update" }, (port) => port.compareExchange(1, 6, 9), ["load 1", "→ 5"]],
  [{ kind: "ignore-expected" }, (port) => port.compareExchange(1, 6, 9), ["exchange 1 9", "→ 6"]],
  [{ kind: "drop-notify" }, (port) => port.notify(1, 2), ["→ 0"]],
  [{ kind: "notify-one" }, (port) => port.notify(1, Infinity), ["notify 1 1", "→ 3"]],
  [{ kind: "blind-wait" }, (port) => port.wait(1, 0, 10), ["load 1", "wait 1 5 10", "→ timed-out"]],
  [{ kind: "skip-wait" }, (port) => port.wait(1, 0, 10), ["→ ok"]],
];

test.each(EFFECTS.map(([mutation, use, calls]) => [mutation.kind, calls.join(", "), mutation, use, calls] as const))(
  "mutatePort: %s makes %s",
  (_, __, mutation, use, calls) => {
    expect(callsUnder(mutation, use)).toEqual(calls);
  },
);

test("mutatePort: a fault at a word or at the n-th operation leaves the others alone", () => {
  const use = (port: Port): void => {
    for (const word of [1, 2, 1, 2]) port.store(word, 0);
  };
  expect(callsUnder({ kind: "drop-store", word: 2 }, use)).toEqual(["store 1 0", "store 1 0", "→ undefined"]);
  expect(callsUnder({ kind: "drop-store", nth: 3 }, use)).toEqual([
    "store 1 0",
    "store 2 0",
    "store 2 0",
    "→ undefined",
  ]);
  expect(callsUnder({ kind: "drop-store", word: 2, nth: 2 }, use)).toEqual([
    "store 1 0",
    "store 2 0",
    "store 1 0",
    "→ undefined",
  ]);
  expect(callsUnder({ kind: "drop-notify" }, use)).toHaveLength(5);
});

/** Two workers count down; the last one wakes two who wait. */
function latch() {
  const [PENDING, OPEN] = [0, 1];
  const wait = ({ ports: { shared } }: ThreadEnv<"shared">): void => {
    while (shared.load(OPEN) === 0) shared.wait(OPEN, 0, Infinity);
    check(shared.load(PENDING) === 0, "opened too early");
  };
  const count = ({ ports: { shared } }: ThreadEnv<"shared">): void => {
    if (shared.sub(PENDING, 1) !== 1) return;
    shared.store(OPEN, 1);
    shared.notify(OPEN, Infinity);
  };
  return scenario({
    name: "latch",
    memories: { shared: { words: 2, names: { PENDING, OPEN }, initial: (words) => words.set([2, 0]) } },
    threads: [
      { name: "waiter1", run: wait },
      { name: "waiter2", run: wait },
      { name: "worker1", run: count },
      { name: "worker2", run: count },
    ],
  });
}

/** A lock that waits; what it guards is plain. */
function lock() {
  const [LOCK, COUNT] = [0, 1];
  const run = ({ ports: { shared } }: ThreadEnv<"shared">): void => {
    while (shared.compareExchange(LOCK, 0, 1) !== 0) shared.wait(LOCK, 1, Infinity);
    shared.writePlain(COUNT, shared.readPlain(COUNT) + 1);
    shared.exchange(LOCK, 0);
    shared.notify(LOCK, 1);
  };
  return scenario({
    name: "lock",
    memories: { shared: { words: 2, names: { LOCK, COUNT } } },
    threads: [
      { name: "a", run },
      { name: "b", run },
    ],
    final: ({ memory }) => check(memory.shared.get(COUNT) === 2, `counted ${memory.shared.get(COUNT)}`),
  });
}

const KILLED: readonly (readonly [MutationKind, ReturnType<typeof scenario>])[] = [
  ["drop-store", latch()],
  ["delay-store", latch()],
  ["drop-update", latch()],
  ["repeat-update", latch()],
  ["split-update", latch()],
  ["drop-notify", latch()],
  ["notify-one", latch()],
  ["stale-load", latch()],
  ["plain-store", latch()],
  ["plain-load", messagePassing(true)],
  ["split-update", lock()],
  ["ignore-expected", lock()],
  ["drop-update", lock()],
  ["drop-notify", lock()],
  ["blind-wait", lock()],
  ["ignore-expected", freeList(true)],
  ["delay-store", peterson(true)],
  ["blind-wait", event("none")],
];

test.each(KILLED.map(([kind, original]) => [kind, original.name, original] as const))(
  "mutate: %s in %s is found",
  (kind, _, original) => {
    expect(explore(original).violations).toEqual([]);
    const mutant = mutate(original, { kind });
    expect(assertKilled(mutant).trace).not.toBe("");
    expect(explore(mutant).violations[0]!.report).toContain(`${original.name} [${kind}]`);
  },
);

test("mutate: a fault can be in one thread, memory, word, and the n-th operation", () => {
  const fault = { kind: "drop-notify", thread: "worker2", memory: "shared", word: "OPEN", nth: 1 } as const;
  const mutant = mutate(latch(), fault);
  expect(mutant.name).toBe("latch [drop-notify shared.OPEN by worker2 #1]");
  expect(assertKilled(mutant)).toMatchObject({ kind: "deadlock" });
  expect(findKill(mutate(latch(), { ...fault, nth: 2 }))).toBeNull();
  expect(findKill(mutate(latch(), { ...fault, thread: "waiter1" }))).toBeNull();
  expect(findKill(mutate(latch(), { ...fault, word: 0 }))).toBeNull();
});

test("mutate: faults add up", () => {
  const twice = mutate(mutate(latch(), { kind: "notify-one" }), { kind: "drop-store", word: "PENDING" });
  expect(twice.name).toBe("latch [notify-one] [drop-store PENDING]");
  expect(assertKilled(twice)).toMatchObject({ kind: "deadlock" });
});

test("mutate: refuses a place that the scenario doesn't have", () => {
  for (const place of [
    { thread: "nobody" },
    { memory: "none" },
    { word: "NONE" },
    { word: 2 },
    { memory: "shared", word: "X" },
  ])
    expect(() => mutate(latch(), { kind: "drop-store", ...place })).toThrow(ScenarioError);
});

test("assertKilled: a mutant that survives is an error", () => {
  const mutant = mutate(event("none"), { kind: "notify-one" });
  expect(() => assertKilled(mutant)).toThrow(MutantSurvivedError);
  expect(() => assertKilled(mutant)).toThrow('no violation was found in "event, none [notify-one]"');
});

test("assertKilled: looks at random schedules where the search does not come to its end", () => {
  const mutant = mutate(lock(), { kind: "drop-notify" });
  const options = { schedulesMax: 1, samplesMax: 2000, seed: 3 };
  expect(explore(mutant, options).violations).toEqual([]);
  expect(assertKilled(mutant, options)).toMatchObject({ kind: "deadlock" });
});

test("faultsOf: lists each fault that a thread, word and operation give occasion to, once", () => {
  const faults = faultsOf(event("none")).map(({ thread, word, kind }) => `${thread} ${word} ${kind}`);
  expect(faults.sort()).toEqual([
    "signaller 0 delay-store",
    "signaller 0 drop-notify",
    "signaller 0 drop-store",
    "signaller 0 notify-one",
    "signaller 0 plain-store",
    "waiter 0 blind-wait",
    "waiter 0 plain-load",
    "waiter 0 skip-wait",
    "waiter 0 stale-load",
  ]);
});

test("faultsOf: most faults of a lock are found, and the rest are known", () => {
  const survivors = faultsOf(lock()).filter((fault) => findKill(mutate(lock(), fault)) === null);
  // Waking one of one waiter is right. A second release would let a third thread in, and there are two.
  expect([...new Set(survivors.map(({ kind }) => kind))].sort()).toEqual(["notify-one", "repeat-update"]);
});
