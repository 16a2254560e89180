/**
 * What developing a picture means: the arrays, and the stages that make one of others, in order.
 *
 * This is the plan alone. `stages.ts` carries it out over shared memory, `ordinary.ts` the ordinary way.
 *
 * Units: shapes in elements; strides in bytes.
 *
 * @module
 */
import { DTYPES } from "instride";
import type { Size } from "./size.ts";

/** One array: what its elements are, and how many there are for a picture of some size. */
interface ArrayPlan {
  readonly dtype: "uint8" | "uint32" | "float32" | "float64";
  readonly shape: (size: Size) => readonly number[];
}

/** The Gaussian blur: its standard deviation in pixels, and how far its taps reach. */
export const BLUR_SIGMA = 2;
export const BLUR_RADIUS: number = 3 * BLUR_SIGMA;

/** How much of what the blur takes away the unsharp mask adds. */
export const SHARPENING = 0.8;

/** How much of red, green and blue there is in luminance: ITU-R BT.709. */
export const LUMINANCE_WEIGHTS: Readonly<Record<"red" | "green" | "blue", number>> = {
  red: 0.2126,
  green: 0.7152,
  blue: 0.0722,
};

/** Levels of brightness that the histogram tells apart. */
export const LEVELS = 256;

const colours = ({ height, width }: Size): readonly number[] => [height, width, 3];
const greys = ({ height, width }: Size): readonly number[] => [height, width];
const levels = (): readonly number[] => [LEVELS];

export const ARRAYS = {
  photo: { dtype: "uint8", shape: colours },
  taps: { dtype: "float64", shape: () => [2 * BLUR_RADIUS + 1] },
  rowFalloff: { dtype: "float32", shape: ({ height }: Size) => [height] },
  columnFalloff: { dtype: "float32", shape: ({ width }: Size) => [width] },
  image: { dtype: "float32", shape: colours },
  blurredRows: { dtype: "float32", shape: colours },
  blurred: { dtype: "float32", shape: colours },
  sharpened: { dtype: "float32", shape: colours },
  luminance: { dtype: "float32", shape: greys },
  histogram: { dtype: "uint32", shape: levels },
  equalised: { dtype: "uint8", shape: greys },
  vignetted: { dtype: "float32", shape: colours },
  developed: { dtype: "uint8", shape: colours },
  thumbnail: {
    dtype: "uint8",
    shape: ({ height, width }: Size) => [Math.ceil(height / 2), Math.ceil(width / 2), 3],
  },
} as const satisfies Readonly<Record<string, ArrayPlan>>;

export type ArrayName = keyof typeof ARRAYS;

/** What is there before the first stage. */
export const INPUTS = ["photo", "taps", "rowFalloff", "columnFalloff"] as const;

/** What is wanted in the end. */
export const OUTPUTS = ["developed", "luminance", "histogram", "equalised", "thumbnail"] as const;

export type OutputName = (typeof OUTPUTS)[number];

/** The stages, in order: what each makes, of what, and how its operands lie in memory. */
export const STAGES = [
  { name: "to float32", makes: "image", reads: ["photo"], memory: "uint8 to float32" },
  { name: "blur rows", makes: "blurredRows", reads: ["image", "taps"], memory: "along axis 1" },
  { name: "blur columns", makes: "blurred", reads: ["blurredRows", "taps"], memory: "transposed" },
  { name: "unsharp mask", makes: "sharpened", reads: ["image", "blurred"], memory: "as they lie" },
  { name: "luminance", makes: "luminance", reads: ["sharpened"], memory: "strided channels" },
  { name: "histogram", makes: "histogram", reads: ["luminance"], memory: "reduction" },
  { name: "equalise", makes: "equalised", reads: ["luminance", "histogram"], memory: "lookup table" },
  {
    name: "vignette",
    makes: "vignetted",
    reads: ["sharpened", "rowFalloff", "columnFalloff"],
    memory: "zero strides",
  },
  { name: "to uint8", makes: "developed", reads: ["vignetted"], memory: "float32 to uint8" },
  { name: "thumbnail", makes: "thumbnail", reads: ["developed"], memory: "[::2, ::-2] view" },
] as const satisfies readonly {
  readonly name: string;
  readonly makes: ArrayName;
  readonly reads: readonly ArrayName[];
  readonly memory: string;
}[];

export type Stage = (typeof STAGES)[number];
export type StageName = Stage["name"];

/** The arrays that are of no more use once a stage is done. Inputs stay until the end: they aren't this plan's. */
export function uselessAfter(stage: Stage): ArrayName[] {
  const later = STAGES.slice(STAGES.indexOf(stage) + 1);
  const made = STAGES.slice(0, STAGES.indexOf(stage) + 1).map(({ makes }) => makes);
  const isNeeded = (name: ArrayName): boolean =>
    OUTPUTS.some((output) => output === name) || later.some(({ reads }) => reads.some((read) => read === name));
  const inUse: readonly ArrayName[] = [stage.makes, ...stage.reads];
  return made.filter((name) => inUse.includes(name) && !isNeeded(name));
}

/** Bytes of one array. */
export function bytesOf(name: ArrayName, size: Size): number {
  const { dtype, shape } = ARRAYS[name];
  return shape(size).reduce((bytes, length) => bytes * length, DTYPES[dtype].itemsize);
}

/** Bytes of all arrays that are there at once, at most. */
export function peakBytes(size: Size): number {
  const sum = (names: readonly ArrayName[]): number => names.reduce((bytes, name) => bytes + bytesOf(name, size), 0);
  let bytes = sum(INPUTS);
  let peak = bytes;
  for (const stage of STAGES) {
    bytes += bytesOf(stage.makes, size);
    peak = Math.max(peak, bytes);
    bytes -= sum(uselessAfter(stage));
  }
  return peak;
}

/** Bytes of the outputs. */
export function outputBytes(size: Size): number {
  return OUTPUTS.reduce((bytes, name) => bytes + bytesOf(name, size), 0);
}
