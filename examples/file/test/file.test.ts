import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/file: measures the volume, writes the cut, says so, and exits by itself", async () => {
  const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", join(folder, "src/main.ts")]);
  // 40503 is odd, so that the values go through all of 0 to 4095 again and again.
  expect(stdout.split("\n")).toEqual([
    "read uint16 [64, 256, 256], 8388608 bytes",
    `4194304 values from 0 to 4095, mean 2047.5, on ${availableParallelism()} threads`,
    "wrote uint16 [64, 256] with strides of [131072, 512] bytes",
    "",
  ]);
  expect(stderr).toBe("");
});

test.each(["main.ts", "statistics.kernel.ts"])("examples/file: the README shows %s as it is", (file) => {
  const source = readFileSync(join(folder, "src", file), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
