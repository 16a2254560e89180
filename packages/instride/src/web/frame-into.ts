/**
 * Pictures that the browser has decoded, into views: `frameInto`.
 *
 * What is copied: a view of `[height, width, 4]` whose pixels lie side by side is written by the browser itself, shared or
 * not, once and without private memory. Other layouts, and three channels, go through private memory that is kept.
 *
 * @module
 */
import {
  BufferFlags,
  DTypeError,
  getBuffer,
  type MemoryView,
  NotImplementedError,
  type PyBuffer,
  ShapeError,
  ValueError,
} from "@instride/core";
import { pictureSize, type PictureSize } from "./picture.ts";
import { rgbaBytes } from "./rgba.ts";

/**
 * Writes a picture into a view: a frame of a camera or video, a decoded image, a canvas.
 *
 * The colours are sRGB, not multiplied by alpha. No picture is scaled: `createImageBitmap(source, { resizeWidth })` does
 * that. The view is held until this settles; nobody else may write it meanwhile.
 *
 * @param view - `uint8`, of shape `[height, width, 3 | 4]` as the picture is large (`visibleRect` of a frame, `videoWidth`
 *   of a video)
 * @param source - a `VideoFrame`, which stays open; or anything that a canvas draws: `ImageBitmap`, `HTMLVideoElement`,
 *   `HTMLImageElement`, a canvas
 * @throws a {@link ShapeError} for a picture of another size; a {@link DTypeError} for a view of other elements; a
 *   `BufferError` for a read-only one; a {@link ValueError} for a source that has no picture, yet or any more; the browser's
 *   `SecurityError` for pictures of other origins
 *
 * @example
 * ```ts
 * const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
 * const photo = rt.empty([bitmap.height, bitmap.width, 4], "uint8");
 * await frameInto(photo, bitmap);
 * ```
 */
export async function frameInto(view: MemoryView, source: CanvasImageSource): Promise<void> {
  const size = pictureSize(view, "receive a picture in", [3, 4]);
  if (view.dtype !== "uint8") {
    throw new DTypeError(`cannot receive a picture in ${view.dtype ?? view.format} elements: expected uint8`);
  }
  if (typeof VideoFrame === "undefined") {
    throw new NotImplementedError("cannot receive a picture: this browser has no VideoFrame, which WebCodecs brings");
  }
  const held: PyBuffer<25> = getBuffer(view, BufferFlags.STRIDED);
  try {
    const frame = source instanceof VideoFrame ? source : frameOf(source);
    try {
      checkSize(frame, size);
      const rows = rowsOf(held, size);
      if (rows === null) await throughPrivate(frame, view, size);
      else await copyPixels(frame, rows.bytes, rows.stride);
    } finally {
      if (frame !== source) frame.close();
    }
  } finally {
    held.release();
  }
}

function frameOf(source: CanvasImageSource): VideoFrame {
  try {
    return new VideoFrame(source, { timestamp: 0 });
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "InvalidStateError") throw cause;
    throw new ValueError(
      "cannot receive a picture of this source: it has none, expected a video that has loaded a frame, an image that is " +
        "complete, or a bitmap that is open",
      { cause },
    );
  }
}

function checkSize({ visibleRect }: VideoFrame, { width, height, channels }: PictureSize): void {
  if (visibleRect === null) throw new ValueError("cannot receive a frame that is closed: expected an open one");
  if (visibleRect.width === width && visibleRect.height === height) return;
  throw new ShapeError(
    `cannot receive a picture of ${visibleRect.width} x ${visibleRect.height} pixels in shape [${height}, ${width}, ` +
      `${channels}]: expected [${visibleRect.height}, ${visibleRect.width}, 3 | 4]`,
  );
}

interface Rows {
  /** From the first pixel to the end of the last row with what lies beside it, which the browser wants and leaves alone. */
  readonly bytes: Uint8Array;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** The memory as the browser writes it, or null where pixels or rows lie otherwise, or the buffer ends with the last pixel. */
function rowsOf({ buffer, byteOffset, strides }: PyBuffer<25>, { width, height, channels }: PictureSize): Rows | null {
  const [row, pixel, channel] = strides as unknown as [number, number, number];
  const stride = height === 1 ? width * 4 : row;
  const areRows = channels === 4 && channel === 1 && (width === 1 || pixel === 4) && stride >= width * 4;
  const nbytes = height * stride;
  if (!areRows || byteOffset + nbytes > buffer.byteLength) return null;
  return { bytes: new Uint8Array(buffer, byteOffset, nbytes), stride };
}

/** Private pixels of the last picture that went through them: frames of a camera all have one size. */
let kept: Uint8ClampedArray<ArrayBuffer> | null = null;

async function throughPrivate(frame: VideoFrame, view: MemoryView, size: PictureSize): Promise<void> {
  const nbytes = size.width * size.height * 4;
  const bytes = kept?.length === nbytes ? kept : new Uint8ClampedArray(nbytes);
  // Not for another call while this one waits.
  kept = null;
  await copyPixels(frame, bytes, size.width * 4);
  view.assign(rgbaBytes(bytes, size).view.at("...", `:${size.channels}`));
  kept = bytes;
}

async function copyPixels(frame: VideoFrame, target: Uint8Array | Uint8ClampedArray, stride: number): Promise<void> {
  const { x, y } = frame.visibleRect!;
  // Firefox 153 takes the pixels from the first corner, wherever the visible part begins.
  if (x !== 0 || y !== 0) return copyThroughCanvas(frame, target, stride);
  try {
    await frame.copyTo(target, { format: "RGBA", layout: [{ offset: 0, stride }] });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotSupportedError") throw error;
    copyThroughCanvas(frame, target, stride);
  }
}

/**
 * For browsers that don't convert the colours of a frame, or don't find its visible part: a canvas does.
 *
 * Cost: two passes more, and private memory for all pixels.
 *
 * @internal
 */
export function copyThroughCanvas(frame: VideoFrame, target: Uint8Array | Uint8ClampedArray, stride: number): void {
  const { width = 0, height = 0 } = frame.visibleRect ?? {};
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  // Drawn in the size that its pixels have, whatever the size that it is to be shown in.
  context.drawImage(frame, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  for (let row = 0; row < height; row++)
    target.set(data.subarray(row * width * 4, (row + 1) * width * 4), row * stride);
}
