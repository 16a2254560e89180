import { open, type OpenOptions } from "instride";
import { describe, expect, test } from "vitest";
import { type Darkroom, develop, differences, type Outputs } from "../src/develop.ts";
import { openPool, OrdinaryDarkroom } from "../src/ordinary.ts";
import { BLUR_RADIUS, BLUR_SIGMA, SHARPENING, STAGES } from "../src/pipeline.ts";
import type { Pixels } from "../src/pictures.ts";
import { SharedDarkroom } from "../src/stages.ts";

/** A picture of anything, the same for the same size. */
function somePicture(height: number, width: number): Pixels {
  let state = height * 1000 + width;
  const data = Uint8Array.from({ length: height * width * 3 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >>> 16;
  });
  return { data, height, width, channels: 3 };
}

async function outputsOf(darkroom: Darkroom): Promise<Outputs> {
  using room = darkroom;
  return (await develop(room, 0)).outputs;
}

async function developShared(photo: Pixels, options: OpenOptions): Promise<Outputs> {
  await using rt = await open(options);
  const outputs = await outputsOf(new SharedDarkroom(rt, photo));
  expect(rt.leaks()).toEqual([]);
  expect(rt.stats()).toMatchObject({ leases: 0, arrays: 0 });
  return outputs;
}

async function developOrdinarily(photo: Pixels, threads: number): Promise<Outputs> {
  const pool = openPool(threads);
  try {
    return await outputsOf(new OrdinaryDarkroom(pool, photo));
  } finally {
    await pool.destroy();
  }
}

/** The element before the first is the first, that before it the second, and so on; likewise at the other end. */
function reflected(index: number, length: number): number {
  const period = ((index % (2 * length)) + 2 * length) % (2 * length);
  return period < length ? period : 2 * length - 1 - period;
}

/** What the picture should become, straight from the formulas, pixel by pixel and without rounding in between. */
class NaivePicture {
  readonly #photo: Pixels;

  constructor(photo: Pixels) {
    this.#photo = photo;
  }

  #value(y: number, x: number, c: number): number {
    const { data, width } = this.#photo;
    return data[(y * width + x) * 3 + c]! / 255;
  }

  /** The two-dimensional Gaussian, not separated. */
  #blurred(y: number, x: number, c: number): number {
    const { height, width } = this.#photo;
    let [sum, weights] = [0, 0];
    for (let dy = -BLUR_RADIUS; dy <= BLUR_RADIUS; dy++) {
      for (let dx = -BLUR_RADIUS; dx <= BLUR_RADIUS; dx++) {
        const weight = Math.exp(-(dx ** 2 + dy ** 2) / (2 * BLUR_SIGMA ** 2));
        sum += weight * this.#value(reflected(y + dy, height), reflected(x + dx, width), c);
        weights += weight;
      }
    }
    return sum / weights;
  }

  sharpened(y: number, x: number, c: number): number {
    const value = this.#value(y, x, c);
    return Math.min(1, Math.max(0, value + SHARPENING * (value - this.#blurred(y, x, c))));
  }

  luminance(y: number, x: number): number {
    return 0.2126 * this.sharpened(y, x, 0) + 0.7152 * this.sharpened(y, x, 1) + 0.0722 * this.sharpened(y, x, 2);
  }

  /** Light falls off with the square of the distance from the middle: to 0.65 of it at the middle of each edge. */
  developed(y: number, x: number, c: number): number {
    const { height, width } = this.#photo;
    const squaredDistance = ((y + 0.5) / (height / 2) - 1) ** 2 + ((x + 0.5) / (width / 2) - 1) ** 2;
    return 255 * this.sharpened(y, x, c) * 0.65 ** squaredDistance;
  }
}

// Smaller than the blur reaches, odd, even, a row, a column, one pixel, and larger than a strip.
const SIZES = [
  [13, 9],
  [1, 1],
  [1, 8],
  [7, 1],
  [4, 30],
  [40, 23],
] as const;

describe.each(SIZES)("developing %i × %i pixels", (height, width) => {
  const photo = somePicture(height, width);
  const naive = new NaivePicture(photo);

  test("stages: equal the formulas, computed pixel by pixel", async () => {
    const outputs = await developShared(photo, { mode: "inline" });
    const luminance = new Float32Array(outputs.luminance.buffer);
    const { developed, thumbnail } = outputs;
    const [halfHeight, halfWidth] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    expect(thumbnail).toHaveLength(halfHeight * halfWidth * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        expect(luminance[y * width + x]).toBeCloseTo(naive.luminance(y, x), 5);
        for (let c = 0; c < 3; c++) {
          const pixel = developed[(y * width + x) * 3 + c]!;
          expect(Math.abs(pixel - naive.developed(y, x, c))).toBeLessThan(0.501);
          if (y % 2 === 1 || (width - 1 - x) % 2 === 1) continue;
          expect(thumbnail[((y / 2) * halfWidth + (width - 1 - x) / 2) * 3 + c]).toBe(pixel);
        }
      }
    }
  });

  test("stages: the histogram counts each pixel's level, and equalising ranks it", async () => {
    const outputs = await developShared(photo, { mode: "inline" });
    const levels = [...new Float32Array(outputs.luminance.buffer)].map((value) =>
      Math.min(255, Math.floor(value * 256)),
    );
    const histogram = [...new Uint32Array(outputs.histogram.buffer)];
    expect(histogram).toEqual(histogram.map((_, level) => levels.filter((one) => one === level).length));

    const upTo = (level: number): number => levels.filter((one) => one <= level).length;
    const lowest = upTo(Math.min(...levels));
    const ranked = levels.map((level) =>
      Math.round((255 * (upTo(level) - lowest)) / Math.max(1, levels.length - lowest)),
    );
    expect([...outputs.equalised]).toEqual(ranked);
  });

  test("stages: every way gives the same, bit for bit", async () => {
    const inline = await developShared(photo, { mode: "inline" });
    expect(differences(await developShared(photo, { threads: 1 }), inline)).toEqual([]);
    expect(differences(await developShared(photo, { threads: 3 }), inline)).toEqual([]);
    expect(differences(await developOrdinarily(photo, 1), inline)).toEqual([]);
    expect(differences(await developOrdinarily(photo, 3), inline)).toEqual([]);
  });
});

test("differences: names every output with a byte that differs", () => {
  const outputs = (of: Partial<Outputs>): Outputs => {
    const same = Uint8Array.of(1, 2);
    return { developed: same, luminance: same, histogram: same, equalised: same, thumbnail: same, ...of };
  };
  expect(differences(outputs({}), outputs({}))).toEqual([]);
  const other = outputs({ luminance: Uint8Array.of(1, 3), thumbnail: Uint8Array.of(1) });
  expect(differences(other, outputs({}))).toEqual(["luminance", "thumbnail"]);
});

test("develop: times each stage as often as asked for, after a run that it doesn't, and its progress never goes back", async () => {
  await using rt = await open({ mode: "inline" });
  using darkroom = new SharedDarkroom(rt, somePicture(20, 20));
  const seen: (readonly [string, number])[] = [];
  const { timesMs } = await develop(darkroom, 4, (stage, share) => seen.push([stage, share]));
  expect(Object.keys(timesMs!)).toEqual(STAGES.map(({ name }) => name));
  expect(Object.values(timesMs!).every(({ min, median, max }) => 0 < min && min <= median && median <= max)).toBe(true);
  const shares = seen.map(([, share]) => share);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  expect(seen.filter(([stage, share]) => stage === "vignette" && share * 10 === 7)).not.toEqual([]);
});
