/**
 * The caller's own part in a job: it claims chunks like a lane, for as long as its turn of the event loop lasts.
 *
 * @module
 */
import { errorToWire, type Port } from "@instride/core";
import type { CallerWork } from "../caller-work.ts";
import type { ChunkedRange } from "../range.ts";
import { helpJob } from "./lane.ts";
import { stopJob } from "./lane-side.ts";
import type { OpenJob } from "./open-job.ts";

/**
 * Helps with an open job until no chunk is left to be claimed.
 *
 * @param goesOn - is asked after each chunk
 * @returns how many chunks it ran
 */
export function helpFor(
  port: Port,
  job: OpenJob,
  chunks: ChunkedRange,
  work: CallerWork,
  goesOn: () => boolean,
): number {
  work.begin(job, chunks);
  try {
    return helpJob(port, job.slot, job.ticket, work, goesOn);
  } finally {
    work.end();
  }
}

/** Delivers to a job that its caller could not help with it, and stops it. */
export function refuseHelp(port: Port, job: OpenJob, error: unknown): void {
  job.note({ partials: [], failure: { error: errorToWire(error), range: null } });
  stopJob(port, job.slot);
}
