/**
 * Writes which files and which modules of Node are loaded by the import of instride, by `open`, by the first loop, by the
 * first kernel, and by the first reduction.
 *
 * @module
 */
import { registerHooks } from "node:module";

let loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url.replace(/^.*\/(?=@?instride\/|piscina\/)/, ""));
    return nextLoad(url, context);
  },
});

/** What was loaded since the last call. */
function takeLoaded() {
  const taken = loaded;
  loaded = [];
  return taken;
}

const { open } = await import("instride");
const byImport = takeLoaded();
const rt = await open();
const byOpen = takeLoaded();
const views = { source: rt.from([1, 2]).toReadonly(), target: rt.zeros([2], "float64") };
await rt.parallelFor(new URL("./double.kernel.js", import.meta.url), { over: 2, views, args: { factor: 2 } });
const byLoop = takeLoaded();
const next = await rt.map((x) => x + 1)(views.target);
if (next.get(0) !== views.target.get(0) + 1) throw new Error("a kernel was not computed");
const byKernel = takeLoaded();
if ((await rt.reduce("sum")(next)) !== next.get(0) + next.get(1)) throw new Error("a sum was not computed");
const byReduction = takeLoaded();
await rt.close();
console.log(JSON.stringify({ byImport, byOpen, byLoop, byKernel, byReduction }));
