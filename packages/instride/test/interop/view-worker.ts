/**
 * A thread of a program's own, which does with views what a test tells it.
 *
 * @module
 */
import { once } from "node:events";
import { type MessagePort, Worker } from "node:worker_threads";
import { errorFromWire, type WireError } from "instride";
import type { Moved } from "instride/interop/post-message";

export type ViewCommand =
  /** Unpacks what comes with it, and keeps it by a name. */
  | { readonly do: "open"; readonly name: string; readonly packet: unknown }
  /** Tells what a view is. */
  | { readonly do: "describe" | "release" | "export" | "use"; readonly name: string }
  | { readonly do: "fill"; readonly name: string; readonly value: number }
  /** Opens all, meets the other threads, releases all, as fast as it can. */
  | {
      readonly do: "race";
      readonly packets: readonly unknown[];
      readonly arrivals: Int32Array;
      readonly threads: number;
    }
  /** Opens what comes by a port, and tells what it holds. */
  | { readonly do: "listen"; readonly port: MessagePort }
  | { readonly do: "subscribe"; readonly channel: string }
  | { readonly do: "exit" };

/** What a view is to its thread. */
export interface Described {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly format: string;
  readonly readonly: boolean;
  readonly list: unknown;
}

export type ViewReply = { readonly value: unknown } | { readonly error: WireError };

const WORKER = new URL("./view-worker-thread.ts", import.meta.url);

export class ViewWorker {
  readonly worker: Worker = new Worker(WORKER);

  /** Runs a command there. @returns its result @throws its error, rebuilt */
  async ask<T = void>(command: ViewCommand, transfer: readonly Moved[] = []): Promise<T> {
    this.worker.postMessage(command, transfer as never);
    return this.answer<T>();
  }

  /** What it tells next. */
  async answer<T = void>(): Promise<T> {
    const [reply] = (await once(this.worker, "message")) as [ViewReply];
    if ("error" in reply) throw errorFromWire(reply.error);
    return reply.value as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.terminate();
  }
}
