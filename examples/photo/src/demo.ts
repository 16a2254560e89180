/**
 * The demo: develops one picture in four ways, one after the other, and compares them.
 *
 * Inline, on the calling thread alone, is what the others must equal bit for bit. One thread, the ordinary way and all
 * threads are measured against each other.
 *
 * @module
 */
import { basename, parse } from "node:path";
import { differences, type Outputs, type StageTimes } from "./develop.ts";
import { checkMemory, memoryLimits } from "./memory.ts";
import type { Options } from "./options.ts";
import { ARRAYS, type OutputName } from "./pipeline.ts";
import { decodePicture, encodePicture, sizeOfPicture } from "./pictures.ts";
import type { ShowProgress } from "./progress.ts";
import { checkFolder, type FileContent, writeFiles } from "./results-folder.ts";
import { pixelsOf, type Size, tiledSize } from "./size.ts";
import { tile } from "./tiling.ts";
import { type DevelopedWay, developOrdinarily, developShared } from "./ways.ts";

/** What one way of developing came to. */
export interface WayResult extends Omit<DevelopedWay, "outputs" | "timesMs"> {
  /** Outputs that are not equal to those of the inline way. */
  readonly differing: readonly OutputName[];
}

export interface TimedWayResult extends WayResult {
  readonly timesMs: StageTimes;
}

export interface DemoResult {
  readonly picture: { readonly name: string; readonly size: Size };
  /** The size that it was tiled to. */
  readonly size: Size;
  readonly threads: number;
  /** How often each stage was timed, in each way but inline. */
  readonly runs: number;
  readonly inline: WayResult;
  /** Null where all threads are one. */
  readonly oneThread: TimedWayResult | null;
  readonly ordinary: TimedWayResult;
  readonly allThreads: TimedWayResult;
  readonly files: readonly { readonly path: string; readonly size: Size }[];
}

/** The pictures that are written, by the array that they are made of. */
const WRITTEN = ["developed", "equalised", "thumbnail"] as const;

/** So many pixels are developed in all, in each way: the more runs, the smaller the picture. */
const MEASURED_PIXELS = 72e6;
const RUNS_MAX = 5;

/** True if all ways gave the same, and nothing is left of them. */
export function isSound({ inline, oneThread, ordinary, allThreads }: DemoResult): boolean {
  const ways = [inline, oneThread, ordinary, allThreads].filter((way) => way !== null);
  return ways.every(({ differing, left }) => differing.length === 0 && (left?.leases ?? 0) + (left?.arrays ?? 0) === 0);
}

/**
 * Runs the demo.
 *
 * @param show - shows progress; without it, nothing is asked about the progress of loops
 * @throws a `UserError` if the picture can't be read, doesn't fit into memory, or results can't be written
 */
export async function demo({ picture, megapixels, threads, out }: Options, show?: ShowProgress): Promise<DemoResult> {
  const pictureSize = await sizeOfPicture(picture);
  const size = tiledSize(pictureSize, megapixels);
  checkMemory(size, await memoryLimits());
  checkFolder(out);
  show?.("reading", basename(picture), 0);
  const photo = tile(await decodePicture(picture), size);
  const runs = Math.min(RUNS_MAX, Math.max(1, Math.round(MEASURED_PIXELS / pixelsOf(size))));

  const inline = await developShared(photo, "inline", { mode: "inline" }, 0, show);
  const compare = ({ outputs, timesMs, ...way }: DevelopedWay): TimedWayResult => ({
    ...way,
    timesMs: timesMs!,
    differing: differences(outputs, inline.outputs),
  });
  const oneThread = threads === 1 ? null : compare(await developShared(photo, "1 thread", { threads: 1 }, runs, show));
  const ordinary = compare(await developOrdinarily(photo, "ordinary", threads, runs, show));
  const name = threads === 1 ? "1 thread" : `${threads} threads`;
  const allThreads = await developShared(photo, name, { threads }, runs, show);

  const files = await writePictures(out, parse(picture).name, allThreads.outputs, size, show);
  return {
    picture: { name: basename(picture), size: pictureSize },
    size,
    threads,
    runs,
    inline: { name: inline.name, left: inline.left, differing: [] },
    oneThread,
    ordinary,
    allThreads: compare(allThreads),
    files,
  };
}

/** Writes the pictures among the outputs, under the name of the picture that they were made of. */
async function writePictures(
  out: string,
  name: string,
  outputs: Outputs,
  size: Size,
  show: ShowProgress | undefined,
): Promise<DemoResult["files"]> {
  const files: (FileContent & { readonly size: Size })[] = [];
  // One after the other: exiting waits for an encoder that is at work, and for those that wait for a thread.
  for (const [i, output] of WRITTEN.entries()) {
    show?.("writing", output, i / WRITTEN.length);
    const [height, width, channels = 1] = ARRAYS[output].shape(size) as [number, number, (1 | 3)?];
    const bytes = await encodePicture({ data: outputs[output], height, width, channels });
    files.push({ name: `${name}-${output}.png`, bytes, size: { height, width } });
  }
  return writeFiles(out, files).map((path, i) => ({ path, size: files[i]!.size }));
}
