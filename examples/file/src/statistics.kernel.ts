/**
 * Count, sum and range of the values in the slices from `start` up to `stop`: what every thread runs on its parts.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

export interface Statistics {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

type Views = { readonly volume: MemoryView<"uint16"> };

export default function statistics({ start, stop }: HalfOpenRange, { volume }: Views): Statistics {
  const [, height, width] = volume.shape as [number, number, number];
  const reader = volume.reader();
  const [slice, row, step] = reader.strides as [number, number, number];
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = start; i < stop; i++) {
    for (let j = 0; j < height; j++) {
      for (let k = 0; k < width; k++) {
        const value = reader.get(reader.offset + i * slice + j * row + k * step);
        sum += value;
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
  }
  return { count: (stop - start) * height * width, sum, min, max };
}
