/**
 * Decides from which size on a loop is worth spreading over threads, and which way of doing so pays first.
 *
 * `out = a + b` over float64, from arrays that fit the first cache to arrays that fit none, as a plain loop on the
 * calling thread and in the ways that spread it. All run the same function (`jobs/add.ts`) over the same shared memory,
 * but for Piscina tasks with cloned arrays: there each task gets copies of its parts and its result is copied back, as
 * in programs without shared memory.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { type MemoryView, open, type Runtime } from "instride";
import type { Piscina } from "piscina";
import { add } from "./jobs/add.ts";
import { crossoverOf } from "./support/crossover.ts";
import { type Case, effortOf, measureGroup } from "./support/measure.ts";
import { equalParts, plainPiscina } from "./support/plain-piscina.ts";
import type { Finding, Group } from "./support/report.ts";
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

const ADD_KERNEL = new URL("./jobs/add.kernel.ts", import.meta.url);
const ITEMSIZE = Float64Array.BYTES_PER_ELEMENT;

/** Powers of 2, in elements: 24 KiB to 96 MiB of operands. */
const EXPONENTS: readonly number[] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];
const QUICK_EXPONENTS: readonly number[] = [10, 14, 18];

const REFERENCE = "plain loop";

export const crossover: Suite = {
  name: "crossover",
  decides: "from which size on a loop is worth spreading over threads",
  groups: measureCrossover,
  findings: crossovers,
};

async function* measureCrossover({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  await using runtime = await open({ threads });
  await using inline = await open({ mode: "inline" });
  await using pool = plainPiscina(threads);
  const exponents = quick ? QUICK_EXPONENTS : EXPONENTS;
  const nMax = 2 ** Math.max(...exponents);
  const shared = filledOperands(nMax, (bytes) => new SharedArrayBuffer(bytes));
  const own = filledOperands(nMax, (bytes) => new ArrayBuffer(bytes));

  for (const exponent of exponents) {
    const n = 2 ** exponent;
    const ways = [
      plainLoop(firstOf(shared, n)),
      instride("instride inline", inline, firstOf(shared, n)),
      instride(`instride threads=${threads}`, runtime, firstOf(shared, n)),
      piscinaShared(pool, threads, firstOf(shared, n)),
      piscinaCloned(pool, threads, firstOf(own, n)),
    ];
    for (const way of ways) await verify(way);
    yield await measureGroup({
      name: `add float64 n=2^${exponent} contiguous`,
      parameters: { operation: "add", dtype: "float64", n },
      work: { amount: 3 * n * ITEMSIZE, unit: "B" },
      reference: REFERENCE,
      cases: ways,
      effort: effortOf(quick),
    });
  }
}

function plainLoop({ a, b, out }: Operands<SharedArrayBuffer>): Way {
  return { name: REFERENCE, out, isAsync: false, run: () => add(a, b, out, 0, out.length) };
}

function instride(name: string, runtime: Runtime, { a, b, out }: Operands<SharedArrayBuffer>): Way {
  const over = out.length;
  const adopt = (array: Float64Array<SharedArrayBuffer>): MemoryView =>
    runtime.adopt(array.buffer, { dtype: "float64", shape: [over] });
  const views = { a: adopt(a).toReadonly(), b: adopt(b).toReadonly(), out: adopt(out) };
  return { name, out, isAsync: true, run: () => runtime.parallelFor(ADD_KERNEL, { over, views }) };
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
async function verify({ name, out, run }: Way): Promise<void> {
  out.fill(Number.NaN);
  await run();
  const wrong = out.findIndex((value, i) => value !== i + 0.5);
  strictEqual(wrong, -1, `${name}: element ${wrong} of ${out.length} is ${out[wrong]}, expected ${wrong + 0.5}`);
}

/** For each way that uses threads, the size from which on it beats one thread. */
export function crossovers(groups: readonly Group[]): Finding[] {
  const ways = groups[0]?.cases.filter(({ name }) => name.includes("threads=")) ?? [];
  const nMax = Math.max(...groups.map(sizeOf));
  return ways.map(({ name }) => {
    const value = crossoverOf(groups, name, "n");
    const size = value === null ? `none up to ${nMax}` : `${value}`;
    const subject = `size from which on ${name} beats the ${REFERENCE}`;
    return { name: subject, value, unit: "elements", text: `${subject}: ${size} elements` };
  });
}

function sizeOf({ parameters }: Group): number {
  return parameters["n"] as number;
}
