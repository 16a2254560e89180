import fc from "fast-check";
import { expect, test } from "vitest";
import { AtomicsPort, type Port } from "../../src/leases/port.ts";

const WORDS = 3;

function sharedWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * WORDS));
}

/** What each operation is to Atomics and to plain elements, written out once more. */
const DIRECTLY: { readonly [K in keyof Port]: (words: Int32Array<SharedArrayBuffer>, ...args: number[]) => unknown } = {
  load: (words, word) => Atomics.load(words, word),
  store: (words, word, value) => void Atomics.store(words, word, value),
  add: (words, word, value) => Atomics.add(words, word, value),
  sub: (words, word, value) => Atomics.sub(words, word, value),
  exchange: (words, word, value) => Atomics.exchange(words, word, value),
  compareExchange: (words, word, expected, value) => Atomics.compareExchange(words, word, expected, value),
  wait: (words, word, expected) => Atomics.wait(words, word, expected, 0),
  notify: (words, word, count) => Atomics.notify(words, word, Math.abs(count)),
  readPlain: (words, cell) => words[cell],
  writePlain: (words, cell, value) => {
    words[cell] = value;
  },
};

function perform(port: Port, name: keyof Port, word: number, value: number, extra: number): unknown {
  if (name === "compareExchange") return port.compareExchange(word, value, extra);
  if (name === "wait") return port.wait(word, value, 0);
  if (name === "notify") return port.notify(word, Math.abs(value));
  return port[name](word, value);
}

test("AtomicsPort: does to its words what Atomics and plain accesses do", () => {
  const names = Object.keys(DIRECTLY) as (keyof Port)[];
  const operation = fc.tuple(
    fc.constantFrom(...names),
    fc.nat(WORDS - 1),
    fc.oneof(fc.nat(2), fc.integer()),
    fc.integer(),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
      const [expected, words] = [sharedWords(), sharedWords()];
      const port = new AtomicsPort(words);
      for (const [name, word, value, extra] of operations) {
        expect(perform(port, name, word, value, extra)).toBe(DIRECTLY[name](expected, word, value, extra));
        expect([...words]).toEqual([...expected]);
      }
    }),
    { numRuns: 200 },
  );
});

test("AtomicsPort: a notify reaches who waits on the same memory, and tells how many it woke", async () => {
  const words = sharedWords();
  const waits = [1, 2, 3].map(() => Atomics.waitAsync(words, 1, 0));
  const port = new AtomicsPort(words);
  expect(port.notify(0, Infinity)).toBe(0);
  expect(port.notify(1, 2)).toBe(2);
  expect(port.notify(1, Infinity)).toBe(1);
  expect(await Promise.all(waits.map(({ value }) => Promise.resolve(value)))).toEqual(["ok", "ok", "ok"]);
});

test("AtomicsPort: a wait ends as it is told to", () => {
  const port = new AtomicsPort(sharedWords());
  expect(port.wait(0, 1, Infinity)).toBe("not-equal");
  expect(port.wait(0, 0, 1)).toBe("timed-out");
});

test("AtomicsPort: its words may be a part of a larger memory", () => {
  const all = sharedWords();
  new AtomicsPort(all.subarray(1)).store(0, 7);
  expect([...all]).toEqual([0, 7, 0]);
});
