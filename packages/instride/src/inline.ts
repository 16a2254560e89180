/**
 * The one import without threads: the same calls with the same results, all on the calling thread.
 *
 * For bundlers that don't know workers, for platforms that have none, and for unit tests. It names no worker file, so there
 * is none to be emitted or served.
 *
 * @module
 */
import { checkOptions, type CommonOptions, openOn } from "./opening.ts";
import type { Runtime } from "./runtime.ts";

export * from "./public.ts";

export interface OpenOptions extends CommonOptions {
  /** Of pages. It does nothing here, so that one program can be for both. */
  readonly worker?: () => object;
}

/** The id of the calling thread among those of a runtime: it is the only one. */
const THREAD = 1;

/**
 * Opens a runtime in mode `inline`.
 *
 * @throws a `ModeError` for another mode; a `ValueError` for options that make no sense; a `MemoryError` if no memory is
 *   granted
 *
 * @example
 * ```ts
 * await using rt = await open();
 * rt.mode; // "inline"
 * ```
 */
export async function open(options: OpenOptions = {}): Promise<Runtime> {
  checkOptions(options);
  const missingThreads = "instride/inline starts no threads";
  const makePool = (mode: string): Promise<never> => {
    throw new Error(`internal: a pool was wanted for mode "${mode}" where there are no threads`);
  };
  return openOn({ thread: THREAD, missingThreads, makePool }, options);
}
