/**
 * What a job is, in shared words: how many chunks of which range, which kernel, which operands.
 *
 * The owner writes a record while the job's slot has no ticket; lanes read it while they are inside the job. The ticket
 * orders the two, so most of it is plain.
 *
 * @module
 */
import type { Port } from "@instride/core";
import type { ChunkedRange } from "../range.ts";
import {
  chunkCountIn,
  chunkLengthOf,
  cutOf,
  guidedForOf,
  kernelOf,
  operandsOf,
  packCut,
  rangeOf,
  registrationsOf,
  segmentCountIn,
  spinsOf,
} from "./lane-words.ts";

export interface JobRecord {
  readonly chunks: ChunkedRange;
  /** Which kernel, by its number. */
  readonly kernel: number;
  /** Which operands, by their number; 0 for none. */
  readonly operands: number;
  /** How many registrations a lane must have taken in before it can know kernel and operands. */
  readonly registrations: number;
  /** Whether lanes look for more work for a while afterwards: where no more of them than cores have something to do. */
  readonly spins: boolean;
}

export function writeRecord(
  port: Port,
  job: number,
  { chunks, kernel, operands, registrations, spins }: JobRecord,
): void {
  // Not plain: lanes that look for work read these before they are inside, or after they have left.
  setWord(port, cutOf(job), packCut(chunks.chunkCount, chunks.segmentCount));
  setWord(port, registrationsOf(job), registrations);
  setWord(port, spinsOf(job), spins ? 1 : 0);
  port.writePlain(kernelOf(job), kernel);
  port.writePlain(operandsOf(job), operands);
  writeWide(port, rangeOf(job), chunks.start);
  writeWide(port, rangeOf(job) + 2, chunks.stop);
  writeWide(port, chunkLengthOf(job), chunks.chunkLength);
  port.writePlain(guidedForOf(job), chunks.guidedFor);
}

/** Reads the record of the job that the reader is inside of. */
export function readRecord(port: Port, job: number): JobRecord {
  const cut = port.load(cutOf(job));
  return {
    chunks: {
      start: readWide(port, rangeOf(job)),
      stop: readWide(port, rangeOf(job) + 2),
      chunkLength: readWide(port, chunkLengthOf(job)),
      chunkCount: chunkCountIn(cut),
      guidedFor: port.readPlain(guidedForOf(job)),
      segmentCount: segmentCountIn(cut),
    },
    kernel: port.readPlain(kernelOf(job)),
    operands: port.readPlain(operandsOf(job)),
    registrations: port.load(registrationsOf(job)),
    spins: port.load(spinsOf(job)) !== 0,
  };
}

/**
 * Writes a word that nobody else writes meanwhile, and whose last writer happened before. Most hold the value already: to
 * look is some ten times cheaper, and a plain look, which is enough of such a word, another ten times.
 */
export function setWord(port: Port, word: number, value: number): void {
  if (port.readPlain(word) !== value) port.store(word, value);
}

/** Integers below 2^53 take two words. */
function writeWide(port: Port, cell: number, value: number): void {
  port.writePlain(cell, value < 2 ** 32 ? 0 : Math.floor(value / 2 ** 32));
  port.writePlain(cell + 1, value | 0);
}

function readWide(port: Port, cell: number): number {
  return port.readPlain(cell) * 2 ** 32 + (port.readPlain(cell + 1) >>> 0);
}
