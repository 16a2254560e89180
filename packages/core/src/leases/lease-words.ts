/**
 * The shared words of leases, as memory: how large, where, and the ports that `lease-protocol.ts` has them through.
 *
 * - `states`: a word for each slot
 * - `rows`: for each thread a word for each slot. Only what has been touched takes memory.
 * - `claims`: a word for each row, and one for how many rows may have been claimed, so that nobody looks through those
 *   that have not
 * - `regions`: plain numbers, three for each slot
 * - `bell`: one word, that a thread of the program's own changes when it has given something back (`return-watch.ts`)
 *
 * All words are 32 bits wide. Where no other thread has views they lie in private memory, with few rows: the protocol is
 * the same, and needs no `SharedArrayBuffer`.
 *
 * @module
 */
import { describe, MemoryError, ValueError } from "../errors.ts";
import * as protocol from "./lease-protocol.ts";
import type { LeasePorts, PlainCells, ThreadLeases } from "./lease-protocol.ts";
import { AtomicsPort, type Port } from "./port.ts";

/** Handles that can be live at once. A row takes four bytes for each. */
export const HANDLES_MAX = 16_384;

/** Threads that can have views at once, the owner among them. Untouched rows take no memory. */
export const WORKERS_MAX = 256;

/** Rows where no other thread has views: for the owner, and a caller or two of tests. */
const PRIVATE_ROWS = 4;

/** Ids are words. */
const THREAD_MAX = 0x7fff_ffff;

/** The words of one owner. Where they are shared they survive structured clone, as the same memory. */
export interface LeaseWords {
  readonly states: Int32Array;
  readonly claims: Int32Array;
  readonly rows: Int32Array;
  readonly regions: Float64Array;
  readonly bell: Int32Array;
}

/**
 * Makes the words of one owner: all handles free, all rows unclaimed.
 *
 * @param sharing - whether other threads get to them
 */
export function createWords(sharing: "shared" | "private" = "shared"): LeaseWords {
  const memory = (nbytes: number): ArrayBufferLike =>
    sharing === "shared" ? new SharedArrayBuffer(nbytes) : new ArrayBuffer(nbytes);
  const words = (count: number): Int32Array => new Int32Array(memory(count * Int32Array.BYTES_PER_ELEMENT));
  const rowsMax = sharing === "shared" ? WORKERS_MAX : PRIVATE_ROWS;
  const regionBytes = HANDLES_MAX * protocol.REGION_CELLS * Float64Array.BYTES_PER_ELEMENT;
  return {
    states: words(HANDLES_MAX),
    claims: words(rowsMax + 1),
    rows: words(rowsMax * HANDLES_MAX),
    regions: new Float64Array(memory(regionBytes)),
    bell: words(1),
  };
}

/** The ports of this thread to the words of an owner. */
export function leasePorts({ states, claims, rows, regions }: LeaseWords): LeasePorts {
  const rowPorts: Port[] = [];
  return {
    states: new AtomicsPort(states),
    slotCount: HANDLES_MAX,
    regions: new NumberCells(regions),
    claims: new AtomicsPort(claims),
    rowsMax: claims.length - 1,
    rowAt: (index) =>
      (rowPorts[index] ??= new AtomicsPort(rows.subarray(index * HANDLES_MAX, (index + 1) * HANDLES_MAX))),
  };
}

class NumberCells implements PlainCells {
  readonly #cells: Float64Array;

  constructor(cells: Float64Array) {
    this.#cells = cells;
  }

  readPlain(cell: number): number {
    return this.#cells[cell]!;
  }

  writePlain(cell: number, value: number): void {
    this.#cells[cell] = value;
  }
}

/**
 * Claims a row for the calling thread.
 *
 * @param thread - its id: from 1 to 2^31 - 1, and of no other living thread
 * @throws {@link MemoryError} if as many threads as there may be have one
 * @throws {@link ValueError} for an id out of range: 0 stands for no thread
 */
export function claimRow(words: LeaseWords, thread: number): ThreadLeases {
  if (!Number.isInteger(thread) || thread < 1 || thread > THREAD_MAX) {
    throw new ValueError(
      `cannot claim a row of leases for thread ${describe(thread)}: expected an integer from 1 to 2^31 - 1`,
    );
  }
  const leases = protocol.claimRow(leasePorts(words), thread);
  if (leases !== null) return leases;
  const { length } = words.claims;
  const limit = length - 1 === WORKERS_MAX ? `WORKERS_MAX = ${WORKERS_MAX}` : `${length - 1}`;
  throw new MemoryError(`cannot give thread ${thread} a row of leases: ${limit} threads have one`);
}
