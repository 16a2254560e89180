/**
 * What each thread of a Node pool runs: the scheduler's participant, joined with the built-in kernels.
 *
 * Piscina calls the functions by their names.
 *
 * @module
 */
import { threadId, workerData } from "node:worker_threads";
import { kernelNamed } from "@instride/kernels";
import {
  joinThread,
  type LoopMessage,
  type LoopOutcome,
  runLoop,
  runTaskHere,
  type TaskMessage,
  type TaskOutcome,
  type ThreadContext,
  type ThreadData,
} from "@instride/scheduler";

const { leases } = workerData as ThreadData;
// As `leaseThread` of the pool has it: 0 stands for no thread.
const thread: ThreadContext = joinThread(leases, threadId + 1, (name) => kernelNamed(name).run);

/** Takes part in a loop. */
export function loop(message: LoopMessage): Promise<LoopOutcome> {
  return runLoop(message, thread);
}

/** Runs a task. */
export function task(message: TaskMessage): Promise<TaskOutcome> {
  return runTaskHere(message, thread);
}
