import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, scenario, ScenarioError, type Port, type ThreadEnv } from "../src/index.ts";

function one(run: (env: ThreadEnv<"shared">) => unknown) {
  return scenario({ name: "one thread", memories: { shared: { words: 2 } }, threads: [{ name: "t", run }] });
}

/** One operation of one thread, for the model and for the machine. */
const operation = fc.record({
  kind: fc.constantFrom(
    ...(["load", "store", "add", "sub", "exchange", "compareExchange", "wait", "notify", "writePlain"] as const),
  ),
  word: fc.nat(1),
  value: fc.oneof(fc.nat(2), fc.integer(), fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32 + 1, 1.5, -0.5)),
  extra: fc.integer(),
});

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function perform(port: Port, { kind, word, value, extra }: Operation): unknown {
  switch (kind) {
    case "load":
      return [port.load(word), port.readPlain(word)];
    case "compareExchange":
      return port.compareExchange(word, value, extra);
    case "wait":
      return port.wait(word, value, 0);
    case "notify":
      return port.notify(word, Math.abs(value));
    default:
      return port[kind](word, value) ?? null;
  }
}

/** The machine's own operations: production's port in a few words. */
function realPort(): Port {
  const words = new Int32Array(new SharedArrayBuffer(8));
  return {
    load: (word) => Atomics.load(words, word),
    store: (word, value) => void Atomics.store(words, word, value),
    add: (word, value) => Atomics.add(words, word, value),
    sub: (word, value) => Atomics.sub(words, word, value),
    exchange: (word, value) => Atomics.exchange(words, word, value),
    compareExchange: (word, expected, replacement) => Atomics.compareExchange(words, word, expected, replacement),
    wait: (word, expected, timeoutMs) => Atomics.wait(words, word, expected, timeoutMs),
    notify: (word, count) => Atomics.notify(words, word, count),
    readPlain: (cell) => words[cell]!,
    writePlain: (cell, value) => {
      words[cell] = value;
    },
  };
}

test("explore: the operations of one thread have the results that Atomics give", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
      const port = realPort();
      const expected = operations.map((each) => perform(port, each));
      let modelled: unknown;
      const { violations } = explore(
        one(({ ports }) => operations.map((each) => perform(ports.shared, each))),
        {
          outcome: ({ resultOf }) => {
            modelled = resultOf("t");
            return "";
          },
        },
      );
      expect(violations).toEqual([]);
      expect(modelled).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("explore: memory begins as the scenario says", () => {
  const filled = scenario({
    name: "filled",
    memories: {
      first: { words: 2, initial: (words) => words.fill(7) },
      second: { words: 1, initial: (words) => Atomics.store(words, 0, -1) },
    },
    threads: [
      { name: "t", run: ({ ports: { first, second } }) => [first.load(0), first.load(1), second.load(0)].join() },
    ],
  });
  const { outcomes } = explore(filled, { outcome: ({ resultOf }) => String(resultOf("t")) });
  expect([...outcomes]).toEqual(["7,7,-1"]);
});

test("explore: a thread whose runs differ is refused", () => {
  let runs = 0;
  const changing = one(({ ports: { shared } }) => {
    runs++;
    shared.load(0);
    shared.store(runs % 2, 1);
    shared.load(1);
  });
  expect(() => explore(changing)).toThrow(ScenarioError);
  expect(() => explore(changing)).toThrow(/cannot explore thread t: run again with the same results, it did store/);
});

test("explore: a thread that catches what stops it is refused, a finally block is no harm", () => {
  const catching = one(({ ports: { shared } }) => {
    try {
      shared.load(0);
    } catch {
      return 0;
    }
    return 1;
  });
  expect(() => explore(catching)).toThrow("it caught what its port threw to stop it");
  const cleaning = one(({ ports: { shared } }) => {
    try {
      return shared.add(0, 1);
    } finally {
      shared.sub(0, 1);
    }
  });
  const { outcomes } = explore(cleaning, { outcome: ({ memory }) => String(memory["shared"]!.get(0)) });
  expect([...outcomes]).toEqual(["0"]);
});

test("explore: a thread that returns a promise is refused", () => {
  const waiting = one(async ({ ports: { shared } }) => {
    await Promise.resolve();
    shared.load(0);
  });
  expect(() => explore(waiting)).toThrow("its run returned a promise, expected a synchronous function");
});

test("scenario: a description that contradicts itself is refused", () => {
  const run = (): void => {};
  const memories = { shared: { words: 1 } };
  const describe = (spec: Parameters<typeof scenario>[0]) => () => scenario(spec);
  const twice = [
    { name: "a", run },
    { name: "a", run },
  ];
  expect(describe({ name: "x", memories, threads: [] })).toThrow('cannot use scenario "x": 0 threads');
  expect(describe({ name: "x", memories, threads: twice })).toThrow("two threads a, expected different names");
  expect(describe({ name: "x", memories, threads: [{ name: "a b", run }] })).toThrow('thread "a b", expected a name');
  expect(describe({ name: "x", memories: { m: { words: 0 } }, threads: [{ name: "a", run }] })).toThrow("has 0 words");
  expect(
    describe({ name: "x", memories: { m: { words: 1, names: { FAR: 1 } } }, threads: [{ name: "a", run }] }),
  ).toThrow("m.FAR is word 1, expected one below 1");
  expect(describe({ name: "x", memories: { m: { words: 1e9 } }, threads: [{ name: "a", run }] })).toThrow(
    "words, expected at most",
  );
});

test("scenario: a thread that is named nowhere is refused where it is asked for", () => {
  expect(() => explore(one(({ awaitExit }) => awaitExit("nobody")))).toThrow('cannot find thread "nobody"');
  const final = {
    ...one(() => 0),
    final: ({ exitOf }: { exitOf: (thread: string) => string }) => void exitOf("nobody"),
  };
  expect(() => explore(final)).toThrow('cannot find thread "nobody" in scenario "one thread": it has t');
});
