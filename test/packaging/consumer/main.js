/**
 * Doubles an array on every thread, with nothing but the published packages, and exits with 0 if the result is right.
 *
 * @module
 */
import { open } from "instride";

const SIZE = 1000;
const FACTOR = 2;

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
} finally {
  await rt.close();
}
