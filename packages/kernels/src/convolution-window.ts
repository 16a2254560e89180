/**
 * The window that follows an axis and convolves a band of elements across it.
 *
 * The window holds as many positions of the axis as some outputs need, each as a line of the band's elements, one
 * after the other. In such a block the neighbour of every element, one position on, lies one line on; so all outputs of
 * the block, whatever its width, are one run for each tap. What the next outputs need again is moved to the front.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { type Border, indexBeyond } from "./borders.ts";
import { type Load, loadOf, type Store, storeOf } from "./lines.ts";
import type { Operand } from "./operands.ts";

/** Elements of a band's width: a row of that many fills whole cache lines and memory pages well. */
const WIDTH_MAX = 256;

/** Outputs of a block, at least: so many that entering their loops costs little, and they stay in the nearest cache. */
const BLOCK_ELEMENTS = 1024;

/** Elements that a window keeps from block to block, at most: for very many taps it gets narrower. */
const KEPT_MAX = 32_768;

interface AxisTarget extends Pick<Operand, "dtype" | "data"> {
  readonly stride: number;
}

interface AxisSource extends AxisTarget {
  readonly length: number;
  readonly border: Border;
}

export class ConvolutionWindow {
  /** The most elements that a band may have. */
  readonly widthMax: number;
  readonly #dst: AxisTarget;
  readonly #src: AxisSource;
  readonly #load: Load;
  readonly #store: Store;
  readonly #taps: Float64Array;
  /** Positions that a block writes at once. */
  readonly #advance: number;
  readonly #lines: Float64Array<ArrayBuffer>;
  readonly #sums: Float64Array<ArrayBuffer>;

  /** @param width - elements that there are across the axis */
  constructor(dst: AxisTarget, src: AxisSource, taps: Float64Array, width: number) {
    this.#dst = dst;
    this.#src = src;
    this.#taps = taps;
    this.#load = loadOf(src.dtype);
    this.#store = storeOf(dst.dtype);
    const kept = taps.length - 1;
    this.widthMax = Math.max(1, Math.min(width, WIDTH_MAX, Math.floor(KEPT_MAX / taps.length)));
    // At least as many as are kept, so that moving these costs no more than one move for each output.
    this.#advance = Math.min(Math.max(Math.ceil(BLOCK_ELEMENTS / this.widthMax), kept), src.length);
    this.#lines = new Float64Array((kept + this.#advance) * this.widthMax);
    this.#sums = new Float64Array(this.#advance * this.widthMax);
  }

  /**
   * Convolves one band along the axis.
   *
   * @param positions - where to write, on the axis
   * @param width - elements of the band
   * @param to - and `from`: index of the band's first element at position 0, in the data of `dst` and `src`
   * @param toStep - and `fromStep`: from one element of the band to the next
   */
  slide(positions: HalfOpenRange, width: number, to: number, toStep: number, from: number, fromStep: number): void {
    const kept = this.#taps.length - 1;
    const ahead = this.#taps.length >> 1;
    const { start, stop } = positions;
    if (start === stop) return;
    this.#read(start + ahead - kept, kept, 0, width, from, fromStep);
    for (let position = start; position < stop; position += this.#advance) {
      const count = Math.min(this.#advance, stop - position);
      this.#read(position + ahead, count, kept, width, from, fromStep);
      this.#sum(count, width);
      this.#write(position, count, width, to, toStep);
      this.#lines.copyWithin(0, count * width, (count + kept) * width);
    }
  }

  /** Brings `count` positions, some of them perhaps beyond the ends, into the lines from `line` on. */
  #read(position: number, count: number, line: number, width: number, from: number, fromStep: number): void {
    const { length, border } = this.#src;
    for (let done = 0; done < count;) {
      const at = position + done;
      const inside = at >= 0 && at < length;
      const n = inside ? Math.min(count - done, length - at) : 1;
      this.#readLines(inside ? at : indexBeyond(at, length, border), n, line + done, width, from, fromStep);
      done += n;
    }
  }

  #readLines(position: number, count: number, line: number, width: number, from: number, fromStep: number): void {
    const { data, stride } = this.#src;
    const first = from + position * stride;
    const to = line * width;
    if (count >= width) {
      for (let i = 0; i < width; i++) {
        this.#load(count, this.#lines, to + i, width, data, first + i * fromStep, stride, 1, -0);
      }
    } else {
      for (let i = 0; i < count; i++) {
        this.#load(width, this.#lines, to + i * width, 1, data, first + i * stride, fromStep, 1, -0);
      }
    }
  }

  #sum(count: number, width: number): void {
    const taps = this.#taps;
    const n = count * width;
    this.#sums.fill(0, 0, n);
    let k = 0;
    for (; k + 4 <= taps.length; k += 4) {
      const at = (taps.length - 1 - k) * width;
      addFour(n, this.#sums, this.#lines, at, width, taps[k]!, taps[k + 1]!, taps[k + 2]!, taps[k + 3]!);
    }
    for (; k < taps.length; k++) addOne(n, this.#sums, this.#lines, (taps.length - 1 - k) * width, taps[k]!);
  }

  #write(position: number, count: number, width: number, to: number, toStep: number): void {
    const { data, stride } = this.#dst;
    const first = to + position * stride;
    if (count >= width) {
      for (let i = 0; i < width; i++) this.#store(count, data, first + i * toStep, stride, this.#sums, i, width);
    } else {
      for (let i = 0; i < count; i++) this.#store(width, data, first + i * stride, toStep, this.#sums, i * width, 1);
    }
  }
}

/** Adds four taps, one after the other, to each sum: its load and store are then shared by four. */
function addFour(
  n: number,
  sums: Float64Array,
  lines: Float64Array,
  at: number,
  back: number,
  tap0: number,
  tap1: number,
  tap2: number,
  tap3: number,
): void {
  const [at1, at2, at3] = [at - back, at - 2 * back, at - 3 * back];
  for (let i = 0; i < n; i++) {
    sums[i] =
      sums[i]! + tap0 * lines[at + i]! + tap1 * lines[at1 + i]! + tap2 * lines[at2 + i]! + tap3 * lines[at3 + i]!;
  }
}

function addOne(n: number, sums: Float64Array, lines: Float64Array, at: number, tap: number): void {
  for (let i = 0; i < n; i++) sums[i] = sums[i]! + tap * lines[at + i]!;
}
