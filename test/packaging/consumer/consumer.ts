/**
 * Compiles against the published declarations: what a user writes has the types that the documentation promises.
 *
 * @module
 */
import { open, type MemoryView } from "instride";

const rt = await open();
const view: MemoryView = rt.empty([4, 3], "float32");
const shape: readonly number[] = view.shape;

await rt.parallelFor(new URL("./double.kernel.js", import.meta.url), {
  over: shape[0] ?? 0,
  views: { source: view.toReadonly(), target: view },
  args: { factor: 2 },
});

// @ts-expect-error -- no dtype has this name
rt.empty([4], "float128");

await rt.close();
