import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const runFile = promisify(execFile);

test("examples/comlink: the worker counts every byte where it lies, and the program exits by itself", async () => {
  const { stdout, stderr } = await runFile(process.execPath, ["-C", "@instride/source", join(folder, "src/main.ts")]);
  expect(stdout).toMatch(/^held by: .+, to read\nall 307200 bytes were counted where they lie; \d+ of them are 0\n$/);
  expect(stderr).toBe("");
});
