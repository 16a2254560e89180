import { expect, test } from "vitest";
import { explore, replay, scenario, type Port, type ThreadEnv, type ViolationKind } from "../src/index.ts";

const CELL = 0;
const WORD = 1;
const LIST = 2;

/** What is found when these threads run over the cell, the word, and a word to wait on. */
function found(...threads: readonly ((shared: Port, env: ThreadEnv<"shared">) => unknown)[]): ViolationKind[] {
  const runs = threads.map((run, thread) => ({
    name: `t${thread}`,
    run: (env: ThreadEnv<"shared">) => run(env.ports.shared, env),
  }));
  const { violations } = explore(
    scenario({ name: "accesses", memories: { shared: { words: 3, names: { CELL, WORD, LIST } } }, threads: runs }),
    { all: true },
  );
  return violations.map(({ kind }) => kind);
}

function readIf(shared: Port, value: number): void {
  if (shared.load(WORD) === value) shared.readPlain(CELL);
}

const ACCESSES: Readonly<Record<string, (shared: Port) => unknown>> = {
  "plain read": (shared) => shared.readPlain(CELL),
  "plain write": (shared) => shared.writePlain(CELL, 1),
  "atomic read": (shared) => shared.load(CELL),
  "failed compareExchange": (shared) => shared.compareExchange(CELL, 9, 1),
  "atomic write": (shared) => shared.store(CELL, 1),
  "atomic update": (shared) => shared.add(CELL, 1),
};

const PAIRS = Object.keys(ACCESSES).flatMap((first) => Object.keys(ACCESSES).map((second) => [first, second] as const));

test.each(PAIRS)(
  "race: a %s, then a %s that nothing orders, if one writes and not both are atomic",
  (first, second) => {
    const pair = scenario({
      name: "pair",
      memories: { shared: { words: 1, names: { CELL } } },
      threads: [
        { name: "a", run: ({ ports: { shared } }) => ACCESSES[first]!(shared) },
        { name: "b", run: ({ ports: { shared } }) => ACCESSES[second]!(shared) },
      ],
    });
    const isRace = /write|update/.test(first + second) && /plain/.test(first + second);
    expect(replay(pair, "a b")?.kind).toBe(isRace ? "race" : undefined);
    expect(explore(pair).violations.map(({ kind }) => kind)).toEqual(isRace ? ["race"] : []);
  },
);

test("race: not if the reader has read the writer's store", () => {
  const write = (shared: Port): void => {
    shared.writePlain(CELL, 1);
    shared.store(WORD, 1);
  };
  expect(found(write, (shared) => readIf(shared, 1))).toEqual([]);
  // Whoever read what was there before has learned nothing.
  expect(found(write, (shared) => readIf(shared, 0))).toEqual(["race"]);
});

test("race: another thread's store over the writer's breaks the chain, its add does not", () => {
  const relay = (pass: (shared: Port) => unknown) =>
    scenario({
      name: "relay",
      memories: { shared: { words: 3, names: { CELL, WORD } } },
      threads: [
        { name: "writer", run: ({ ports: { shared } }) => [shared.writePlain(CELL, 1), shared.store(WORD, 1)] },
        { name: "relay", run: ({ ports: { shared } }) => pass(shared) },
        { name: "reader", run: ({ ports: { shared } }) => [shared.load(WORD), shared.readPlain(CELL)] },
      ],
    });
  const order = "writer*2 relay reader*2";
  expect(
    replay(
      relay((shared) => shared.add(WORD, 1)),
      order,
    ),
  ).toBeNull();
  expect(
    replay(
      relay((shared) => shared.exchange(WORD, 2)),
      order,
    ),
  ).toBeNull();
  expect(
    replay(
      relay((shared) => shared.compareExchange(WORD, 1, 2)),
      order,
    ),
  ).toBeNull();
  expect(
    replay(
      relay((shared) => shared.compareExchange(WORD, 5, 2)),
      order,
    ),
  ).toBeNull();
  expect(
    replay(
      relay((shared) => shared.load(WORD)),
      order,
    ),
  ).toBeNull();
  expect(
    replay(
      relay((shared) => shared.store(WORD, 2)),
      order,
    ),
  ).toMatchObject({ kind: "race" });
});

test("race: a compareExchange that fails reads, and hands nothing on", () => {
  const failing = (shared: Port): void => {
    shared.writePlain(CELL, 1);
    shared.compareExchange(WORD, 9, 1);
  };
  expect(found(failing, (shared) => readIf(shared, 0))).toEqual(["race"]);
  const learning = (shared: Port): void => {
    if (shared.compareExchange(WORD, 9, 1) === 5) shared.readPlain(CELL);
  };
  const telling = (shared: Port): void => {
    shared.writePlain(CELL, 1);
    shared.store(WORD, 5);
  };
  expect(found(telling, learning)).toEqual([]);
});

test("race: what came before a notify happened before what its waiter does next", () => {
  const notifier = (shared: Port): void => {
    shared.writePlain(CELL, 1);
    shared.notify(LIST, 1);
  };
  const waiter = (shared: Port): void => {
    if (shared.wait(LIST, 0, 100) === "ok") shared.readPlain(CELL);
  };
  expect(found(notifier, waiter)).toEqual([]);
});

test("race: a wait that ran out of time has only learned of notifies before it", () => {
  const notifier = (shared: Port): void => {
    shared.notify(LIST, 1);
    shared.writePlain(CELL, 1);
  };
  const waiter = (shared: Port): void => {
    if (shared.wait(LIST, 0, 100) === "timed-out") shared.readPlain(CELL);
  };
  expect(found(notifier, waiter)).toContain("race");
});

test("race: the critical section of a word's waiters orders waits and notifies of that word only", () => {
  const first = (shared: Port): void => {
    shared.writePlain(CELL, 1);
    // Never begins: it enters and leaves.
    shared.wait(LIST, 7, 0);
    shared.store(WORD, 1);
  };
  // It begins after the other's store, so enters after it.
  const same = (shared: Port, { pause }: ThreadEnv): void => {
    while (shared.load(WORD) === 0) pause();
    shared.readPlain(CELL);
  };
  expect(found(first, same)).toEqual([]);
  const notifies = (shared: Port): void => {
    // Its waiter count is 0 before the first thread's wait and after it: it learns the order only through the section.
    shared.notify(LIST, 1);
    shared.readPlain(CELL);
  };
  expect(found(first, notifies)).toEqual(["race"]);
});

test("race: what a thread did happened before its exit is observed", () => {
  const threads = (observes: boolean) =>
    scenario({
      name: "exits",
      memories: { shared: { words: 1 } },
      threads: [
        { name: "worker", mortal: true, run: ({ ports: { shared } }) => shared.writePlain(0, 1) },
        {
          name: "owner",
          run: ({ ports: { shared }, awaitExit }) => {
            if (observes) awaitExit("worker");
            return shared.readPlain(0);
          },
        },
      ],
    });
  expect(explore(threads(true)).violations).toEqual([]);
  expect(explore(threads(false)).violations).toMatchObject([{ kind: "race" }]);
});
