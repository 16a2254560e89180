/**
 * What a user writes: loops in modules of their own, a kernel that is compiled, reductions. Runs in Node as well, where the
 * test gets from it what a page has to get.
 *
 * @module
 */
import { open } from "./instride.js";
import { options } from "./options.js";
import { rowMeans } from "./typescript-kernels.js";

const SHAPE = [300, 400];

/** @returns how it was run, and what came of it */
export async function program() {
  const rt = await open(options);
  try {
    const picture = rt.from(
      Float64Array.from({ length: SHAPE[0] * SHAPE[1] }, (_, i) => ((i * 7919) % 1009) / 8),
      { shape: SHAPE },
    );
    const smooth = rt.empty(SHAPE, "float64");
    await rt.parallelFor(new URL("./smooth.kernel.js", import.meta.url), {
      over: SHAPE[0],
      views: { source: picture.toReadonly(), target: smooth },
      args: { radius: 2 },
    });
    const means = rt.empty([SHAPE[0]], "float64");
    await rt.parallelFor(rowMeans, { over: SHAPE[0], views: { source: picture.toReadonly(), means } });
    const sharpen = rt.map((x, y, { amount }) => Math.sqrt(Math.abs(x + amount * (x - y))), {
      parameters: { amount: 0.75 },
    });
    const sharp = await sharpen(picture, smooth);
    const results = {
      smooth: smooth.at(150).toList(),
      means: means.toList(),
      sharp: sharp.at(-1).toList(),
      sum: await rt.reduce("sum")(sharp),
      highest: (await rt.reduce("max")(sharp, { axis: 1 })).toList(),
      totals: (await rt.scan("cumsum")(smooth, { axis: 0 })).at(-1).toList(),
    };
    return { mode: rt.mode, reason: rt.reason, results };
  } finally {
    await rt.close();
  }
}
