/**
 * Views as blobs, for downloads, uploads, IndexedDB and `<img>`: `toBlob`.
 *
 * What is copied: raw bytes once into private memory, in pieces of bounded size, and by the browser into the blob. A picture
 * once into a canvas of its own, which encodes it.
 *
 * @module
 */
import { type Exportable, HeldBytes, MemoryView, NotImplementedError, unshare } from "@instride/core";
import { drawTo } from "./draw-to.ts";
import type { PixelRange } from "./rgba.ts";
import { pictureSize } from "./picture.ts";
import { DRAWN_CHANNELS } from "./rgba.ts";

export interface BlobOptions {
  /**
   * The blob's type. Where it begins with `image/` the view is a picture, and encoded: `image/png`, and what else the
   * browser encodes. Default: none, and raw bytes.
   */
  readonly type?: string | undefined;
  /** Of a picture that is encoded with losses: 0 to 1. Default: the browser's. */
  readonly quality?: number | undefined;
  /** Of a picture: the values that become black and white, as for `drawTo`. */
  readonly range?: PixelRange | undefined;
}

/** Bytes of raw memory that are private at a time. */
const PIECE_BYTES = 4_194_304;

/**
 * A blob of the elements' bytes, in C order, or of the picture that they are.
 *
 * @param source - any exporter; for a picture, of a shape that `drawTo` takes
 * @returns a blob that the view's later changes don't reach
 * @throws as `drawTo` for what is no picture; a {@link NotImplementedError} for a type that this browser doesn't encode
 *
 * @example
 * ```ts
 * link.href = URL.createObjectURL(await toBlob(photo, { type: "image/png" }));
 * ```
 */
export async function toBlob(source: Exportable, options: BlobOptions = {}): Promise<Blob> {
  const { type = "" } = options;
  if (type.startsWith("image/")) return pictureBlob(source, type, options);
  return rawBlob(source, type);
}

function rawBlob(source: Exportable, type: string): Blob {
  const held = new HeldBytes(source, "read");
  try {
    const parts: Blob[] = [];
    // A blob of blobs: what is private of one piece is garbage when the next is copied.
    for (const { bytes } of held.pieces(PIECE_BYTES)) parts.push(new Blob([unshare(bytes)]));
    return new Blob(parts, { type });
  } finally {
    held.release();
  }
}

async function pictureBlob(source: Exportable, type: string, { quality, range }: BlobOptions): Promise<Blob> {
  const canvas = drawnCanvas(source, range);
  const blob = await canvas.convertToBlob({ type, ...(quality === undefined ? {} : { quality }) });
  // A canvas makes a PNG of what it can't encode.
  if (blob.type === type) return blob;
  throw new NotImplementedError(
    `cannot encode a picture as ${type}: this browser made ${blob.type} of it, expected image/png or another type that it encodes`,
  );
}

function drawnCanvas(source: Exportable, range: PixelRange | undefined): OffscreenCanvas {
  const view = new MemoryView(source);
  try {
    const { width, height } = pictureSize(view, "encode", DRAWN_CHANNELS);
    const canvas = new OffscreenCanvas(width, height);
    drawTo(canvas, view, { range });
    return canvas;
  } finally {
    view.release();
  }
}
