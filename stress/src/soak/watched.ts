/**
 * What a soak watches, and when it is too much.
 *
 * @module
 */
import { plateausOf } from "./growth.ts";

/** What is measured in a quiet moment: nothing is under way, and garbage has been collected. */
export interface Sample {
  /** Leases that are live, views under leases, arrays, and bytes in use in the shared heap. */
  readonly leases: number;
  readonly views: number;
  readonly arrays: number;
  readonly usedBytes: number;
  /** Stretches of the shared heap that are free beyond one: it has come apart. */
  readonly fragments: number;
  /** Threads beyond those that the runtimes may have. */
  readonly strayThreads: number;
  /** Listeners on the signal that all calls share, and on the user's pool. */
  readonly signalListeners: number;
  readonly poolListeners: number;
  /** Listeners on the process, and what keeps it alive. */
  readonly processListeners: number;
  readonly resources: number;
  /** Arguments of calls that are over, which somebody keeps: registrations that were not taken back. */
  readonly keptArguments: number;
  /** Bytes: objects of the main thread, of the largest other thread, buffers, and the process as a whole. */
  readonly heapBytes: number;
  readonly threadBytes: number;
  readonly bufferBytes: number;
  readonly residentBytes: number;
}

interface Watched {
  readonly name: string;
  readonly unit: "" | "bytes";
  /** What it may be at any quiet moment, where that is known. */
  readonly most?: number;
  /** By how much it may differ between plateaus, where only that can be said. */
  readonly growth?: number;
}

const MB = 2 ** 20;

/** By the fields of a sample. */
export const WATCHED: Readonly<Record<keyof Sample, Watched>> = {
  leases: { name: "live leases", unit: "", most: 0 },
  views: { name: "views under leases", unit: "", most: 0 },
  arrays: { name: "arrays", unit: "", most: 0 },
  usedBytes: { name: "shared heap in use", unit: "bytes", most: 0 },
  fragments: { name: "shared heap in pieces", unit: "", most: 0 },
  strayThreads: { name: "threads too many", unit: "", most: 0 },
  signalListeners: { name: "listeners on a signal", unit: "", most: 0 },
  poolListeners: { name: "listeners on a user's pool", unit: "", most: 0 },
  processListeners: { name: "listeners on the process", unit: "", growth: 0 },
  resources: { name: "handles", unit: "", growth: 4 },
  keptArguments: { name: "arguments that are kept", unit: "", growth: 16 },
  heapBytes: { name: "heap of the main thread", unit: "bytes", growth: 3 * MB },
  threadBytes: { name: "heap of another thread", unit: "bytes", growth: 8 * MB },
  bufferBytes: { name: "buffers", unit: "bytes", growth: 24 * MB },
  residentBytes: { name: "resident memory", unit: "bytes", growth: 96 * MB },
};

/** What a quantity came to over a soak. */
export interface WatchedResult {
  readonly name: string;
  readonly unit: "" | "bytes";
  /** Medians of the last two thirds, or the first and last value where there were few. */
  readonly early: number;
  readonly late: number;
  /** What is wrong, or null. */
  readonly fault: string | null;
}

/** Judges all quantities. */
export function judgeSamples(samples: readonly Sample[]): WatchedResult[] {
  return Object.entries(WATCHED).map(([key, watched]) =>
    judge(
      watched,
      samples.map((sample) => sample[key as keyof Sample]),
    ),
  );
}

function judge({ name, unit, most, growth }: Watched, values: readonly number[]): WatchedResult {
  const plateaus = plateausOf(values);
  const { early, late } = plateaus ?? { early: values[0] ?? 0, late: values.at(-1) ?? 0 };
  let fault: string | null = null;
  const high = most === undefined ? -1 : values.findIndex((value) => value > most);
  if (high >= 0) fault = `${values[high]} at quiet moment ${high + 1} of ${values.length}, expected at most ${most}`;
  if (growth !== undefined && plateaus !== null && plateaus.growth > growth) {
    fault = `it grew by ${Math.round(plateaus.growth)}, expected at most ${growth}: ${values.map(Math.round).join(" ")}`;
  }
  return { name, unit, early, late, fault };
}
