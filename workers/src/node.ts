/**
 * What each thread of a Node pool runs: a lane of the scheduler, joined with the built-in kernels, and ordinary tasks.
 *
 * Piscina calls the functions by their names. A thread may work for several runtimes, since the pool may be the user's.
 * Where no memory is shared this is the file of the one thread, which is not Piscina's.
 *
 * @module
 */
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  threadId,
  workerData,
} from "node:worker_threads";
import {
  checkProtocol,
  joinLane,
  joinThread,
  type LaneExit,
  MOVED_POOL_PORT,
  type MovedPoolData,
  MovedThread,
  type Refusal,
  refusalOf,
  type RegistrationMessage,
  runTaskHere,
  stayInLane,
  type TaskMessage,
  type TaskOutcome,
  type ThreadContext,
  type ThreadData,
  type ThreadLaneHost,
  type ThreadRequest,
} from "@instride/scheduler";
import { provideThreadLoops, registryOf } from "./thread-registry.ts";

/** This thread's part in a runtime. */
interface Membership {
  readonly thread: ThreadContext;
  readonly host: ThreadLaneHost;
  readonly port: MessagePort;
}

const memberships = new Map<number, Membership>();

provideThreadLoops();

const movedPool = workerData as Partial<MovedPoolData<MessagePort>> | null;
if (movedPool?.[MOVED_POOL_PORT] !== undefined) {
  checkProtocol(movedPool.protocol, import.meta.url);
  serveMovedPool(movedPool[MOVED_POOL_PORT]);
}

/** Becomes a lane, until there has been no work for a while, or the thread is wanted for a task. */
export async function lane({ thread }: { readonly thread: ThreadData }): Promise<LaneExit | Refusal> {
  const refusal = refusalOf(thread.protocol, import.meta.url);
  if (refusal !== null) return refusal;
  const { host, port } = join(thread);
  const exit = await stayInLane(host);
  if (exit === "shut down") {
    memberships.delete(thread.runtime);
    port.close();
  }
  return exit;
}

/** Runs a task. */
export async function task(errand: {
  readonly thread: ThreadData;
  readonly task: TaskMessage;
}): Promise<TaskOutcome | Refusal> {
  return refusalOf(errand.thread.protocol, import.meta.url) ?? runTaskHere(errand.task, join(errand.thread).thread);
}

/** Serves a pool that shares no memory with this thread, for the thread's life. */
function serveMovedPool(port: MessagePort): void {
  const thread = new MovedThread(registryOf(null), (answer, buffers) => port.postMessage(answer, [...buffers]));
  port.on("message", (request: ThreadRequest) => void thread.serve(request));
  port.on("messageerror", (error) => {
    // Nobody would ever answer what could not be read: the pool is to hear of an end.
    throw error;
  });
}

function join({ runtime, leases, lanes, memory }: ThreadData): Membership {
  const known = memberships.get(runtime);
  if (known !== undefined) return known;
  // As `leaseThread` of the pool has it: 0 stands for no thread.
  const id = threadId + 1;
  const thread = joinThread(leases, id, registryOf(memory));
  const { port1: port, port2: ownersPort } = new MessageChannel();
  port.unref();
  const host = joinLane(lanes, id, {
    ...thread,
    receive: () => (receiveMessageOnPort(port)?.message as RegistrationMessage | undefined) ?? null,
    send: (message) => port.postMessage(message),
  });
  const hello = { runtime, thread: id, lane: host.lane, port: ownersPort };
  parentPort?.postMessage({ instride: hello }, [ownersPort]);
  const membership = { thread, host, port };
  memberships.set(runtime, membership);
  return membership;
}
