import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/heat: keeps the heat, spreads it as the equation says, and exits by itself", async () => {
  const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", join(folder, "src/main.ts")]);
  expect(stdout).toMatch(/^10000 steps of 10001 points: [\d.]+ µs each\n/);
  // A random walk that moves left or right with probability `rate` each: variance 2 * rate * steps, so √5000 points.
  expect(stdout).toContain(`heat is kept: 1.000000000, and spreads as √t: ${Math.sqrt(5000).toFixed(6)} points\n`);
  expect(stderr).toBe("");
});

test.each(["main.ts", "step.kernel.ts"])("examples/heat: the README shows %s as it is", (file) => {
  const source = readFileSync(join(folder, "src", file), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
