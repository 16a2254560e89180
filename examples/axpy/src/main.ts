/**
 * `y = a * x + y`, on every core.
 *
 * @module
 */
import { open } from "instride";

const n = 1_000_000;
const a = 2;

await using rt = await open();
const x = rt.from(Float64Array.from({ length: n }, (_, i) => i));
const y = rt.full([n], 1, "float64");

await rt.parallelFor(new URL("./axpy.kernel.ts", import.meta.url), {
  over: n,
  views: { x: x.toReadonly(), y },
  args: { a },
});

const wrong = y.asTypedArray().findIndex((value, i) => value !== a * i + 1);
if (wrong !== -1) throw new Error(`y[${wrong}] is ${y.get(wrong)}, expected ${a * wrong + 1}`);
console.log(`y = ${a} * x + y: all ${n} elements are right, on ${rt.threads} threads`);
