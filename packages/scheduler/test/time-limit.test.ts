import { expect, test, vi } from "vitest";
import { settlesWithin } from "../src/time-limit.ts";

test("settlesWithin: tells whether a promise settled in time, in whatever way, and leaves no timer behind", async () => {
  vi.useFakeTimers();
  try {
    expect(await settlesWithin(50, Promise.resolve(7))).toBe(true);
    expect(await settlesWithin(50, Promise.reject(new Error("no")))).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    const { promise, reject } = Promise.withResolvers<void>();
    const inTime = settlesWithin(50, promise);
    await vi.advanceTimersByTimeAsync(49);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await inTime).toBe(false);
    // Nobody waits for it any more, and nobody has to catch it.
    reject(new Error("late"));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
