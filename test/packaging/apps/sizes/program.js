/**
 * Calls of one kind after the other, and what the page had to load for each.
 *
 * @module
 */
import { open } from "./instride.js";
import { options } from "./options.js";

let known = 0;

/** The paths of all that was loaded since the last call. */
function loaded() {
  const entries = performance.getEntriesByType("resource");
  const paths = entries.slice(known).map(({ name }) => new URL(name).pathname);
  known = entries.length;
  return paths;
}

export async function program() {
  const rt = await open(options);
  try {
    const source = rt.from([1, 2, 3, 4], { shape: [2, 2] }).toReadonly();
    const target = rt.zeros([2, 2], "float64");
    await rt.parallelFor(new URL("./smooth.kernel.js", import.meta.url), {
      over: 2,
      views: { source, target },
      args: { radius: 1 },
    });
    const loop = loaded();
    await rt.map((x, y) => 0.5 * x + Math.sqrt(y))(source, target);
    const kernel = loaded();
    await rt.reduce("sum")(source);
    const reduction = loaded();
    await rt.map((x) => Math.sin(x))(source);
    const mathematics = loaded();
    await rt.parallelFor("copy", { over: 2, views: { src: source, dst: target }, caller: "helps" });
    return { mode: rt.mode, reason: rt.reason, results: { loop, kernel, reduction, mathematics, builtin: loaded() } };
  } finally {
    await rt.close();
  }
}
