/**
 * How the owner learns that a thread of the program's own has given something back: it sleeps on the bell of its leases.
 *
 * No message is needed, so that any way to send a packet will do. The wait begins with the first loan and ends with the
 * last one, and doesn't keep a process alive.
 *
 * @module
 */
import { BELL, ringBell } from "../leases/lease-protocol.ts";
import type { LeaseTable } from "../leases/leases.ts";
import { AtomicsPort } from "../leases/port.ts";

/** Asks whether something is back. @returns true once it is, and never asked again */
type IsBack = () => boolean;

/** Watches over what an owner has lent to threads of the program's own. */
export class ReturnWatch {
  readonly #table: LeaseTable;
  readonly #bell: AtomicsPort;
  readonly #waiting: Set<IsBack> = new Set();
  #isListening = false;

  private constructor(table: LeaseTable) {
    this.#table = table;
    this.#bell = new AtomicsPort(table.words.bell);
  }

  /** That of a table. */
  static of(table: LeaseTable): ReturnWatch {
    let watch = watches.get(table);
    if (watch === undefined) {
      watch = new ReturnWatch(table);
      watches.set(table, watch);
    }
    return watch;
  }

  /** @param isBack - is asked whenever something may have come back */
  add(isBack: IsBack): void {
    this.#waiting.add(isBack);
    if (!this.#isListening) void this.#listen();
  }

  /** Looks now. */
  look(): void {
    this.#table.takeBack();
    for (const isBack of this.#waiting) if (isBack()) this.#waiting.delete(isBack);
    // The wait has nothing to wait for any more.
    if (this.#waiting.size === 0 && this.#isListening) ringBell(this.#bell);
  }

  async #listen(): Promise<void> {
    this.#isListening = true;
    for (;;) {
      // Heard first, then looked: what comes back after the look has changed the bell. Pairs with `ringBell`.
      const heard = this.#bell.load(BELL);
      this.#table.takeBack();
      for (const isBack of this.#waiting) if (isBack()) this.#waiting.delete(isBack);
      if (this.#waiting.size === 0) break;
      await this.#bell.change(BELL, heard);
    }
    this.#isListening = false;
  }
}

const watches = new WeakMap<LeaseTable, ReturnWatch>();
