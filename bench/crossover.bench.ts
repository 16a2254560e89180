/**
 * Decides from which size on a loop is worth spreading over threads, and which way of doing so pays first.
 *
 * `out = a + b` over float64, back to back, from arrays that fit the first cache to arrays that fit none, as a plain
 * loop on the calling thread and in the ways that spread it. All run the same function (`jobs/add.ts`) over the same
 * shared memory, but for Piscina tasks with cloned arrays: there each task gets copies of its parts and its result is
 * copied back, as in programs without shared memory.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { type MemoryView, open, type Runtime } from "instride";
import type { Piscina } from "piscina";
import { add } from "./jobs/add.ts";
import { ADD_KERNEL } from "./jobs/kernels.ts";
import { crossoverOf } from "./support/crossover.ts";
import { gather } from "./support/gather.ts";
import { type Case, effortOf, measureGroup } from "./support/measure.ts";
import { equalParts, plainPiscina } from "./support/plain-piscina.ts";
import { type Finding, type Group, sizeName } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

interface Operands<B extends ArrayBufferLike> {
  readonly a: Float64Array<B>;
  readonly b: Float64Array<B>;
  readonly out: Float64Array<B>;
}

/** A way to compute `out`, and where that lies. */
interface Way extends Case {
  readonly out: Float64Array;
}

const ITEMSIZE = Float64Array.BYTES_PER_ELEMENT;

/** What is read and written for each element. */
const BYTES_PER_ITERATION = 3 * ITEMSIZE;

/** Powers of 2, of all operands together, in bytes: 1 KiB to 64 MiB. */
const EXPONENTS: readonly number[] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
const QUICK_EXPONENTS: readonly number[] = [10, 16, 22];

const REFERENCE = "plain loop";

/** A way that uses threads is run so often before it is timed: they don't come all at once. */
const VERIFIED_RUNS = 3;

/** Two threads are to pay off from here on, where they are warm and the loop is prepared. */
const BAR = { way: preparedName(2), touchedBytes: 2 ** 16 };

export const crossover: Suite = {
  name: "crossover",
  decides: "from which size on a loop is worth spreading over threads",
  measure: measureCrossover,
  findings: crossovers,
};

async function* measureCrossover({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  await using runtimes = new AsyncDisposableStack();
  const prepared: Runtime[] = [];
  // One thread shows what the call itself costs.
  for (const count of new Set([1, Math.min(2, threads), threads])) {
    prepared.push(runtimes.use(await open({ threads: count })));
  }
  const all = prepared.at(-1)!;
  await using pool = plainPiscina(threads);
  const exponents = quick ? QUICK_EXPONENTS : EXPONENTS;
  const nMax = lengthFor(2 ** Math.max(...exponents));
  const shared = filledOperands(nMax, (bytes) => new SharedArrayBuffer(bytes));
  const own = filledOperands(nMax, (bytes) => new ArrayBuffer(bytes));

  for (const exponent of exponents) {
    const touchedBytes = 2 ** exponent;
    const n = lengthFor(touchedBytes);
    using loops = new DisposableStack();
    const ways = [plainLoop(firstOf(shared, n))];
    for (const runtime of prepared) ways.push(await preparedLoop(runtime, firstOf(shared, n), loops));
    ways.push(
      parallelFor(all, firstOf(shared, n)),
      piscinaShared(pool, threads, firstOf(shared, n)),
      piscinaCloned(pool, threads, firstOf(own, n)),
    );
    for (const way of ways) await verify(way);
    yield await measureGroup({
      name: `add float64, ${sizeName(touchedBytes)} touched, n=${n}`,
      parameters: { operation: "add", dtype: "float64", n, touchedBytes },
      work: { amount: n * BYTES_PER_ITERATION, unit: "B" },
      reference: REFERENCE,
      cases: ways,
      effort: effortOf(quick),
    });
  }
}

/** Elements of each operand, so that all together are as large. */
function lengthFor(touchedBytes: number): number {
  return Math.floor(touchedBytes / BYTES_PER_ITERATION);
}

function plainLoop({ a, b, out }: Operands<SharedArrayBuffer>): Way {
  return { name: REFERENCE, out, isAsync: false, run: () => add(a, b, out, 0, out.length) };
}

function preparedName(threads: number): string {
  return `prepared, caller helps, threads=${threads}`;
}

/** @param loops - releases it in the end */
async function preparedLoop(
  runtime: Runtime,
  operands: Operands<SharedArrayBuffer>,
  loops: DisposableStack,
): Promise<Way> {
  const { length } = operands.out;
  const options = { over: length, views: viewsOf(runtime, operands), caller: "helps", inlineBelowUs: 0 } as const;
  const loop = loops.use(await runtime.prepare(ADD_KERNEL, options));
  return {
    name: preparedName(runtime.threads),
    out: operands.out,
    isAsync: true,
    run: () => loop.run(),
    beforeAll: () => gather(runtime),
  };
}

function parallelFor(runtime: Runtime, operands: Operands<SharedArrayBuffer>): Way {
  const options = { over: operands.out.length, views: viewsOf(runtime, operands) };
  return {
    name: `parallelFor, caller waits, threads=${runtime.threads}`,
    out: operands.out,
    isAsync: true,
    run: () => runtime.parallelFor(ADD_KERNEL, options),
    beforeAll: () => gather(runtime),
  };
}

function viewsOf(runtime: Runtime, { a, b, out }: Operands<SharedArrayBuffer>): Readonly<Record<string, MemoryView>> {
  const adopt = (array: Float64Array<SharedArrayBuffer>): MemoryView =>
    runtime.adopt(array.buffer, { dtype: "float64", shape: [array.length] });
  return { a: adopt(a).toReadonly(), b: adopt(b).toReadonly(), out: adopt(out) };
}

function piscinaShared(pool: Piscina, threads: number, operands: Operands<SharedArrayBuffer>): Way {
  const tasks = equalParts(operands.out.length, threads).map((part) => ({ ...operands, ...part }));
  return {
    name: `Piscina tasks, shared memory, threads=${threads}`,
    out: operands.out,
    isAsync: true,
    async run(): Promise<void> {
      await Promise.all(tasks.map((task) => pool.run(task, { name: "addShared" })));
    },
  };
}

function piscinaCloned(pool: Piscina, threads: number, { a, b, out }: Operands<ArrayBuffer>): Way {
  const parts = equalParts(out.length, threads);
  return {
    name: `Piscina tasks, cloned arrays, threads=${threads}`,
    out,
    isAsync: true,
    async run(): Promise<void> {
      const tasks = parts.map(async ({ start, stop }) => {
        // Slices, since cloning a subarray clones the whole buffer under it.
        const task = { a: a.slice(start, stop), b: b.slice(start, stop) };
        out.set((await pool.run(task, { name: "addCloned" })) as Float64Array, start);
      });
      await Promise.all(tasks);
    },
  };
}

/** `a[i]` is `i` and `b[i]` is 0.5, so that every sum is exact and no two are equal. */
function filledOperands<B extends ArrayBufferLike>(n: number, allocate: (bytes: number) => B): Operands<B> {
  const array = (): Float64Array<B> => new Float64Array(allocate(n * ITEMSIZE));
  const a = array();
  for (let i = 0; i < n; i++) a[i] = i;
  return { a, b: array().fill(0.5), out: array() };
}

function firstOf<B extends ArrayBufferLike>({ a, b, out }: Operands<B>, n: number): Operands<B> {
  return { a: a.subarray(0, n), b: b.subarray(0, n), out: out.subarray(0, n) };
}

/** @throws an `AssertionError` unless the way computes every element */
async function verify({ name, out, run, beforeAll }: Way): Promise<void> {
  await beforeAll?.();
  for (let runs = 0; runs < VERIFIED_RUNS; runs++) {
    out.fill(Number.NaN);
    await run();
    const wrong = out.findIndex((value, i) => value !== i + 0.5);
    strictEqual(wrong, -1, `${name}: element ${wrong} of ${out.length} is ${out[wrong]}, expected ${wrong + 0.5}`);
  }
}

/** For each way that uses several threads, the size from which on it beats one. */
export function crossovers(groups: readonly Group[]): Finding[] {
  const ways = groups[0]?.cases.filter(({ name }) => /threads=(?!1$)/.test(name)) ?? [];
  const largest = Math.max(...groups.map(({ parameters }) => parameters["touchedBytes"] as number));
  return ways.map(({ name }) => {
    const value = crossoverOf(groups, name, "touchedBytes");
    const subject = `size from which on ${name} beats the ${REFERENCE}`;
    const size = value === null ? `none up to ${sizeName(largest)}` : sizeName(value);
    const bar = name === BAR.way ? ` (bar: ${sizeName(BAR.touchedBytes)})` : "";
    return { name: subject, value, unit: "B", text: `${subject}: ${size} touched${bar}` };
  });
}
