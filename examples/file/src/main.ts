/**
 * A volume in NumPy's format: read into shared memory, measured on every core, and a cut through it written.
 *
 * @module
 */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNpy, open, saveNpy } from "instride";
import type { Statistics } from "./statistics.kernel.ts";

await using rt = await open();
await using folder = await mkdtempDisposable(join(tmpdir(), "instride-"));
const path = join(folder.path, "volume.npy");

// 64 slices of 256 x 256 values, as a scanner might write them.
const scan = Uint16Array.from({ length: 64 * 256 * 256 }, (_, i) => (i * 40_503) % 4096);
await saveNpy(path, rt.from(scan, { shape: [64, 256, 256] }));

// The data go from the file straight into the shared heap.
const volume = await loadNpy(path, { allocate: (nbytes) => rt.empty([nbytes], "uint8", { label: path }) });
console.log(`read ${volume.dtype} [${volume.shape.join(", ")}], ${volume.nbytes} bytes`);

const statistics = await rt.parallelReduce<Statistics>(new URL("./statistics.kernel.ts", import.meta.url), {
  over: volume.shape[0]!,
  views: { volume: volume.toReadonly() },
  identity: { count: 0, sum: 0, min: Infinity, max: -Infinity },
  join: (left, right) => ({
    count: left.count + right.count,
    sum: left.sum + right.sum,
    min: Math.min(left.min, right.min),
    max: Math.max(left.max, right.max),
  }),
});
const { count, sum, min, max } = statistics;
console.log(`${count} values from ${min} to ${max}, mean ${sum / count}, on ${rt.threads} threads`);

// A cut across all slices: its elements lie far apart, and are packed on their way, a piece at a time.
const cut = volume.at("...", 128);
await saveNpy(join(folder.path, "cut.npy"), cut);
const written = await loadNpy(join(folder.path, "cut.npy"));
if (!Buffer.from(written.toBytes()).equals(cut.toBytes())) throw new Error("the file holds another cut");
console.log(`wrote ${written.dtype} [${written.shape.join(", ")}] with strides of [${cut.strides.join(", ")}] bytes`);
