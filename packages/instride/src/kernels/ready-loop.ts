/**
 * A loop of generated code over known arrays, and the cheapest way to run it: by the caller alone where that is done
 * before a thread could begin, else on all threads, prepared for the next time where the arrays may come again.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "@instride/core";
import {
  type AbortSignalLike,
  type BuiltinTarget,
  type KernelCode,
  KernelError,
  type LoopBody,
  type PrepareBuiltinOptions,
  prepareBuiltin,
  type PreparedLoop,
  type Progress,
  runBuiltin,
  withLoans,
} from "@instride/scheduler";
import { CallWords, type Parameters } from "./call-words.ts";
import type { KernelContext } from "./kernel-context.ts";
import { KeptLoop } from "./kept-loops.ts";

/** An operand, and the memory for its copy, which is among the views instead. */
export interface Copy {
  readonly from: MemoryView;
  readonly to: MemoryView;
  /** The names of the copy among the views. */
  readonly names: readonly string[];
}

/** What is run, and over what. */
export interface LoopParts {
  readonly target: BuiltinTarget & { readonly code: KernelCode };
  /** Those that can be written are, the others are read. */
  readonly views: Readonly<Record<string, MemoryView>>;
  /** What is copied first: operands that are overwritten before they have been read. */
  readonly copies: readonly Copy[];
  /** Arrays of the loop's own, which are released with what is prepared of it. */
  readonly owned: readonly MemoryView[];
  /** One loop, or several, one after the other. */
  readonly steps: readonly LoopStep[];
  /** Whether units may be computed twice. */
  readonly isIdempotent: boolean;
  /** As the arguments of all steps have them, in the order in which bodies look for them. */
  readonly parameters: Parameters;
  /** Whether its code has loops, which may take long and can be ended early. */
  readonly hasLoops: boolean;
}

/** A loop over the views. */
export interface LoopStep {
  /** Not changed any more. */
  readonly args: unknown;
  /** What the loop runs over. */
  readonly units: number;
  /** Units of a chunk. */
  readonly grain: number;
  /** All of its work, in what takes some 0.1 ms. */
  readonly work: number;
}

/** How a call of a kernel is run. */
export interface CallControl {
  /** Cancels the call: it rejects with the signal's reason once no thread works on it. */
  readonly signal?: AbortSignalLike | undefined;
  /** Is told now and then how many parts of the work are done, of how many. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds after which the call is given up, as for `parallelFor`. The caller takes no part then. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds to wait for arrays that another call has. Default 0: it rejects at once. */
  readonly acquireTimeoutMs?: number | undefined;
  /** Whether the calling thread takes part. Default: it `helps`, unless there is a deadline. */
  readonly caller?: "helps" | "waits" | undefined;
}

/** Whether a call leaves it open who works, and when: the caller alone, at once, if that is faster. */
export function mayRunAlone({ deadlineMs, acquireTimeoutMs = 0, caller }: CallControl): boolean {
  return deadlineMs === undefined && acquireTimeoutMs === 0 && caller !== "waits";
}

/** Work that only the calling thread can do. */
export interface CallerRun {
  /** Steps of the whole. */
  readonly total: number;
  readonly run: (range: HalfOpenRange) => void;
}

/** Steps between two looks at the clock. */
const CALLER_STEPS = 256;

/** Who runs a loop. */
export type RunnerOptions = Pick<CallControl, "deadlineMs" | "caller">;

/** What the unit of work takes, about. */
const WORK_MS = 0.1;

/** Up to so much work is done by the caller before another thread could be awake. */
const ALONE_WORK = 0.25;

/** What the caller needs to run a loop by itself. */
interface Alone {
  /** @throws what stands against it */
  readonly check: () => void;
  readonly body: LoopBody;
  /** All of each step. */
  readonly ranges: readonly HalfOpenRange[];
}

export class ReadyLoop {
  /** Whether the caller runs such steps by itself, at once. */
  static isSmall({ moves, owner }: KernelContext, steps: readonly LoopStep[]): boolean {
    return workOf(steps) <= ALONE_WORK && !moves && !owner.debug;
  }

  /** Whether the caller runs it by itself. */
  readonly isSmall: boolean;
  /** What a run takes one thread, about. */
  readonly estimateMs: number;
  readonly #context: KernelContext;
  readonly #keeps: boolean;
  #parts: LoopParts;
  #alone: Alone | null = null;
  #kept: KeptLoop | null = null;
  /** Of what is kept. */
  #words: CallWords | null = null;
  /** Of what a program holds. */
  #held: CallWords | null = null;
  #isSpent = false;

  /** @param keeps - whether it may be run again, and so is worth being prepared on all threads */
  constructor(context: KernelContext, parts: LoopParts, keeps: boolean) {
    this.#context = context;
    this.#parts = parts;
    this.#keeps = keeps && !context.owner.debug;
    this.estimateMs = workOf(parts.steps) * WORK_MS;
    this.isSmall = ReadyLoop.isSmall(context, parts.steps);
  }

  /**
   * Runs it.
   *
   * @param onAlone - is called as soon as the caller alone has run it, before anything else can happen
   * @returns null if it is done; else settles once no thread can touch the arrays any more
   * @throws as it would reject
   */
  run(control: CallControl, onAlone?: () => void): Promise<void> | null {
    this.#context.checkOpen();
    const { signal, onProgress } = control;
    if (signal?.aborted === true) throw signal.reason;
    if (this.#units === 0) return null;
    const mayBeAlone = mayRunAlone(control);
    if (mayBeAlone && this.isSmall) {
      if (this.#context.turn.isUsedUpFor(this.estimateMs)) return this.#runAloneLater(control, onAlone);
      this.runAlone();
      onAlone?.();
      const total = this.#units;
      onProgress?.({ done: total, total });
      return null;
    }
    if (this.#parts.copies.length > 0) return this.#runOnCopies(control);
    return mayBeAlone && this.#keeps ? this.#runKept({ signal, onProgress }) : this.#runOnce(control);
  }

  /** Runs it at once, on the calling thread alone. @throws a `KernelError`; a `BorrowError` if others have the arrays */
  runAlone(): void {
    const { body, ranges } = (this.#alone ??= this.#makeAlone());
    const { target, views, steps } = this.#parts;
    this.copy();
    for (let i = 0; i < steps.length; i++) {
      try {
        body(ranges[i]!, views, steps[i]!.args);
      } catch (error) {
        throw new KernelError(target.label ?? target.name, ranges[i]!, error);
      }
    }
  }

  /** Copies what has to be copied, for a run that is begun at once. @throws a `BorrowError` if others have the arrays */
  copy(): void {
    (this.#alone ??= this.#makeAlone()).check();
    for (const { from, to } of this.#parts.copies) to.assign(from);
  }

  /** Runs something else over the same arrays, on the calling thread: `total` steps that take turns with the event loop. */
  async runHere({ total, run }: CallerRun, { signal, onProgress, acquireTimeoutMs }: CallControl): Promise<void> {
    const { target, copies } = this.#parts;
    const { owner, turn } = this.#context;
    // Nobody else has the copies, which are written once it has begun.
    const isCopy = (name: string): boolean => copies.some(({ names }) => names.includes(name));
    const views = Object.fromEntries(Object.entries(this.#lent).filter(([name]) => !isCopy(name)));
    await withLoans(owner, target, { views, signal, acquireTimeoutMs }, async () => {
      for (const { from, to } of copies) to.assign(from);
      for (let start = 0; start < total; start += CALLER_STEPS) {
        if (turn.isUsedUp) await turn.giveWay();
        this.#context.checkOpen();
        if (signal?.aborted === true) throw signal.reason;
        const range = { start, stop: Math.min(total, start + CALLER_STEPS) };
        try {
          run(range);
        } catch (error) {
          throw new KernelError(target.label ?? target.name, range, error);
        }
        onProgress?.({ done: range.stop, total });
      }
    });
  }

  /** Prepares it for a program that holds it: its arrays can't be released until it is. */
  async prepare(runner: RunnerOptions): Promise<PreparedLoop> {
    this.#context.checkOpen();
    this.#held = this.#newWords(this.#parts.hasLoops);
    return prepareBuiltin(this.#context, this.#parts.target, this.#optionsFor(runner, this.#held), null);
  }

  /**
   * Has it run with other parameters from now on. Runs that are under way go on with those that they have. It may be spent
   * after that.
   *
   * @param ofSteps - the arguments of each step, which differ in nothing else
   */
  setParameters(parameters: Parameters, ofSteps: readonly unknown[]): void {
    const steps = this.#parts.steps.map((step, i) => ({ ...step, args: ofSteps[i] }));
    this.#parts = { ...this.#parts, steps, parameters };
    if (this.#kept === null) return;
    if (this.#words !== null && !this.#kept.isRunning) return this.#words.setParameters(parameters);
    this.retire();
    // They go with what was prepared.
    this.#isSpent = this.#parts.owned.length > 0;
  }

  /** Gives up what is prepared. */
  retire(): void {
    this.#kept?.retire();
    this.#kept = null;
    this.#words = null;
    this.#held?.memory.release();
    this.#held = null;
  }

  /** Gives up all that it has; no run is under way that isn't of what is prepared. It isn't to be run any more. */
  discard(): void {
    if (this.#isSpent) return;
    this.#isSpent = true;
    if (this.#kept === null) for (const view of this.#parts.owned) view.release();
    this.retire();
  }

  /** Whether operands are copied before each run. */
  get hasCopies(): boolean {
    return this.#parts.copies.length > 0;
  }

  /** Whether threads are at it, of what is prepared. */
  get isRunning(): boolean {
    return this.#kept?.isRunning === true;
  }

  /** Whether arrays of its own are gone, so that it can't be run any more. */
  get isSpent(): boolean {
    return this.#isSpent || (this.#parts.owned.length > 0 && this.#kept?.isRetired === true);
  }

  async #runAloneLater(control: CallControl, onAlone: (() => void) | undefined): Promise<void> {
    await this.#context.turn.giveWay();
    await this.run(control, onAlone);
  }

  #runKept(control: Pick<CallControl, "signal" | "onProgress">): Promise<void> {
    if (this.#kept === null || this.#kept.isRetired) {
      const { target, owned, hasLoops, parameters } = this.#parts;
      const words = this.#newWords(hasLoops || parameters.length > 0);
      const all = words === null ? owned : [...owned, words.memory];
      this.#kept = new KeptLoop(this.#context, target, this.#optionsFor({}, words), all);
      this.#words = words;
    }
    return this.#kept.run(control);
  }

  /** Copies what has to be copied and begins in one go, so that nobody writes in between. */
  async #runOnCopies({ signal, onProgress, acquireTimeoutMs, ...runner }: CallControl): Promise<void> {
    const { target, views, hasLoops } = this.#parts;
    const words = this.#newWords(hasLoops && (signal !== undefined || runner.deadlineMs !== undefined));
    try {
      using loop = await prepareBuiltin(this.#context, target, this.#optionsFor(runner, words), null);
      if (acquireTimeoutMs !== undefined) {
        await withLoans(this.#context.owner, target, { views, signal, acquireTimeoutMs }, async () => {});
      }
      this.copy();
      await loop.run({ signal, onProgress });
    } finally {
      words?.memory.release();
    }
  }

  async #runOnce({ deadlineMs, caller, ...control }: CallControl): Promise<void> {
    const mayEnd = control.signal !== undefined || deadlineMs !== undefined;
    const words = this.#newWords(this.#parts.hasLoops && mayEnd);
    try {
      const options = { ...control, ...this.#optionsFor({ deadlineMs, caller }, words) };
      await runBuiltin(this.#context, this.#parts.target, options);
    } finally {
      words?.memory.release();
    }
  }

  /** Words for what is prepared of it; null where they are of no use, or where threads don't share the heap. */
  #newWords(isWanted: boolean): CallWords | null {
    const { owner, moves } = this.#context;
    if (!isWanted || moves || owner.memory !== "shared") return null;
    return new CallWords(owner, this.#parts.parameters, this.#parts.hasLoops);
  }

  #optionsFor({ deadlineMs, caller }: RunnerOptions, words: CallWords | null): PrepareBuiltinOptions {
    const { steps, isIdempotent, hasLoops } = this.#parts;
    const argsOf = ({ args }: LoopStep): unknown => (words === null ? args : { ...(args as object), ...words.args });
    return {
      steps: steps.map((step) => ({ over: step.units, chunkLengthMax: step.grain, args: argsOf(step) })),
      ...(words === null || !hasLoops ? {} : { interrupt: words }),
      views: this.#lent,
      deadlineMs,
      caller: caller ?? (deadlineMs === undefined ? "helps" : "waits"),
      // Where memory moves, all operands would be copied for it.
      idempotent: isIdempotent && !this.#context.moves,
    };
  }

  /** Of all steps. */
  get #units(): number {
    return this.#parts.steps.reduce((sum, { units }) => sum + units, 0);
  }

  /** What the loop works on, and what is copied for it. */
  get #lent(): LoopParts["views"] {
    const { views, copies } = this.#parts;
    return copies.length === 0
      ? views
      : { ...views, ...Object.fromEntries(copies.map(({ from }, i) => [`copied${i}`, from.toReadonly()])) };
  }

  #makeAlone(): Alone {
    const { target, steps } = this.#parts;
    const loans = Object.entries(this.#lent).map(([name, view]) => {
      return { view, mode: view.readonly ? "read" : "write", name } as const;
    });
    return {
      check: this.#context.owner.lendingCheck(target.label ?? target.name, loans),
      body: this.#context.registry(target.name, target.code),
      ranges: steps.map(({ units }) => ({ start: 0, stop: units })),
    };
  }
}

function workOf(steps: readonly LoopStep[]): number {
  return steps.reduce((sum, { work }) => sum + work, 0);
}
