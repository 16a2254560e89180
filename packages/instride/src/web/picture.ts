/**
 * Views that hold a picture: `[height, width]`, or `[height, width, channels]`.
 *
 * Units: `width` and `height` in pixels, steps in elements.
 *
 * @module
 */
import { DTypeError, type Elements, type MemoryView, ShapeError, ValueError } from "@instride/core";

/** How large a picture is, and how many numbers a pixel has. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Where the elements of a picture are: `data[offset + y * row + x * pixel + c * channel]`. */
export interface PictureElements extends PictureSize {
  readonly data: Elements["data"];
  readonly offset: number;
  readonly row: number;
  readonly pixel: number;
  /** 0 for pictures of two axes. */
  readonly channel: number;
}

/**
 * The size of the picture in a view.
 *
 * @param attempt - what it is for: "draw", "upload"
 * @param channels - how many may be the last of three axes; two axes are one channel
 * @throws a {@link ShapeError} for another shape, or one without elements
 */
export function pictureSize({ shape }: MemoryView, attempt: string, channels: readonly number[]): PictureSize {
  const [height = 0, width = 0, last = 1] = shape;
  const isPicture = shape.length === 2 ? channels.includes(1) : shape.length === 3 && channels.includes(last);
  if (isPicture && height > 0 && width > 0) return { width, height, channels: last };
  const flat = channels.includes(1) ? "[height, width] or " : "";
  throw new ShapeError(
    `cannot ${attempt} shape [${shape.join(", ")}] as a picture: expected ${flat}[height, width, ${channels.join(" | ")}]`,
  );
}

/**
 * The elements of a picture, for loops that promise not to write through them.
 *
 * @throws a {@link DTypeError} for elements without a dtype; a {@link ValueError} for elements that are not aligned
 */
export function pictureElements(view: MemoryView, size: PictureSize): PictureElements {
  const { data, offset, strides } = view.unsafeElements();
  const [row, pixel, channel = 0] = strides as [number, number, number?];
  return { ...size, data, offset, row, pixel, channel };
}

/** A picture whose pixels lie side by side in rows from the first to the last, as platforms take them. */
export interface PictureRows extends PictureSize {
  readonly data: Elements["data"];
  /** Pixels from one row to the next, at least `width`. */
  readonly rowPixels: number;
}

/**
 * The memory of a picture for a platform that reads rows of pixels where they are.
 *
 * @throws a {@link ValueError} for pixels or rows in another order, which takes a copy
 */
export function pictureRows(view: MemoryView, size: PictureSize, attempt: string): PictureRows {
  const { width, height, channels } = size;
  const { data, row, pixel, channel } = pictureElements(view, size);
  const areSideBySide = (channels === 1 || channel === 1) && (width === 1 || pixel === channels);
  const rowPixels = height === 1 ? width : row / channels;
  if (areSideBySide && rowPixels >= width && Number.isInteger(rowPixels)) return { ...size, data, rowPixels };
  throw new ValueError(
    `cannot ${attempt} shape [${view.shape.join(", ")}] with strides [${view.strides.join(", ")}] without a copy: ` +
      "expected pixels side by side, in rows from first to last; rt.from(view) copies them so",
  );
}

/** The dtype of a view, among those that there is a rule for. @throws a {@link DTypeError} otherwise */
export function dtypeAmong<K extends string>(
  view: MemoryView,
  attempt: string,
  known: Readonly<Record<K, unknown>>,
): K {
  const { dtype, format } = view;
  if (dtype !== null && Object.hasOwn(known, dtype)) return dtype as string as K;
  throw new DTypeError(
    `cannot ${attempt} ${dtype ?? `format "${format}"`} elements: expected ${Object.keys(known).join(", ")}; ` +
      "rt.astype(view, dtype) casts them",
  );
}
