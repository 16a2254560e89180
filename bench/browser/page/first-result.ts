/**
 * The sum of two small arrays in a page that has just been opened, and how long that took: a {@link FirstResult}.
 *
 * @module
 */
import type { Mode, OpenOptions, Runtime, SharedView } from "instride";
import { ADD_KERNEL } from "../../jobs/kernels.ts";
import { check } from "../../support/check.ts";
import type { FirstResult } from "../messages.ts";
import { MessageWorker } from "./message-workers.ts";

/** @param loaded - to be called once all is imported. @returns the sums */
type Way = (threads: number, loaded: () => void) => Promise<Float64Array>;

type View = SharedView<"float64">;

type Run = (rt: Runtime, a: View, b: View, out: View) => Promise<unknown>;

const SIZE = 1000;

const loop: Run = (rt, a, b, out) => rt.parallelFor(ADD_KERNEL, { over: SIZE, views: { a, b, out } });
const compiled: Run = (rt, a, b, out) => rt.map((x: number, y: number) => x + y)(a, b, { out });

/** By the names that `start.ts` has for them. */
const WAYS: Readonly<Record<string, Way>> = {
  "a message to a worker": withWorker,
  "parallelFor, threads": (threads, loaded) => withRuntime("threads", { threads }, loaded, loop),
  "parallelFor, inline": (_threads, loaded) => withRuntime("inline", {}, loaded, loop),
  "rt.map, threads": (threads, loaded) => withRuntime("threads", { threads }, loaded, compiled),
  "rt.map, inline": (_threads, loaded) => withRuntime("inline", {}, loaded, compiled),
};

async function withRuntime(mode: Mode, options: OpenOptions, loaded: () => void, run: Run): Promise<Float64Array> {
  const { open } = await import("instride");
  loaded();
  const rt = await open({ ...options, mode });
  const [a, b] = numbers().map((array) => rt.from(array));
  const out = rt.empty([SIZE], "float64");
  await run(rt, a!, b!, out);
  return out.asTypedArray();
}

async function withWorker(_threads: number, loaded: () => void): Promise<Float64Array> {
  loaded();
  const worker = new MessageWorker();
  const [a, b, out] = [...numbers(), new Float64Array(SIZE)].map((array) => {
    const shared = new Float64Array(new SharedArrayBuffer(array.byteLength));
    shared.set(array);
    return shared;
  });
  await worker.run("addShared", { a, b, out, start: 0, stop: SIZE });
  return out!;
}

/** Two arrays, whose sum has no two equal elements. */
function numbers(): Float64Array<ArrayBuffer>[] {
  return [Float64Array.from({ length: SIZE }, (_, i) => i), new Float64Array(SIZE).fill(0.5)];
}

/** Takes the time of a way. @throws a `WrongResultError` if its result is wrong */
export async function firstResult(way: string, threads: number): Promise<FirstResult> {
  let loadedAt = performance.now();
  const sums = await WAYS[way]!(threads, () => {
    loadedAt = performance.now();
  });
  const end = performance.now();
  const wrong = sums.findIndex((value, i) => value !== i + 0.5);
  check(wrong === -1, `${way}: element ${wrong} of ${SIZE} is ${sums[wrong]}, expected ${wrong + 0.5}`);
  // The clock of a page begins with the navigation to it.
  return { sinceNavigationUs: end * 1000, sinceOpenUs: (end - loadedAt) * 1000 };
}
