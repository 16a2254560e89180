/**
 * The task of every `run` of the storms: the image of x into y, and the sum of x.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { MemoryView } from "instride";
import { busyFor } from "./busy.ts";
import { type Deed, type Signals, strike } from "./deed.ts";
import { image } from "./sums.ts";

export interface TaskArguments {
  /** How long it waits before it begins, and how long it is busy, in milliseconds. */
  readonly waitMs: number;
  readonly busyMs: number;
  readonly deed: Deed | null;
  readonly signals: Signals;
  readonly ballast: Uint8Array;
}

export default async function work(
  { x, y }: { readonly x: MemoryView<"float64">; readonly y: MemoryView<"float64"> },
  { waitMs, busyMs, deed, signals }: TaskArguments,
): Promise<unknown> {
  if (waitMs > 0) await setTimeout(waitMs);
  const from = x.reader();
  const to = y.elements();
  busyFor(busyMs / 2);
  let sum = 0;
  for (let i = 0; i < x.size; i++) {
    if (i === deed?.at) {
      const odd = strike(deed, signals, () => (to.data[to.offset + i] = Math.random()));
      if (odd !== null) return odd.returned;
    }
    const value = from.get(from.offset + i);
    sum += value;
    to.data[to.offset + i] = image(value);
  }
  busyFor(busyMs / 2);
  return sum;
}
