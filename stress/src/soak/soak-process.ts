/**
 * The process of a soak: it does all of it, and tells whoever has started it.
 *
 * @module
 */
import { open } from "instride";
import type { OpenRuntime } from "../jobs/stage.ts";
import { parseArguments } from "./arguments.ts";
import { StuckError, Storm } from "./storm.ts";
import type { SoakMessage } from "./summary.ts";
import { judgeSamples, type Sample } from "./watched.ts";

/** Quiet moments of a soak, however long it takes. */
const QUIET_MOMENTS = 18;

/** How often it tells how far it is, in milliseconds. */
const TELL_MS = 500;

function tell(message: SoakMessage): void {
  process.send?.(message);
}

/** Soaks as the command line of this process says. @param openRuntime - opens the runtime that lives long */
export async function serveSoak(openRuntime: OpenRuntime = open): Promise<void> {
  const { seconds, seed } = parseArguments(process.argv.slice(2));
  const strays = watchStrays();
  const start = performance.now();
  const samples: Sample[] = [];
  const storm = await Storm.begin(seed, openRuntime);
  // It also keeps the process going while only a thread has something to say.
  const timer = setInterval(() => tell(soFar(storm)), TELL_MS);
  try {
    for (let moment = 1; moment <= QUIET_MOMENTS; moment++) {
      await storm.rage(start + (seconds * 1000 * moment) / QUIET_MOMENTS);
      samples.push(await storm.sample());
    }
    await storm[Symbol.asyncDispose]();
  } catch (error) {
    const isStuck = error instanceof StuckError;
    strays.push(isStuck ? error.message : `the soak threw ${String((error as Error).stack ?? error)}`);
  }
  clearInterval(timer);
  const { kinds, faults } = storm;
  const timeMs = performance.now() - start;
  const watched = judgeSamples(samples);
  tell({ summary: { kinds, watched, quietMoments: samples.length, timeMs, strays, faults } });
  process.disconnect?.();
}

/** @returns what comes up that nobody waits for, as it comes */
function watchStrays(): string[] {
  const strays: string[] = [];
  process.on("uncaughtException", (error) => strays.push(`nobody caught ${error.stack ?? String(error)}`));
  process.on("unhandledRejection", (error) => strays.push(`nobody waited for a rejection: ${String(error)}`));
  process.on("warning", ({ name, message }) => {
    if (name !== "ExperimentalWarning") strays.push(`there was a warning: ${message}`);
  });
  return strays;
}

function soFar({ kinds }: Storm): { readonly done: number; readonly failed: number } {
  const sum = (field: "count" | "failed"): number => kinds.reduce((total, kind) => total + kind[field], 0);
  return { done: sum("count"), failed: sum("failed") };
}
