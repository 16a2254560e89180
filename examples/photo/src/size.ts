/**
 * How large the picture becomes.
 *
 * @module
 */

/** Pixels down and across. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

const PIXELS_PER_MEGAPIXEL = 1e6;

/**
 * The size up to which a picture is tiled: so many megapixels, in the picture's own proportions, and no side shorter
 * than the picture's.
 */
export function tiledSize({ height, width }: Size, megapixels: number): Size {
  const factor = Math.max(1, Math.sqrt((megapixels * PIXELS_PER_MEGAPIXEL) / (height * width)));
  return { height: Math.round(height * factor), width: Math.round(width * factor) };
}

/** Pixels of a picture. */
export function pixelsOf({ height, width }: Size): number {
  return height * width;
}

/** Millions of pixels. */
export function megapixelsOf(size: Size): number {
  return pixelsOf(size) / PIXELS_PER_MEGAPIXEL;
}
