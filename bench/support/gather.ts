/**
 * What has to be there before a loop is timed as of a warm program: all threads of its runtime.
 *
 * @module
 */
import type { Runtime } from "instride";
import { RENDEZVOUS_KERNEL } from "../jobs/kernels.ts";
import { meetingPoint } from "../jobs/rendezvous.ts";

/**
 * Has every thread of a runtime take part in a job. Threads start with the first one, go when they have been idle for a
 * while, and come again while the caller gives way to the event loop: a caller that never does would be alone.
 */
export async function gather(runtime: Runtime): Promise<void> {
  await runtime.parallelFor(RENDEZVOUS_KERNEL, { over: runtime.threads, args: meetingPoint(runtime.threads) });
}
