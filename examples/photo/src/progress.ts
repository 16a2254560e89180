/**
 * One line in a terminal that says what is being done and how far it is. Nothing where there is no terminal.
 *
 * @module
 */
import { styleText } from "node:util";
import type { WriteStream } from "node:tty";

/** What shows progress: who does what, and the share of it that is done, from 0 to 1. */
export type ShowProgress = (way: string, task: string, share: number) => void;

const BAR_CELLS = 32;

/** Some terminals report a width of 0. */
const COLUMNS_UNKNOWN = 80;

const WAY_CELLS = 12;
const TASK_CELLS = 16;

const RETURN_AND_ERASE = "\r\u001B[2K";
const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";

export class ProgressLine {
  readonly #stream: WriteStream;
  /** False where there is no terminal, or one that can't erase a line. */
  readonly isVisible: boolean;
  #shown = "";

  /** @param stream - standard output, or another stream that may be a terminal */
  constructor(stream: WriteStream) {
    this.#stream = stream;
    this.isVisible = stream.isTTY && process.env["TERM"] !== "dumb";
  }

  /** Replaces the line. */
  readonly show: ShowProgress = (way, task, share) => {
    if (!this.isVisible) return;
    const line = this.#lineOf(way, task, Math.min(1, Math.max(0, share)));
    if (line === this.#shown) return;
    this.#stream.write(`${this.#shown === "" ? HIDE_CURSOR : ""}${RETURN_AND_ERASE}${line}`);
    this.#shown = line;
  };

  /** Removes the line. */
  clear(): void {
    if (this.#shown === "") return;
    this.#stream.write(`${RETURN_AND_ERASE}${SHOW_CURSOR}`);
    this.#shown = "";
  }

  #lineOf(way: string, task: string, share: number): string {
    const text = `${way.padEnd(WAY_CELLS)}${task.padEnd(TASK_CELLS)}`;
    const percent = `${Math.floor(share * 100)} %`.padStart(6);
    // A line that wraps could not be erased.
    const cellsMax = (this.#stream.columns || COLUMNS_UNKNOWN) - 1;
    const cells = Math.min(BAR_CELLS, cellsMax - text.length - percent.length);
    if (cells < 1) return text.slice(0, cellsMax);
    const done = Math.round(share * cells);
    const bar = this.#style("cyan", "━".repeat(done)) + this.#style("dim", "─".repeat(cells - done));
    return `${text}${bar}${percent}`;
  }

  #style(format: "cyan" | "dim", text: string): string {
    return styleText(format, text, { stream: this.#stream });
  }
}
