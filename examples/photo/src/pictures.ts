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
  readonly data: Uint8Array;
  readonly channels: 1 | 3;
}

/** The longest side that a JPEG file can have. */
const JPEG_SIDE_MAX = 65_500;

const JPEG_QUALITY = 92;

/**
 * Finds the size of a picture without decoding it.
 *
 * @throws a {@link UserError} if there is no such file, or no picture in it
 */
export async function sizeOfPicture(path: string): Promise<Size> {
  const { isFile, fact } = await stat(path).then(
    (found) => ({ isFile: found.isFile(), fact: found.isDirectory() ? "it is a folder" : "it is no regular file" }),
    (error: NodeJS.ErrnoException) => ({ isFile: false, fact: error.code === "ENOENT" ? "no such file" : error.message }),
  );
  if (!isFile) throw new UserError(`cannot read ${path}: ${fact}, expected a picture`);
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
    return { data, height: info.height, width: info.width, channels: 3 };
  } catch (error) {
    throw notDecoded(path, error);
  }
}

/** An encoded picture, and the extension that its file should have. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly extension: "jpg" | "png";
}

/** Encodes a picture as JPEG, or as PNG where a side is too long for that. */
export async function encodePicture({ data, height, width, channels }: Pixels): Promise<EncodedPicture> {
  const picture = sharp(data, { raw: { height, width, channels } });
  if (Math.max(height, width) > JPEG_SIDE_MAX) return { bytes: await picture.png().toBuffer(), extension: "png" };
  return { bytes: await picture.jpeg({ quality: JPEG_QUALITY }).toBuffer(), extension: "jpg" };
}

function notDecoded(path: string, error: unknown): UserError {
  return new UserError(
    `cannot read ${path} as a picture: ${firstLine(error)}, expected JPEG, PNG, WebP, AVIF, TIFF, GIF or SVG`,
  );
}
