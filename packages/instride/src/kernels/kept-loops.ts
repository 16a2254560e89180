/**
 * Loops that stay prepared on all threads for the next call with the same arrays, as long as there are not many others.
 *
 * They keep no array from being released: they are given up when it comes to that.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import {
  type BuiltinTarget,
  type LoopContext,
  type PrepareBuiltinOptions,
  prepareBuiltin,
  type PreparedLoop,
  type RunOptions,
} from "@instride/scheduler";

/** Each takes a few words on every thread, and a lease for each of its arrays. */
const KEPT_MAX = 64;

/** The loops of a runtime that are kept. */
export class KeptLoops {
  /** The one that was run last at the end. */
  readonly #loops: Set<KeptLoop> = new Set();

  /** Notes that a loop is run. Another that isn't at the moment may be given up for it. */
  note(loop: KeptLoop): void {
    this.#loops.delete(loop);
    this.#loops.add(loop);
    if (this.#loops.size <= KEPT_MAX) return;
    const oldest = [...this.#loops].find(({ isRunning }) => !isRunning);
    oldest?.retire();
  }

  forget(loop: KeptLoop): void {
    this.#loops.delete(loop);
  }

  /** Gives all up. */
  retireAll(): void {
    for (const loop of this.#loops) loop.retire();
  }
}

/** A loop that stays prepared until it is given up. */
export class KeptLoop {
  readonly #all: KeptLoops;
  readonly #owned: readonly MemoryView[];
  #loop: Promise<PreparedLoop> | PreparedLoop;
  #underWay = 0;
  #isRetired = false;

  /** @param owned - arrays that are released with it */
  constructor(
    context: LoopContext & { readonly kept: KeptLoops },
    target: BuiltinTarget,
    options: PrepareBuiltinOptions,
    owned: readonly MemoryView[],
  ) {
    this.#all = context.kept;
    this.#owned = owned;
    this.#loop = this.#prepare(context, target, options);
  }

  get isRunning(): boolean {
    return this.#underWay > 0;
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Runs it, as `PreparedLoop.run`. */
  async run(options: RunOptions): Promise<void> {
    this.#underWay++;
    this.#all.note(this);
    try {
      // Once it is there it is run at once: what a call is granted is decided when it is made.
      const loop = this.#loop instanceof Promise ? await this.#loop : this.#loop;
      await loop.run(options);
    } finally {
      if (--this.#underWay === 0 && this.#isRetired) this.#release();
    }
  }

  /** Gives it up, as soon as no run is under way. It isn't to be run any more. */
  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#all.forget(this);
    if (this.#underWay === 0) this.#release();
  }

  async #prepare(context: LoopContext, target: BuiltinTarget, options: PrepareBuiltinOptions): Promise<PreparedLoop> {
    try {
      const loop = await prepareBuiltin(context, target, options, () => this.retire());
      this.#loop = loop;
      return loop;
    } catch (error) {
      this.retire();
      throw error;
    }
  }

  #release(): void {
    if (!(this.#loop instanceof Promise)) return this.#releaseAll(this.#loop);
    // One that could not be prepared has told those that ran it.
    this.#loop.then(
      (loop) => this.#releaseAll(loop),
      () => this.#releaseAll(null),
    );
  }

  #releaseAll(loop: PreparedLoop | null): void {
    loop?.release();
    for (const view of this.#owned) view.release();
  }
}
