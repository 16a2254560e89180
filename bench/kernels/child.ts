/**
 * Programs in other processes, which time themselves: they make the operands that `inputs.ts` makes, and answer.
 *
 * Both sides write lines of words. The child first says what it is, in one line. Then, for each line it is sent:
 *
 * - `load WORKLOAD DTYPE ROWS COLUMNS`: makes the operands. Answers `ok`.
 * - `run THREADS FILE`: computes once and writes the elements of the result to a file. Answers `ok`.
 * - `sample THREADS TIME_MS WARMUP_MS BATCH_US`: answers with the microseconds of one run, of each batch.
 *
 * A workload that it doesn't know it answers with `unknown`. It ends with its input.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { ARRAYS } from "./inputs.ts";
import { BATCH_US, type SampleEffort, type Way } from "./way.ts";
import { type Row, WORKLOADS } from "./workloads.ts";

/** A slow workload, on a machine that is busy. */
const ANSWER_TIMEOUT_MS = 60_000;

export class Child implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #file: string;
  #errors = "";

  /** @param file - where results are written, and removed from */
  private constructor(command: string, args: readonly string[], file: string) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stderr.on("data", (text: Buffer) => (this.#errors += text.toString()));
    // That it couldn't be started, or has ended, shows in what it doesn't answer.
    this.#process.on("error", (error) => (this.#errors += error.message));
    this.#process.stdin.on("error", () => {});
    this.#file = file;
  }

  /** Starts one. @returns it with its first line, or null if it can't be started or ends at once */
  static async start(
    command: string,
    args: readonly string[],
    file: string,
  ): Promise<{ readonly child: Child; readonly greeting: string } | null> {
    const child = new Child(command, args, file);
    try {
      return { child, greeting: await child.#line() };
    } catch {
      await child[Symbol.asyncDispose]();
      return null;
    }
  }

  /** Has the operands of a row made. @returns false for a workload that it doesn't know */
  async load({ workload, dtype, rows, columns }: Row): Promise<boolean> {
    return (await this.#ask(`load ${workload.replaceAll(" ", "_")} ${dtype} ${rows} ${columns}`)) !== "unknown";
  }

  /** The way in which it computes the row that is loaded, on some threads. */
  way(name: string, row: Row, threads: number): Way {
    const { dtype } = WORKLOADS[row.workload].result(row);
    return {
      name,
      result: async () => {
        await this.#ask(`run ${threads} ${this.#file}`);
        const { buffer } = Uint8Array.from(readFileSync(this.#file));
        rmSync(this.#file);
        return new ARRAYS[dtype](buffer);
      },
      sample: async ({ timeMs, warmupMs }: SampleEffort) => {
        const answer = await this.#ask(`sample ${threads} ${timeMs} ${warmupMs} ${BATCH_US}`);
        return answer.split(" ").map(Number);
      },
    };
  }

  async #ask(line: string): Promise<string> {
    this.#process.stdin.write(`${line}\n`);
    return this.#line();
  }

  async #line(): Promise<string> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const { spawnfile } = this.#process;
    const timer = setTimeout(
      () => reject(new Error(`${spawnfile} has not answered for ${ANSWER_TIMEOUT_MS} ms`)),
      ANSWER_TIMEOUT_MS,
    );
    try {
      const { value, done } = await Promise.race([this.#lines.next(), tooLate]);
      if (done === true) throw new Error(`${spawnfile} has ended: ${this.#errors.trim()}`);
      return value;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    this.#process.kill();
    rmSync(this.#file, { force: true });
  }
}
