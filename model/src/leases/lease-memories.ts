/**
 * The words of leases as the explorer holds them: as many slots and rows as a scenario needs.
 *
 * Beside them lies the memory that is lent: for each row a plain cell, which its thread writes under a view.
 *
 * @module
 */
import type { MemoryPeek, MemorySpec, Port, ThreadEnv } from "@instride/explorer";
import {
  type LeaseHandle,
  type LeasePorts,
  REGION_CELLS,
  type ThreadLeases,
} from "../../../packages/core/src/leases/lease-protocol.ts";

export const SLOTS = 2;
export const ROWS = 2;

export type LeaseMemory = "states" | "claims" | "row0" | "row1" | "regions" | "bell" | "data";
export type LeaseEnv = ThreadEnv<LeaseMemory>;

/** A state word: {@link LIVE} or free, in a generation. */
export const LIVE = 1;
export const stateWord = (generation: number, state: number): number => generation * 4 + state;

/** The handle that is live at the start, and the one that its slot has next. */
export const FIRST: LeaseHandle = { slot: 0, generation: 1 };
export const SECOND: LeaseHandle = { slot: 0, generation: 2 };

/** What was lent at the start, and what is lent under {@link SECOND}. */
export const FIRST_REGION = { low: 16, high: 32, writable: true };
export const SECOND_REGION = { low: 64, high: 96, writable: false };

/** The thread ids of the rows that are claimed at the start, 0 for none. */
export function leaseMemories(rows: readonly number[] = []): Readonly<Record<LeaseMemory, MemorySpec>> {
  return {
    states: { words: SLOTS, initial: (words) => words.set([stateWord(FIRST.generation, LIVE)]) },
    claims: {
      words: ROWS + 1,
      names: { CLAIM_0: 0, CLAIM_1: 1, ROW_COUNT: ROWS },
      initial: (words) => {
        words.set(rows);
        words[ROWS] = rows.length;
      },
    },
    row0: { words: SLOTS },
    row1: { words: SLOTS },
    regions: {
      words: SLOTS * REGION_CELLS,
      initial: (words) => words.set([FIRST_REGION.low, FIRST_REGION.high, Number(FIRST_REGION.writable)]),
    },
    bell: { words: 1 },
    data: { words: ROWS },
  };
}

export function portsOf({ ports }: LeaseEnv): LeasePorts {
  const rows: readonly Port[] = [ports.row0, ports.row1];
  return {
    states: ports.states,
    slotCount: SLOTS,
    regions: ports.regions,
    claims: ports.claims,
    rowsMax: ROWS,
    rowAt: (index) => rows[index]!,
  };
}

/** The part of a thread that has a row from the start. */
export function threadLeases(env: LeaseEnv, row: number): ThreadLeases {
  const ports = portsOf(env);
  return { ...ports, row: ports.rowAt(row) };
}

/** Views that are counted under a slot, over all rows. */
export function counted(memory: Readonly<Record<"row0" | "row1", MemoryPeek>>, slot: number): number {
  return memory.row0.get(slot) + memory.row1.get(slot);
}

/** As an invariant: no row counts fewer views than none. */
export function noCountIsNegative({ memory }: { memory: Readonly<Record<"row0" | "row1", MemoryPeek>> }): boolean {
  return [0, 1].every((slot) => memory.row0.get(slot) >= 0 && memory.row1.get(slot) >= 0);
}
