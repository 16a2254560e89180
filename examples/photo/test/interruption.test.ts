import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { emptyFolder, endOf, MAIN, startDemo } from "./run-demo.ts";

/** A whole run at this size takes many times as long; to start takes seconds where other tests run beside it. */
const HALF_WAY_MS = 5_000;

/** A machine that is busy with other tests takes its time. */
const PROMPTLY_MS = 5_000;

test.concurrent.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("demo: %s ends it at once, with exit code %i, and leaves nothing", async (signal, exitCode) => {
  const out = join(emptyFolder(), "out");
  const child = startDemo(["--out", out]);
  const end = endOf(child);
  await wait(HALF_WAY_MS);
  const since = performance.now();
  child.kill(signal);
  expect(await end).toEqual({ exitCode, stdout: "", stderr: "" });
  expect(performance.now() - since).toBeLessThan(PROMPTLY_MS);
  expect(existsSync(out)).toBe(false);
  expect(() => process.kill(-child.pid!, 0)).toThrow("ESRCH");
});

test("demo: ends when the package manager that started it has been killed", async () => {
  // Where processes can't be looked up, as in other systems than Linux, nothing is promised.
  if (!existsSync("/proc/self/stat")) return;
  const folder = emptyFolder();
  const out = join(folder, "out");
  const packageManager = join(folder, "npm");
  const args = ["-C", "@instride/source", MAIN, "--out", out];
  writeFileSync(
    packageManager,
    `require("node:child_process").spawn(process.execPath, ${JSON.stringify(args)}, { stdio: "inherit" });`,
  );
  const child = spawn(process.execPath, [packageManager], { stdio: ["ignore", "pipe", "inherit"] });
  await wait(HALF_WAY_MS);
  child.kill("SIGKILL");
  await once(child, "exit");
  // The pipe is open for as long as the demo has it.
  const closed = once(child, "close").then(() => true);
  expect(await Promise.race([closed, wait(PROMPTLY_MS, false)])).toBe(true);
  expect(existsSync(out)).toBe(false);
});
