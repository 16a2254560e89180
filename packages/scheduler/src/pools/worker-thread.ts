/**
 * The one thread of a moved pool in Node.
 *
 * It is a worker of Node's own: Piscina keeps a `SharedArrayBuffer` for each of its threads, and this pool is for where
 * there is none. It starts with the first call; while nothing is asked of it the process can exit.
 *
 * @module
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { errorFromWire, errorToWire } from "@instride/core";
import {
  MOVED_POOL_PORT,
  type MovedPoolData,
  PROTOCOL_VERSION,
  ProtocolVersionError,
  type ThreadAnswer,
  type ThreadHost,
  ThreadStartError,
  type ThreadRequest,
  WorkerLostError,
} from "@instride/scheduler";
import { inheritable } from "./thread-flags.ts";

/** A thread that has been started and has not ended. */
interface LiveThread {
  readonly worker: Worker;
  /** Not the worker's own port: modules of users may send something there. */
  readonly port: MessagePort;
  readonly number: number;
  /** Whoever waits for its answer. */
  asked: PromiseWithResolvers<ThreadAnswer> | null;
  /** Whether it has come so far as to answer anything. */
  hasAnswered: boolean;
  /** What ended it, if anything is known. */
  error: unknown;
}

export class WorkerThread implements ThreadHost {
  readonly #filename: string;
  #live: LiveThread | null = null;
  #started = 0;

  /** @param filename - the `file:` URL of what the thread runs. Its data has a port for it, as {@link MOVED_POOL_PORT} */
  constructor(filename: string) {
    this.#filename = filename;
  }

  start(): number {
    this.#live ??= this.#create();
    return this.#live.number;
  }

  ask(request: ThreadRequest, buffers: readonly ArrayBuffer[]): Promise<ThreadAnswer> {
    const live = (this.#live ??= this.#create());
    live.port.postMessage(request, [...buffers]);
    live.asked = Promise.withResolvers<ThreadAnswer>();
    live.worker.ref();
    return live.asked.promise;
  }

  async end(): Promise<void> {
    await this.#live?.worker.terminate();
  }

  #create(): LiveThread {
    const { port1: port, port2: itsPort } = new MessageChannel();
    const worker = this.#startWorker(itsPort);
    const live: LiveThread = { worker, port, number: ++this.#started, asked: null, hasAnswered: false, error: null };
    const answer = (message: ThreadAnswer): void => {
      worker.unref();
      live.hasAnswered = true;
      live.asked?.resolve(message);
      live.asked = null;
    };
    worker.unref();
    port.on("message", answer);
    port.unref();
    port.on("messageerror", (error) => {
      // An answer that can't be read is none, and no other will come.
      live.error = error;
      void worker.terminate();
    });
    worker.on("error", (error) => {
      live.error = error;
    });
    worker.on("exit", (code) => {
      if (this.#live === live) this.#live = null;
      // It may have answered before it ended.
      const last = receiveMessageOnPort(port);
      if (last !== undefined) answer(last.message as ThreadAnswer);
      live.asked?.reject(this.#lost(live, `it ended with exit code ${code}`));
      live.asked = null;
      port.close();
    });
    return live;
  }

  #startWorker(port: MessagePort): Worker {
    const workerData: MovedPoolData = { [MOVED_POOL_PORT]: port, protocol: PROTOCOL_VERSION };
    try {
      return new Worker(new URL(this.#filename), {
        workerData,
        transferList: [port],
        execArgv: inheritable(process.execArgv),
      });
    } catch (cause) {
      throw this.#startError(cause, String(cause));
    }
  }

  #lost({ error, hasAnswered }: LiveThread, fact: string): WorkerLostError {
    if (!hasAnswered) return this.#startError(error, fact);
    return new WorkerLostError(`a thread was lost: ${factOf(error, fact)}`, { cause: error });
  }

  #startError(cause: unknown, fact: string): ThreadStartError {
    // The thread's own error loses its class on the way.
    const sent = errorFromWire(errorToWire(cause));
    if (sent instanceof ProtocolVersionError) return sent;
    return new ThreadStartError(`cannot start a thread of ${this.#filename}: ${factOf(cause, fact)}`, { cause });
  }
}

function factOf(cause: unknown, fact: string): string {
  return cause instanceof Error ? cause.message : fact;
}
