/**
 * A process that runs cases, as who asks it sees it: it answers, or it ends, or it hangs and is ended.
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CaseReply, type CaseSettings, SETTINGS_VARIABLE } from "./case-messages.ts";
import { settledWithin } from "./limits.ts";

/** What became of a request: an answer, or why there is none. */
export type Answer = { readonly reply: CaseReply } | { readonly fault: string };

/** How much of what a process has said last is kept. */
const SAID_MAX = 2000;

/** How long a process may take to end by itself. */
const END_MS = 10_000;

export class CaseProcess {
  readonly #child: ChildProcess;
  readonly #stallMs: number;
  readonly #ended: Promise<string>;
  #said = "";

  /** @param main - the module that it runs, which serves cases */
  constructor(main: URL, settings: CaseSettings, stallMs: number) {
    this.#stallMs = stallMs;
    this.#child = fork(main, {
      execArgv: ["-C", "@instride/source"],
      env: {
        ...process.env,
        [SETTINGS_VARIABLE]: JSON.stringify(settings),
        // Every thread strips the types of every file again otherwise.
        NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (text) => (this.#said = `${this.#said}${String(text)}`.slice(-SAID_MAX)));
    }
    this.#ended = once(this.#child, "exit").then(([code, signal]) => String(code ?? signal));
  }

  /** Has it run a case. After a fault it can be asked no more. */
  async ask(caseNumber: number): Promise<Answer> {
    const answered = once(this.#child, "message").then(([reply]): Answer => ({ reply: reply as CaseReply }));
    const ended = this.#ended.then((code): Answer => ({ fault: `its process ended with ${code}${this.#lastWords()}` }));
    this.#child.send({ caseNumber });
    const outcome = await settledWithin(Promise.race([answered, ended]), this.#stallMs);
    if (outcome === null) return { fault: `its process did not answer in ${this.#stallMs} ms${this.#lastWords()}` };
    if (outcome.status === "rejected") throw outcome.error;
    return outcome.value as Answer;
  }

  /** Asks no more, and waits until it has ended by itself. @returns what is wrong with how it did, or null */
  async end(): Promise<string | null> {
    this.#child.disconnect();
    const outcome = await settledWithin(this.#ended, END_MS);
    if (outcome?.status === "fulfilled" && outcome.value === "0") return null;
    await this.kill();
    const how = outcome === null ? `did not end by itself in ${END_MS} ms` : "did not end with exit code 0";
    return `its process ${how}, after its cases${this.#lastWords()}`;
  }

  /** Ends it, whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #lastWords(): string {
    const text = this.#said.trim();
    return text === "" ? "" : `; it said: ${text}`;
  }
}
