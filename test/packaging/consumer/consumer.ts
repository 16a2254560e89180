/**
 * Compiles against the published declarations: what a user writes has the types that the documentation promises.
 *
 * @module
 */
import { kernels, open, type MemoryView } from "instride";
import { kernel, parallelFor, parallelReduce } from "instride/thread";

const rt = await open();
const view: MemoryView = rt.empty([4, 3], "float32");
const shape: readonly number[] = view.shape;

await rt.parallelFor(new URL("./double.kernel.js", import.meta.url), {
  over: shape[0] ?? 0,
  views: { source: view.toReadonly(), target: view },
  args: { factor: 2 },
});

const total: number = parallelReduce(({ start, stop }, { row }) => stop - start + row.size, {
  over: 4,
  partitioner: "affinity",
  views: { row: view },
  identity: 0,
  join: (left, right) => left + right,
});
parallelFor(
  ([rows, columns]) => {
    if (rows!.stop - rows!.start + columns!.stop > total)
      kernel("copy")({ start: 0, stop: 1 }, { src: view, dst: view });
  },
  { over: [4, 3] },
);

// @ts-expect-error -- a reduction is not cut by the number of threads
await rt.parallelReduce("histogram", { over: 4, partitioner: "guided", identity: [], join: kernels.joinCounts });

// @ts-expect-error -- no dtype has this name
rt.empty([4], "float128");

await rt.close();
