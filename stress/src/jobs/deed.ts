/**
 * What a body does at one of its iterations besides its work, and how it tells that it has.
 *
 * A deed travels with the arguments of a call, so that it happens wherever the body runs.
 *
 * @module
 */
import { threadId } from "node:worker_threads";
import { throwOdd, type Oddity } from "./odd-values.ts";

/** What is done. */
export type DeedKind =
  /** Nothing but to tell. */
  | { readonly kind: "tell" }
  | { readonly kind: "throw"; readonly what: Oddity }
  | { readonly kind: "exit"; readonly code: number }
  /** Never returns: in an empty loop, in one that writes, or asleep. */
  | { readonly kind: "hang"; readonly how: "spin" | "write" | "sleep" }
  /** Takes memory until there is none. */
  | { readonly kind: "memory" }
  /** Returns what can't be sent. */
  | { readonly kind: "unsendable" };

export type Deed = DeedKind & {
  /** The iteration at which it happens. */
  readonly at: number;
  /** Of a scan: the pass in which it happens. */
  readonly pass: 1 | 2;
  /** How many times it happens, however often the iteration comes. */
  readonly times: number;
};

/** Words that a call shares with its bodies. */
export interface Signals {
  /** `[STRIKES]`: how many times the deed has happened. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** `[0]`: when it last has, in milliseconds since the epoch. */
  readonly when: Float64Array<SharedArrayBuffer>;
}

const STRIKES = 0;

export function newSignals(): Signals {
  return { words: new Int32Array(new SharedArrayBuffer(4)), when: new Float64Array(new SharedArrayBuffer(8)) };
}

/** How many times the deed has happened. */
export function strikesOf({ words }: Signals): number {
  // Pairs with the add in `strike`.
  return Atomics.load(words, STRIKES);
}

/** Settles once the deed has happened, or after `timeoutMs`. */
export async function struck({ words }: Signals, timeoutMs: number): Promise<void> {
  const waiting = Atomics.waitAsync(words, STRIKES, 0, timeoutMs);
  if (waiting.async) await waiting.value;
}

/**
 * Does the deed.
 *
 * @param write - changes an operand, for a body that goes on with that for ever
 * @returns what the body is to return instead of its result, if anything
 */
export function strike(deed: Deed, { words, when }: Signals, write: () => void): { readonly returned: unknown } | null {
  // One add decides who strikes. Pairs with the load in `strikesOf`, and the wait in `struck`.
  if (Atomics.add(words, STRIKES, 1) >= deed.times) return null;
  when[0] = Date.now();
  Atomics.notify(words, STRIKES);
  switch (deed.kind) {
    case "tell":
      return null;
    case "throw":
      return throwOdd(deed.what);
    case "exit":
      // On the main thread it would end what judges it.
      if (threadId === 0) throw new Error("internal: a body that exits runs on the calling thread");
      return process.exit(deed.code);
    case "hang":
      return hang(deed.how, write);
    case "memory":
      return takeAllMemory();
    default:
      return { returned: () => 0 };
  }
}

function hang(how: "spin" | "write" | "sleep", write: () => void): never {
  for (;;) {
    if (how === "write") write();
    if (how === "sleep") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

function takeAllMemory(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })));
}
