/**
 * Which part of the plane is seen.
 *
 * Units: `x` and `y` of the plane, places on the canvas as fractions of its width and height.
 *
 * @module
 */

/** A place of the plane, and how much of it is seen. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** How high the part is that is seen; of a canvas that is higher than wide, how high its middle is. */
  readonly span: number;
}

export const WHOLE_SET: Place = { x: -0.65, y: 0, span: 2.5 };

/** Places worth a visit. */
export const PLACES: ReadonlyMap<string, Place> = new Map([
  ["Whole set", WHOLE_SET],
  ["Seahorse valley", { x: -0.7463, y: 0.1102, span: 0.012 }],
  ["Elephants", { x: 0.2925, y: 0.0149, span: 0.02 }],
  ["Spiral", { x: -0.761574, y: -0.0847596, span: 0.00045 }],
  ["Small copy", { x: -1.7687788, y: 0.0017389, span: 0.00006 }],
  ["Lightning", { x: -1.315180982097868, y: 0.073481726396473, span: 1e-9 }],
]);

/** Less than this, and neighbouring pixels are the same number in float64. */
const SPAN_MIN = 1e-12;
const SPAN_MAX = 8;
/** A canvas that is narrower shows more above and below instead of less on the sides. */
const ASPECT_MIN = 1.4;

export class Viewport {
  #place: Place = WHOLE_SET;
  /** Width by height of the canvas. */
  aspect = 1.6;

  get place(): Place {
    return this.#place;
  }

  set place({ x, y, span }: Place) {
    this.#place = {
      x: clamp(x, -3, 3),
      y: clamp(y, -3, 3),
      span: clamp(span, SPAN_MIN, SPAN_MAX),
    };
  }

  /** Moves by parts of what is seen. */
  pan(right: number, down: number): void {
    const { x, y, span } = this.#place;
    const { height, width } = this.#seen;
    this.place = { x: x + right * width, y: y + down * height, span };
  }

  /**
   * Makes the part that is seen `factor` times as large, and keeps what is at a place of the canvas where it is.
   *
   * @param factor - below 1 to see more of less
   */
  zoom(factor: number, atX = 0.5, atY = 0.5): void {
    const { x, y, span } = this.#place;
    const next = clamp(span * factor, SPAN_MIN, SPAN_MAX);
    const { height, width } = this.#seen;
    const change = 1 - next / span;
    this.place = { x: x + (atX - 0.5) * change * width, y: y + (atY - 0.5) * change * height, span: next };
  }

  /** Whether it can't be zoomed in any more. */
  get isDeepest(): boolean {
    return this.#place.span <= SPAN_MIN;
  }

  /** Rounds that show what there is to be seen at this depth. */
  get rounds(): number {
    return Math.round(clamp(110 + 42 * Math.log2(WHOLE_SET.span / this.#place.span), 110, 3000));
  }

  /** Writes the coordinates of the middles of pixels. */
  fill(real: Float64Array, imaginary: Float64Array): void {
    const { x, y } = this.#place;
    const { height, width } = this.#seen;
    for (let j = 0; j < real.length; j++) real[j] = x + ((j + 0.5) / real.length - 0.5) * width;
    for (let i = 0; i < imaginary.length; i++) imaginary[i] = y + ((i + 0.5) / imaginary.length - 0.5) * height;
  }

  /** How much of the plane the canvas shows. */
  get #seen(): { readonly height: number; readonly width: number } {
    const height = this.#place.span * Math.max(1, ASPECT_MIN / this.aspect);
    return { height, width: height * this.aspect };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
