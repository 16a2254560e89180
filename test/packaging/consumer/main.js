/**
 * Doubles an array on every thread, and sums up rows by loops inside of a loop, with nothing but the published packages.
 * Exits with 0 if the results are right.
 *
 * @module
 */
import { MemoryView as CoreView } from "@instride/core";
import { MemoryView, open } from "instride";

const SIZE = 1000;
const FACTOR = 2;

if (MemoryView !== CoreView) throw new Error("there are two copies of @instride/core");
const rt = await open();
try {
  const source = rt.from(
    Float64Array.from({ length: SIZE }, (_, i) => i),
    { shape: [SIZE] },
  );
  const target = rt.empty([SIZE], "float64");
  await rt.parallelFor(new URL("./double.kernel.js", import.meta.url), {
    over: SIZE,
    views: { source: source.toReadonly(), target },
    args: { factor: FACTOR },
  });
  for (let i = 0; i < SIZE; i++) {
    if (target.get(i) !== i * FACTOR) throw new Error(`element ${i} is ${target.get(i)}, expected ${i * FACTOR}`);
  }
  console.log(`${process.version}: ${SIZE} elements doubled in mode ${rt.mode}`);
  await sumRows(rt);
} finally {
  await rt.close();
}

const inline = await open({ mode: "inline" });
await sumRows(inline);
await inline.close();

/** Loops inside of a loop: their module meets the views of whichever thread it is on. */
async function sumRows(runtime) {
  const table = runtime.from([1, 2, 3, 4, 5, 6], { shape: [2, 3] }).toReadonly();
  const views = { table, doubled: runtime.zeros([2, 3], "float64"), sums: runtime.zeros([2], "float64") };
  await runtime.parallelFor(new URL("./row-sums.kernel.js", import.meta.url), { over: 2, views });
  const sums = views.sums.toList();
  if (sums.join() !== "12,30") throw new Error(`the sums of the rows are ${sums.join()}, expected 12,30`);
  console.log(`rows summed in mode ${runtime.mode}`);
}
