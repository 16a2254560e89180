/**
 * Develops a picture stage by stage, and measures each.
 *
 * @module
 */
import { type ArrayName, OUTPUTS, type OutputName, STAGES, type StageName, uselessAfter } from "./pipeline.ts";

/** Where arrays are kept and stages are carried out, one way or another. */
export interface Darkroom extends Disposable {
  /** Makes room for an array. */
  make(name: ArrayName): void;
  /** Gives the room of an array back. */
  discard(name: ArrayName): void;
  /** Carries a stage out. `watch` is told the share of it that is done, from 0 to 1. */
  run(stage: StageName, watch?: (share: number) => void): Promise<void>;
  /** A copy of an array's bytes. */
  bytesOf(name: ArrayName): Uint8Array<ArrayBuffer>;
}

/** The bytes of each output. */
export type Outputs = Readonly<Record<OutputName, Uint8Array<ArrayBuffer>>>;

/** Milliseconds that the timed runs of a stage took. */
export interface StageTime {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export type StageTimes = Readonly<Record<StageName, StageTime>>;

export interface Development {
  readonly outputs: Outputs;
  /** Null where no run was timed. */
  readonly timesMs: StageTimes | null;
}

/**
 * Carries out all stages.
 *
 * Each stage is run once untimed before it is timed: that run is the first to touch the memory of its result, and a page
 * that no program has touched before can cost more than the whole stage (measured: "to float32" took six times as long).
 *
 * @param runs - how often each stage is timed, one run after the other, or 0; every run gives the same
 * @param watch - is told the stage and the share of all that is done, from 0 to 1
 */
export async function develop(
  darkroom: Darkroom,
  runs: number,
  watch?: (stage: StageName, share: number) => void,
): Promise<Development> {
  const times: [StageName, StageTime][] = [];
  for (const [i, stage] of STAGES.entries()) {
    darkroom.make(stage.makes);
    const timesMs: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const watchRun =
        watch && ((share: number) => watch(stage.name, (i + (run + share) / (runs + 1)) / STAGES.length));
      watchRun?.(0);
      const timeMs = await timeOf(() => darkroom.run(stage.name, watchRun));
      if (run > 0) timesMs.push(timeMs);
    }
    if (runs > 0) times.push([stage.name, summaryOf(timesMs)]);
    for (const name of uselessAfter(stage)) darkroom.discard(name);
  }
  const outputs = OUTPUTS.map((name) => [name, darkroom.bytesOf(name)] as const);
  return {
    outputs: Object.fromEntries(outputs) as Outputs,
    timesMs: runs > 0 ? (Object.fromEntries(times) as StageTimes) : null,
  };
}

/** The outputs that are not equal byte for byte. */
export function differences(a: Outputs, b: Outputs): OutputName[] {
  return OUTPUTS.filter((name) => Buffer.compare(a[name], b[name]) !== 0);
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function summaryOf(timesMs: readonly number[]): StageTime {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}
