/**
 * A command of this folder, run as a user does.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pnpm faults` or `pnpm soak`. */
export async function runCommand(name: "faults" | "soak", args: readonly string[]): Promise<Ended> {
  const main = join(import.meta.dirname, `../src/${name}/main.ts`);
  const child = spawn(process.execPath, ["-C", "@instride/source", main, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => (stderr += String(data)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { exitCode: await promise, stdout, stderr };
}
