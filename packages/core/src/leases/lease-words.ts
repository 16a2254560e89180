/**
 * The shared words of leases, as memory: how large, where, and the ports that `lease-protocol.ts` has them through.
 *
 * - `states`: a word for each slot
 * - `rows`: for each thread a word for each slot. Only what has been touched takes memory.
 * - `claims`: a word for each row, and one for how many rows may have been claimed, so that nobody looks through those
 *   that have not
 * - `regions`: plain numbers, three for each slot
 *
 * All words are 32 bits wide.
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

/** Ids are words. */
const THREAD_MAX = 0x7fff_ffff;

/** The shared words of one owner. They survive structured clone, as the same memory. */
export interface LeaseWords {
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly claims: Int32Array<SharedArrayBuffer>;
  readonly rows: Int32Array<SharedArrayBuffer>;
  readonly regions: Float64Array<SharedArrayBuffer>;
}

/** Makes the shared words of one owner: all handles free, all rows unclaimed. */
export function createWords(): LeaseWords {
  const regionBytes = HANDLES_MAX * protocol.REGION_CELLS * Float64Array.BYTES_PER_ELEMENT;
  return {
    states: sharedWords(HANDLES_MAX),
    claims: sharedWords(WORKERS_MAX + 1),
    rows: sharedWords(WORKERS_MAX * HANDLES_MAX),
    regions: new Float64Array(new SharedArrayBuffer(regionBytes)),
  };
}

function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

/** The ports of this thread to the shared words of an owner. */
export function leasePorts({ states, claims, rows, regions }: LeaseWords): LeasePorts {
  const rowPorts: Port[] = [];
  return {
    states: new AtomicsPort(states),
    slotCount: HANDLES_MAX,
    regions: new NumberCells(regions),
    claims: new AtomicsPort(claims),
    rowsMax: WORKERS_MAX,
    rowAt: (index) =>
      (rowPorts[index] ??= new AtomicsPort(rows.subarray(index * HANDLES_MAX, (index + 1) * HANDLES_MAX))),
  };
}

class NumberCells implements PlainCells {
  readonly #cells: Float64Array<SharedArrayBuffer>;

  constructor(cells: Float64Array<SharedArrayBuffer>) {
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
 * @throws {@link MemoryError} if {@link WORKERS_MAX} threads have one
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
  throw new MemoryError(`cannot give thread ${thread} a row of leases: WORKERS_MAX = ${WORKERS_MAX} threads have one`);
}
