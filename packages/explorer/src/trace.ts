/**
 * Schedules as text: `owner*3 worker owner:timeout worker:die`.
 *
 * Each word is a thread, what happens to it unless it does its next operation, and how many times. A number after the
 * colon is the choice of a notify.
 *
 * @module
 */
import { TraceError } from "./errors.ts";
import type { Program } from "./program.ts";
import { actionOf, choiceOf, DIE, EXECUTE, RESCUE, stepOf, threadOf, TIME_OUT, WAKE } from "./step.ts";

const ACTIONS: ReadonlyMap<string, number> = new Map([
  ["die", DIE],
  ["timeout", TIME_OUT],
  ["wake", WAKE],
  ["rescue", RESCUE],
]);
const ACTION_NAMES: ReadonlyMap<number, string> = new Map([...ACTIONS].map(([name, action]) => [action, name]));

const WORD = /^([\w-]+)(?::([a-z]+|\d+))?(?:\*(\d+))?$/;

/** Repetitions of one step in a trace at most: far more than a schedule has steps. */
const COUNT_MAX = 1_000_000;

/** Writes a schedule as text. */
export function formatTrace(program: Program, steps: readonly number[]): string {
  const words: string[] = [];
  for (let start = 0; start < steps.length;) {
    const step = steps[start]!;
    let stop = start + 1;
    while (stop < steps.length && steps[stop] === step) stop++;
    words.push(formatStep(program, step) + (stop - start > 1 ? `*${stop - start}` : ""));
    start = stop;
  }
  return words.join(" ");
}

function formatStep(program: Program, step: number): string {
  const name = program.threadNames[threadOf(step)]!;
  const action = ACTION_NAMES.get(actionOf(step));
  if (action !== undefined) return `${name}:${action}`;
  return choiceOf(step) === 0 ? name : `${name}:${choiceOf(step)}`;
}

/** Reads what {@link formatTrace} wrote. @throws {@link TraceError} for text that is no trace of the program */
export function parseTrace(program: Program, trace: string): number[] {
  const steps: number[] = [];
  for (const word of trace.split(/\s+/).filter((part) => part !== "")) {
    const match = WORD.exec(word);
    const thread = program.threadNames.indexOf(match?.[1] ?? "");
    const what = match?.[2] ?? "0";
    const action = /^\d/.test(what) ? EXECUTE : ACTIONS.get(what);
    const count = Number(match?.[3] ?? 1);
    if (thread < 0 || action === undefined || count > COUNT_MAX)
      throw new TraceError(
        `cannot read ${JSON.stringify(word)} in a trace of "${program.scenario.name}": expected a thread ` +
          `(${program.threadNames.join(", ")}), then :die, :timeout, :wake, :rescue or :number, then *count`,
      );
    const step = stepOf(thread, action, action === EXECUTE ? Number(what) : 0);
    for (let k = 0; k < count; k++) steps.push(step);
  }
  return steps;
}
