import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { BorrowError, MemoryError } from "../../src/errors.ts";
import { closeHandle } from "../../src/leases/lease-protocol.ts";
import type { Lease, LeaseMode, LeaseRequest, Obstacle } from "../../src/leases/lease-request.ts";
import { type LeaseWaiter, WAITERS_MAX } from "../../src/leases/lease-line.ts";
import { HANDLES_MAX, leasePorts } from "../../src/leases/lease-words.ts";
import { LeaseTable } from "../../src/leases/leases.ts";

const PHOTO = { name: "photo" };
const MASK = { name: "mask" };

let table: LeaseTable;
beforeEach(() => {
  table = new LeaseTable();
});

function ask(mode: LeaseMode, array: { readonly name: string } = PHOTO, start = 0, stop = 100): LeaseRequest {
  const extent = { shape: [stop - start], strides: [1], byteOffset: start, itemsize: 1 };
  return { array, label: array.name, space: array, extent, mode };
}

/** Somebody who waits, and what has become of it. */
class Waiter implements LeaseWaiter {
  readonly stack = undefined;
  leases: Lease[] | null = null;
  error: unknown = null;
  /** What `check` throws. */
  problem: Error | null = null;
  readonly holder: string;
  readonly requests: readonly LeaseRequest[];

  constructor(holder: string, requests: readonly LeaseRequest[]) {
    this.holder = holder;
    this.requests = requests;
  }

  check(): void {
    if (this.problem !== null) throw this.problem;
  }

  granted(leases: Lease[]): void {
    expect([this.leases, this.error]).toEqual([null, null]);
    this.leases = leases;
  }

  refused(error: unknown): void {
    expect([this.leases, this.error]).toEqual([null, null]);
    this.error = error;
  }

  get state(): "waits" | "holds" | "refused" {
    if (this.leases !== null) return "holds";
    return this.error === null ? "waits" : "refused";
  }
}

function enqueue(holder: string, ...requests: LeaseRequest[]): Waiter {
  const waiter = new Waiter(holder, requests);
  table.enqueue(waiter);
  return waiter;
}

function states(...waiters: Waiter[]): string[] {
  return waiters.map(({ state }) => state);
}

test("enqueue: what nothing stands against is granted at once", () => {
  expect(enqueue("blur", ask("write"), ask("read", MASK)).leases).toHaveLength(2);
  expect([table.size, table.waiting]).toEqual([2, 0]);
});

test("enqueue: writers have their turns in the order in which they came", () => {
  const [held] = table.grant("first", [ask("write")]);
  const line = Array.from({ length: 100 }, (_, i) => enqueue(`writer ${i}`, ask("write")));
  expect(table.waiting).toBe(100);
  table.release(held!);
  for (const [i, waiter] of line.entries()) {
    expect(line.findIndex(({ state }) => state === "waits")).toBe(i === 99 ? -1 : i + 1);
    table.releaseAll(waiter.leases!);
  }
  expect([table.size, table.waiting]).toEqual([0, 0]);
});

test("enqueue: a writer is not starved by readers that keep coming", () => {
  const [first, second] = ["a", "b"].map((holder) => table.grant(holder, [ask("read")])[0]!);
  const writer = enqueue("writer", ask("write"));
  const later = enqueue("late reader", ask("read"));
  expect(() => table.grant("reader that can't wait", [ask("read")])).toThrow(BorrowError);
  expect(() => table.grant("reader that can't wait", [ask("read")])).toThrow(
    'cannot lease "photo" to reader that can\'t wait for reading: writer came first, and waits to write the same memory',
  );
  table.release(first!);
  expect(states(writer, later)).toEqual(["waits", "waits"]);
  table.release(second!);
  expect(states(writer, later)).toEqual(["holds", "waits"]);
  table.releaseAll(writer.leases!);
  expect(later.state).toBe("holds");
});

test("enqueue: readers are not starved by writers that keep coming, and have their turn together", () => {
  const [held] = table.grant("writer", [ask("write")]);
  const readers = ["a", "b"].map((holder) => enqueue(holder, ask("read")));
  const writer = enqueue("next writer", ask("write"));
  expect(() => table.grant("writer that can't wait", [ask("write")])).toThrow(BorrowError);
  table.release(held!);
  expect(states(...readers, writer)).toEqual(["holds", "holds", "waits"]);
});

test("enqueue: who doesn't conflict with those before doesn't wait for them", () => {
  table.grant("writer", [ask("write", PHOTO, 0, 50)]);
  const blocked = enqueue("blocked", ask("write", PHOTO, 40, 60));
  expect(states(blocked, enqueue("beside", ask("write", PHOTO, 60, 100)), enqueue("mask", ask("write", MASK)))).toEqual(
    ["waits", "holds", "holds"],
  );
  expect(table.grant("pin", [ask("pin")])).toHaveLength(1);
});

test("enqueue: leases of several arrays come together, and somebody who waits holds none of them", () => {
  const [photo] = table.grant("a", [ask("write")]);
  const [mask] = table.grant("b", [ask("write", MASK)]);
  const both = enqueue("both", ask("write"), ask("write", MASK));
  const other = enqueue("the other way round", ask("write", MASK), ask("write"));
  table.release(photo!);
  expect([...states(both, other), table.size]).toEqual(["waits", "waits", 1]);
  table.release(mask!);
  expect([...states(both, other), table.size]).toEqual(["holds", "waits", 2]);
  table.releaseAll(both.leases!);
  expect(other.state).toBe("holds");
});

test("rest, wake: leases that rest stand against nobody; a wake is refused behind who waits", () => {
  const standing = table.grantResting("loop", [ask("write")]);
  const reader = enqueue("reader", ask("read"));
  expect(reader.state).toBe("holds");
  expect(() => table.wake("loop", standing)).toThrow("reader is reading the same memory");
  table.releaseAll(reader.leases!);
  table.wake("loop", standing);
  const next = enqueue("next", ask("read"));
  expect(next.state).toBe("waits");
  table.rest(standing);
  expect(next.state).toBe("holds");
  const writer = enqueue("writer", ask("write"));
  table.releaseAll(next.leases!);
  expect(writer.state).toBe("holds");
  expect(() => table.wake("loop", standing)).toThrow("writer is writing the same memory");
});

test("cancel: tells what stood against it, and lets through who stood behind", () => {
  table.grant("reader", [ask("read")]);
  const writer = enqueue("writer", ask("write"));
  const [behind, third] = [enqueue("behind", ask("read")), enqueue("third", ask("write"))];
  let told: Obstacle | undefined;
  const reason = new Error("enough");
  table.cancel(third, (obstacle) => {
    told = obstacle;
    return reason;
  });
  expect(told).toEqual({ attempt: 'lease "photo" to third for writing', fact: "reader is reading the same memory" });
  expect([third.error, ...states(writer, behind)]).toEqual([reason, "waits", "waits"]);
  table.cancel(writer, () => reason);
  expect([writer.error, behind.state, table.waiting]).toEqual([reason, "holds", 0]);
  table.cancel(writer, () => new Error("again"));
  table.cancel(behind, () => new Error("too late"));
  expect([writer.error, behind.state]).toEqual([reason, "holds"]);
});

test("cancel: names who came first where nobody holds the memory yet", () => {
  const [mask] = table.grant("holder", [ask("write", MASK)]);
  enqueue("both", ask("write", MASK), ask("write"));
  const late = enqueue("late", ask("read"));
  table.cancel(late, ({ attempt, fact }) => `cannot ${attempt}: ${fact}`);
  expect(late.error).toBe(
    'cannot lease "photo" to late for reading: both came first, and waits to write the same memory',
  );
  table.release(mask!);
});

test("cancel: grants instead, if another thread has ended the lease that was waited for", () => {
  const [lease] = table.grant("writer", [ask("write")]);
  const waiter = enqueue("next", ask("write"));
  closeHandle(leasePorts(table.words), lease!.handle);
  expect(waiter.state).toBe("waits");
  table.cancel(waiter, () => new Error("timed out"));
  expect(waiter.state).toBe("holds");
});

test("enqueue: who can't use what it wanted any more is refused, and holds nobody up", () => {
  const [photo] = table.grant("writer", [ask("write")]);
  const [mask] = table.grant("other", [ask("write", MASK)]);
  const gone = enqueue("gone", ask("write"), ask("write", MASK));
  const next = enqueue("next", ask("write", MASK));
  gone.problem = new Error("released");
  table.release(mask!);
  expect(states(gone, next)).toEqual(["waits", "waits"]);
  table.release(photo!);
  expect([gone.error, next.state]).toEqual([gone.problem, "holds"]);
});

test("refuseWaiters: ends the waits for one array, of all who want something of it", () => {
  const [photo] = table.grant("a", [ask("write")]);
  table.grant("b", [ask("write", MASK)]);
  const both = enqueue("both", ask("write"), ask("write", MASK));
  const one = enqueue("one", ask("read"));
  const masked = enqueue("masked", ask("read", MASK));
  const error = new Error("the mask is gone");
  table.refuseWaiters({ array: MASK, space: MASK }, () => error);
  expect([both.error, masked.error, one.state]).toEqual([error, error, "waits"]);
  table.release(photo!);
  expect(one.state).toBe("holds");
});

test("closeLine: ends all waits, and every later one before it begins", () => {
  const [held] = table.grant("writer", [ask("write")]);
  const line = ["a", "b"].map((holder) => enqueue(holder, ask("write")));
  const error = new Error("closed");
  table.closeLine(() => error);
  expect([...line, enqueue("c", ask("read"))].map((waiter) => waiter.error)).toEqual([error, error, error]);
  expect([table.waiting, enqueue("d", ask("read", MASK)).state]).toEqual([0, "holds"]);
  table.release(held!);
  expect(enqueue("e", ask("write")).state).toBe("holds");
});

test("enqueue: WAITERS_MAX requests wait at most", () => {
  table.grant("writer", [ask("write")]);
  const line = Array.from({ length: WAITERS_MAX }, (_, i) => enqueue(`${i}`, ask("read")));
  const late = enqueue("late", ask("read"));
  expect(late.error).toBeInstanceOf(MemoryError);
  expect(String(late.error)).toContain(
    `cannot let late wait for its leases: WAITERS_MAX = ${WAITERS_MAX} requests wait already`,
  );
  expect(new Set(states(...line))).toEqual(new Set(["waits"]));
});

test("enqueue: where no handle is left a waiter is refused in its turn", () => {
  const [held] = table.grant("writer", [ask("write")]);
  const waiter = enqueue("next", ask("read"), ask("read"));
  table.grant(
    "everyone",
    Array.from({ length: HANDLES_MAX - 1 }, () => ask("pin", MASK)),
  );
  table.release(held!);
  expect(waiter.error).toBeInstanceOf(MemoryError);
});

/** True if the two have a byte in common that one of them writes. */
function meets(a: LeaseRequest, b: LeaseRequest): boolean {
  const bytes = ({ extent }: LeaseRequest): number[] =>
    Array.from({ length: extent.shape[0]! }, (_, i) => extent.byteOffset + i);
  const isPossible = a.space === b.space && (a.mode === "write" || b.mode === "write");
  return isPossible && bytes(a).some((byte) => bytes(b).includes(byte));
}

function meetsAny({ requests }: Waiter, others: readonly Waiter[]): boolean {
  return others.some((other) => other.requests.some((a) => requests.some((b) => meets(a, b))));
}

const requestOf = fc
  .tuple(fc.constantFrom("read", "write"), fc.constantFrom(PHOTO, MASK), fc.nat(8), fc.integer({ min: 1, max: 4 }))
  .map(([mode, array, start, length]) => ask(mode, array, start, start + length));
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.array(requestOf, { minLength: 1, maxLength: 3 }) },
    { weight: 2, arbitrary: fc.record({ release: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
  ),
  { minLength: 10, maxLength: 60, size: "max" },
);

test("the line: nobody meets a holder, is passed by who would meet it, or waits for nothing; all have their turn", () => {
  let [longest, passed] = [0, 0];
  const property = fc.property(steps, (sequence) => {
    const all: Waiter[] = [];
    const which = (state: string): Waiter[] => all.filter((waiter) => waiter.state === state);
    const check = (): void => {
      const [holders, line] = [which("holds"), which("waits")];
      for (const [i, holder] of holders.entries()) expect(meetsAny(holder, holders.slice(i + 1))).toBe(false);
      for (const [i, waiter] of line.entries()) expect(meetsAny(waiter, [...holders, ...line.slice(0, i)])).toBe(true);
      longest = Math.max(longest, line.length);
    };
    const end = (waiter: Waiter | undefined, how: (waiter: Waiter) => void): void => {
      const before = which("waits");
      if (waiter !== undefined) how(waiter);
      for (const [i, other] of before.entries()) {
        if (other.state !== "holds") continue;
        const stillBefore = before.slice(0, i).filter(({ state }) => state === "waits");
        expect(meetsAny(other, stillBefore)).toBe(false);
        passed += stillBefore.length;
      }
      check();
    };
    const release = (waiter: Waiter): void => {
      all.splice(all.indexOf(waiter), 1);
      table.releaseAll(waiter.leases!);
    };
    for (const step of sequence) {
      if (Array.isArray(step)) all.push(enqueue(`${all.length}`, ...step));
      else if ("release" in step) end(which("holds")[step.release % Math.max(which("holds").length, 1)], release);
      else {
        const line = which("waits");
        end(line[step.cancel % Math.max(line.length, 1)], (waiter) => table.cancel(waiter, () => new Error("no")));
      }
      check();
    }
    for (let holders = which("holds"); holders.length > 0; holders = which("holds")) end(holders[0], release);
    expect([table.size, table.waiting]).toEqual([0, 0]);
  });
  fc.assert(property, { numRuns: 300 });
  expect(longest).toBeGreaterThan(5);
  expect(passed).toBeGreaterThan(20);
});
