/**
 * A real thread that a test tells what to do: races for handles, and receives descriptors.
 *
 * @module
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { errorFromWire, type WireError } from "../../src/errors.ts";
import type { LeaseHandle } from "../../src/leases/lease-protocol.ts";
import type { LeaseWords } from "../../src/leases/lease-words.ts";

/** Handles that several threads go through together. */
export interface Race {
  readonly handles: readonly LeaseHandle[];
  /** How many have come to each of the places where they meet. */
  readonly arrivals: Int32Array<SharedArrayBuffer>;
  readonly threads: number;
}

export type Command =
  | { readonly kind: "join"; readonly words: LeaseWords; readonly thread: number }
  | { readonly kind: "close" | "closeAndCount" | "attach"; readonly words: LeaseWords; readonly race: Race }
  | { readonly kind: "borrow"; readonly descriptor: unknown; readonly write?: number };

export type Reply = { readonly value: unknown } | { readonly error: WireError };

export function raceOf(handles: readonly LeaseHandle[], threads: number): Race {
  return { handles, arrivals: new Int32Array(new SharedArrayBuffer(4 * (handles.length + 1))), threads };
}

const WORKER = new URL("./test-thread-worker.ts", import.meta.url);

export class TestThread {
  readonly #worker: Worker = new Worker(WORKER);

  /** Runs a command there. @returns its result @throws its error, rebuilt */
  async ask<T>(command: Command): Promise<T> {
    this.#worker.postMessage(command);
    const [reply] = (await once(this.#worker, "message")) as [Reply];
    if ("error" in reply) throw errorFromWire(reply.error);
    return reply.value as T;
  }

  /** Ends the thread wherever it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
