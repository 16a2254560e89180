/**
 * Which mode a runtime opens in, and what is missing for the others.
 *
 * @module
 */
import { MemoryError, MemoryOwner, type OwnerOptions } from "@instride/core";
import { missingIsolation } from "./isolation.ts";
import type { Mode } from "./runtime.ts";

/** A mode that was asked for, and that this platform can't have. */
export class ModeError extends Error {
  override readonly name: string = "ModeError";
  readonly code: string = "mode";
}

/** The mode of a runtime, why it is this one, and memory that fits it. */
export interface ModeChoice {
  readonly mode: Mode;
  readonly reason: string;
  readonly owner: MemoryOwner;
}

/** What a platform has; null where nothing is missing, else what. */
export interface Missing {
  readonly sharedMemory: string | null;
  readonly threads: string | null;
}

/**
 * Chooses a mode: `threads` if memory can be shared with threads, else `worker`, else `inline`.
 *
 * @param asked - the mode that the user wants, if any
 * @param missingThreads - what is missing to start a thread, or null
 * @throws {@link ModeError} if the mode that is asked for can't be had; {@link MemoryError} if it can, but no memory
 */
export function chooseMode(asked: Mode | undefined, missingThreads: string | null, options: OwnerOptions): ModeChoice {
  const missing = { sharedMemory: missingSharedMemory(), threads: missingThreads };
  if (asked !== undefined) return asAsked(asked, missing, options);
  const { mode, reason } = expectedMode(missing);
  if (mode === "inline") return inlineChoice(reason, missing, options);
  if (mode === "worker") return workerChoice(reason, options);
  try {
    return { mode, reason, owner: new MemoryOwner(options) };
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return workerChoice(error.message, options);
  }
}

/** The mode that is chosen where none is asked for, and why, if there is memory for it. */
export function expectedMode({ threads, sharedMemory }: Missing): Pick<ModeChoice, "mode" | "reason"> {
  if (threads !== null) return { mode: "inline", reason: threads };
  if (sharedMemory !== null) return { mode: "worker", reason: sharedMemory };
  return { mode: "threads", reason: "there are shared memory and threads" };
}

function asAsked(mode: Mode, missing: Missing, options: OwnerOptions): ModeChoice {
  const reason = "asked for by the option mode";
  if (mode === "inline") return inlineChoice(reason, missing, options);
  const attempt = `cannot open a runtime in mode "${mode}"`;
  if (missing.threads !== null) {
    throw new ModeError(`${attempt}: ${missing.threads}, expected threads; mode "inline" takes none`);
  }
  if (mode === "threads" && missing.sharedMemory !== null) {
    throw new ModeError(
      `${attempt}: ${missing.sharedMemory}, expected memory that threads share; mode "worker" moves arrays to one thread ` +
        'and back, mode "inline" takes no thread',
    );
  }
  if (mode === "worker") return workerChoice(reason, options);
  return { mode, reason, owner: new MemoryOwner(options) };
}

function workerChoice(reason: string, options: OwnerOptions): ModeChoice {
  return { mode: "worker", reason, owner: new MemoryOwner({ ...options, memory: "moved" }) };
}

function inlineChoice(reason: string, { sharedMemory }: Missing, options: OwnerOptions): ModeChoice {
  const choice = { mode: "inline", reason } as const;
  const confined = { ...options, confined: true };
  if (sharedMemory === null) {
    try {
      return { ...choice, owner: new MemoryOwner(confined) };
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  return { ...choice, owner: new MemoryOwner({ ...confined, memory: "private" }) };
}

/** What is missing to start a thread in a page, or null. */
export function missingWorkers(): string | null {
  return "Worker" in globalThis ? null : "there is no Worker here";
}

/** What is missing to share memory between threads, or null. */
export function missingSharedMemory(): string | null {
  // Where a page is not isolated, WebAssembly.Memory may still be shared, but can't be sent to a thread.
  if (typeof SharedArrayBuffer === "undefined") {
    const missing = missingIsolation();
    return missing === null ? NO_SHARED_BUFFER : `${NO_SHARED_BUFFER}, since ${missing}`;
  }
  return "waitAsync" in Atomics ? null : "there is no Atomics.waitAsync";
}

const NO_SHARED_BUFFER = "there is no SharedArrayBuffer";
