/**
 * Processes that share the cases of a run.
 *
 * A case that hangs or ends its process has failed, by its number, and another process goes on behind it.
 *
 * @module
 */
import { addTally, emptyTally, type Tally } from "@instride/cases";
import type { CaseReply, CaseSettings } from "./case-messages.ts";
import { type Answer, CaseProcess } from "./case-process.ts";

export interface CrewOptions extends CaseSettings {
  /** The module that processes run. */
  readonly main: URL;
  /** The first case, and the one after the last. */
  readonly start: number;
  readonly stop: number;
  readonly processes: number;
  /** Tells what a case is, also of one that never answers. */
  readonly describe: (caseNumber: number) => { readonly kind: string; readonly input: string };
  /** Shows every case, also those that pass. */
  readonly showsAll?: boolean;
  /** After this long at one case its process is ended. */
  readonly stallMs?: number;
  /** Is told of each case. */
  readonly progress?: (summary: CrewSummary) => void;
}

/** What the cases of one kind came to. */
export interface KindSummary {
  cases: number;
  failed: number;
  /** Calls that succeeded in spite of all. */
  succeeded: number;
  /** The longest that a call took to settle, in milliseconds from what was done to it. */
  slowestMs: number;
}

export interface CrewSummary {
  readonly tally: Tally;
  readonly kinds: ReadonlyMap<string, KindSummary>;
}

/** Longer than the longest wait inside a case. */
const STALL_MS = 90_000;

/** A process ends after so many cases, by itself: what they left would keep it. */
const CASES_EACH = 20;

/** Runs cases. */
export function runCrew(options: CrewOptions): Promise<CrewSummary> {
  return new CaseCrew(options).run();
}

class CaseCrew {
  readonly #options: CrewOptions;
  readonly #tally: Tally = emptyTally();
  readonly #kinds: Map<string, KindSummary> = new Map();
  #next: number;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#next = options.start;
  }

  async run(): Promise<CrewSummary> {
    const { processes, start, stop } = this.#options;
    await Promise.all(Array.from({ length: Math.min(processes, stop - start) }, () => this.#serve()));
    this.#tally.shown.sort((a, b) => a.caseNumber - b.caseNumber);
    return { tally: this.#tally, kinds: this.#kinds };
  }

  /** Has processes work, one after the other, until no case is left. */
  async #serve(): Promise<void> {
    while (this.#next < this.#options.stop) await this.#serveOne();
  }

  async #serveOne(): Promise<void> {
    const { main, seed, kinds, modes, withinMs, stop, stallMs = STALL_MS } = this.#options;
    const worker = new CaseProcess(main, { seed, kinds, modes, withinMs }, stallMs);
    let last: CaseReply | null = null;
    for (let count = 0; count < CASES_EACH && this.#next < stop; count++) {
      const caseNumber = this.#next++;
      const answer = await worker.ask(caseNumber);
      if (!("reply" in answer) || answer.reply.isStuck) {
        await worker.kill();
        if (last !== null) this.#count(last.caseNumber, { reply: last });
        this.#count(caseNumber, answer);
        return;
      }
      // The last one waits until it is known how its process ends.
      if (last !== null) this.#count(last.caseNumber, { reply: last });
      last = answer.reply;
    }
    const fault = await worker.end();
    if (last === null) return;
    const reply = fault === null ? last : { ...last, faults: [...last.faults, fault] };
    this.#count(last.caseNumber, { reply });
  }

  #count(caseNumber: number, answer: Answer): void {
    const { kind, input } = this.#options.describe(caseNumber);
    const { faults, settledMs, succeeded } =
      "reply" in answer ? answer.reply : { faults: [answer.fault], settledMs: 0, succeeded: false };
    const failed = faults.length > 0 ? 1 : 0;
    const isShown = failed === 1 || this.#options.showsAll === true;
    const shown = isShown ? [{ caseNumber, kind, fault: failed === 1 ? faults.join("\n  ") : null, input }] : [];
    addTally(this.#tally, { passed: 1 - failed, failed, kinds: new Map([[kind, 1]]), shown });
    const summary = this.#kinds.get(kind) ?? { cases: 0, failed: 0, succeeded: 0, slowestMs: 0 };
    summary.cases++;
    summary.failed += failed;
    summary.succeeded += succeeded ? 1 : 0;
    summary.slowestMs = Math.max(summary.slowestMs, settledMs);
    this.#kinds.set(kind, summary);
    this.#options.progress?.({ tally: this.#tally, kinds: this.#kinds });
  }
}
