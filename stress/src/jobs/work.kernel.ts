/**
 * The body of every loop of the storms: simple sums, exact in any order, and a deed at one iteration.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";
import { busyFor } from "./busy.ts";
import { type Deed, type Signals, strike } from "./deed.ts";
import { image, type LoopForm, type Part } from "./sums.ts";

export interface WorkViews {
  readonly x: MemoryView<"float64">;
  /** Absent where nothing is written. */
  readonly y?: MemoryView<"float64">;
}

export interface WorkArguments {
  readonly form: LoopForm;
  /** How long an iteration takes, in milliseconds. */
  readonly iterationMs: number;
  readonly deed: Deed | null;
  readonly signals: Signals;
  /** Weight: what is kept of calls that are over adds up to something. */
  readonly ballast: Uint8Array;
}

/**
 * For `for` and `grid`: y = the image of x. For `reduce`: the part's sum of x. For `scan`: running sums into y.
 *
 * @param prefix - of a scan's second pass: the part before
 */
export default function work(
  range: HalfOpenRange | readonly HalfOpenRange[],
  views: WorkViews,
  args: WorkArguments,
  prefix?: Part,
): unknown {
  const { form, deed, signals } = args;
  const pass = prefix === undefined && form === "scan" ? 1 : 2;
  const indices = indicesOf(range, views.x.shape);
  const x = views.x.toReadonly().reader();
  const y = views.y?.elements();
  busyFor((args.iterationMs * indices.length) / 2);
  let sum = prefix?.sum ?? 0;
  for (const i of indices) {
    if (i === deed?.at && (form !== "scan" || pass === deed.pass)) {
      const odd = strike(deed, signals, () => {
        if (y !== undefined) y.data[y.offset + i] = Math.random();
      });
      if (odd !== null) return odd.returned;
    }
    const value = x.get(x.offset + i);
    sum += value;
    if (y === undefined || (form === "scan" && pass === 1)) continue;
    y.data[y.offset + i] = form === "scan" ? sum : image(value);
  }
  busyFor((args.iterationMs * indices.length) / 2);
  return { start: indices[0]!, stop: indices.at(-1)! + 1, sum } satisfies Part;
}

/** The elements that a range stands for, in the order of memory. */
function indicesOf(range: HalfOpenRange | readonly HalfOpenRange[], shape: readonly number[]): number[] {
  if ("start" in range) return Array.from({ length: range.stop - range.start }, (_, k) => range.start + k);
  const [rows, columns] = range as readonly [HalfOpenRange, HalfOpenRange];
  const indices: number[] = [];
  for (let row = rows.start; row < rows.stop; row++) {
    for (let column = columns.start; column < columns.stop; column++) indices.push(row * shape[1]! + column);
  }
  return indices;
}
