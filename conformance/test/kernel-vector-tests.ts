/**
 * The tests of one file of NumPy's answers: a test for each kind, in every mode.
 *
 * The threads compute, though calls are small: what the caller alone does is checked by tests of the public API.
 *
 * @module
 */
import { afterAll, expect, inject, test } from "vitest";
import { kindsOf, readCases } from "../src/cases.ts";
import { KERNEL_MODES, type KernelMode, KernelRuntime } from "../src/kernel-runtime.ts";
import { replayKernelFile } from "../src/replay-kernels.ts";
import { KERNEL_REPLAYS } from "../src/replays.ts";

const MODES: readonly KernelMode[] = inject("modes") === "threads" ? ["threads-2"] : KERNEL_MODES;

/** Defines them. @param file - its name without `.jsonl` */
export async function testKernelVectors(file: string): Promise<void> {
  const cases = readCases(file);
  const replays = KERNEL_REPLAYS[file]!;
  const runtimes = await Promise.all(MODES.map((mode) => KernelRuntime.open(mode, { memory: "own", waits: true })));
  // Throws if anything is left in a runtime.
  afterAll(async () => {
    for (const runtime of runtimes) await runtime[Symbol.asyncDispose]();
  });

  test(`${file}.jsonl: every kind has a replay, and every replay has cases`, () => {
    expect(kindsOf(cases).toSorted()).toEqual(Object.keys(replays).toSorted());
  });

  for (const kind of Object.keys(replays)) {
    test(`${file}.jsonl: every ${kind} case holds in ${MODES.join(", ")}`, { timeout: 60_000 }, async () => {
      const own = cases.filter((c) => c.kind === kind);
      const results = await replayKernelFile(file, own, replays, runtimes);
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      expect(results.map((result) => result.cases)).toEqual([own.length]);
    });
  }
}
