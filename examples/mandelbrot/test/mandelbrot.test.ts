import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/mandelbrot: the kernel gives what the function gives, and a picture of it", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "mandelbrot-"));
  try {
    const picture = join(scratch, "set.pgm");
    const program = join(folder, "src/main.ts");
    const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", program, picture]);
    expect(stdout).toMatch(/^1536 × 1024 points in [\d.]+ ms, 0 of the points looked at differ from the function\n/);
    const bytes = readFileSync(picture);
    expect(bytes.subarray(0, 17).toString()).toBe("P5\n1536 1024\n255\n");
    expect(bytes.length).toBe(17 + 1536 * 1024);
    // The set's area is 1.5066; the picture shows 3 × 2.
    const inside = bytes.subarray(17).filter((count) => count === 255).length / (1536 * 1024);
    expect(stdout).toContain(`${(100 * inside).toFixed(2)} % of the points`);
    expect(6 * inside).toBeCloseTo(1.5066, 1);
    expect(stderr).toBe("");
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("examples/mandelbrot: the README shows main.ts as it is", () => {
  const source = readFileSync(join(folder, "src/main.ts"), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
