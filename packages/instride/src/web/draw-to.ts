/**
 * Views on the screen: `drawTo`.
 *
 * What is copied: everything once. A canvas refuses shared memory, so the pixels go through private memory, which is kept
 * and used again: a frame after the first allocates no pixels.
 *
 * @module
 */
import { type MemoryView, ValueError } from "@instride/core";
import { pictureSize, type PictureSize } from "./picture.ts";
import { DRAWN_CHANNELS, fillRgba, type PixelRange, type RgbaBytes, rgbaBytes } from "./rgba.ts";

/** What {@link drawTo} draws to: in the page or, off screen, in any worker. */
export type DrawTarget =
  | HTMLCanvasElement
  | OffscreenCanvas
  | CanvasRenderingContext2D
  | OffscreenCanvasRenderingContext2D;

export interface DrawOptions {
  /** Where the picture's left edge comes to lie, in pixels of the canvas. Default 0. */
  readonly x?: number | undefined;
  /** The same for its upper edge. */
  readonly y?: number | undefined;
  /**
   * The values that become black and white. Default: 0 and 255 of `uint8`, 0 and 65535 of `uint16`, 0 and 1 of floats and
   * bools; other integers have none.
   */
  readonly range?: PixelRange | undefined;
  /** Makes the canvas as large as the picture with its place, if it isn't; that clears it. Default false. */
  readonly resize?: boolean | undefined;
}

/**
 * Draws a picture, pixel by pixel: what was there is replaced, and transforms, clips and `globalAlpha` don't count.
 *
 * @param target - a canvas that has a 2-D context or none, or such a context; also an `OffscreenCanvas` in a worker
 * @param view - of shape `[height, width]`, or `[height, width, channels]` with 1 (gray), 3, or 4 channels of which the last
 *   is alpha, not multiplied into the others; of any layout, shared or not
 * @throws a `ShapeError` for another shape; a `DTypeError` for elements that are no pixels; a {@link ValueError} for a
 *   canvas with another context, for integers without a `range`, and for a place that is none
 *
 * Cost: one pass over the pixels into memory that is kept for the next call with this size, and what the browser takes.
 *
 * @example
 * ```ts
 * drawTo(canvas, photo);
 * drawTo(context, luma.at("::2", "::2"), { x: 640, range: [0, 0.5] });
 * ```
 */
export function drawTo(target: DrawTarget, view: MemoryView, options: DrawOptions = {}): void {
  const { x = 0, y = 0, range, resize = false } = options;
  const size = pictureSize(view, "draw", DRAWN_CHANNELS);
  for (const place of [x, y]) {
    if (!Number.isInteger(place)) throw new ValueError(`cannot draw at [${x}, ${y}]: expected integers, in pixels`);
  }
  const context = contextOf(target);
  const { image, rgba } = keptImage(context, size);
  fillRgba(rgba, view, size, range);
  if (resize) fit(context.canvas, x + size.width, y + size.height);
  context.putImageData(image, x, y);
}

type DrawContext = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function contextOf(target: DrawTarget): DrawContext {
  if (!("getContext" in target)) return target;
  const context = (target as OffscreenCanvas).getContext("2d");
  if (context !== null) return context;
  throw new ValueError(
    "cannot draw to this canvas: it has a context of another kind, expected a 2-D one, or none; texImage and " +
      "writeTexture upload to the others",
  );
}

interface KeptImage {
  readonly image: ImageData;
  readonly rgba: RgbaBytes;
}

/** Sizes that a context keeps memory for: a program that draws several views in turn draws few. */
const KEPT_MAX = 4;

/** By context, the latest first. They go with the context. */
const kept: WeakMap<DrawContext, KeptImage[]> = new WeakMap();

function keptImage(context: DrawContext, size: PictureSize): KeptImage {
  const { width, height } = size;
  let own = kept.get(context);
  if (own === undefined) kept.set(context, (own = []));
  const place = own.findIndex(({ image }) => image.width === width && image.height === height);
  const found = place === -1 ? newImage(size) : own[place]!;
  if (place !== 0) {
    if (place > 0) own.splice(place, 1);
    own.unshift(found);
    own.length = Math.min(own.length, KEPT_MAX);
  }
  return found;
}

function newImage(size: PictureSize): KeptImage {
  const image = new ImageData(size.width, size.height);
  return { image, rgba: rgbaBytes(image.data, size) };
}

function fit(canvas: HTMLCanvasElement | OffscreenCanvas, width: number, height: number): void {
  // Setting a size, even the same, clears the canvas.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
