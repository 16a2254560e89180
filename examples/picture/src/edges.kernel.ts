/**
 * Sobel's operator on the mean of the channels, for the rows from `start` up to `stop`: how fast brightness changes.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

type Views = { readonly photo: MemoryView<"uint8">; readonly edges: MemoryView<"uint8"> };

export default function edges({ start, stop }: HalfOpenRange, views: Views): void {
  const [height, width, channels] = views.photo.shape as [number, number, number];
  const { data } = views.edges.elements();
  const photo = views.photo.reader();

  // Outside the picture its border goes on.
  const brightness = (i: number, j: number): number => {
    const pixel = Math.min(Math.max(i, 0), height - 1) * width + Math.min(Math.max(j, 0), width - 1);
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += photo.get(pixel * channels + channel);
    return sum / channels;
  };

  for (let i = start; i < stop; i++) {
    for (let j = 0; j < width; j++) {
      const left = brightness(i - 1, j - 1) + 2 * brightness(i, j - 1) + brightness(i + 1, j - 1);
      const right = brightness(i - 1, j + 1) + 2 * brightness(i, j + 1) + brightness(i + 1, j + 1);
      const above = brightness(i - 1, j - 1) + 2 * brightness(i - 1, j) + brightness(i - 1, j + 1);
      const below = brightness(i + 1, j - 1) + 2 * brightness(i + 1, j) + brightness(i + 1, j + 1);
      data[i * width + j] = Math.min(255, Math.round(Math.hypot(right - left, below - above) / 4));
    }
  }
}
