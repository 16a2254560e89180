/**
 * Starts the process of a soak, and judges what it says, and how it ends.
 *
 * @module
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { settledWithin } from "../processes/limits.ts";
import type { SoakArguments } from "./arguments.ts";
import type { SoakMessage, SoakSummary } from "./summary.ts";

export interface SoakResult {
  readonly passed: number;
  readonly failed: number;
  /** Null where the process never came to it. */
  readonly summary: SoakSummary | null;
  /** What is wrong with the process, or null. */
  readonly fault: string | null;
}

/** How much longer than it was asked to a soak may take, and how long its process may take to end. */
const PATIENCE_MS = 120_000;
const END_MS = 10_000;

const MAIN = new URL("./soak-process-main.ts", import.meta.url);

/** Runs a soak. @param main - the module that its process runs */
export async function runSoak(
  { seconds, seed }: SoakArguments,
  progress: (soFar: { readonly done: number; readonly failed: number }) => void,
  main: URL = MAIN,
): Promise<SoakResult> {
  const child = fork(main, ["--seconds", String(seconds), "--seed", String(seed)], {
    execArgv: ["-C", "@instride/source"],
    // Threads that come and go would each get memory of their own to hand out, which stays when they have gone.
    env: { ...process.env, MALLOC_ARENA_MAX: "2" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then(([code, signal]) => String(code ?? signal));
  const summarized = new Promise<SoakSummary>((resolve) => {
    child.on("message", (message: SoakMessage) => {
      if ("summary" in message) resolve(message.summary);
      else progress(message);
    });
  });
  const first = await settledWithin(Promise.race([summarized, ended]), seconds * 1000 + PATIENCE_MS);
  const summary =
    first?.status === "fulfilled" && typeof first.value === "object" ? (first.value as SoakSummary) : null;
  const end = await settledWithin(ended, summary === null ? 0 : END_MS);
  child.kill("SIGKILL");
  return judge(summary, end?.status === "fulfilled" ? String(end.value) : null);
}

/** @param end - the exit code; null for a process that did not end */
function judge(summary: SoakSummary | null, end: string | null): SoakResult {
  const kinds = summary?.kinds ?? [];
  const watched = summary?.watched ?? [];
  const failedCalls = kinds.reduce((sum, { failed }) => sum + failed, 0);
  const failedWatched = watched.filter(({ fault }) => fault !== null).length;
  let fault: string | null = null;
  if (summary === null) fault = end === null ? "its process came to no end" : `its process ended with ${end}`;
  else if (end === null) fault = `its process did not end by itself in ${END_MS} ms`;
  else if (end !== "0") fault = `its process ended with ${end}`;
  const strays = summary?.strays.length ?? 0;
  const failed = failedCalls + failedWatched + strays + (fault === null ? 0 : 1);
  const done = kinds.reduce((sum, { count }) => sum + count, 0);
  return { passed: done - failedCalls + watched.length - failedWatched, failed, summary, fault };
}
