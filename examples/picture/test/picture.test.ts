import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const program = ["-C", "@instride/source", join(folder, "src/main.ts")];
const runFile = promisify(execFile);

const [height, width] = [53, 70];

/** Any picture, in which every pixel differs from its neighbours. */
const photo = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i) % 251);

/** Sobel's two windows over the mean of the channels, pixel by pixel. */
function edgesOf(): number[] {
  const clamp = (i: number, length: number): number => Math.min(Math.max(i, 0), length - 1);
  const mean = (i: number, j: number): number => {
    const start = (clamp(i, height) * width + clamp(j, width)) * 3;
    return (photo[start]! + photo[start + 1]! + photo[start + 2]!) / 3;
  };
  const window = [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ];
  return Array.from({ length: height * width }, (_, pixel) => {
    let [x, y] = [0, 0];
    for (const [a, row] of window.entries()) {
      for (const [b, weight] of row.entries()) {
        x += weight * mean(Math.floor(pixel / width) + a - 1, (pixel % width) + b - 1);
        y += weight * mean(Math.floor(pixel / width) + b - 1, (pixel % width) + a - 1);
      }
    }
    return Math.min(255, Math.round(Math.sqrt(x * x + y * y) / 4));
  });
}

test("examples/picture: writes the edges of the picture, says so, and exits by itself", async () => {
  const temporary = await mkdtemp(join(tmpdir(), "instride-picture-"));
  try {
    const [input, output] = [join(temporary, "photo.png"), join(temporary, "edges.png")];
    await sharp(photo, { raw: { height, width, channels: 3 } }).toFile(input);
    const { stdout, stderr } = await runFile(process.execPath, [...program, input, output]);
    expect(stdout).toBe(`found the edges of 70 x 53 pixels on ${availableParallelism()} threads\n`);
    expect(stderr).toBe("");
    const { data, info } = await sharp(output).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    expect([info.height, info.width, info.channels]).toEqual([height, width, 1]);
    // The sums are in another order: a value halfway between two may be rounded to either.
    const expected = edgesOf();
    expect(data.findIndex((value, i) => Math.abs(value - expected[i]!) > 1)).toBe(-1);
  } finally {
    await rm(temporary, { recursive: true });
  }
});

test.each(["main.ts", "edges.kernel.ts"])("examples/picture: the README shows %s as it is", (file) => {
  const source = readFileSync(join(folder, "src", file), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
