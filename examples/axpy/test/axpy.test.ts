import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/axpy: computes every element, says so, and exits by itself", async () => {
  const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", join(folder, "src/main.ts")]);
  expect(stdout).toBe(`y = 2 * x + y: all 1000000 elements are right, on ${availableParallelism()} threads\n`);
  expect(stderr).toBe("");
});

test.each(["main.ts", "axpy.kernel.ts"])("examples/axpy: the README shows %s as it is", (file) => {
  const source = readFileSync(join(folder, "src", file), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
