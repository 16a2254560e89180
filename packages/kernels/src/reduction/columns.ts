/**
 * When a pass goes over rows, and what it needs for that.
 *
 * Rows are elements of the result side by side along the innermost axis that is kept, for one place of those that are
 * reduced. Going over them pays where they lie more closely than what is reduced, or where little is reduced.
 *
 * @module
 */
import { columnLevels, PLACE_BYTES } from "../wasm/column-loop.ts";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { Fold } from "./fold.ts";
import { chainsOf, type FoldOrder, sectionsOf } from "./fold-order.ts";
import type { Walk } from "./walks.ts";

/** The most rows that one loop reads whole, of an expression that is small. */
const WHOLE_ROWS_MAX = 8;
const WHOLE_NODES_MAX = 96;

/** Elements of the result below which there is no run that is worth a loop. */
const RUN_MIN = 32;

const TILE_MIN = 128;

/** Runs of some KiB: shorter ones leave memory waiting, longer ones leave states that wait no room in the first cache. */
const TILE_MAX = 1024;

/** Units that there are to be, for threads to share, where tiles do not get too small for it. */
const UNITS_MIN = 4;

/** What a unit does with rows: in tiles of some elements of the result. */
export interface ColumnPlan {
  readonly tile: number;
  /** Where a unit's places of elements and waiting states begin in scratch memory; each unit has so many bytes. */
  readonly placesOffset: number;
  readonly levelsOffset: number;
  readonly unitBytes: number;
}

export type PassMode =
  /** Compiled code reads runs of what is reduced where they lie. */
  | "runs"
  /** Compiled code goes over rows; or reads all rows at once. */
  | "columns"
  | "whole"
  /** Compiled code copies blocks side by side in the heap. */
  | "gathered"
  /** Blocks are copied to where code can read them. */
  | "staged";

/** Finds out how a pass is best carried out whose operands lie in the heap. */
export function modeOf(
  fold: Fold,
  operands: number,
  kept: Walk,
  reduced: Walk,
  elements: number,
  mayWriteResults: boolean,
): PassMode {
  const run = kept.shape.at(-1)!;
  const distance = ({ strides }: Walk): number =>
    strides.slice(0, operands).reduce((sum, own) => sum + Math.abs(own.at(-1)!), 0);
  const nodes = fold.lift.nodes.length + fold.merge.nodes.length;
  const isWhole =
    mayWriteResults &&
    !fold.takesPosition &&
    elements <= WHOLE_ROWS_MAX &&
    nodes * elements <= WHOLE_NODES_MAX &&
    (run >= RUN_MIN || elements === 1);
  if (isWhole) return "whole";
  if (reduced.shape.length > 1) return "gathered";
  const isColumns = run >= RUN_MIN && (elements < RUN_MIN || distance(kept) < distance(reduced));
  return isColumns ? "columns" : "runs";
}

/** Whether elements along what is kept lie more closely than along what is reduced. Units: bytes, by operand. */
export function isDenser(kept: readonly number[], reduced: readonly number[]): boolean {
  const sum = (strides: readonly number[]): number => strides.reduce((total, stride) => total + stride, 0);
  return sum(kept) < sum(reduced);
}

/** Whether what is kept lies more closely than what is scanned, in all arrays together. */
export function isOverRows(kept: Walk, reduced: Walk): boolean {
  const distance = ({ strides }: Walk): number => strides.reduce((sum, own) => sum + Math.abs(own.at(-1)!), 0);
  return reduced.shape.length === 1 && kept.shape.at(-1)! >= RUN_MIN && distance(kept) < distance(reduced);
}

/**
 * Elements of the result in a tile.
 *
 * @param states - elements of the result, of all blocks
 * @param elementsMax - that a unit is to read; null where each costs little
 */
export function tileOf(states: number, rows: number, elementsMax: number | null): number {
  const most = elementsMax === null ? TILE_MAX : Math.min(TILE_MAX, Math.floor(elementsMax / rows));
  return Math.max(TILE_MIN, Math.min(most, Math.ceil(states / UNITS_MIN)));
}

/** Bytes of the states that wait, and of places. */
export function unitBytes(
  { slots, takesPosition }: Fold,
  order: FoldOrder,
  tile: number,
): { places: number; levels: number } {
  const states = slots.reduce((sum, type) => sum + tile * slotBytes(type), 0);
  return {
    places: takesPosition ? order.block * PLACE_BYTES : 0,
    levels: states * (columnLevels(chainsOf(order), sectionsOf(order, order.block)) - 1),
  };
}
