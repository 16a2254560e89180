/**
 * What tests use of Node's module of the same name, on both sides of a thread: a module worker of the page.
 *
 * @module
 */

type Listener = (value: unknown) => void;

interface WorkerOptions {
  readonly workerData?: unknown;
  readonly transferList?: Transferable[];
}

/** The end of the name of a worker that tests have made themselves; those of a runtime have none. */
const OF_TEST = "of a test";

export class Worker {
  readonly #worker: globalThis.Worker;
  readonly #listeners: Record<"message" | "error", { readonly run: Listener; readonly once: boolean }[]> = {
    message: [],
    error: [],
  };

  constructor(url: URL, { workerData = null, transferList = [] }: WorkerOptions = {}) {
    this.#worker = new globalThis.Worker(url, { type: "module", name: OF_TEST });
    this.#worker.postMessage(workerData, transferList);
    this.#worker.addEventListener("message", ({ data }) => {
      this.#tell("message", data);
    });
    this.#worker.addEventListener("error", ({ error, message }) => {
      this.#tell("error", error ?? new Error(message));
    });
  }

  postMessage(value: unknown, transferList: Transferable[] = []): void {
    this.#worker.postMessage(value, transferList);
  }

  on(event: "message" | "error", run: Listener): void {
    this.#listeners[event].push({ run, once: false });
  }

  once(event: "message" | "error", run: Listener): void {
    this.#listeners[event].push({ run, once: true });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #tell(event: "message" | "error", value: unknown): void {
    const listeners = this.#listeners[event];
    this.#listeners[event] = listeners.filter(({ once }) => !once);
    for (const { run } of listeners) run(value);
  }
}

/** What a worker's global scope has, and a page's has otherwise. */
interface WorkerScope {
  readonly name: string;
  postMessage(value: unknown, transferList: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

/** The side of the worker. */
class ParentPort {
  readonly #early: unknown[] = [];
  #run: Listener | null = null;

  tell(value: unknown): void {
    if (this.#run === null) this.#early.push(value);
    else this.#run(value);
  }

  on(_event: "message", run: Listener): void {
    this.#run = run;
    for (const value of this.#early.splice(0)) run(value);
  }

  postMessage(value: unknown, transferList: Transferable[] = []): void {
    scope.postMessage(value, transferList);
  }
}

export const isMainThread: boolean = "document" in globalThis;

/** 0 is the page. */
export const threadId: number = isMainThread ? 0 : Number.parseInt(scope.name, 10);

export const parentPort: ParentPort | null = isMainThread ? null : new ParentPort();

/** The first message of a test; what follows is for `parentPort`. */
export const workerData: unknown =
  !isMainThread && scope.name.endsWith(OF_TEST) ? await firstMessage(parentPort!) : null;

function firstMessage(port: ParentPort): Promise<unknown> {
  return new Promise((resolve) => {
    let isFirst = true;
    globalThis.addEventListener("message", ({ data }: MessageEvent) => {
      if (!isFirst) return port.tell(data);
      isFirst = false;
      resolve(data);
    });
  });
}
