/**
 * The process of a soak: it does all of it, and tells whoever has started it.
 *
 * @module
 */
import { parseArguments } from "./arguments.ts";
import { StuckError, Storm } from "./storm.ts";
import type { SoakMessage } from "./summary.ts";
import { judgeSamples, type Sample } from "./watched.ts";

/** Quiet moments of a soak, however long it takes. */
const QUIET_MOMENTS = 18;

/** How often it tells how far it is, in milliseconds. */
const TELL_MS = 500;

const { seconds, seed } = parseArguments(process.argv.slice(2));
const tell = (message: SoakMessage): void => void process.send?.(message);
/** What nobody waited for. */
const strays: string[] = [];
process.on("uncaughtException", (error) => strays.push(`nobody caught ${error.stack ?? String(error)}`));
process.on("unhandledRejection", (error) => strays.push(`nobody waited for a rejection: ${String(error)}`));
process.on("warning", ({ name, message }) => {
  if (name !== "ExperimentalWarning") strays.push(`there was a warning: ${message}`);
});

const start = performance.now();
const samples: Sample[] = [];
const storm = await Storm.begin(seed);
const timer = setInterval(() => {
  const sum = (field: "count" | "failed"): number => storm.kinds.reduce((total, kind) => total + kind[field], 0);
  tell({ done: sum("count"), failed: sum("failed") });
}, TELL_MS);
try {
  for (let moment = 1; moment <= QUIET_MOMENTS; moment++) {
    await storm.rage(start + (seconds * 1000 * moment) / QUIET_MOMENTS);
    samples.push(await storm.sample());
  }
  await storm[Symbol.asyncDispose]();
} catch (error) {
  strays.push(
    error instanceof StuckError ? error.message : `the soak threw ${String((error as Error).stack ?? error)}`,
  );
}
clearInterval(timer);
if (process.env["DBG"])
  for (const k of Object.keys(samples[0]!))
    console.error(k, samples.map((x) => Math.round((x as never)[k] / (k.endsWith("Bytes") ? 1048576 : 1))).join(" "));
const { kinds } = storm;
const timeMs = performance.now() - start;
const faults = [...strays, ...storm.faults];
tell({ summary: { kinds, watched: judgeSamples(samples), quietMoments: samples.length, timeMs, faults } });
process.disconnect?.();
