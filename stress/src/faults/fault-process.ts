/**
 * A process that runs cases, one after the other, as it is asked to.
 *
 * It has to end by itself once nobody asks any more: a thread, a port or a timer that a case left would keep it alive.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { Random } from "@instride/cases";
import { type Mode, open } from "instride";
import { type CaseReply, type CaseRequest, type CaseSettings, SETTINGS_VARIABLE } from "../processes/case-messages.ts";
import { ThreadWatch } from "../processes/thread-watch.ts";
import { BrokenModules } from "./broken-modules.ts";
import { drawCase } from "./draw.ts";
import type { FaultKind } from "./plan.ts";
import { runTrial, type TrialPlace } from "./trial.ts";

/** Warnings that are somebody's mistake. */
const WARNINGS = new Set(["MaxListenersExceededWarning", "PromiseRejectionHandledWarning", "Warning"]);

/** Serves cases to whoever has started this process. @param openRuntime - opens runtimes, in place of `open` */
export function serveCases(openRuntime: TrialPlace["open"] = open): void {
  const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? "{}") as CaseSettings;
  const modules = new BrokenModules();
  const place: TrialPlace = { watch: new ThreadWatch(), modules, open: openRuntime, withinMs: settings.withinMs };
  /** What nobody waited for. */
  const strays: string[] = [];
  process.on("uncaughtException", (error) => strays.push(`nobody caught ${error.stack ?? String(error)}`));
  process.on("unhandledRejection", (error) => strays.push(`nobody waited for a rejection: ${String(error)}`));
  process.on("warning", (warning) => {
    if (WARNINGS.has(warning.name)) strays.push(`there was a warning: ${warning.message}`);
  });
  process.on("exit", () => modules[Symbol.dispose]());
  process.on("message", ({ caseNumber }: CaseRequest) => {
    void reply(caseNumber, settings, place, strays).then((message) => process.send?.(message));
  });
}

async function reply(
  caseNumber: number,
  { seed, kinds, modes }: CaseSettings,
  place: TrialPlace,
  strays: string[],
): Promise<CaseReply> {
  const plan = drawCase(new Random(seed, caseNumber), { kinds: kinds as FaultKind[], modes: modes as Mode[] });
  const { faults, settledMs, succeeded, isStuck } = await runTrial(plan, place);
  // A rejection that nobody waits for is told once the event loop has turned.
  await setTimeout(1);
  const all = [...faults, ...strays.splice(0)];
  return { caseNumber, succeeded, faults: all, settledMs, isStuck };
}
