/**
 * Which call is next, where memory is in one place at a time: calls that use the same memory run one after the other, in
 * the order in which they came; all others take turns.
 *
 * Each memory has a line of the calls that want it. A call stands in all its lines at once, and runs while it is the first
 * in each. Of any two calls the one that came first is ahead in every line that both stand in, so the oldest is the first
 * in all of its lines: there is always one that can run.
 *
 * @module
 */

/** A call, as far as the queue is concerned. */
export interface QueuedCall {
  /** The memory that it needs, each once. */
  readonly memories: readonly object[];
}

export class CallQueue<C extends QueuedCall> {
  readonly #lines: Map<object, C[]> = new Map();
  /** Those that are the first in all their lines, but for the one that has its turn; the next one first. */
  readonly #ready: C[] = [];
  #current: C | null = null;
  readonly #calls: Set<C> = new Set();

  add(call: C): void {
    this.#calls.add(call);
    for (const memory of call.memories) {
      const line = this.#lines.get(memory);
      if (line === undefined) this.#lines.set(memory, [call]);
      else line.push(call);
    }
    if (this.#isFirst(call)) this.#ready.push(call);
  }

  /** Takes a call out, wherever it is. Again does nothing. */
  remove(call: C): void {
    if (!this.#calls.delete(call)) return;
    const at = this.#ready.indexOf(call);
    if (at >= 0) this.#ready.splice(at, 1);
    if (this.#current === call) this.#current = null;
    const followers = new Set<C>();
    for (const memory of call.memories) {
      const line = this.#lines.get(memory)!;
      line.splice(line.indexOf(call), 1);
      if (line.length === 0) this.#lines.delete(memory);
      else followers.add(line[0]!);
    }
    for (const follower of followers) {
      const isReady = follower === this.#current || this.#ready.includes(follower);
      if (!isReady && this.#isFirst(follower)) this.#ready.push(follower);
    }
  }

  /** The call whose turn it is, or null if there is none: round robin. */
  next(): C | null {
    // Behind those that came during its turn.
    if (this.#current !== null) this.#ready.push(this.#current);
    this.#current = this.#ready.shift() ?? null;
    return this.#current;
  }

  /** All of them, oldest first. */
  calls(): C[] {
    return [...this.#calls];
  }

  #isFirst(call: C): boolean {
    return call.memories.every((memory) => this.#lines.get(memory)![0] === call);
  }
}
