/**
 * What a thread does the ordinary way: it gets strips of arrays, computes a strip of the next array, and sends it back.
 *
 * A strip is a whole number of rows in a typed array of its own. The arithmetic is that of the kernels, so that results
 * can be compared bit for bit: in double precision, operation by operation in the same order, rounded once.
 *
 * @module
 */
import { move } from "piscina";

/** Rows of pixels, with three channels or one. */
interface Strip<T> {
  readonly data: T;
  readonly width: number;
}

export function toFloat32({ photo }: { photo: Uint8Array }): unknown {
  const image = new Float32Array(photo.length);
  for (let i = 0; i < photo.length; i++) image[i] = photo[i]! * (1 / 255);
  return give(image);
}

export function blurRows({ data, width, taps }: Strip<Float32Array> & { taps: Float64Array }): unknown {
  const radius = taps.length >> 1;
  const rowLength = width * 3;
  const blurred = new Float32Array(data.length);
  const sums = new Float64Array(rowLength);
  const padded = new Float32Array(rowLength + 2 * radius * 3);
  const starts = Array.from(taps, (_, k) => (2 * radius - k) * 3);
  for (let row = 0; row < data.length; row += rowLength) {
    padRow(padded, data.subarray(row, row + rowLength), radius, width);
    addTaps(sums, padded, starts, taps);
    blurred.set(sums, row);
  }
  return give(blurred);
}

/** A row with its mirror image at both ends. */
function padRow(padded: Float32Array, row: Float32Array, radius: number, width: number): void {
  padded.set(row, radius * 3);
  for (let x = -radius; x < width + radius; x++) {
    if (x >= 0 && x < width) continue;
    const from = reflect(x, width) * 3;
    for (let c = 0; c < 3; c++) padded[(x + radius) * 3 + c] = row[from + c]!;
  }
}

/** @param strip - also has the rows around those to compute: `first` is the first of its rows in the picture */
export function blurColumns(
  strip: Strip<Float32Array> & { first: number; start: number; stop: number; height: number; taps: Float64Array },
): unknown {
  const { data, width, first, start, stop, height, taps } = strip;
  const radius = taps.length >> 1;
  const rowLength = width * 3;
  const blurred = new Float32Array((stop - start) * rowLength);
  const sums = new Float64Array(rowLength);
  for (let y = start; y < stop; y++) {
    const starts = Array.from(taps, (_, k) => (reflect(y + radius - k, height) - first) * rowLength);
    addTaps(sums, data, starts, taps);
    blurred.set(sums, (y - start) * rowLength);
  }
  return give(blurred);
}

/** `sums[i] = Σ taps[k] * data[starts[k] + i]`, by ascending `k`; four at once, which takes half the time. */
function addTaps(sums: Float64Array, data: Float32Array, starts: readonly number[], taps: Float64Array): void {
  sums.fill(0);
  let k = 0;
  for (; k + 4 <= taps.length; k += 4) addFour(sums, data, starts.slice(k, k + 4), taps.subarray(k, k + 4));
  for (; k < taps.length; k++) addOne(sums, data, starts[k]!, taps[k]!);
}

function addFour(sums: Float64Array, data: Float32Array, starts: readonly number[], taps: Float64Array): void {
  const [start0, start1, start2, start3] = starts as [number, number, number, number];
  const [tap0, tap1, tap2, tap3] = [taps[0]!, taps[1]!, taps[2]!, taps[3]!];
  for (let i = 0; i < sums.length; i++) {
    sums[i] =
      sums[i]! +
      tap0 * data[start0 + i]! +
      tap1 * data[start1 + i]! +
      tap2 * data[start2 + i]! +
      tap3 * data[start3 + i]!;
  }
}

function addOne(sums: Float64Array, data: Float32Array, start: number, tap: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + tap * data[start + i]!;
}

/** The position inside of an axis that one beyond its ends mirrors. */
function reflect(position: number, length: number): number {
  let inside = position;
  while (inside < 0 || inside >= length) inside = inside < 0 ? -inside - 1 : 2 * length - inside - 1;
  return inside;
}

export function unsharpMask(strip: { image: Float32Array; blurred: Float32Array; amount: number }): unknown {
  const { image, blurred, amount } = strip;
  const sharpened = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) {
    const value = image[i]! + amount * (image[i]! - blurred[i]!);
    sharpened[i] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
  return give(sharpened);
}

export function luminance(strip: { sharpened: Float32Array; red: number; green: number; blue: number }): unknown {
  const { sharpened, red, green, blue } = strip;
  const grey = new Float32Array(sharpened.length / 3);
  for (let i = 0, j = 0; i < grey.length; i++, j += 3) {
    grey[i] = red * sharpened[j]! + green * sharpened[j + 1]! + blue * sharpened[j + 2]!;
  }
  return give(grey);
}

export function histogram({ luminance: grey, levels }: { luminance: Float32Array; levels: number }): unknown {
  const counts = new Uint32Array(levels);
  for (let i = 0; i < grey.length; i++) {
    const level = levelOf(grey[i]!, levels);
    counts[level] = counts[level]! + 1;
  }
  return give(counts);
}

export function equalise({ luminance: grey, curve }: { luminance: Float32Array; curve: Uint8Array }): unknown {
  const equalised = new Uint8Array(grey.length);
  for (let i = 0; i < grey.length; i++) equalised[i] = curve[levelOf(grey[i]!, curve.length)]!;
  return give(equalised);
}

function levelOf(value: number, levels: number): number {
  return Math.min(levels - 1, Math.trunc(value * levels));
}

export function vignette(
  strip: Strip<Float32Array> & { rowFalloff: Float32Array; columnFalloff: Float32Array },
): unknown {
  const { data, width, rowFalloff, columnFalloff } = strip;
  const vignetted = new Float32Array(data.length);
  for (let i = 0, y = 0; y < rowFalloff.length; y++) {
    for (let x = 0; x < width; x++) {
      const light = rowFalloff[y]! * columnFalloff[x]!;
      for (let c = 0; c < 3; c++, i++) vignetted[i] = data[i]! * light;
    }
  }
  return give(vignetted);
}

export function toUint8({ vignetted }: { vignetted: Float32Array }): unknown {
  // It rounds and clamps as the kernel does: to the nearest, ties to even.
  const developed = new Uint8ClampedArray(vignetted.length);
  for (let i = 0; i < vignetted.length; i++) developed[i] = vignetted[i]! * 255;
  return give(new Uint8Array(developed.buffer));
}

/** @param strip - the rows from one that the thumbnail has on */
export function thumbnail({ data, width }: Strip<Uint8Array>): unknown {
  const rowLength = width * 3;
  const [rows, columns] = [Math.ceil(data.length / rowLength / 2), Math.ceil(width / 2)];
  const half = new Uint8Array(rows * columns * 3);
  for (let i = 0, y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = 2 * y * rowLength + (width - 1 - 2 * x) * 3;
      for (let c = 0; c < 3; c++, i++) half[i] = data[from + c]!;
    }
  }
  return give(half);
}

/** Transfers a result: it is not copied on its way. */
function give(result: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): unknown {
  return move(result);
}
