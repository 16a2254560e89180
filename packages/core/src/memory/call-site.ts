/**
 * Where in the program something was asked for: for the reports of `debug`.
 *
 * Stacks are texts that every engine writes in its own way, and nothing but reports may depend on them.
 *
 * @module
 */

/** Frames that are recorded: ours on top, then those of the program. */
const FRAMES_MAX = 50;

/** A line of a stack that names a place: V8's `at f (file:1:2)` and `at file:1:2`, the others' `f@file:1:2`. */
const FRAME = /^\s*at (?:async )?(?:.* \()?(.+?:\d+:\d+)\)?$|^(?:.*?@)?([a-z][a-z-]*:\/\/.+:\d+:\d+)$/;

/** An engine's limit of frames: others than V8 have none that can be set. */
interface StackLimit {
  stackTraceLimit?: number;
}

/** The stack of the caller's caller, without our own frames above those of the program. */
export function callStack(): string {
  const frames = framesHere();
  const first = frames.findIndex((frame) => isOfProgram(placeOf(frame)));
  return frames.slice(Math.max(first, 0)).join("\n");
}

/** `file:line:column` of the innermost frame that is the program's, or null where the engine doesn't tell. */
export function callSite(): string | null {
  return framesHere().map(placeOf).find(isOfProgram) ?? null;
}

function framesHere(): string[] {
  const limit = Error as StackLimit;
  const before = limit.stackTraceLimit;
  limit.stackTraceLimit = FRAMES_MAX;
  const { stack = "" } = new Error("only its stack is of use");
  if (before === undefined) delete limit.stackTraceLimit;
  else limit.stackTraceLimit = before;
  return stack.split("\n").filter((line) => FRAME.test(line));
}

function placeOf(frame: string): string {
  const [, v8, other] = FRAME.exec(frame) ?? [];
  return v8 ?? other ?? "";
}

/** The folder in which our packages lie beside each other, as it stands in stacks. Looked for with the first use. */
let home: string | null = null;

/** Sources have a folder for each room, and are built to one file. */
function homeOf(place: string): string {
  return place.replace(/core\/(src\/memory|dist)\/[^/]*$/, "");
}

function isOfProgram(place: string): boolean {
  return !isOurs(place) && !place.startsWith("node:") && place !== "";
}

function isOurs(place: string): boolean {
  if (/\/node_modules\/(@instride|instride)\//.test(place)) return true;
  home ??= homeOf(placeOf(framesHere()[0] ?? ""));
  return (
    home !== "" &&
    place.startsWith(home) &&
    /^(core|kernels|scheduler|instride)\/(src|dist)\//.test(place.slice(home.length))
  );
}
