/**
 * A process that starts, has an array doubled, and tells how long that took: {@link FirstResult} as JSON.
 *
 * Usage: `node first-result.js WAY THREADS`, built and beside built packages, on plain Node.
 *
 * @module
 */
import type { OpenOptions, Runtime, SharedView } from "instride";

/** Until the result was there, in microseconds. */
export interface FirstResult {
  /** From before the first import. */
  readonly sinceImportUs: number;
  /** From before a runtime was opened, or a pool made. */
  readonly sinceOpenUs: number;
}

/** @param loaded - to be called once all is imported. @returns the doubled elements */
type Way = (threads: number, loaded: () => void) => Promise<Float64Array>;

type Run = (rt: Runtime, x: SharedView<"float64">) => Promise<void>;

const SIZE = 1000;

const kernel = new URL("double.kernel.js", import.meta.url);

const helping: Run = (rt, x) => rt.parallelFor(kernel, { caller: "helps", over: SIZE, views: { x } });
const waiting: Run = (rt, x) => rt.parallelFor(kernel, { over: SIZE, views: { x } });
const prepared: Run = async (rt, x) => {
  const loop = await rt.prepare(kernel, { caller: "helps", over: SIZE, views: { x } });
  await loop.run();
};

/** By the names that `start.bench.ts` has for them. */
const WAYS: Readonly<Record<string, Way>> = {
  "parallelFor, caller helps": (threads, loaded) => withRuntime({ threads }, loaded, helping),
  "prepare, run, caller helps": (threads, loaded) => withRuntime({ threads }, loaded, prepared),
  "parallelFor, inline": (_threads, loaded) => withRuntime({ mode: "inline" }, loaded, waiting),
  parallelFor: (threads, loaded) => withRuntime({ threads }, loaded, waiting),
  Piscina: withPiscina,
};

async function withRuntime(options: OpenOptions, loaded: () => void, run: Run): Promise<Float64Array> {
  const { open } = await import("instride");
  loaded();
  const rt = await open(options);
  const x = rt.from(numbers());
  await run(rt, x);
  return x.asTypedArray();
}

async function withPiscina(threads: number, loaded: () => void): Promise<Float64Array> {
  const { Piscina } = await import("piscina");
  loaded();
  const { href } = new URL("double.task.js", import.meta.url);
  const pool = new Piscina({ filename: href, minThreads: threads, maxThreads: threads });
  const elements = new Float64Array(new SharedArrayBuffer(SIZE * Float64Array.BYTES_PER_ELEMENT));
  elements.set(numbers());
  await pool.run(elements);
  return elements;
}

function numbers(): Float64Array {
  return Float64Array.from({ length: SIZE }, (_, i) => i + 0.5);
}

const [way, threads] = process.argv.slice(2);
const start = performance.now();
let loadedAt = start;
const elements = await WAYS[way!]!(Number(threads), () => {
  loadedAt = performance.now();
});
const end = performance.now();

numbers().forEach((number, i) => {
  if (elements[i] !== 2 * number) throw new Error(`${way}: element ${i} is ${elements[i]}, expected ${2 * number}`);
});
const result: FirstResult = { sinceImportUs: (end - start) * 1000, sinceOpenUs: (end - loadedAt) * 1000 };
console.log(JSON.stringify(result));
// Threads may still be starting.
process.exit();
