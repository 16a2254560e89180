/**
 * The runtime of the page, and who uses it: one view at a time, which is ended before the next one begins.
 *
 * @module
 */
import { open, type Runtime } from "instride";
import { byId } from "./elements.ts";
import { showMode } from "./mode-line.ts";
import type { View } from "./view.ts";

/** How long to wait for the slider to rest before threads are started. */
const SETTLE_MS = 200;

export class Playground {
  readonly #threads: HTMLInputElement = byId("threads", HTMLInputElement);
  readonly #threadsValue: HTMLOutputElement = byId("threads-value", HTMLOutputElement);
  readonly #status: HTMLElement = byId("status", HTMLElement);
  readonly #problem: HTMLElement = byId("problem", HTMLElement);
  #rt: Runtime | null = null;
  #view: View | null = null;
  /** Of what runs at the moment. */
  #running: AbortController = new AbortController();
  /** What has to be done before anything else can begin. */
  #turn: Promise<void> = Promise.resolve();

  constructor() {
    const most = Math.max(1, Math.min(64, navigator.hardwareConcurrency));
    this.#threads.max = String(most);
    this.#threads.value = String(most);
    let settling = 0;
    this.#threads.addEventListener("input", () => {
      this.#threadsValue.value = `${this.#threads.value} of ${most}`;
      clearTimeout(settling);
      settling = setTimeout(() => {
        this.#restart({ reopens: true });
      }, SETTLE_MS);
    });
    byId("problem-retry", HTMLButtonElement).addEventListener("click", () => {
      this.#restart({ reopens: true });
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#running.abort();
      else this.#restart({});
    });
    addEventListener("unhandledrejection", ({ reason }) => {
      this.#fail(reason);
    });
    addEventListener("error", ({ error, message }) => {
      this.#fail(error ?? new Error(message));
    });
  }

  /** Shows another view. */
  show(view: View): void {
    this.#view = view;
    this.#restart({});
  }

  /** Ends what runs and begins again. @param reopens - whether the runtime is to be another one */
  #restart({ reopens = false }: { readonly reopens?: boolean }): void {
    this.#running.abort();
    const running = new AbortController();
    this.#running = running;
    this.#turn = this.#turn.then(async () => {
      try {
        if (reopens) await this.#close();
        if (!running.signal.aborted && !document.hidden) await this.#run(running.signal);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const rt = (this.#rt ??= await this.#open());
    this.#problem.hidden = true;
    try {
      await this.#view?.run({ rt, signal, announce: (text) => this.#announce(text) });
    } catch (error) {
      // A call that was under way when the view was to end rejects with the signal's reason.
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  async #open(): Promise<Runtime> {
    const rt = await open({ threads: Number(this.#threads.value) });
    await showMode(rt);
    const isShared = rt.mode === "threads";
    this.#threads.disabled = !isShared || this.#threads.max === "1";
    this.#threadsValue.value = isShared ? `${rt.threads} of ${this.#threads.max}` : String(rt.threads);
    this.#announce(`Mode ${rt.mode}, ${rt.threads} ${rt.threads === 1 ? "thread" : "threads"}.`);
    return rt;
  }

  async #close(): Promise<void> {
    const rt = this.#rt;
    this.#rt = null;
    await rt?.close();
  }

  #announce(text: string): void {
    this.#status.textContent = text;
  }

  /** Says what went wrong. Whatever ran is ended; the button begins again, with other threads. */
  #fail(error: unknown): void {
    this.#running.abort();
    console.error(error);
    byId("problem-name", HTMLElement).textContent = error instanceof Error ? `${error.name}:` : "Error:";
    byId("problem-text", HTMLElement).textContent = error instanceof Error ? error.message : String(error);
    this.#problem.hidden = false;
  }
}
