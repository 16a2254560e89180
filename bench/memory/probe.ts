/**
 * A process of its own that tells what its idle threads take: first as plain Piscina threads, then the same threads as
 * lanes. It prints {@link Probed} as JSON.
 *
 * Usage: `node memory/probe.ts THREADS`
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Worker } from "node:worker_threads";
import { open } from "instride";
import type { Piscina } from "piscina";
import { meetingPoint } from "../jobs/rendezvous.ts";
import { gather } from "../support/gather.ts";
import { plainPiscina, promiseAll } from "../support/plain-piscina.ts";

/** Bytes of one thread, on average over those that were started. */
export interface Probed {
  readonly piscina: ThreadMemory;
  /** The same thread as a lane. */
  readonly lane: ThreadMemory;
}

export interface ThreadMemory {
  /** Resident memory that the process has more for each thread. */
  readonly rssBytes: number;
  /** Of V8's heap, what is in use; null where Node can't look into the heap of another thread. */
  readonly heapBytes: number | null;
}

/** A lane that has nothing to do goes after 100 ms. Before that it has long been parked. */
const UNTIL_PARKED_MS = 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function residentBytes(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}

/** Has each thread of a pool run a task, as `gather` has lanes. */
async function gatherThreads(pool: Piscina, threads: number): Promise<void> {
  await promiseAll(pool, threads, "rendezvous")(meetingPoint(threads));
}

async function heapOf(workers: readonly Worker[]): Promise<number | null> {
  if (typeof workers[0]?.getHeapStatistics !== "function") return null;
  const heaps = await Promise.all(workers.map((worker) => worker.getHeapStatistics()));
  return heaps.reduce((sum, heap) => sum + heap.used_heap_size, 0) / workers.length;
}

/** Starts a thread and has it be a lane: what all threads share is then there, and counted for none of those measured. */
async function warmUp(): Promise<void> {
  await using pool = plainPiscina(1);
  await gatherThreads(pool, 1);
  await using runtime = await open({ piscina: pool });
  await gather(runtime);
}

async function probe(threads: number): Promise<Probed> {
  await warmUp();
  const before = residentBytes();
  await using pool = plainPiscina(threads);
  await gatherThreads(pool, threads);
  await setTimeout(UNTIL_PARKED_MS);
  const idle = residentBytes();
  const piscina = { rssBytes: (idle - before) / threads, heapBytes: await heapOf(pool.threads) };

  await using runtime = await open({ piscina: pool });
  const opened = residentBytes();
  await gather(runtime);
  const left = pool.completed;
  await setTimeout(UNTIL_PARKED_MS);
  const heapBytes = await heapOf(pool.threads);
  const parked = residentBytes();
  if (pool.completed > left) throw new Error("cannot measure lanes: some have gone, since the machine is too busy");
  return { piscina, lane: { rssBytes: piscina.rssBytes + (parked - opened) / threads, heapBytes } };
}

// Threads that have nothing to do don't keep a process alive that waits for what they say of their heaps.
const alive = setInterval(() => {}, 1000);
try {
  console.log(JSON.stringify(await probe(Number(process.argv[2]))));
} finally {
  clearInterval(alive);
}
