/**
 * A view that is on its way to a thread of the program's own, or there: what is sent, and how it comes back.
 *
 * @module
 */
import type { LentMemory, ViewPacket } from "@instride/core";

/** What is moved with a message, rather than copied. */
export type Moved = ArrayBuffer | MessagePort;

/** Whether a packet is opened by one thread, whose release ends the lease, or by any number of threads. */
export type Receivers = "one" | "many";

/** What no structured clone takes; the platform's error shows its text. */
const NOT_CLONEABLE = Symbol("a LentView: send its packet, and give its transfer to postMessage");

/**
 * A lease that a thread of the program's own holds. Until it has given it back (by releasing its view) no call gets a
 * conflicting lease, and the array can't be released; `rt.leaks()` names it.
 *
 * A thread that ends without a release gives nothing back. Node says that it has ended by the event `exit` of its `Worker`;
 * a browser says nothing, but who terminates a worker knows. {@link threadEnded} is for that.
 */
export class LentView implements Disposable {
  /** Has `postMessage` throw a `DataCloneError`, as views do. */
  protected readonly notCloneable: symbol = NOT_CLONEABLE;
  /** What is sent: a plain object that survives structured clone, anywhere in a message. */
  readonly packet: ViewPacket;
  /** What is moved with it: empty where memory is shared. */
  readonly transfer: readonly Moved[];
  readonly mode: "read" | "write";
  /** What errors and reports call the holder. */
  readonly label: string;
  /** Settles once nobody else can touch the memory any more. */
  readonly returned: Promise<void>;
  readonly #memory: LentMemory | null;

  /** Made by `packView`. @param memory - null for what need not come back: a copy, or memory that no runtime owns */
  constructor(
    sent: Pick<LentView, "packet" | "transfer" | "mode" | "label">,
    lend: ((onBack: () => void) => LentMemory) | null,
  ) {
    this.packet = sent.packet;
    this.transfer = sent.transfer;
    this.mode = sent.mode;
    this.label = sent.label;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.returned = promise;
    this.#memory = lend?.(resolve) ?? null;
    if (this.#memory === null) resolve();
  }

  /** True once nobody else can touch the memory any more. */
  get isReturned(): boolean {
    return this.#memory?.isBack ?? true;
  }

  /**
   * Takes the lease back. A packet that was not opened yet can't be any more; views that were made of it throw a
   * `ReleasedError` at their next use. The memory is back at once if nobody has a view of it, else as soon as its thread has
   * released or used it: {@link returned} tells. Memory that was moved to the thread is lost, and its array poisoned.
   *
   * @returns true for the one call that took it; false if it had been given back, or taken, before
   */
  revoke(): boolean {
    return this.#memory?.revoke() ?? false;
  }

  /**
   * Says that the thread which has the view can run no more. What it was lent is back, and poisoned if it could write it
   * and had not released it. Does nothing if it is back already.
   *
   * Only for threads that have ended: one that runs on would write memory that is another's by then.
   *
   * @param error - what ended it, for who meets the poison
   */
  threadEnded(error: unknown = new Error("the thread has ended")): void {
    this.#memory?.threadEnded(error);
  }

  /** Revokes what has not been given back. */
  [Symbol.dispose](): void {
    this.revoke();
  }
}
