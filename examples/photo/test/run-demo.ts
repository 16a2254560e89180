/**
 * Runs the demo as users do: as a process of its own, with its output in pipes.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export const PICTURES: string = join(import.meta.dirname, "../pictures");
export const MAIN: string = join(import.meta.dirname, "../src/main.ts");

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the demo, as the leader of a process group of its own. */
export function startDemo(args: readonly string[], { cwd, env = {} }: RunOptions = {}): ChildProcess {
  // Runners of tests ask for colours, which would be given in a pipe too.
  const { FORCE_COLOR: _, ...own } = process.env;
  return spawn(process.execPath, ["-C", "@instride/source", MAIN, ...args], {
    cwd: cwd ?? tmpdir(),
    env: { ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

/** Waits until a process has ended and its output is complete. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { exitCode, stdout, stderr };
}

export function runDemo(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return endOf(startDemo(args, options));
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder; it is removed when the tests of its file are done. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "instride-photo-"));
  folders.push(folder);
  return folder;
}
