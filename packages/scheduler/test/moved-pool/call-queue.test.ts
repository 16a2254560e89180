import { expect, test } from "vitest";
import * as fc from "fast-check";
import { CallQueue, type QueuedCall } from "../../src/moved-pool/call-queue.ts";

interface TestCall extends QueuedCall {
  readonly name: string;
}

const MEMORIES: readonly object[] = Array.from({ length: 4 }, (_, number) => ({ number }));

const call = (name: string, ...which: readonly number[]): TestCall => ({
  name,
  memories: which.map((number) => MEMORIES[number]!),
});

const share = (a: TestCall, b: TestCall): boolean => a.memories.some((memory) => b.memories.includes(memory));

/** Those that no older call stands in the way of, by brute force. */
const readyOf = (calls: readonly TestCall[]): TestCall[] =>
  calls.filter((one, i) => !calls.slice(0, i).some((older) => share(older, one)));

test("CallQueue: calls with memory of their own take turns, those that share run in the order in which they came", () => {
  const queue = new CallQueue<TestCall>();
  const [a, b, c, d] = [call("a", 0), call("b", 1, 2), call("c", 2, 0), call("d")];
  for (const each of [a, b, c, d]) queue.add(each);
  const turns = (count: number): string => Array.from({ length: count }, () => queue.next()?.name ?? "-").join("");
  expect(turns(6)).toBe("abdabd");
  queue.remove(a);
  expect(turns(4)).toBe("bdbd");
  queue.remove(b);
  expect(turns(4)).toBe("cdcd");
  queue.remove(d);
  queue.remove(c);
  expect(turns(1)).toBe("-");
});

test("CallQueue: one that comes during the turn of another is served before that one's next turn", () => {
  const queue = new CallQueue<TestCall>();
  const [long, short] = [call("long", 0), call("short", 1)];
  queue.add(long);
  expect(queue.next()).toBe(long);
  queue.add(short);
  expect([queue.next(), queue.next()]).toEqual([short, long]);
});

test("CallQueue: one that waits is not overtaken by one that came later and could run", () => {
  const queue = new CallQueue<TestCall>();
  const [long, both, late] = [call("long", 0), call("both", 0, 1), call("late", 1)];
  for (const each of [long, both, late]) queue.add(each);
  expect([queue.next(), queue.next()]).toEqual([long, long]);
  queue.remove(long);
  expect([queue.next(), queue.next()]).toEqual([both, both]);
  queue.remove(both);
  expect(queue.next()).toBe(late);
});

test("CallQueue: removing one that waits lets those behind it through; again does nothing", () => {
  const queue = new CallQueue<TestCall>();
  const [long, both, late] = [call("long", 0), call("both", 0, 1), call("late", 1)];
  for (const each of [long, both, late]) queue.add(each);
  queue.remove(both);
  queue.remove(both);
  expect(new Set([queue.next(), queue.next()])).toEqual(new Set([long, late]));
  expect(queue.calls()).toEqual([long, late]);
});

test("CallQueue: at any time just those have turns that no older call stands in the way of, each in its turn", () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: fc.uniqueArray(fc.nat(MEMORIES.length - 1), { maxLength: 3 }) }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat(20) }) },
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (sequence) => {
      const queue = new CallQueue<TestCall>();
      const model: TestCall[] = [];
      for (const [i, step] of sequence.entries()) {
        if ("add" in step) {
          const added = call(`${i}`, ...step.add);
          model.push(added);
          queue.add(added);
        } else if (model.length > 0) {
          const [removed] = model.splice(step.remove % model.length, 1);
          queue.remove(removed!);
        }
        expect(queue.calls()).toEqual(model);
        const ready = readyOf(model);
        const turns = ready.map(() => queue.next());
        expect(new Set(turns)).toEqual(new Set(ready));
        expect(queue.next() === null).toBe(model.length === 0);
      }
    }),
  );
});
