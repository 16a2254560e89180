/**
 * Darkens a picture towards its edges: `dst = src * (rows * columns)`, element by element.
 *
 * A kernel of the user's own: a plain loop over whatever strides its operands have. The light that is left has one value
 * for each row, and one for each column; broadcast to the shape of the picture, their other strides are 0.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

type Picture = MemoryView<"float32">;

interface Views {
  readonly src: Picture;
  readonly rows: Picture;
  readonly columns: Picture;
  readonly dst: Picture;
}

export default function vignette({ start, stop }: HalfOpenRange, views: Views): void {
  const [, width, channels] = views.dst.shape as [number, number, number];
  const dst = views.dst.elements();
  const src = views.src.reader();
  const rows = views.rows.reader();
  const columns = views.columns.reader();
  for (let y = start; y < stop; y++) {
    for (let x = 0; x < width; x++) {
      const light = rows.get(indexOf(rows, y, x, 0)) * columns.get(indexOf(columns, y, x, 0));
      for (let c = 0; c < channels; c++) dst.data[indexOf(dst, y, x, c)] = src.get(indexOf(src, y, x, c)) * light;
    }
  }
}

/** Where an element of an operand lies. */
function indexOf(
  { offset, strides }: { offset: number; strides: readonly number[] },
  y: number,
  x: number,
  c: number,
): number {
  return offset + y * strides[0]! + x * strides[1]! + c * strides[2]!;
}
