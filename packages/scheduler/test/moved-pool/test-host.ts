/**
 * A thread for a moved pool in the test's own process: what moves is detached here as it would be, and it dies when a test
 * says so.
 *
 * @module
 */
import { WorkerLostError } from "../../src/errors.ts";
import type { LoopBody } from "../../src/kernel-source.ts";
import type { ThreadAnswer, ThreadRequest } from "../../src/moved-pool/messages.ts";
import { MovedThread } from "../../src/moved-pool/moved-thread.ts";
import type { ThreadHost } from "../../src/moved-pool/thread-host.ts";

/**
 * What becomes of a request: it is answered, or the thread dies before or after its work, or gets stuck in it, for ever or
 * until it is told to go on.
 */
export type Fate = "answers" | "dies before" | "dies after" | "hangs" | "waits";

export class TestHost implements ThreadHost {
  /** What was asked, in order. */
  readonly asked: ThreadRequest[] = [];
  started = 0;
  ended = 0;
  /** From now on every request is answered. */
  isLucky = false;
  readonly #registry: (name: string) => LoopBody;
  readonly #fateOf: (request: ThreadRequest, index: number) => Fate;
  #thread: MovedThread | null = null;
  #waiting: ThreadRequest | null = null;
  #pending: PromiseWithResolvers<ThreadAnswer> | null = null;

  /** @param fateOf - of a request, and the how many-th it is */
  constructor(
    kernels: Readonly<Record<string, LoopBody>>,
    fateOf: (request: ThreadRequest, index: number) => Fate = () => "answers",
  ) {
    this.#registry = (name) => {
      const kernel = kernels[name];
      if (kernel === undefined) throw new RangeError(`no kernel "${name}" in this test`);
      return kernel;
    };
    this.#fateOf = fateOf;
  }

  start(): number {
    if (this.#thread === null) {
      this.started++;
      this.#thread = new MovedThread(this.#registry, (answer, buffers) => this.#answer(answer, buffers));
    }
    return this.started;
  }

  ask(request: ThreadRequest, buffers: readonly ArrayBuffer[]): Promise<ThreadAnswer> {
    this.start();
    if (this.#pending !== null) throw new Error("two requests at a time");
    const arrived = structuredClone(request, { transfer: [...buffers] });
    const fate = this.isLucky ? "answers" : this.#fateOf(request, this.asked.length);
    this.asked.push(request);
    this.#pending = Promise.withResolvers<ThreadAnswer>();
    const { promise } = this.#pending;
    setImmediate(() => void this.#meet(fate, arrived));
    return promise;
  }

  /** Goes on with the request that waits. */
  goOn(): void {
    void this.#thread!.serve(this.#waiting!);
  }

  async end(): Promise<void> {
    await Promise.resolve();
    if (this.#thread === null) return;
    this.ended++;
    this.#die();
  }

  async #meet(fate: Fate, request: ThreadRequest): Promise<void> {
    if (fate === "hangs") return;
    if (fate === "waits") {
      this.#waiting = request;
      return;
    }
    const thread = this.#thread!;
    if (fate === "answers") return thread.serve(request);
    if (fate === "dies after") {
      const lost = new MovedThread(this.#registry, () => {});
      await lost.serve(request);
    }
    this.#die();
  }

  #answer(answer: ThreadAnswer, buffers: readonly ArrayBuffer[]): void {
    const arrived = structuredClone(answer, { transfer: [...buffers] });
    const pending = this.#pending;
    this.#pending = null;
    pending?.resolve(arrived);
  }

  #die(): void {
    this.#thread = null;
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(new WorkerLostError("the test ended the thread"));
  }
}
