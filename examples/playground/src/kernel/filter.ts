/**
 * A kernel of the editor, compiled, and how it is applied to the planes of a picture.
 *
 * One element is each channel in turn; three are red, green and blue. Elements are computed as floats: what is stored in
 * a byte is cut to an integer and wraps around, as in a `Uint8Array`.
 *
 * @module
 */
import { MemoryView, type Runtime } from "instride";
import type { KernelText } from "./kernel-text.ts";
import type { Arrays } from "../screen.ts";

/** What a kernel computes in. */
export type Compute = "float64" | "float32";

/** A picture as three arrays: red, green, blue. */
export type Planes = readonly [MemoryView<"uint8">, MemoryView<"uint8">, MemoryView<"uint8">];

type Values = Readonly<Record<string, number>>;

/** Values from 0 to 255; nearest first. Compiled into kernels that name it. */
const CLAMP = "(v) => Math.min(255, Math.max(0, v))";

/** Rounds after which a loop of a kernel is given up, for any pixel: a page has to stay alive. */
const ROUNDS_MAX = 20_000;

/** Of so many rows one is tried. */
const TRIAL_STEP = 64;
/** Longer than this nobody waits for a frame. */
const FRAME_MS_MAX = 10_000;

/** A function of elements that can't be applied to a picture. */
export class FilterError extends Error {
  override readonly name: string = "FilterError";
}

/** Makes planes. */
export function makePlanes(arrays: Arrays, height: number, width: number): Planes {
  return [
    arrays.zeros([height, width], "uint8"),
    arrays.zeros([height, width], "uint8"),
    arrays.zeros([height, width], "uint8"),
  ];
}

export class Filter {
  readonly kernel: KernelText;
  /** How many values the function returns, in an array; null for one that is no array. */
  readonly outputs: 3 | null;
  readonly #map: ReturnType<Runtime["map"]>;
  readonly #values: Values;

  private constructor(kernel: KernelText, map: ReturnType<Runtime["map"]>, outputs: 3 | null, values: Values) {
    this.kernel = kernel;
    this.outputs = outputs;
    this.#map = map;
    this.#values = values;
  }

  /**
   * Compiles it, and tries it on a few pixels.
   *
   * @throws a {@link FilterError}; what instride throws of functions that it can't compile, or run
   */
  static async compile(rt: Runtime, kernel: KernelText, compute: Compute): Promise<Filter> {
    const { elements, names } = kernel;
    if (elements.length !== 1 && elements.length !== 3) {
      throw new FilterError(
        `cannot apply a function of ${elements.length} elements to a picture: expected (x, { … }), for each channel, ` +
          "or (r, g, b, { … }), for each pixel",
      );
    }
    const values = Object.fromEntries(kernel.sliders.map(({ name, value }) => [name, value]));
    const map = rt.map(kernel.text, {
      compute,
      casting: "unsafe",
      border: "nearest",
      roundsMax: ROUNDS_MAX,
      name: "the kernel",
      parameters: {
        ...values,
        ...(names.has("clamp") ? { clamp: CLAMP } : {}),
        ...Object.fromEntries(["height", "width", "time"].filter((name) => names.has(name)).map((name) => [name, 0])),
      },
    });
    return new Filter(kernel, map, await outputsOf(rt, map, elements.length), values);
  }

  /** The values that the kernel takes, by name. @param given - of sliders, and what the page knows */
  valuesOf(given: Values): Values {
    const known = Object.entries({ ...this.#values, ...given });
    return Object.fromEntries(known.filter(([name]) => this.kernel.names.has(name)));
  }

  /** Which planes hold the result: a function that returns one value of three elements gives gray. */
  shown([red, green, blue]: Planes): Planes {
    return this.outputs === null && this.kernel.elements.length === 3 ? [red, red, red] : [red, green, blue];
  }

  /** Computes all pixels. Channels are computed at once, so that nobody waits between one and the next. */
  async run(source: Planes, result: Planes, values: Values, signal: AbortSignal): Promise<void> {
    const calls = this.#calls(source, result).map(([operands, out]) =>
      this.#map(...operands, { out, parameters: values, signal }),
    );
    // If one rejects the others may still be at their arrays.
    await Promise.allSettled(calls);
    await Promise.all(calls);
  }

  /**
   * Tries some of the rows, to see how long all would take.
   *
   * @throws a {@link FilterError} for what would keep the page from being of any use
   */
  async checkPace(source: Planes, result: Planes, values: Values, signal: AbortSignal): Promise<void> {
    const some = (planes: Planes): Planes => {
      const [red, green, blue] = planes;
      return [red.at(`::${TRIAL_STEP}`), green.at(`::${TRIAL_STEP}`), blue.at(`::${TRIAL_STEP}`)];
    };
    const started = performance.now();
    await this.run(some(source), some(result), values, signal);
    const ms = (performance.now() - started) * TRIAL_STEP;
    if (ms <= FRAME_MS_MAX) return;
    throw new FilterError(`a frame would take about ${(ms / 1000).toFixed(0)} s: expected a function of less work`);
  }

  /** What instride says of the loop. */
  async explain(source: Planes, result: Planes, values: Values): Promise<string> {
    const [operands, out] = this.#calls(source, result)[0]!;
    return String(await this.#map.explain(...operands, { out, parameters: values }));
  }

  #calls(source: Planes, result: Planes): [MemoryView[], MemoryView][] {
    if (this.kernel.elements.length === 1) return source.map((plane, k) => [[plane], result[k]!]);
    // Several outputs are an array of views, which the types of a kernel that is a text don't tell.
    return [[[...source], (this.outputs === null ? result[0] : [...result]) as MemoryView]];
  }
}

/** Asks the kernel itself, by a call for very few pixels. */
async function outputsOf(rt: Runtime, map: ReturnType<Runtime["map"]>, elements: number): Promise<3 | null> {
  return rt.scope(async (arrays) => {
    const pixel = arrays.zeros([2, 2], "uint8");
    const made: unknown = await map(...Array.from({ length: elements }, () => pixel));
    const views = made instanceof MemoryView ? [made] : Object.values(made as Record<string, MemoryView>);
    for (const view of views) view.release();
    if (made instanceof MemoryView) return null;
    if (Array.isArray(made) && made.length === 3 && elements === 3) return 3;
    const found = Array.isArray(made) ? `${made.length} values` : "an object";
    const expected = elements === 3 ? "one value, or [red, green, blue]" : "one value for each channel";
    throw new FilterError(`cannot show a function that returns ${found}: expected ${expected}`);
  });
}
