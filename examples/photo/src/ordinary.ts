/**
 * The stages the ordinary way: Piscina tasks, to which typed arrays are copied and from which results come back.
 *
 * This is what the shared way is measured against, so it does what it can: as many threads; as few strips as keep all of
 * them busy; a strip is cut out by one copy and then transferred, not cloned once more; a result is transferred back and
 * copied to its place; strips are cut when a thread is free for them, so that no copies pile up. Each stage is its own
 * round of tasks, as it is its own loop in `stages.ts`.
 *
 * @module
 */
import { Piscina } from "piscina";
import { equalisationCurve, falloff, gaussianTaps } from "./curves.ts";
import type { Darkroom } from "./develop.ts";
import {
  type ArrayName,
  ARRAYS,
  BLUR_RADIUS,
  BLUR_SIGMA,
  LEVELS,
  LUMINANCE_WEIGHTS,
  SHARPENING,
  type StageName,
} from "./pipeline.ts";
import type { Pixels } from "./pictures.ts";

/** So that threads that are fast take some from those that are slow. */
const STRIPS_PER_THREAD = 4;

const CONSTRUCTORS = {
  uint8: Uint8Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

type TypedArrayOf<D extends keyof typeof CONSTRUCTORS> = ReturnType<(typeof CONSTRUCTORS)[D]["from"]>;
type Arrays = { [N in ArrayName]: TypedArrayOf<(typeof ARRAYS)[N]["dtype"]> };

/** Piscina's own type of `transferList` admits no list under the current types of Node. */
type RunOptions = NonNullable<Parameters<Piscina["run"]>[1]>;

/** Rows `start` up to, not including, `stop`. */
interface Rows {
  readonly start: number;
  readonly stop: number;
}

/** One stage: which task computes a strip, what it gets, and what becomes of its result. */
interface OrdinaryStage {
  readonly task: string;
  readonly stripOf: (rows: Rows) => Record<string, unknown>;
  readonly place: (result: never, rows: Rows) => void;
}

/** Starts threads for ordinary tasks. */
export function openPool(threads: number): Piscina {
  const filename = new URL("./ordinary.task.ts", import.meta.url).href;
  return new Piscina({ filename, minThreads: threads, maxThreads: threads });
}

/** A darkroom whose arrays lie in the memory of the calling thread, and whose threads get copies. */
export class OrdinaryDarkroom implements Darkroom {
  readonly #pool: Piscina;
  readonly #photo: Pixels;
  readonly #arrays: Map<ArrayName, Arrays[ArrayName]> = new Map();

  constructor(pool: Piscina, photo: Pixels) {
    this.#pool = pool;
    this.#photo = photo;
    this.#arrays.set("photo", photo.data);
    this.#arrays.set("taps", gaussianTaps(BLUR_SIGMA, BLUR_RADIUS));
    this.#arrays.set("rowFalloff", falloff(photo.height));
    this.#arrays.set("columnFalloff", falloff(photo.width));
  }

  make(name: ArrayName): void {
    const { dtype, shape } = ARRAYS[name];
    const size = shape(this.#photo).reduce((product, length) => product * length, 1);
    this.#arrays.set(name, new CONSTRUCTORS[dtype](size));
  }

  discard(name: ArrayName): void {
    this.#arrays.delete(name);
  }

  async run(name: StageName, watch?: (share: number) => void): Promise<void> {
    const arrays = Object.fromEntries(this.#arrays) as unknown as Arrays;
    const stage = STAGES[name](arrays, this.#photo);
    const strips = this.#strips();
    let [begun, done] = [0, 0];
    const oneAfterAnother = async (): Promise<void> => {
      while (begun < strips.length) {
        const rows = strips[begun++]!;
        const strip = stage.stripOf(rows);
        const options = { name: stage.task, transferList: buffersOf(strip) } as RunOptions;
        const result: unknown = await this.#pool.run(strip, options);
        stage.place(result as never, rows);
        watch?.(++done / strips.length);
      }
    };
    await Promise.all(Array.from({ length: this.#pool.options.maxThreads }, oneAfterAnother));
  }

  bytesOf(name: ArrayName): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#arrays.get(name)!;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  [Symbol.dispose](): void {
    this.#arrays.clear();
  }

  /** Strips of an even number of rows, so that the thumbnail's rows lie in one strip each. */
  #strips(): Rows[] {
    const { height } = this.#photo;
    const length = 2 * Math.ceil(height / (2 * this.#pool.options.maxThreads * STRIPS_PER_THREAD));
    const count = Math.ceil(height / length);
    return Array.from({ length: count }, (_, i) => ({ start: i * length, stop: Math.min(height, (i + 1) * length) }));
  }
}

const STAGES: Readonly<Record<StageName, (arrays: Arrays, size: Pixels) => OrdinaryStage>> = {
  "to float32": ({ photo, image }, { width }) => ({
    task: "toFloat32",
    stripOf: (rows) => ({ photo: cut(photo, rows, width * 3) }),
    place: (result: Float32Array, { start }) => image.set(result, start * width * 3),
  }),

  "blur rows": ({ image, blurredRows, taps }, { width }) => ({
    task: "blurRows",
    stripOf: (rows) => ({ data: cut(image, rows, width * 3), width, taps: taps.slice() }),
    place: (result: Float32Array, { start }) => blurredRows.set(result, start * width * 3),
  }),

  // A strip needs the rows around it, as far as the taps reach.
  "blur columns": ({ blurredRows, blurred, taps }, { height, width }) => ({
    task: "blurColumns",
    stripOf: ({ start, stop }) => {
      const around = { start: Math.max(0, start - BLUR_RADIUS), stop: Math.min(height, stop + BLUR_RADIUS) };
      const data = cut(blurredRows, around, width * 3);
      return { data, width, first: around.start, start, stop, height, taps: taps.slice() };
    },
    place: (result: Float32Array, { start }) => blurred.set(result, start * width * 3),
  }),

  "unsharp mask": ({ image, blurred, sharpened }, { width }) => ({
    task: "unsharpMask",
    stripOf: (rows) => ({
      image: cut(image, rows, width * 3),
      blurred: cut(blurred, rows, width * 3),
      amount: SHARPENING,
    }),
    place: (result: Float32Array, { start }) => sharpened.set(result, start * width * 3),
  }),

  luminance: ({ sharpened, luminance }, { width }) => ({
    task: "luminance",
    stripOf: (rows) => ({ sharpened: cut(sharpened, rows, width * 3), ...LUMINANCE_WEIGHTS }),
    place: (result: Float32Array, { start }) => luminance.set(result, start * width),
  }),

  histogram: ({ luminance, histogram }, { width }) => {
    histogram.fill(0);
    return {
      task: "histogram",
      stripOf: (rows) => ({ luminance: cut(luminance, rows, width), levels: LEVELS }),
      place: (result: Uint32Array) => result.forEach((count, level) => (histogram[level]! += count)),
    };
  },

  equalise: ({ luminance, histogram, equalised }, { width }) => {
    const curve = equalisationCurve(histogram);
    return {
      task: "equalise",
      stripOf: (rows) => ({ luminance: cut(luminance, rows, width), curve: curve.slice() }),
      place: (result: Uint8Array, { start }) => equalised.set(result, start * width),
    };
  },

  vignette: ({ sharpened, rowFalloff, columnFalloff, vignetted }, { width }) => ({
    task: "vignette",
    stripOf: (rows) => ({
      data: cut(sharpened, rows, width * 3),
      width,
      rowFalloff: cut(rowFalloff, rows, 1),
      columnFalloff: columnFalloff.slice(),
    }),
    place: (result: Float32Array, { start }) => vignetted.set(result, start * width * 3),
  }),

  "to uint8": ({ vignetted, developed }, { width }) => ({
    task: "toUint8",
    stripOf: (rows) => ({ vignetted: cut(vignetted, rows, width * 3) }),
    place: (result: Uint8Array, { start }) => developed.set(result, start * width * 3),
  }),

  thumbnail: ({ developed, thumbnail }, { width }) => ({
    task: "thumbnail",
    stripOf: (rows) => ({ data: cut(developed, rows, width * 3), width }),
    place: (result: Uint8Array, { start }) => thumbnail.set(result, (start / 2) * Math.ceil(width / 2) * 3),
  }),
};

/** A copy of some rows: a part of an array can't be transferred, and cloning one clones the whole buffer below it. */
function cut<T extends Arrays[ArrayName]>(array: T, { start, stop }: Rows, rowLength: number): T {
  return array.slice(start * rowLength, stop * rowLength) as T;
}

function buffersOf(strip: Readonly<Record<string, unknown>>): ArrayBuffer[] {
  return Object.values(strip).flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
