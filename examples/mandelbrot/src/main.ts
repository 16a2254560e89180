/**
 * The Mandelbrot set: an ordinary function with a loop in it, as a kernel, and its picture.
 *
 * It is verified first: the function itself gives the same numbers.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { open } from "instride";

const [width, height, rounds] = [1536, 1024, 255];

/** Rounds after which a point has left the circle of radius 2. */
const escape = (cr: number, ci: number, { rounds: roundsMax }: { readonly rounds: number }): number => {
  let [zr, zi, n] = [0, 0, 0];
  for (; n < roundsMax; n++) {
    const [a, b] = [zr * zr, zi * zi];
    if (a + b > 4) break;
    zi = 2 * zr * zi + ci;
    zr = a - b + cr;
  }
  return n;
};

await using rt = await open();
const real = rt.from(Float64Array.from({ length: width }, (_, i) => -2.25 + (3 * i) / width));
const imaginary = rt.from(Float64Array.from({ length: height }, (_, i) => -1 + (2 * i) / height));
const image = rt.empty([height, width], "uint8");

const mandelbrot = rt.map(escape, { parameters: { rounds }, casting: "unsafe" });
const column = imaginary.expandDims(1);
await mandelbrot.warm(real, column, { out: image });

const started = performance.now();
await mandelbrot(real, column, { out: image });
const ms = performance.now() - started;

let wrong = 0;
for (let i = 0; i < height; i += 37) {
  for (let j = 0; j < width; j += 41) {
    if (escape(real.get(j), imaginary.get(i), { rounds }) !== image.get(i, j)) wrong++;
  }
}
const inside = await rt.reduce("mean", { of: (n, { last }) => (n === last ? 1 : 0), parameters: { last: rounds } })(
  image,
);

console.log(
  `${width} × ${height} points in ${ms.toFixed(1)} ms, ${wrong} of the points looked at differ from the function`,
);
console.log(`${(100 * inside).toFixed(2)} % of the points never leave in ${rounds} rounds`);

const [target] = process.argv.slice(2);
if (target !== undefined) {
  writeFileSync(target, Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.from(image.toBytes())]));
  console.log(`written: ${target}`);
}
