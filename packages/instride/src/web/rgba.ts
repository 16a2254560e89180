/**
 * Pictures of any layout and number type as bytes of red, green, blue and alpha, which is what screens take.
 *
 * The rule: `uint8` is taken as it is; of the others, `low` becomes 0 and `high` becomes 255, what lies between is rounded
 * to the nearest, what lies outside becomes 0 or 255, and NaN becomes 0. One channel is gray. Alpha goes by the range of its
 * dtype where that has one, whatever the caller's range.
 *
 * @module
 */
import { describe, DTypeError, MemoryView, ValueError } from "@instride/core";
import { dtypeAmong, type PictureElements, pictureElements, type PictureSize } from "./picture.ts";

/** The values that become black and white. */
export type PixelRange = readonly [low: number, high: number];

/** Where a dtype says itself what is black and what is white; null where the caller has to. */
const RANGES = {
  bool: [0, 1],
  uint8: [0, 255],
  uint16: [0, 65_535],
  float16: [0, 1],
  float32: [0, 1],
  float64: [0, 1],
  int8: null,
  int16: null,
  int32: null,
  uint32: null,
} as const satisfies Readonly<Record<string, PixelRange | null>>;

export const DRAWN_CHANNELS: readonly number[] = [1, 3, 4];

/** Bytes of red, green, blue and alpha in C order, and the same memory as a view of `[height, width, 4]`. */
export interface RgbaBytes {
  readonly bytes: Uint8ClampedArray;
  readonly view: MemoryView;
}

/** Makes a view of bytes that hold `width * height` pixels. */
export function rgbaBytes(bytes: Uint8ClampedArray, { width, height }: PictureSize): RgbaBytes {
  return { bytes, view: new MemoryView(bytes).reshape([height, width, 4]) };
}

/**
 * Writes a picture into bytes of the same size.
 *
 * @param range - of the colours, or undefined for that of the dtype
 * @throws a {@link DTypeError} for elements that are no pixels; a {@link ValueError} for a range that is none, and for
 *   integers that need one
 *
 * Cost: one pass. `uint8` with four channels moves as a block where it lies side by side.
 */
export function fillRgba(target: RgbaBytes, view: MemoryView, size: PictureSize, range: PixelRange | undefined): void {
  const dtype = dtypeAmong(view, "draw", RANGES);
  if (dtype === "uint8" && range === undefined && size.channels === 4) {
    target.view.assign(view);
    return;
  }
  const own = RANGES[dtype];
  const colours = range === undefined ? own : checkedRange(range);
  if (colours === null) {
    throw new ValueError(
      `cannot draw ${dtype} elements: their dtype doesn't say what is black and what is white, expected the option ` +
        "range: [low, high]",
    );
  }
  const elements = drawnElements(view, size);
  if (dtype === "uint8" && range === undefined) spreadBytes(target.bytes, elements);
  else spreadNumbers(target.bytes, elements, { colours, alpha: own ?? colours });
}

function checkedRange(range: PixelRange): PixelRange {
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1];
  if (isRange) return range;
  throw new ValueError(
    `cannot draw with range ${describe(range)}: expected [low, high], two finite numbers that differ`,
  );
}

type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** Strided access to the elements; where there is none, since they are not aligned, to a copy of them. */
function drawnElements(view: MemoryView, size: PictureSize): PictureElements & { readonly data: Numbers } {
  const { format, shape, byteOffset, strides, itemsize, suboffsets } = view;
  const isAligned = suboffsets === null && [byteOffset, ...strides].every((bytes) => bytes % itemsize === 0);
  const aligned = isAligned ? view : new MemoryView(view.toBytes()).cast(format, shape);
  const elements = pictureElements(aligned, size) as PictureElements & { readonly data: Numbers };
  if (view.dtype === "float16" && elements.data instanceof Uint16Array) {
    throw new DTypeError("cannot draw float16 elements: this browser has no Float16Array; rt.astype casts to float32");
  }
  return elements;
}

/** Bytes of one or three channels. A text of its own, so that engines compile it for bytes alone. */
function spreadBytes(target: Uint8ClampedArray, elements: PictureElements): void {
  const { width, height, offset, row, pixel, channel } = elements;
  const data = elements.data as Uint8Array;
  for (let y = 0, t = 0; y < height; y++) {
    let s = offset + y * row;
    // One channel has no step: it is read three times.
    for (const stop = t + width * 4; t !== stop; t += 4, s += pixel) {
      target[t] = data[s]!;
      target[t + 1] = data[s + channel]!;
      target[t + 2] = data[s + 2 * channel]!;
      target[t + 3] = 255;
    }
  }
}

interface Ranges {
  readonly colours: PixelRange;
  readonly alpha: PixelRange;
}

/** Numbers of one, three or four channels. Stores into clamped bytes round and clamp. */
function spreadNumbers(
  target: Uint8ClampedArray,
  { data, channels, width, height, offset, row, pixel, channel }: PictureElements & { readonly data: Numbers },
  { colours, alpha }: Ranges,
): void {
  const [low, scale] = [colours[0], 255 / (colours[1] - colours[0])];
  const [alphaLow, alphaScale] = [alpha[0], 255 / (alpha[1] - alpha[0])];
  for (let y = 0, t = 0; y < height; y++) {
    let s = offset + y * row;
    for (const stop = t + width * 4; t !== stop; t += 4, s += pixel) {
      const first = (data[s]! - low) * scale;
      target[t] = first;
      target[t + 1] = channels === 1 ? first : (data[s + channel]! - low) * scale;
      target[t + 2] = channels === 1 ? first : (data[s + 2 * channel]! - low) * scale;
      target[t + 3] = channels === 4 ? (data[s + 3 * channel]! - alphaLow) * alphaScale : 255;
    }
  }
}
