/**
 * Views and pictures: raw pixels for a library that codes and resizes them, and back. The words are sharp's.
 *
 * What is copied: going out, nothing. sharp reads the pixels where they are, on threads of its own. Coming back, it writes
 * into memory of its own, and there is no way to give it other; `storePixels` copies them from there, once.
 *
 * ```ts
 * const { data, info } = await sharp("photo.jpg").raw().toBuffer({ resolveWithObject: true });
 * const photo = rt.empty([info.height, info.width, info.channels], "uint8");
 * storePixels(photo, { data, info });
 *
 * using pixels = rawPixels(photo);
 * await sharp(pixels.data, { raw: pixels.raw }).toFile("photo.png");
 * ```
 *
 * @module
 */
import { BufferFlags, DTypeError, getBuffer, HeldBytes, type MemoryView, ShapeError, ValueError } from "@instride/core";

/** What sharp calls `raw`: how pixels lie in memory without a format. */
export interface RawInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

type PixelArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Pixels lent to a library. */
export interface RawPixels extends Disposable {
  /** The view's own memory. The library promises to read it only. */
  readonly data: PixelArray;
  readonly raw: RawInfo;
  /** Ends the loan, once the library has finished. Calling it again does nothing. */
  release(): void;
}

const PIXEL_DTYPES: readonly unknown[] = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"];

const CHANNELS_MAX = 4;

/**
 * Lends a view as raw pixels, without a copy. The view is held until the pixels are released.
 *
 * @param view - of shape `[height, width]` or `[height, width, channels]` with 1 to 4 channels, C-contiguous
 * @throws a {@link ShapeError} for another shape, or one without elements; a {@link DTypeError} for elements that are no
 *   pixels; a {@link ValueError} for a view that is not C-contiguous: copy it first
 */
export function rawPixels(view: MemoryView): RawPixels {
  const { dtype, shape, strides } = view;
  const raw = rawInfoOf(shape);
  if (!PIXEL_DTYPES.includes(dtype)) {
    throw new DTypeError(`cannot lend ${dtype ?? view.format} elements as pixels: expected ${PIXEL_DTYPES.join(", ")}`);
  }
  if (!view.cContiguous) {
    throw new ValueError(
      `cannot lend shape [${shape.join(", ")}] with strides [${strides.join(", ")}] as raw pixels: expected C-contiguous ones`,
    );
  }
  const data = view.unsafeElements().data as PixelArray;
  const held = getBuffer(view, BufferFlags.CONTIG_RO);
  const release = (): void => held.release();
  return { data, raw, release, [Symbol.dispose]: release };
}

function rawInfoOf(shape: readonly number[]): RawInfo {
  const [height, width, channels = 1] = shape;
  const isPicture = (shape.length === 2 || shape.length === 3) && !shape.includes(0) && channels <= CHANNELS_MAX;
  if (isPicture) return { height: height!, width: width!, channels: channels as RawInfo["channels"] };
  throw new ShapeError(
    `cannot take shape [${shape.join(", ")}] for a picture: expected [height, width] or [height, width, 1 to ${CHANNELS_MAX}]`,
  );
}

/** Pixels that a library has made: what sharp's `toBuffer({ resolveWithObject: true })` resolves to. */
export interface MadePixels {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

/**
 * Copies raw pixels into a view of any layout.
 *
 * @param view - of shape `[height, width, channels]`, or `[height, width]` where there is one channel
 * @throws a {@link ShapeError} if the picture has another size; a {@link ValueError} if its pixels have another number of
 *   bytes than the view's elements; a `BufferError` for a read-only view
 */
export function storePixels(view: MemoryView, { data, info }: MadePixels): void {
  const { shape, nbytes } = view;
  const { width, height, channels } = info;
  const isFlat = shape.length === 2 && channels === 1;
  const expected = isFlat ? [height, width] : [height, width, channels];
  if (expected.length !== shape.length || expected.some((length, axis) => length !== shape[axis])) {
    throw new ShapeError(
      `cannot store a picture of shape [${height}, ${width}, ${channels}] in a view of shape [${shape.join(", ")}]`,
    );
  }
  if (data.length !== nbytes) {
    throw new ValueError(`cannot store ${data.length} bytes of pixels in a view of ${nbytes}: expected the same depth`);
  }
  const held = new HeldBytes(view, "write");
  try {
    let start = 0;
    for (const piece of held.pieces()) {
      piece.bytes.set(data.subarray(start, start + piece.bytes.length));
      piece.store();
      start += piece.bytes.length;
    }
  } finally {
    held.release();
  }
}
