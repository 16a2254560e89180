/**
 * Which bytes to pick out of whole loads for elements at small known steps: every other one, every third, backwards.
 *
 * No byte is read outside of the elements: the second of two loads ends where the last element does.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { Width } from "./lane-plan.ts";
import type { Step } from "./streams.ts";

/** How to read one vector. */
export interface Pick {
  /** Bytes from the vector's first element to the lowest that is read: 0, or negative. */
  readonly low: number;
  /** Bytes of each load; loads of less than 16 are put side by side in one vector. */
  readonly bytes: 4 | 8 | 16;
  /** Bytes from the first load to the second; 0: one is enough. */
  readonly second: number;
  /** Where each byte of the result is. Elements of less than 4 bytes are put at the upper end of their lanes. */
  readonly order: readonly number[];
  /** Bits by which lanes are then to be shifted down. */
  readonly shift: number;
}

const STEP_MAX = 4;

/** Finds out how; null where reading lane by lane does as well, or has to. */
export function pickOf(dtype: DType, step: Step, width: Width): Pick | null {
  const { itemsize, lanes } = DTYPES[dtype];
  if (step === "strided" || step === 0 || step === 1 || lanes === 2) return null;
  // Two lanes at a step are read by as many instructions one by one.
  if (Math.abs(step) > (width === 4 ? STEP_MAX : 1)) return null;
  const offsets = Array.from({ length: width }, (_, lane) => lane * step * itemsize);
  const low = Math.min(...offsets);
  const span = Math.max(...offsets) - low + itemsize;
  const bytes = ([16, 8, 4] as const).find((size) => size <= span);
  if (bytes === undefined) return null;
  const second = span - bytes;
  const places = offsets.map((offset) => placeOf(offset - low, itemsize, bytes, second));
  if (places.some((place) => place === null)) return null;
  const laneBytes = Math.max(itemsize, 4);
  const order = new Array<number>(16).fill(0);
  for (const [lane, place] of places.entries())
    for (let i = 0; i < itemsize; i++) order[(lane + 1) * laneBytes - itemsize + i] = place! + i;
  return { low, bytes, second, order, shift: 8 * (laneBytes - itemsize) };
}

/** Where an element lies in what two loads have read; null if in neither whole. */
function placeOf(offset: number, itemsize: number, bytes: number, second: number): number | null {
  if (offset + itemsize <= bytes) return offset;
  return offset >= second ? bytes + offset - second : null;
}
