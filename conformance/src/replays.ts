/**
 * Which file of vectors is replayed how.
 *
 * @module
 */
import type { Case, Replays } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import * as assign from "./replay-assign.ts";
import * as cast from "./replay-cast.ts";
import * as equality from "./replay-equality.ts";
import * as flags from "./replay-flags.ts";
import * as format from "./replay-format.ts";
import * as layout from "./replay-layout.ts";
import * as lifecycle from "./replay-lifecycle.ts";
import * as npy from "./replay-npy.ts";
import * as elementwise from "./replay-numpy-elementwise.ts";
import * as reduce from "./replay-numpy-reduce.ts";
import * as oldbuffer from "./replay-oldbuffer.ts";
import * as slice from "./replay-slice.ts";
import type { KernelReplays } from "./replay-kernels.ts";

/** How a file is replayed. */
export interface FileReplay {
  /** By kind. */
  readonly replays: Replays;
  /** The rule of ours by which a case has another outcome than Python's; the first, where it meets several. */
  readonly divergenceOf: (c: Case) => DivergenceName | null;
}

/** Those of the buffer protocol, by the name of the file without `.jsonl`. */
export const FILE_REPLAYS: Readonly<Record<string, FileReplay>> = {
  format,
  layout,
  slice,
  cast,
  equality,
  assign,
  flags,
  lifecycle: { ...lifecycle, divergenceOf: none },
  npy: { ...npy, divergenceOf: none },
  oldbuffer,
};

function none(): null {
  return null;
}

/** The files that ask kernels: these run in a runtime. */
export const KERNEL_REPLAYS: Readonly<Record<string, KernelReplays>> = {
  numpy_elementwise: elementwise.replays,
  numpy_reduce: reduce.replays,
};
