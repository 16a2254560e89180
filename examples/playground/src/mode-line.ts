/**
 * In which mode the page runs, why, and what would have to be set for a better one.
 *
 * @module
 */
import { diagnose, type Runtime } from "instride";
import { byId } from "./elements.ts";

/** What each mode means for the page. */
const MEANINGS = {
  threads: "All threads share the arrays.",
  worker: "One thread; arrays move to it and back.",
  inline: "No thread: everything runs on the page's own.",
} as const;

/** Says it. */
export async function showMode(rt: Runtime): Promise<void> {
  const line = byId("mode", HTMLDetailsElement);
  line.dataset["mode"] = rt.mode;
  const count = rt.mode === "threads" ? ` on ${rt.threads} of ${navigator.hardwareConcurrency} cores` : "";
  byId("mode-name", HTMLElement).textContent = `Mode ${rt.mode}${count}.`;
  byId("mode-reason", HTMLElement).textContent = `${MEANINGS[rt.mode]} Why: ${rt.reason}.`;
  byId("diagnosis", HTMLElement).textContent = String(await diagnose());
}
