import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Loan, LeaseTimeoutError, type LoanRequest, MemoryOwner } from "@instride/core";
import { lendInTime } from "../src/lease-wait.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let owner: MemoryOwner;
let views: LoanRequest[];
let held: Loan[];
beforeEach(() => {
  vi.useFakeTimers();
  owner = new MemoryOwner({ maximumBytes: 2 ** 16 });
  views = [{ view: owner.zeros([4], "uint8", { label: "photo" }), mode: "write" }];
  held = owner.lend("blur", views);
});
afterEach(() => {
  vi.useRealTimers();
});

/** How a wait ends, once it has. */
function endOf(wait: Loan[] | Promise<Loan[]>): { end: unknown } {
  const result: { end: unknown } = { end: "waits" };
  Promise.resolve(wait).then(
    (loans) => (result.end = loans.length),
    (error: unknown) => (result.end = error),
  );
  return result;
}

test("lendInTime: without a time it lends at once or throws, and never waits", () => {
  expect(() => lendInTime(owner, "sharpen", views, {})).toThrow("blur is writing the same memory");
  owner.giveBack(held);
  expect(lendInTime(owner, "sharpen", views, { acquireTimeoutMs: 0 })).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("lendInTime: rejects when the time is over, not before, and says how long it was", async () => {
  const wait = endOf(lendInTime(owner, "sharpen", views, { acquireTimeoutMs: 1500.5 }));
  await vi.advanceTimersByTimeAsync(1500);
  expect(wait.end).toBe("waits");
  await vi.advanceTimersByTimeAsync(2);
  expect(wait.end).toBeInstanceOf(LeaseTimeoutError);
  expect(String(wait.end)).toBe(
    'LeaseTimeoutError: cannot lease "photo" to sharpen for writing: blur is writing the same memory, still so after 1501 ms',
  );
  expect(vi.getTimerCount()).toBe(0);
});

test("lendInTime: waits for longer than a timer of the host can be set to", async () => {
  const wait = endOf(lendInTime(owner, "sharpen", views, { acquireTimeoutMs: 60 * DAY_MS }));
  await vi.advanceTimersByTimeAsync(60 * DAY_MS - HOUR_MS);
  expect([wait.end, vi.getTimerCount()]).toEqual(["waits", 1]);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(wait.end).toBeInstanceOf(LeaseTimeoutError);
});

test("lendInTime: without a limit it sets no timer", async () => {
  const wait = endOf(lendInTime(owner, "sharpen", views, { acquireTimeoutMs: Infinity }));
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(60 * DAY_MS);
  owner.giveBack(held);
  await vi.advanceTimersByTimeAsync(0);
  expect(wait.end).toBe(1);
});

test("lendInTime: leaves neither timer nor listener behind, however the wait ends", async () => {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    reason: new Error("enough"),
    addEventListener: (_type: "abort", listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: "abort", listener: () => void) => void listeners.delete(listener),
  };
  const options = { acquireTimeoutMs: HOUR_MS, signal };
  const waits = Array.from({ length: 3 }, () => endOf(lendInTime(owner, "sharpen", views, options)));
  expect([listeners.size, vi.getTimerCount()]).toEqual([3, 3]);
  owner.giveBack(held);
  await vi.advanceTimersByTimeAsync(0);
  expect([waits[0]!.end, listeners.size, vi.getTimerCount()]).toEqual([1, 2, 2]);
  [...listeners][0]!();
  await vi.advanceTimersByTimeAsync(0);
  expect([waits[1]!.end, listeners.size, vi.getTimerCount()]).toEqual([signal.reason, 1, 1]);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect([waits[2]!.end, listeners.size, vi.getTimerCount()]).toEqual([expect.any(LeaseTimeoutError), 0, 0]);
});
