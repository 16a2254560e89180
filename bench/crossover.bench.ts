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
import { open, type Runtime } from "instride";
import type { Piscina } from "piscina";
import {
  allSizes,
  filledOperands,
  firstOf,
  lengthFor,
  type Operands,
  parallelFor,
  plainLoop,
  planOf,
  preparedLoop,
  preparedName,
  REFERENCE,
  verify,
  type Way,
} from "./crossover/ways.ts";
import { crossoverOf } from "./support/crossover.ts";
import { equalParts } from "./support/equal-parts.ts";
import { effortOf, measureGroup } from "./support/measure.ts";
import { plainPiscina } from "./support/plain-piscina.ts";
import { type Finding, type Group, sizeName } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

/** Two threads are to pay off from here on, where they are warm and the loop is prepared. */
const BAR = { way: preparedName(2), touchedBytes: 2 ** 16 };

export const crossover: Suite = {
  name: "crossover",
  decides: "from which size on a loop is worth spreading over threads",
  measure: measureCrossover,
  findings: (groups) => crossovers(groups),
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
  const sizes = allSizes(quick);
  const nMax = lengthFor(sizes.at(-1)!);
  const shared = filledOperands(nMax, (bytes) => new SharedArrayBuffer(bytes));
  const own = filledOperands(nMax, (bytes) => new ArrayBuffer(bytes));

  for (const touchedBytes of sizes) {
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
    yield await measureGroup(planOf(touchedBytes, ways, effortOf(quick)));
  }
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

/** For each way that uses several threads, the size from which on it beats one. */
export function crossovers(groups: readonly Group[], bar: typeof BAR | null = BAR): Finding[] {
  const ways = groups[0]?.cases.filter(({ name }) => /threads=(?!1$)/.test(name)) ?? [];
  const largest = Math.max(...groups.map(({ parameters }) => parameters["touchedBytes"] as number));
  return ways.map(({ name }) => {
    const value = crossoverOf(groups, name, "touchedBytes");
    const subject = `size from which on ${name} beats the ${REFERENCE}`;
    const size = value === null ? `none up to ${sizeName(largest)}` : sizeName(value);
    const wanted = name === bar?.way ? ` (bar: ${sizeName(bar.touchedBytes)})` : "";
    return { name: subject, value, unit: "B", text: `${subject}: ${size} touched${wanted}` };
  });
}
