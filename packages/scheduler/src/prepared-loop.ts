/**
 * A loop that is run often: what a call does around its work is done once, so that a run costs about a microsecond.
 *
 * Between runs its leases rest: they keep the arrays from being released, and stand against nobody.
 *
 * @module
 */
import { BufferError, describe, ReleasedError, type StandingLoan, ValueError } from "@instride/core";
import { checkTarget, loanRequests } from "./call-checks.ts";
import { type BuiltinOptions, cutSteps, PreparedSteps, progressOfSteps } from "./builtin-steps.ts";
import { errorOfLoop, poisonBroken, throwIfAborted, type Views } from "./calls.ts";
import { type Cut, cutForLoop } from "./cut.ts";
import { targetName } from "./kernel-source.ts";
import type { ParallelForOptions } from "./parallel-for.ts";
import { checkLine, checkMode, type LoopContext, type LoopOptions } from "./parallel-loop.ts";
import type { LoopJob, PreparedRun, RunControl } from "./pool.ts";
import type { BuiltinTarget, KernelTarget, LoopOutcome } from "./protocol.ts";
import { watchReadonly } from "./readonly-check.ts";
import { copyOfArguments } from "./sendable.ts";

/** A run doesn't wait for leases: it is refused at once if others hold them. */
export interface PrepareOptions extends Omit<ParallelForOptions, "signal" | "onProgress" | "acquireTimeoutMs"> {
  /**
   * Where the caller takes part: it runs the loop by itself as long as that takes less than so many microseconds, which
   * is measured from run to run. 0 always has the threads take part. Default 2.
   */
  readonly inlineBelowUs?: number | undefined;
}

/** As {@link PrepareOptions}, of a built-in. */
export type PrepareBuiltinOptions = Omit<BuiltinOptions, "signal" | "onProgress" | "acquireTimeoutMs">;

/** What may change from run to run. */
export type RunOptions = Pick<LoopOptions, "signal" | "onProgress">;

const INLINE_BELOW_US = 2;

const NO_OPTIONS: RunOptions = {};
const NO_CONTROL = {};
const DONE: Promise<void> = Promise.resolve();

/** What the leases of a run are for, and what their owner does with them. */
interface RunLeases {
  readonly loan: StandingLoan;
  /** Poisons what a run was writing if it was broken off. */
  readonly poison: (error: unknown) => void;
  /** With `debug`: takes note of what is read-only. @returns compares, and throws */
  readonly watch: (() => () => void) | null;
}

/** A loop that is ready to be run. Release it when it is needed no more: until then its arrays can't be released. */
export class PreparedLoop implements Disposable {
  readonly #kernel: KernelTarget;
  readonly #cuts: readonly Cut[];
  readonly #leases: RunLeases;
  readonly #prepared: PreparedRun;
  readonly #helps: boolean;
  #underWay = 0;
  #released = false;

  /** Made by {@link prepareLoop}. */
  constructor(kernel: KernelTarget, cuts: readonly Cut[], leases: RunLeases, prepared: PreparedRun, helps: boolean) {
    this.#kernel = kernel;
    this.#cuts = cuts;
    this.#leases = leases;
    this.#prepared = prepared;
    this.#helps = helps;
  }

  /**
   * Runs the loop, over what its arrays hold now.
   *
   * @returns settles once no thread can touch the operands any more: it is settled already where the caller takes part
   *   and could do it at once
   * @throws as `parallelFor`; a `ReleasedError` once the loop was released
   */
  run(options: RunOptions = NO_OPTIONS): Promise<void> {
    try {
      throwIfAborted(options.signal);
      const control = options === NO_OPTIONS ? NO_CONTROL : this.#controlOf(options);
      const compare = this.#leases.watch?.();
      const outcome = this.#start(control);
      if (outcome instanceof Promise) return this.#later(outcome, options, compare);
      this.#finish(outcome, options, compare);
      return DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * As {@link run}, without giving way to the event loop: it has been run when this returns. In Node.
   *
   * @throws a `ValueError` if the loop's caller takes no part
   */
  runSync(): void {
    if (!this.#helps) {
      throw new ValueError(
        `cannot run ${targetName(this.#kernel)} synchronously: its caller waits, expected caller: "helps"`,
      );
    }
    const compare = this.#leases.watch?.();
    const outcome = this.#start(null) as LoopOutcome;
    this.#finish(outcome, NO_OPTIONS, compare);
  }

  /** Gives the arrays back. Again does nothing. @throws a `BufferError` while it runs */
  release(): void {
    if (this.#released) return;
    if (this.#underWay > 0) {
      throw new BufferError(
        `cannot release a loop of ${targetName(this.#kernel)}: ${this.#underWay} of its runs are under way`,
      );
    }
    this.#released = true;
    this.#prepared.release();
    this.#leases.loan.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Begins a run, whose leases are given back by {@link #finish}, or here if it doesn't come to that.
   *
   * @param control - null to run it synchronously
   */
  #start(control: RunControl | null): LoopOutcome | Promise<LoopOutcome> {
    if (this.#released) throw new ReleasedError(`cannot run a loop of ${targetName(this.#kernel)}: it was released`);
    this.#leases.loan.begin();
    this.#underWay++;
    try {
      return control === null ? this.#prepared.runSync() : this.#prepared.run(control);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async #later(outcome: Promise<LoopOutcome>, options: RunOptions, compare: (() => void) | undefined): Promise<void> {
    let settled: LoopOutcome;
    try {
      settled = await outcome;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#finish(settled, options, compare);
  }

  #finish({ failures }: LoopOutcome, { signal }: RunOptions, compare: (() => void) | undefined): void {
    try {
      throwIfAborted(signal);
      if (failures.length > 0) throw errorOfLoop(failures, this.#kernel);
      compare?.();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#end();
  }

  /** Ends a run that rejects. */
  #fail(error: unknown): void {
    this.#leases.poison(error);
    this.#end();
  }

  #end(): void {
    this.#underWay--;
    this.#leases.loan.end();
  }

  #controlOf({ signal, onProgress }: RunOptions): RunControl {
    return { signal, onProgress: progressOfSteps(this.#cuts, onProgress) };
  }
}

/**
 * Makes a loop ready to be run often.
 *
 * @returns rejects with what `parallelFor` would throw for these options, and for a kernel that can't be loaded if the
 *   caller takes part
 */
export async function prepareLoop(
  context: LoopContext,
  target: unknown,
  options: PrepareOptions,
): Promise<PreparedLoop> {
  const kernel = checkTarget(target);
  const cut = cutForLoop(options, context.pool.participants, context.pool.autoCutsFor);
  const mode = checkMode(options);
  checkLine(kernel, cut);
  const allArgs = [copyOfArguments(options.args)];
  const run = { ...mode, inlineBelowMs: checkInlineBelow(options.inlineBelowUs) / 1000 };
  return prepareCuts(context, kernel, { cuts: [cut], allArgs, views: options.views ?? {}, run }, null);
}

/**
 * As {@link prepareLoop}, of a built-in that is no kernel of the user's choice: it may be generated code.
 *
 * @param options - with arguments that nobody changes
 * @param recall - releases the loop; it is called when an array of it is to be released, unless the loop is being run.
 *   Null for a loop that keeps its arrays
 */
export async function prepareBuiltin(
  context: LoopContext,
  target: BuiltinTarget,
  { steps, interrupt, ...options }: PrepareBuiltinOptions,
  recall: (() => void) | null,
): Promise<PreparedLoop> {
  const cuts = cutSteps(steps, context.pool);
  const allArgs = steps.map(({ args }) => args);
  const run = { ...checkMode(options), interrupt, inlineBelowMs: INLINE_BELOW_US / 1000 };
  return prepareCuts(context, target, { cuts, allArgs, views: options.views ?? {}, run }, recall);
}

/** What is prepared: a loop, or several over the same operands. */
interface Preparation {
  readonly cuts: readonly Cut[];
  /** The arguments of each. */
  readonly allArgs: readonly unknown[];
  readonly views: Views;
  readonly run: Pick<LoopJob, "helps" | "idempotent" | "deadlineMs" | "inlineBelowMs" | "interrupt">;
}

async function prepareCuts(
  { owner, pool }: LoopContext,
  kernel: KernelTarget,
  { cuts, allArgs, views: given, run }: Preparation,
  recall: (() => void) | null,
): Promise<PreparedLoop> {
  const names = Object.keys(given);
  const requests = loanRequests(given);
  const holder = recall === null ? `prepared ${targetName(kernel)}` : targetName(kernel);
  const loan = owner.lendStanding(holder, requests, recall);
  const prepared: PreparedRun[] = [];
  try {
    const views = Object.fromEntries(loan.loans.map(({ descriptor }, i) => [names[i]!, descriptor]));
    const control = { signal: undefined, onProgress: undefined, collects: false };
    for (const [i, { chunks, grid }] of cuts.entries()) {
      prepared.push(await pool.prepareLoop({ views, args: allArgs[i], grid, ...control, ...run, kernel, chunks }));
    }
    const leases: RunLeases = {
      loan,
      poison: (error) => poisonBroken(owner, loan.loans, error),
      watch: owner.debug ? () => watchReadonly(targetName(kernel), names, requests, loan.loans) : null,
    };
    const one = prepared.length === 1 ? prepared[0]! : new PreparedSteps(prepared, cuts);
    return new PreparedLoop(kernel, cuts, leases, one, run.helps);
  } catch (error) {
    for (const each of prepared) each.release();
    loan.release();
    throw error;
  }
}

function checkInlineBelow(us: number = INLINE_BELOW_US): number {
  if (typeof us === "number" && us >= 0) return us;
  throw new ValueError(`cannot prepare a loop that is inline below ${describe(us)} µs: expected a number from 0`);
}
