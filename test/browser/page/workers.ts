/**
 * Workers that can be told apart, and be ended from within: what Node's threads can.
 *
 * @module
 */

/** Those of this page that have not been terminated, by name. */
const live: Map<string, Worker> = new Map();

/** Tells those of this page from those of others beside it. */
const page = crypto.randomUUID();

let made = 0;

/** Gives each worker a name that begins with a number of its own. */
class NumberedWorker extends globalThis.Worker {
  readonly #name: string;

  constructor(url: string | URL, options: WorkerOptions = {}) {
    const name = `${++made} in ${page} ${options.name ?? ""}`;
    super(url, { ...options, name });
    this.#name = name;
    live.set(name, this);
  }

  override terminate(): void {
    super.terminate();
    live.delete(this.#name);
  }
}

/** From now on, in this page. */
export function numberWorkers(): void {
  globalThis.Worker = NumberedWorker;
  new BroadcastChannel("exit").addEventListener("message", ({ data }) => {
    live.get(data as string)?.terminate();
  });
}
