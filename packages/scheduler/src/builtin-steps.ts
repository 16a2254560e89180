/**
 * Loops of a built-in that runs generated code: steps over the same operands, one after the other, as one call.
 *
 * @module
 */
import { type CallOptions, withLoans } from "./calls.ts";
import { type Cut, cutForLoop } from "./cut.ts";
import { type LoopContext, type LoopOptions, parallelLoop, progressOf } from "./parallel-loop.ts";
import type { Interrupt, Pool, PreparedRun, RunControl } from "./pool.ts";
import type { BuiltinTarget, LoopOutcome } from "./protocol.ts";

/** One loop of several. */
export interface BuiltinStep {
  /** Iterations. */
  readonly over: number;
  /** Iterations that a chunk has at most, as long as there are chunks enough. */
  readonly chunkLengthMax: number;
  /** What the built-in gets; nobody changes it. */
  readonly args: unknown;
}

/** Steps, and how the call of them is run. */
export interface BuiltinOptions extends Omit<LoopOptions, "args"> {
  readonly steps: readonly BuiltinStep[];
  /** Ends bodies early once the call is given up: by its signal, its deadline, or since the runtime is closed. */
  readonly interrupt?: Interrupt | undefined;
}

/** Cuts every step for the participants of a pool. */
export function cutSteps(steps: readonly BuiltinStep[], { participants, autoCutsFor }: Pool): Cut[] {
  return steps.map((step) => cutForLoop(step, participants, autoCutsFor));
}

/**
 * Runs the steps of a call, under leases that are held from the first to the last.
 *
 * @throws as `parallelFor`
 */
export async function runBuiltin(
  context: LoopContext,
  target: BuiltinTarget,
  { steps, ...options }: BuiltinOptions,
): Promise<void> {
  const cuts = cutSteps(steps, context.pool);
  const total = cuts.reduce((sum, cut) => sum + cut.total, 0);
  await withLoans(context.owner, target, options, async ({ views }) => {
    context.pool.checkOpen();
    let before = 0;
    for (const [i, cut] of cuts.entries()) {
      const done = before;
      const { onProgress } = options;
      const told = onProgress && { onProgress: (p: { done: number }) => onProgress({ done: done + p.done, total }) };
      const lent: CallOptions["lent"] = { views, args: steps[i]!.args };
      await parallelLoop(context, target, cut, false, { ...options, ...told, lent });
      before += cut.total;
    }
  });
}

/** Tells the progress of steps, whose chunks are counted on from one to the next. */
export function progressOfSteps(
  cuts: readonly Cut[],
  onProgress: LoopOptions["onProgress"],
): ((chunksDone: number) => void) | undefined {
  const [first] = cuts;
  if (onProgress === undefined || first === undefined || cuts.length === 1) {
    return first === undefined ? undefined : progressOf(first, onProgress);
  }
  const total = cuts.reduce((sum, cut) => sum + cut.total, 0);
  return (chunksDone) => {
    let [chunks, done] = [chunksDone, 0];
    for (const cut of cuts) {
      const { chunkCount } = cut.chunks;
      if (chunks < chunkCount) return progressOf(cut, (p) => onProgress({ done: done + p.done, total }))!(chunks);
      chunks -= chunkCount;
      done += cut.total;
    }
    onProgress({ done: total, total });
  };
}

/** Prepared runs, one after the other. */
export class PreparedSteps implements PreparedRun {
  readonly #runs: readonly PreparedRun[];
  readonly #cuts: readonly Cut[];

  constructor(runs: readonly PreparedRun[], cuts: readonly Cut[]) {
    this.#runs = runs;
    this.#cuts = cuts;
  }

  run(control: RunControl): LoopOutcome | Promise<LoopOutcome> {
    return this.#runFrom(0, 0, control);
  }

  runSync(): LoopOutcome {
    let outcome = this.#runs[0]!.runSync();
    for (let i = 1; i < this.#runs.length && outcome.failures.length === 0; i++) outcome = this.#runs[i]!.runSync();
    return outcome;
  }

  release(): void {
    for (const run of this.#runs) run.release();
  }

  #runFrom(first: number, chunksBefore: number, control: RunControl): LoopOutcome | Promise<LoopOutcome> {
    let before = chunksBefore;
    for (let i = first; ; i++) {
      const outcome = this.#runs[i]!.run(this.#controlOf(control, before));
      if (outcome instanceof Promise) return this.#goOn(outcome, i, before, control);
      if (this.#isOver(outcome, i, control)) return outcome;
      before += this.#cuts[i]!.chunks.chunkCount;
    }
  }

  async #goOn(running: Promise<LoopOutcome>, i: number, before: number, control: RunControl): Promise<LoopOutcome> {
    const outcome = await running;
    if (this.#isOver(outcome, i, control)) return outcome;
    return this.#runFrom(i + 1, before + this.#cuts[i]!.chunks.chunkCount, control);
  }

  #isOver({ failures }: LoopOutcome, i: number, { signal }: RunControl): boolean {
    return i === this.#runs.length - 1 || failures.length > 0 || signal?.aborted === true;
  }

  #controlOf(control: RunControl, chunksBefore: number): RunControl {
    const { onProgress } = control;
    if (chunksBefore === 0 || onProgress === undefined) return control;
    return { ...control, onProgress: (chunksDone) => onProgress(chunksBefore + chunksDone) };
  }
}
