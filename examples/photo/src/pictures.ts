/**
 * Pictures on disk: decoding and encoding, by sharp.
 *
 * A decoded picture is 8-bit RGB in sRGB, row by row, with its EXIF orientation applied and transparency laid on white.
 * Of an animation it is the first frame.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import sharp from "sharp";
import type { Size } from "./size.ts";
import { firstLine, UserError } from "./user-error.ts";

/** Pixels in memory: `height` rows of `width` pixels of `channels` bytes. */
export interface Pixels extends Size {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly channels: 1 | 3;
}

/** Smaller files take more time: from here on much more, for little. */
const PNG_COMPRESSION_LEVEL = 3;

/**
 * Finds the size of a picture without decoding it.
 *
 * @throws a {@link UserError} if there is no such file, or no picture in it
 */
export async function sizeOfPicture(path: string): Promise<Size> {
  const problem = await stat(path).then(
    (found) => (found.isFile() ? null : found.isDirectory() ? "it is a folder" : "it is no regular file"),
    (error: unknown) => (isMissing(error) ? "no such file" : firstLine(error)),
  );
  if (problem !== null) throw new UserError(`cannot read ${path}: ${problem}, expected a picture`);
  try {
    const { autoOrient } = await sharp(path).metadata();
    return { height: autoOrient.height, width: autoOrient.width };
  } catch (error) {
    throw notDecoded(path, error);
  }
}

/**
 * Decodes a picture.
 *
 * @throws a {@link UserError} if it is damaged
 */
export async function decodePicture(path: string): Promise<Pixels> {
  try {
    const { data, info } = await sharp(path)
      .autoOrient()
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels, expected 3`);
    // A `Buffer` is a `Uint8Array` whose `slice` copies nothing.
    return {
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
      height: info.height,
      width: info.width,
      channels: 3,
    };
  } catch (error) {
    throw notDecoded(path, error);
  }
}

/** Encodes a picture as PNG: what is written is what was computed, pixel for pixel. */
export function encodePicture({ data, height, width, channels }: Pixels): Promise<Uint8Array> {
  const picture = sharp(data, { raw: { height, width, channels } });
  return picture
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: PNG_COMPRESSION_LEVEL })
    .toBuffer();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function notDecoded(path: string, error: unknown): UserError {
  return new UserError(
    `cannot read ${path} as a picture: ${firstLine(error)}, expected JPEG, PNG, WebP, AVIF, TIFF, GIF or SVG`,
  );
}
