/**
 * From which size on a loop is worth spreading over the workers of a page: `crossover`, in a page.
 *
 * @module
 */
import { open, type Runtime } from "instride";
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
  verify,
  type Way,
} from "../../crossover/ways.ts";
import { equalParts } from "../../support/equal-parts.ts";
import { effortOf, measureGroup } from "../../support/measure.ts";
import type { Group } from "../../support/report.ts";
import type { SuiteContext } from "../../support/suite.ts";
import { sampleUs, WARMUP_MS_MIN } from "./clock.ts";
import { type MessageWorker, messageWorkers } from "./message-workers.ts";

export async function* measureCrossover({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  await using runtimes = new AsyncDisposableStack();
  const opened: Runtime[] = [];
  for (const count of new Set([1, threads])) opened.push(runtimes.use(await open({ threads: count, mode: "threads" })));
  const all = opened.at(-1)!;
  using held = new DisposableStack();
  const workers = messageWorkers(threads, held);
  const sizes = allSizes(quick);
  const nMax = lengthFor(sizes.at(-1)!);
  const shared = filledOperands(nMax, (bytes) => new SharedArrayBuffer(bytes));
  const own = filledOperands(nMax, (bytes) => new ArrayBuffer(bytes));
  const effort = effortOf(quick);
  const batch = { timeUs: sampleUs(), runsMax: Infinity, warmupMs: Math.max(WARMUP_MS_MIN, effort.warmupMs) };

  for (const touchedBytes of sizes) {
    const n = lengthFor(touchedBytes);
    using loops = new DisposableStack();
    const ways = [plainLoop(firstOf(shared, n))];
    for (const runtime of opened) ways.push(await preparedLoop(runtime, firstOf(shared, n), loops));
    ways.push(
      parallelFor(all, firstOf(shared, n)),
      messagesShared(workers, firstOf(shared, n)),
      messagesCloned(workers, firstOf(own, n)),
    );
    for (const way of ways) await verify(way);
    yield await measureGroup({ ...planOf(touchedBytes, ways, effort), batch });
  }
}

function messagesShared(workers: readonly MessageWorker[], operands: Operands<SharedArrayBuffer>): Way {
  const tasks = equalParts(operands.out.length, workers.length).map((part) => ({ ...operands, ...part }));
  return {
    name: `a message each, shared memory, threads=${workers.length}`,
    out: operands.out,
    isAsync: true,
    run: () => Promise.all(workers.map((worker, i) => worker.run("addShared", tasks[i]))),
  };
}

function messagesCloned(workers: readonly MessageWorker[], { a, b, out }: Operands<ArrayBuffer>): Way {
  const parts = equalParts(out.length, workers.length);
  return {
    name: `a message each, cloned arrays, threads=${workers.length}`,
    out,
    isAsync: true,
    async run(): Promise<void> {
      const tasks = workers.map(async (worker, i) => {
        const { start, stop } = parts[i]!;
        // Slices, since cloning a subarray clones the whole buffer under it.
        const task = { a: a.slice(start, stop), b: b.slice(start, stop) };
        out.set((await worker.run("addCloned", task)) as Float64Array, start);
      });
      await Promise.all(tasks);
    },
  };
}
