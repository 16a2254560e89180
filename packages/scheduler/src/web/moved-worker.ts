/**
 * The one thread of a moved pool in a page: for pages that may not share memory.
 *
 * @module
 */
import { errorFromWire } from "@instride/core";
import {
  PROTOCOL_VERSION,
  type ThreadAnswer,
  type ThreadHost,
  type ThreadRequest,
  WorkerLostError,
} from "@instride/scheduler";
import { asStartError, PageWorker, transferred, untilAnswered, type WorkerFactory } from "./page-worker.ts";

/** A worker that has been made and has not ended. */
interface LiveWorker {
  readonly worker: PageWorker;
  readonly port: MessagePort;
  readonly number: number;
  /** Whoever waits for its answer. */
  asked: PromiseWithResolvers<ThreadAnswer> | null;
}

export class MovedWorker implements ThreadHost {
  readonly #makeWorker: WorkerFactory;
  #live: LiveWorker | null = null;
  #started = 0;

  constructor(makeWorker: WorkerFactory) {
    this.#makeWorker = makeWorker;
  }

  start(): number {
    this.#live ??= this.#create();
    return this.#live.number;
  }

  ask(request: ThreadRequest, buffers: readonly ArrayBuffer[]): Promise<ThreadAnswer> {
    const live = (this.#live ??= this.#create());
    // It waits in the port until the worker has come up.
    live.port.postMessage(request, [...buffers]);
    live.asked = Promise.withResolvers<ThreadAnswer>();
    return live.asked.promise;
  }

  async end(): Promise<void> {
    const live = this.#live;
    if (live === null) return;
    live.worker.terminate();
    await live.worker.ended;
  }

  #create(): LiveWorker {
    const worker = new PageWorker(this.#makeWorker);
    const { port1: port, port2: itsPort } = new MessageChannel();
    const live: LiveWorker = { worker, port, number: ++this.#started, asked: null };
    port.addEventListener("message", ({ data }) => {
      live.asked?.resolve(data as ThreadAnswer);
      live.asked = null;
    });
    // An answer that can't be read is none, and no other will come.
    port.addEventListener("messageerror", () => worker.terminate());
    port.start();
    void worker.ended.then(() => this.#lose(live, new WorkerLostError(lostFact(worker))));
    this.#serve(live, itsPort).catch((error: unknown) => {
      worker.terminate();
      this.#lose(live, asStartError(error));
    });
    return live;
  }

  async #serve({ worker }: LiveWorker, itsPort: MessagePort): Promise<void> {
    const api = await worker.started;
    const serving = api.serveMoved(transferred(itsPort), PROTOCOL_VERSION);
    await untilAnswered(serving);
    const refusal = await serving;
    if (refusal !== null) throw errorFromWire(refusal.refused);
  }

  #lose(live: LiveWorker, error: WorkerLostError): void {
    if (this.#live === live) this.#live = null;
    live.port.close();
    live.asked?.reject(error);
    live.asked = null;
  }
}

function lostFact({ lastError }: PageWorker): string {
  return `a thread was lost${lastError === null ? "" : `: ${lastError}`}`;
}
