import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/socket: receives every slice, says so, and exits by itself", async () => {
  const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", join(folder, "src/main.ts")]);
  expect(stdout).toBe("received 32 slices of [256, 256]: all 2097152 elements are right\n");
  expect(stderr).toBe("");
});

test("examples/socket: the README shows main.ts as it is", () => {
  const source = readFileSync(join(folder, "src/main.ts"), "utf8");
  const code = source.slice(source.indexOf("import "));
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});
