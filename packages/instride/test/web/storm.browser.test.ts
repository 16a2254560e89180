/**
 * Random calls at once in a page, some of which end their workers: each settles in time, and nothing is left.
 *
 * `STORM_SEED` and `STORM_ROUNDS` of the environment, with the prefix `VITE_`, change what is tried.
 */
import { expect, it } from "vitest";
import { DeadlineError, KernelError, open, type Runtime, WorkerLostError } from "instride";
import type { Deed } from "./fixtures/deed.kernel.ts";

const deedKernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);
const deedTask = new URL("./fixtures/deed.task.ts", import.meta.url);

const { VITE_STORM_SEED: seed = "20261120", VITE_STORM_ROUNDS: rounds = "30" } = (
  import.meta as unknown as { readonly env: Readonly<Record<string, string>> }
).env;

/** A call settles within so many milliseconds of its end: Chromium takes 2 s to stop a worker that never returns. */
const SETTLES_MS = 10_000;

const SIZE = 400;

/** Numbers from 0 up to `n`, by a linear congruence (Numerical Recipes): the same for the same seed. */
function randomBelow(start: number): (n: number) => number {
  let state = start >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Thrown = { readonly error: unknown } | null;

/** Runs a loop, and checks what came of it against what was asked for. */
async function loop(rt: Runtime, random: (n: number) => number): Promise<void> {
  const kinds = ["none", "none", "none", "throw", "slow", "close", "close-once", "hang"] as const;
  const kind = kinds[random(kinds.length)]!;
  const idempotent = kind === "close-once";
  const counts = rt.zeros([SIZE], "int32");
  const stop = new AbortController();
  const isCancelled = kind === "slow" && random(2) === 0;
  const args: Deed = { kind, at: random(SIZE) };
  const grainsize = 1 + random(50);
  const call = rt.parallelFor(deedKernel, {
    over: SIZE,
    grainsize,
    views: { counts },
    args,
    idempotent,
    caller: kind === "none" && random(2) === 0 ? "helps" : "waits",
    signal: stop.signal,
    ...(kind === "hang" ? { deadlineMs: 50 } : {}),
  });
  if (isCancelled) setTimeout(() => stop.abort(new Error("cancelled")), random(100));
  const thrown: Thrown = await call.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  check(kind, isCancelled, thrown);
  if (counts.isPoisoned) counts.clearPoison();
  if (thrown === null && kind !== "close-once") expect(new Set(counts.asTypedArray())).toEqual(new Set([1]));
  counts.release();
}

function check(kind: Deed["kind"], isCancelled: boolean, thrown: Thrown): void {
  const error = thrown?.error ?? null;
  // What a closing worker throws may still arrive before its end.
  if (kind === "none" || kind === "close-once") expect(isLossOrNull(kind, error)).toBe(true);
  else if (kind === "slow")
    expect(error === null || (isCancelled && (error as Error).message === "cancelled")).toBe(true);
  else if (kind === "throw") expect(error).toBeInstanceOf(KernelError);
  else if (kind === "hang") expect(error).toBeInstanceOf(DeadlineError);
  else expect(error instanceof WorkerLostError || error instanceof KernelError).toBe(true);
}

function isLossOrNull(kind: Deed["kind"], error: unknown): boolean {
  return error === null || error instanceof WorkerLostError || (kind === "close-once" && error instanceof KernelError);
}

async function task(rt: Runtime, random: (n: number) => number): Promise<void> {
  const kinds = ["later", "fine", "throw", "close", "for ever"] as const;
  const kind = kinds[random(kinds.length)]!;
  const signal = kind === "for ever" ? AbortSignal.timeout(20 + random(80)) : undefined;
  const result: unknown = await rt.run(deedTask, { args: { kind }, signal }).catch((error: unknown) => ({ error }));
  if (kind === "later" || kind === "fine") expect(result).toBe(kind);
  else if (kind === "throw") expect((result as { error: unknown }).error).toBeInstanceOf(KernelError);
  else if (kind === "close") expect((result as { error: unknown }).error).toBeInstanceOf(WorkerLostError);
  else expect((result as { error: unknown }).error).toBe(signal!.reason);
}

async function compiled(rt: Runtime, random: (n: number) => number): Promise<void> {
  const n = 1 + random(100_000);
  const x = rt.from(Float64Array.from({ length: n }, (_, i) => i));
  const out = await rt.map((a) => a * 2 + 1)(x);
  expect(await rt.reduce("sum")(out)).toBe(n * n);
  x.release();
  out.release();
}

it(`storm: ${rounds} rounds of random calls settle, and leave nothing (seed ${seed})`, async () => {
  const random = randomBelow(Number(seed));
  await using rt = await open({ threads: 2 });
  for (let round = 0; round < Number(rounds); round++) {
    const calls = Array.from({ length: 1 + random(4) }, () => [loop, task, compiled][random(3)]!(rt, random));
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`round ${round}: a call has not settled`)), SETTLES_MS);
    await Promise.race([Promise.all(calls), late]);
    clearTimeout(timer);
    expect(rt.leaks()).toEqual([]);
    expect([...rt.stats().views.values()].every((count) => count === 0)).toBe(true);
  }
});
