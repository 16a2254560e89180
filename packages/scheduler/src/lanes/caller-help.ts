/**
 * The caller's own part in a job: it claims chunks like a lane, for as long as its turn of the event loop lasts.
 *
 * @module
 */
import { errorToWire, type Port } from "@instride/core";
import { runChunk } from "../chunk.ts";
import { loadKernel, type LoopBody } from "../kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "../operands.ts";
import type { LoopJob } from "../pool.ts";
import type { ThreadContext } from "../thread.ts";
import type { TurnBudget } from "../turn-budget.ts";
import { helpJob, type JobWork } from "./lane.ts";
import { stopJob } from "./lane-side.ts";
import { nextOf, stopOf } from "./lane-words.ts";
import type { OpenJob } from "./open-job.ts";

/** The calling thread. */
export interface CallerThread extends ThreadContext {
  readonly turn: TurnBudget;
}

/** Helps with an open job until no chunk is left to be claimed. What fails is delivered to the job. */
export async function help(
  port: Port,
  job: OpenJob,
  spec: LoopJob,
  { leases, registry, turn }: CallerThread,
): Promise<void> {
  let borrowed: BorrowedOperands | null = null;
  try {
    const body = (await loadKernel(spec.kernel, registry)) as LoopBody;
    borrowed = borrowOperands(spec, leases);
    const work = workOf(job, spec, body, borrowed);
    for (;;) {
      helpJob(port, job.slot, job.ticket, work, () => !turn.isUsedUp);
      if (port.load(stopOf(job.slot)) !== 0 || port.load(nextOf(job.slot)) >= job.chunkCount) return;
      await turn.giveWay();
    }
  } catch (error) {
    job.note({ partials: [], failure: { error: errorToWire(error), range: null } });
    stopJob(port, job.slot);
  } finally {
    borrowed?.end();
  }
}

function workOf(
  job: OpenJob,
  { chunks, collects, args, grid, prefixes }: LoopJob,
  body: LoopBody,
  { views }: BorrowedOperands,
): JobWork {
  // As on a thread, a body that changes its arguments changes a copy.
  const ownArgs = structuredClone(args);
  return {
    run: (chunk) => {
      const collect = collects
        ? (value: unknown): void => job.note({ partials: [{ chunk, value: structuredClone(value) }], failure: null })
        : null;
      const failure = runChunk(body, chunks, chunk, { views, args: ownArgs, grid, prefixes }, collect);
      if (failure !== null) job.note({ partials: [], failure });
      return failure === null;
    },
    end: () => {},
  };
}
