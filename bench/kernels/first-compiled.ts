/**
 * A process that starts, compiles a kernel from a function, and tells how long its first result took, as JSON.
 *
 * Usage: `node first-compiled.js THREADS`, built and beside built packages, on plain Node.
 *
 * @module
 */
import type { FirstResult } from "../start/first-result.ts";

const SIZE = 1000;

const threads = Number(process.argv[2]);
const start = performance.now();
const { open } = await import("instride");
const loadedAt = performance.now();
const rt = await open({ threads });
const x = rt.from(Float64Array.from({ length: SIZE }, (_, i) => i + 0.5));
const result = await rt.map((a: number) => a * 2 + 1)(x);
const end = performance.now();

const elements = result.asTypedArray() as Float64Array;
for (let i = 0; i < SIZE; i++) {
  if (elements[i] !== 2 * i + 2) throw new Error(`element ${i} is ${elements[i]}, expected ${2 * i + 2}`);
}
const times: FirstResult = { sinceImportUs: (end - start) * 1000, sinceOpenUs: (end - loadedAt) * 1000 };
console.log(JSON.stringify(times));
// Threads may still be starting.
process.exit();
