/**
 * A rod that is hot in the middle cools, step by step.
 *
 * Each step is a loop, and there are thousands: so the loop is prepared once in each direction, and then run.
 *
 * @module
 */
import { open } from "instride";

const points = 10_001;
const steps = 10_000;
const rate = 0.25;

await using rt = await open();
const kernel = new URL("./step.kernel.ts", import.meta.url);
const [here, there] = [rt.zeros([points], "float64"), rt.zeros([points], "float64")];
here.set(1, (points - 1) / 2);

const call = { over: { start: 1, stop: points - 1 }, args: { rate }, caller: "helps" } as const;
using forth = await rt.prepare(kernel, { ...call, views: { now: here.toReadonly(), next: there } });
using back = await rt.prepare(kernel, { ...call, views: { now: there.toReadonly(), next: here } });

const started = performance.now();
for (let i = 0; i < steps; i += 2) {
  await forth.run();
  await back.run();
}
const ms = performance.now() - started;

const heat = here.asTypedArray();
const total = heat.reduce((sum, value) => sum + value, 0);
const variance = heat.reduce((sum, value, i) => sum + value * (i - (points - 1) / 2) ** 2, 0);
console.log(`${steps} steps of ${points} points: ${((ms * 1000) / steps).toFixed(1)} µs each`);
console.log(`heat is kept: ${total.toFixed(9)}, and spreads as √t: ${Math.sqrt(variance).toFixed(6)} points`);
