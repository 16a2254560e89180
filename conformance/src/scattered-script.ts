/**
 * A lifecycle script with its views on many threads, each on one that was drawn for it.
 *
 * The script's exporter `b` is an array of ours. It lends one lease, under which all views travel, and its count of
 * exports is what the owner sums over the threads' rows.
 *
 * @module
 */
import type { Descriptor } from "../../packages/core/src/leases/descriptor.ts";
import type { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import type { Loan } from "../../packages/core/src/leases/standing-loan.ts";
import type { MemoryOwner } from "../../packages/core/src/memory/owner.ts";
import { expectOutcome, expectSame, toHex } from "./cases.ts";
import { SCRIPT_BYTES, type ScriptCase } from "./replay-lifecycle.ts";
import type { ScriptCommand } from "./script-thread.ts";
import { makesView, type Step } from "./script-views.ts";

/** A thread on which views can live. */
export interface ScriptLane {
  /** @throws what the thread throws, with its class */
  do(command: ScriptCommand): Promise<unknown>;
}

/**
 * Plays a script.
 *
 * @param draw - draws a number from 0 up to its argument, exclusive
 * @throws where an outcome is not the script's
 */
export async function playScattered(
  { steps, after_releasing_all, final }: ScriptCase,
  owner: MemoryOwner,
  lanes: readonly ScriptLane[],
  draw: (count: number) => number,
): Promise<void> {
  using b = new LentBytes(owner, SCRIPT_BYTES);
  const stage = new Stage(b, lanes, draw);
  try {
    for (const [i, [step, outcome]] of steps.entries()) {
      const come = await settled(stage.play(step));
      expectOutcome(`step ${i} (${step.join(" ")})`, come, outcome);
    }
  } finally {
    for (const lane of lanes) await lane.do({ kind: "end" });
  }
  expectSame("views at the end", b.exports, 0);
  const growth = await settled(Promise.resolve().then(() => stage.play(["append", "b", 0])));
  expectOutcome("growing at the end", growth, after_releasing_all);
  expectSame("bytes at the end", toHex(b.content), final);
}

/** What came of a promise, as a function that gives or throws it. */
async function settled(promise: Promise<unknown>): Promise<() => unknown> {
  try {
    const value = await promise;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Which view lives where. */
class Stage {
  readonly #b: LentBytes;
  readonly #lanes: readonly ScriptLane[];
  readonly #draw: (count: number) => number;
  /** Of views and exports, by name. */
  readonly #homes: Map<unknown, ScriptLane> = new Map();

  constructor(b: LentBytes, lanes: readonly ScriptLane[], draw: (count: number) => number) {
    this.#b = b;
    this.#lanes = lanes;
    this.#draw = draw;
  }

  async play(step: Step): Promise<unknown> {
    const [operation, name, operand] = step;
    if (makesView(step)) {
      const descriptor =
        operand === "b" ? this.#b.descriptor : await this.#homeOf(operand).do({ kind: "derive", step });
      await this.#settle(name).do({ kind: "borrow", name: name as string, descriptor: descriptor as Descriptor });
      return "ok";
    }
    switch (operation) {
      case "export":
        return this.#export(name as string, operand as string);
      case "unexport":
        await this.#homeOf(name).do({ kind: "unexport", name: name as string });
        // An export of `b` has a view of its own.
        if (this.#homes.has(viewOfExport(name))) {
          await this.#homeOf(name).do({ kind: "use", step: ["release", viewOfExport(name)] });
        }
        return "ok";
      case "append":
        this.#b.append(Uint8Array.of((operand as number | undefined) ?? 1));
        return "ok";
      case "resize":
        this.#b.truncate(SCRIPT_BYTES);
        return "ok";
      default:
        return this.#homeOf(name).do({ kind: "use", step });
    }
  }

  async #export(name: string, source: string): Promise<"ok"> {
    if (source !== "b") {
      const home = this.#homeOf(source);
      await home.do({ kind: "export", name, source });
      this.#homes.set(name, home);
      return "ok";
    }
    const home = this.#settle(name);
    this.#homes.set(viewOfExport(name), home);
    await home.do({ kind: "borrow", name: viewOfExport(name), descriptor: this.#b.descriptor });
    await home.do({ kind: "export", name, source: viewOfExport(name) });
    return "ok";
  }

  /** Draws the thread for a view. */
  #settle(name: unknown): ScriptLane {
    const lane = this.#lanes[this.#draw(this.#lanes.length)]!;
    this.#homes.set(name, lane);
    return lane;
  }

  #homeOf(name: unknown): ScriptLane {
    const lane = this.#homes.get(name);
    if (lane === undefined) throw new Error(`no thread has ${String(name)}`);
    return lane;
  }
}

function viewOfExport(name: unknown): string {
  return `view of ${String(name)}`;
}

/** A `bytearray` whose bytes are an array of ours, lent to all threads at once. */
class LentBytes implements Disposable {
  readonly #owner: MemoryOwner;
  #array: MemoryView;
  #loan: Loan;

  constructor(owner: MemoryOwner, nbytes: number) {
    this.#owner = owner;
    this.#array = owner.zeros([nbytes], "uint8");
    this.#loan = this.#lend();
  }

  get descriptor(): Descriptor {
    return this.#loan.descriptor;
  }

  /** Views of it that are live, on all threads. */
  get exports(): number {
    return this.#owner.leases.viewCount(this.#loan.lease);
  }

  get content(): Uint8Array {
    return this.#array.toBytes();
  }

  append(bytes: Uint8Array): void {
    this.#become(Uint8Array.of(...this.content, ...bytes));
  }

  truncate(length: number): void {
    if (this.#array.length > length) this.#become(this.content.slice(0, length));
  }

  [Symbol.dispose](): void {
    this.#owner.leases.release(this.#loan.lease);
    this.#array.release();
  }

  /** @throws a `BufferError` while a thread has a view */
  #become(content: Uint8Array): void {
    if (this.exports === 0) this.#owner.leases.release(this.#loan.lease);
    // Under a live lease this is refused.
    this.#array.release();
    this.#array = this.#owner.from(content);
    this.#loan = this.#lend();
  }

  #lend(): Loan {
    return this.#owner.lend("a script", [{ view: this.#array, mode: "write" }])[0]!;
  }
}
