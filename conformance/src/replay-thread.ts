/**
 * Replays away from the thread that has the memory: whole files in a thread, and scripts over many.
 *
 * @module
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { errorFromWire, type WireError } from "../../packages/core/src/errors.ts";
import { claimRow, type LeaseWords } from "../../packages/core/src/leases/lease-words.ts";
import { MemoryOwner } from "../../packages/core/src/memory/owner.ts";
import { type Case, show } from "./cases.ts";
import { buffersOf } from "./remote-memory.ts";
import type { KindResult } from "./replay-file.ts";
import type { ScriptCase } from "./replay-lifecycle.ts";
import { playScattered, type ScriptLane } from "./scattered-script.ts";
import { type ScriptCommand, ScriptThread } from "./script-thread.ts";

export type ThreadCommand =
  /** Replays a file over the thread's own memory, for the sizes that it asks for. */
  | { readonly kind: "measure"; readonly file: string; readonly folder: string }
  | {
      readonly kind: "replay";
      readonly file: string;
      readonly folder: string;
      readonly buffers: readonly SharedArrayBuffer[];
    }
  | { readonly kind: "join"; readonly words: LeaseWords; readonly thread: number }
  | ScriptCommand;

export type ThreadReply = { readonly value: unknown } | { readonly error: WireError };

const WORKER = new URL("./replay-thread-worker.ts", import.meta.url);

/** A thread that does as it is told, one command after another. */
export class ReplayThread implements ScriptLane, AsyncDisposable {
  readonly #worker: Worker = new Worker(WORKER);
  #buffersGiven = 0;

  /** Buffers of this thread that the other was given. */
  get buffersGiven(): number {
    return this.#buffersGiven;
  }

  /** Replays a file there, over shared memory of the calling thread. */
  async replay(file: string, folder: URL): Promise<readonly KindResult[]> {
    const place = { file, folder: folder.href };
    const buffers = buffersOf((await this.do({ kind: "measure", ...place })) as number[]);
    this.#buffersGiven += buffers.length;
    return (await this.do({ kind: "replay", ...place, buffers })) as readonly KindResult[];
  }

  async do(command: ThreadCommand): Promise<unknown> {
    this.#worker.postMessage(command);
    // Rejects if the thread dies.
    const [reply] = (await once(this.#worker, "message")) as [ThreadReply];
    if ("error" in reply) throw errorFromWire(reply.error);
    return reply.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Threads beside the calling one. */
const SCRIPT_THREADS = 3;

/**
 * Plays scripts with each view on a thread that is drawn for it; the calling one is among them.
 *
 * @param seed - what the draws follow from
 * @returns the scripts that don't hold, as `mismatches` tells them
 */
export async function scatterScripts(cases: readonly Case[], seed: number): Promise<string[]> {
  const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });
  const { words } = owner.leases;
  const own = new ScriptThread(claimRow(words, 1));
  await using threads = new AsyncDisposableStack();
  const lanes: ScriptLane[] = [{ do: async (command) => own.do(structuredClone(command)) }];
  for (let thread = 2; thread < 2 + SCRIPT_THREADS; thread++) {
    const lane = threads.use(new ReplayThread());
    await lane.do({ kind: "join", words, thread });
    lanes.push(lane);
  }
  const failures: string[] = [];
  const draw = drawFrom(seed);
  for (const c of cases) {
    try {
      await playScattered(c as ScriptCase, owner, lanes, draw);
    } catch (error) {
      failures.push(
        `${c.id}: over threads drawn from ${seed}, ${error instanceof Error ? error.message : show(error)}`,
      );
    }
  }
  return failures;
}

/** Numbers that look random, and are the same for the same seed. Source: Tommy Ettinger's mulberry32. */
function drawFrom(seed: number): (count: number) => number {
  let state = seed | 0;
  return (count) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}
