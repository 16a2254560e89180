/**
 * What each thread of a Node pool runs: a lane of the scheduler, joined with the built-in kernels, and ordinary tasks.
 *
 * Piscina calls the functions by their names.
 *
 * @module
 */
import { MessageChannel, parentPort, receiveMessageOnPort, threadId, workerData } from "node:worker_threads";
import { kernelNamed } from "@instride/kernels";
import {
  joinLane,
  joinThread,
  type LaneExit,
  type RegistrationMessage,
  runTaskHere,
  stayInLane,
  type TaskMessage,
  type TaskOutcome,
  type ThreadContext,
  type ThreadData,
} from "@instride/scheduler";

const { leases, lanes } = workerData as ThreadData;
// As `leaseThread` of the pool has it: 0 stands for no thread.
const id = threadId + 1;
const thread: ThreadContext = joinThread(leases, id, (name) => kernelNamed(name).run);

const { port1: port, port2: ownersPort } = new MessageChannel();
port.unref();

const host = joinLane(lanes, id, {
  ...thread,
  receive: () => (receiveMessageOnPort(port)?.message as RegistrationMessage | undefined) ?? null,
  send: (message) => port.postMessage(message),
});
parentPort?.postMessage({ instride: { thread: id, lane: host.lane, port: ownersPort } }, [ownersPort]);

/** Becomes a lane, until there has been no work for a while, or the thread is wanted for a task. */
export function lane(): Promise<LaneExit> {
  return stayInLane(host);
}

/** Runs a task. */
export function task(message: TaskMessage): Promise<TaskOutcome> {
  return runTaskHere(message, thread);
}
