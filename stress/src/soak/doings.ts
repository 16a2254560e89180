/**
 * What is done on a runtime besides loops and tasks: memory that comes and goes, leases, runtimes that open and close.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import { BorrowError, BufferError, BufferFlags, getBuffer, LeaseTimeoutError, type Runtime } from "instride";
import { inputAt } from "../jobs/sums.ts";

/** Elements of the largest array. */
const SIZE_MAX = 100_000;

/** How long a lease is waited for that somebody has, in milliseconds. */
const WAIT_MS = 3;

/** Makes arrays of all sizes in any order, and looks whether each keeps what was written. @returns what is wrong, or null */
export function comeAndGo(rt: Runtime, random: Random): Promise<string | null> {
  return rt.scope(async (scope) => {
    const sizes = Array.from({ length: random.between(1, 12) }, () => random.between(1, random.between(1, SIZE_MAX)));
    const arrays = sizes.map((size) => scope.full([size], inputAt(size), "float64"));
    for (const array of random.shuffled(arrays).slice(0, random.below(arrays.length))) {
      if (!keeps(array.asTypedArray())) return "an array lost what was written";
      array.release();
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const kept = arrays.filter(({ released }) => !released);
    return kept.every((array) => keeps(array.asTypedArray())) ? null : "an array lost what was written";
  });
}

function keeps(data: Float64Array): boolean {
  return data.every((value) => value === inputAt(data.length));
}

/** Holds leases against each other. @returns what is wrong, or null */
export function contend(rt: Runtime, random: Random): Promise<string | null> {
  return rt.scope(async (scope) => {
    const array = scope.zeros([random.between(2, 1000)], "float64");
    using writer = await rt.borrow(array.at("1:"), { mode: "write", label: "writer" });
    const refused = await rejectionOf(rt.borrow(array, { mode: "read" }));
    if (!(refused instanceof BorrowError)) return `a second lease gave ${String(refused)}, expected a BorrowError`;
    const late = await rejectionOf(rt.borrow(array, { mode: "read", acquireTimeoutMs: WAIT_MS }));
    if (!(late instanceof LeaseTimeoutError)) return `waiting gave ${String(late)}, expected a LeaseTimeoutError`;
    using other = await rt.borrow(array.at(":1"), { mode: "write" });
    const waiting = rt.borrow(array, { mode: "read", acquireTimeoutMs: 10_000 });
    writer.release();
    other.release();
    using reader = await waiting;
    return reader.mode === "read" ? null : "a lease has another mode than was asked for";
  });
}

/** Exports memory, which then can't be freed. @returns what is wrong, or null */
export async function exportMemory(rt: Runtime, random: Random): Promise<string | null> {
  const array = rt.zeros([random.between(1, 1000)], "float64");
  const buffer = getBuffer(array, BufferFlags.FULL);
  const refused = await rejectionOf(Promise.resolve().then(() => array.release()));
  buffer.release();
  array.release();
  return refused instanceof BufferError ? null : `releasing what is exported gave ${String(refused)}`;
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return "success";
  } catch (error) {
    return error;
  }
}
