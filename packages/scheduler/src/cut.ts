/**
 * How what a loop runs over becomes chunks, and for whom: the iterations of a line, or the cells of a grid.
 *
 * Source of the partitioners: OpenMP's `schedule(static)` and `schedule(guided)`, oneTBB's `auto_partitioner` and
 * `affinity_partitioner`.
 *
 * @module
 */
import { describe, type HalfOpenRange, ValueError } from "@instride/core";
import { cellCount, checkGrainsizes, checkRanges, cutGrid, type Grid } from "./grid.ts";
import { CHUNKS_MAX, SEGMENTS_MAX } from "./lanes/lane-words.ts";
import { checkGrainsize, checkRange, type ChunkedRange, evenChunks, guidedChunks } from "./range.ts";

/** What a loop runs over: `[0, n)`, a range, or one of either for each dimension. */
export type Over = number | HalfOpenRange | readonly (number | HalfOpenRange)[];

/**
 * How a range is cut, and who begins where:
 *
 * - `auto`: several chunks of one length for each participant; whoever is free takes the next.
 * - `static`: one chunk for each participant, which takes that of its own number. What nobody has come for is taken by
 *   those who are done.
 * - `guided`: long chunks first, then shorter and shorter ones, down to `grainsize`; whoever is free takes the next.
 * - `affinity`: as `auto`, but each participant begins with the same neighbouring chunks in every call, whose memory
 *   its caches may still hold; then it takes from the others.
 */
export type Partitioner = "auto" | "static" | "guided" | "affinity";

/** How a loop is to be cut. */
export interface CutOptions {
  /** The range: `[0, over)` for a number. One for each dimension if it is an array; the kernel then gets an array too. */
  readonly over: Over;
  /**
   * Iterations that a chunk has at least, but for the last: one number, or one for each dimension, along which the cells
   * of a chunk have as many. Default 1.
   */
  readonly grainsize?: number | readonly number[] | undefined;
  /** How the range is cut and shared out. It changes no result. Default `auto`. */
  readonly partitioner?: Partitioner | undefined;
}

/** How the loop of a built-in is to be cut. */
export interface BuiltinCutOptions extends CutOptions {
  /** Iterations that a chunk has at most, as long as there are chunks enough. Default: any number. */
  readonly chunkLengthMax?: number | undefined;
}

/** A cut range. */
export interface Cut {
  readonly chunks: ChunkedRange;
  /** Of several dimensions: `chunks` are runs of its cells, most often of one cell each. */
  readonly grid: Grid | undefined;
  /** Iterations of the whole. */
  readonly total: number;
}

/** Chunks for each participant of a loop: enough for the fast ones to take from the slow, few enough to cost nothing. */
const CHUNKS_PER_PARTICIPANT = 8;

/** Chunks of a reduction, which must not depend on the number of participants. */
const REDUCTION_CHUNKS_MAX = 512;

/** Cells for each participant where chunks are runs of falling length: the longest has half a participant's share. */
const GUIDED_CELLS_PER_PARTICIPANT = 64;

const PARTITIONERS: readonly Partitioner[] = ["auto", "static", "guided", "affinity"];

/**
 * Cuts for a loop of so many participants.
 *
 * @param autoCutsFor - as for how many `auto` cuts: more than take part, where work is to be stopped and told of often
 * @throws {@link ValueError} for a range, grain size or partitioner that is none
 */
export function cutForLoop(options: BuiltinCutOptions, takingPart: number, autoCutsFor: number = takingPart): Cut {
  const partitioner = checkPartitioner(options.partitioner);
  const participants = partitioner === "auto" ? autoCutsFor : takingPart;
  const cellsEach = partitioner === "guided" ? GUIDED_CELLS_PER_PARTICIPANT : CHUNKS_PER_PARTICIPANT;
  const { range, grainsize, grid, total } = checkOver(options, participants * cellsEach);
  const sharers = Math.min(participants, SEGMENTS_MAX);
  const chunks = partition(range, grainsize, partitioner, sharers);
  const { chunkLengthMax = Number.POSITIVE_INFINITY } = options;
  if (chunks.chunkLength <= chunkLengthMax) return { chunks, grid, total };
  return { chunks: evenChunks(range, Math.max(chunkLengthMax, Math.ceil(total / CHUNKS_MAX))), grid, total };
}

/**
 * Cuts for a reduction: a function of the range and `grainsize` alone, so that the result is the same on any machine.
 * Who begins where may depend on the participants.
 *
 * @param attempt - what errors call it: "reduce", "scan"
 * @throws {@link ValueError} as {@link cutForLoop}, and for partitioners that would cut in another way
 */
export function cutForReduction(options: CutOptions, participants: number, attempt: string): Cut {
  const partitioner = checkPartitioner(options.partitioner);
  if (partitioner === "static" || partitioner === "guided") {
    throw new ValueError(
      `cannot ${attempt} with partitioner "${partitioner}", which cuts by the number of threads: ` +
        'expected "auto" or "affinity", whose results are the same for any number',
    );
  }
  const { range, grainsize, grid, total } = checkOver(options, REDUCTION_CHUNKS_MAX);
  const sharers = partitioner === "affinity" ? Math.min(participants, SEGMENTS_MAX) : 1;
  return { chunks: evenChunks(range, chunkLength(range, grainsize, REDUCTION_CHUNKS_MAX), sharers), grid, total };
}

/** What is cut: iterations, or the cells of a grid, which are cut no further. */
interface Line {
  readonly range: HalfOpenRange;
  readonly grainsize: number;
  readonly grid: Grid | undefined;
  readonly total: number;
}

function checkOver({ over, grainsize }: CutOptions, wantedCells: number): Line {
  if (!Array.isArray(over)) {
    const range = checkRange(over as number | HalfOpenRange);
    const total = range.stop - range.start;
    return { range, grainsize: checkGrainsize(grainsize as number | undefined), grid: undefined, total };
  }
  const ranges = checkRanges(over as readonly (number | HalfOpenRange)[]);
  const grid = cutGrid(ranges, checkGrainsizes(grainsize, ranges.length), wantedCells);
  const total = ranges.reduce((product, { start, stop }) => product * (stop - start), 1);
  return { range: { start: 0, stop: cellCount(grid) }, grainsize: 1, grid, total };
}

function partition(
  range: HalfOpenRange,
  grainsize: number,
  partitioner: Partitioner,
  participants: number,
): ChunkedRange {
  if (partitioner === "guided") return guidedChunks(range, grainsize, participants);
  const wanted = partitioner === "static" ? participants : participants * CHUNKS_PER_PARTICIPANT;
  const segments = partitioner === "auto" ? 1 : participants;
  return evenChunks(range, chunkLength(range, grainsize, wanted), segments);
}

/** The length of chunks that are as many as wanted, or fewer so that each has its grains. */
function chunkLength({ start, stop }: HalfOpenRange, grainsize: number, wantedChunks: number): number {
  return Math.max(1, grainsize, Math.ceil((stop - start) / wantedChunks));
}

function checkPartitioner(partitioner: Partitioner | undefined): Partitioner {
  if (partitioner === undefined) return "auto";
  if (PARTITIONERS.includes(partitioner)) return partitioner;
  const names = PARTITIONERS.map((name) => `"${name}"`).join(", ");
  throw new ValueError(`cannot cut a range with partitioner ${describe(partitioner)}: expected one of ${names}`);
}
