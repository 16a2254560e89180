/**
 * What each worker of a page runs: a lane of the scheduler, joined with the built-in kernels, and ordinary tasks.
 *
 * The page asks through Comlink for what is seldom: to start, to be a lane, to run a task. What kernels and operands are
 * comes over a port of its own, and jobs over shared memory.
 *
 * @module
 */
import { expose, transfer } from "comlink";
import {
  joinLane,
  joinThread,
  type LaneExit,
  MovedThread,
  type Refusal,
  refusalOf,
  type RegistrationMessage,
  runTaskHere,
  stayInEventLane,
  type TaskMessage,
  type TaskOutcome,
  type ThreadContext,
  type ThreadData,
  type ThreadLaneHost,
  type ThreadRequest,
} from "@instride/scheduler";
import type { Membership, WorkerApi, WorkerNote } from "@instride/scheduler/comlink";
import { provideThreadLoops, registryOf } from "./thread-registry.ts";

/** This worker's part in the runtime that has made it. */
interface Joined {
  readonly thread: ThreadContext;
  readonly host: ThreadLaneHost;
}

let joined: Joined | null = null;

provideThreadLoops();

sayWhatPagesDoNotSee();

const api: WorkerApi = { start, join, lane, task, serveMoved };
expose(api);

/** Takes the lock for life: the page, which queues for it, has it when this worker has ended. */
function start(lock: string | null): Promise<boolean> {
  if (lock === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const forLife = (): Promise<never> => {
      resolve(true);
      return new Promise(() => {});
    };
    // Documents without an origin of their own are refused.
    navigator.locks.request(lock, forLife).catch(() => resolve(false));
  });
}

/** Browsers tell a page neither that its worker has closed itself, nor of promises that nobody waited for there. */
function sayWhatPagesDoNotSee(): void {
  const say = (note: WorkerNote): void => self.postMessage(note);
  const close = self.close.bind(self);
  self.close = (): void => {
    say({ instride: "closes" });
    close();
  };
  self.addEventListener("unhandledrejection", ({ reason }) => {
    say({ instride: "failed", message: reason instanceof Error ? reason.message : String(reason) });
  });
}

function join(data: ThreadData, id: number): Membership | Refusal {
  const refusal = refusalOf(data.protocol, import.meta.url);
  if (refusal !== null) return refusal;
  const thread = joinThread(data.leases, id, registryOf(data.memory));
  const { port1: port, port2: pagesPort } = new MessageChannel();
  const arrived: RegistrationMessage[] = [];
  const host = joinLane(data.lanes, id, {
    ...thread,
    receive: () => arrived.shift() ?? null,
    send: (message) => port.postMessage(message),
  });
  port.addEventListener("message", ({ data: message }) => {
    arrived.push(message as RegistrationMessage);
    host.rouse();
  });
  port.start();
  joined = { thread, host };
  return transfer({ lane: host.lane, port: pagesPort }, [pagesPort]);
}

function lane(): Promise<LaneExit> {
  return stayInEventLane(asJoined().host);
}

function task(message: TaskMessage): Promise<TaskOutcome> {
  return runTaskHere(message, asJoined().thread);
}

function serveMoved(port: MessagePort, protocol: number): Refusal | null {
  const refusal = refusalOf(protocol, import.meta.url);
  if (refusal !== null) return refusal;
  const thread = new MovedThread(registryOf(null), (answer, buffers) => port.postMessage(answer, [...buffers]));
  port.addEventListener("message", ({ data }) => void thread.serve(data as ThreadRequest));
  // What could not be read would never be answered: the page is to hear of an end.
  port.addEventListener("messageerror", () => self.close());
  port.start();
  return null;
}

function asJoined(): Joined {
  if (joined === null) throw new Error("internal: a worker was asked for work before it had joined");
  return joined;
}
