/**
 * Workers of a page that has no Web Locks, or is refused them: their ends are noticed as far as anybody tells.
 */
import { afterEach, beforeEach, expect, it } from "vitest";
import { open, type Runtime, WorkerLostError } from "instride";

const kernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);
const task = new URL("./fixtures/deed.task.ts", import.meta.url);

const SIZE = 100;

const locks = Object.getOwnPropertyDescriptor(Navigator.prototype, "locks")!;

let rt: Runtime | null = null;

beforeEach(() => {
  rt = null;
});

afterEach(() => {
  // Nobody tells of the end of its workers, so this takes its three seconds.
  void rt?.close();
  Object.defineProperty(Navigator.prototype, "locks", locks);
});

async function expectLoss(): Promise<void> {
  const counts = rt!.zeros([SIZE], "int32");
  const args = { kind: "none", at: -1 };
  await rt!.parallelFor(kernel, { over: SIZE, views: { counts }, args });
  expect(new Set(counts.asTypedArray())).toEqual(new Set([1]));
  const lost = await rt!.run(task, { args: { kind: "close" } }).then(
    () => null,
    (error: unknown) => error,
  );
  expect(lost).toBeInstanceOf(WorkerLostError);
  await rt!.parallelFor(kernel, { over: SIZE, views: { counts }, args });
  expect(new Set(counts.asTypedArray())).toEqual(new Set([2]));
  counts.release();
  expect(rt!.leaks()).toEqual([]);
}

it("worker: without Web Locks a worker that closes itself is a WorkerLostError, and is replaced", async () => {
  delete (Navigator.prototype as { locks?: unknown }).locks;
  rt = await open({ mode: "worker" });
  await expectLoss();
});

it("threads: a page that is refused its locks knows of what it ends, and of what says that it closes", async () => {
  const request = (): Promise<never> => Promise.reject(new DOMException("not here", "SecurityError"));
  Object.defineProperty(Navigator.prototype, "locks", { configurable: true, get: () => ({ request }) });
  rt = await open({ threads: 2 });
  await expectLoss();
});
