/**
 * The stages over shared memory: each is one parallel loop, and every thread works on the same arrays.
 *
 * Nothing is copied between stages or threads. Where a stage sees an array in another way (transposed, one channel of it,
 * every other pixel from the right, one row for all), it gets a view with other strides over the same bytes.
 *
 * @module
 */
import { type DType, type Progress, type Runtime, type SharedView } from "instride";
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

/** The arrays by their names. Those that no stage has made yet, or that none needs any more, are missing. */
type Arrays = { [N in ArrayName]: SharedView<(typeof ARRAYS)[N]["dtype"]> };

type OnProgress = ((progress: Progress) => void) | undefined;
type RunStage = (rt: Runtime, arrays: Arrays, onProgress: OnProgress) => Promise<void>;

/** A kernel of our own; all others come along with instride. */
const VIGNETTE = new URL("./vignette.kernel.ts", import.meta.url);

const ROWS_PER_HISTOGRAM = 32;

const STAGES: Readonly<Record<StageName, RunStage>> = {
  "to float32": (rt, { photo, image }, onProgress) =>
    rt.parallelFor("convert", {
      over: image.length,
      views: { src: photo.toReadonly(), dst: image },
      args: { scale: 1 / 255 },
      onProgress,
    }),

  "blur rows": (rt, { image, blurredRows, taps }, onProgress) =>
    rt.parallelFor("convolve", {
      over: blurredRows.length,
      views: { src: image.toReadonly(), taps: taps.toReadonly(), dst: blurredRows },
      args: { axis: 1 },
      onProgress,
    }),

  // The very same loop: with rows and columns exchanged, columns are what it blurs.
  "blur columns": (rt, { blurredRows, blurred, taps }, onProgress) => {
    const src = blurredRows.transpose([1, 0, 2]).toReadonly();
    const dst = blurred.transpose([1, 0, 2]);
    return rt.parallelFor("convolve", {
      over: dst.length,
      views: { src, taps: taps.toReadonly(), dst },
      args: { axis: 1 },
      onProgress,
    });
  },

  "unsharp mask": (rt, { image, blurred, sharpened }, onProgress) =>
    rt.parallelFor("unsharp", {
      over: sharpened.length,
      views: { src: image.toReadonly(), blurred: blurred.toReadonly(), dst: sharpened },
      args: { amount: SHARPENING, low: 0, high: 1 },
      onProgress,
    }),

  luminance: (rt, { sharpened, luminance }, onProgress) => {
    const [red, green, blue] = [0, 1, 2].map((channel) => sharpened.at("...", channel).toReadonly());
    return rt.parallelFor("weightedSum", {
      over: luminance.length,
      views: { red: red!, green: green!, blue: blue!, dst: luminance },
      args: { weights: LUMINANCE_WEIGHTS },
      onProgress,
    });
  },

  histogram: async (rt, { luminance, histogram }, onProgress) => {
    const counts = await rt.parallelReduce<number[]>("histogram", {
      over: luminance.length,
      views: { src: luminance.toReadonly() },
      args: { bins: LEVELS, low: 0, high: 1 },
      // Fewer chunks than rows: each gives counts that are sent and added.
      grainsize: ROWS_PER_HISTOGRAM,
      identity: new Array<number>(LEVELS).fill(0),
      join: (left, right) => left.map((count, level) => count + right[level]!),
      onProgress,
    });
    histogram.asTypedArray().set(counts);
  },

  equalise: async (rt, { luminance, histogram, equalised }, onProgress) => {
    using curve = rt.from(equalisationCurve(histogram.asTypedArray()));
    await rt.parallelFor("lookup", {
      over: equalised.length,
      views: { src: luminance.toReadonly(), table: curve.toReadonly(), dst: equalised },
      args: { low: 0, high: 1 },
      onProgress,
    });
  },

  vignette: (rt, { sharpened, rowFalloff, columnFalloff, vignetted }, onProgress) => {
    const { shape } = vignetted;
    return rt.parallelFor(VIGNETTE, {
      over: vignetted.length,
      views: {
        src: sharpened.toReadonly(),
        rows: rowFalloff.at(":", null, null).broadcastTo(shape),
        columns: columnFalloff.at(null, ":", null).broadcastTo(shape),
        dst: vignetted,
      },
      onProgress,
    });
  },

  "to uint8": (rt, { vignetted, developed }, onProgress) =>
    rt.parallelFor("convert", {
      over: developed.length,
      views: { src: vignetted.toReadonly(), dst: developed },
      args: { scale: 255 },
      onProgress,
    }),

  thumbnail: (rt, { developed, thumbnail }, onProgress) =>
    rt.parallelFor("copy", {
      over: thumbnail.length,
      views: { src: developed.at("::2", "::-2").toReadonly(), dst: thumbnail },
      onProgress,
    }),
};

/** A darkroom whose arrays lie in the shared memory of a runtime. */
export class SharedDarkroom implements Darkroom {
  readonly #rt: Runtime;
  readonly #photo: Pixels;
  readonly #arrays: Map<ArrayName, SharedView<DType>> = new Map();

  constructor(rt: Runtime, photo: Pixels) {
    this.#rt = rt;
    this.#photo = photo;
    this.#given("photo", photo.data);
    this.#given("taps", gaussianTaps(BLUR_SIGMA, BLUR_RADIUS));
    this.#given("rowFalloff", falloff(photo.height));
    this.#given("columnFalloff", falloff(photo.width));
  }

  make(name: ArrayName): void {
    const { dtype, shape } = ARRAYS[name];
    this.#arrays.set(name, this.#rt.empty(shape(this.#photo), dtype, { label: name }));
  }

  discard(name: ArrayName): void {
    this.#arrays.get(name)?.release();
    this.#arrays.delete(name);
  }

  run(stage: StageName, watch?: (share: number) => void): Promise<void> {
    const arrays = Object.fromEntries(this.#arrays) as unknown as Arrays;
    return STAGES[stage](this.#rt, arrays, watch && (({ done, total }) => watch(done / total)));
  }

  bytesOf(name: ArrayName): Uint8Array<ArrayBuffer> {
    return this.#arrays.get(name)!.toBytes();
  }

  [Symbol.dispose](): void {
    for (const array of this.#arrays.values()) array.release();
    this.#arrays.clear();
  }

  #given(name: ArrayName, data: Uint8Array | Float32Array | Float64Array): void {
    const shape = ARRAYS[name].shape(this.#photo);
    this.#arrays.set(name, this.#rt.from(data as Uint8Array, { shape, label: name }));
  }
}
