/**
 * When a pass goes over rows, and what it needs for that.
 *
 * Rows are elements of the result side by side along the innermost axis that is kept, for one place of those that are
 * reduced. Going over them pays where they lie more closely than what is reduced, or where little is reduced.
 *
 * @module
 */
import { slotBytes } from "../wasm/fold-parameters.ts";
import type { Fold } from "./fold.ts";
import { chainsOf, type FoldOrder } from "./fold-order.ts";
import type { Walk } from "./walks.ts";

/** Rows that one loop merges into a state: fewer reads and writes of it. */
export const ROWS = 4;

/** The most rows that one loop reads whole, of an expression that is small. */
const WHOLE_ROWS_MAX = 8;
const WHOLE_NODES_MAX = 96;

/** Elements of the result below which there is no run that is worth a loop. */
const RUN_MIN = 32;

const TILE_MIN = 128;
const TILE_MAX = 512;

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
  /** Blocks are copied to where code can read them. */
  | "staged";

/** Levels of states that wait while chains are merged. */
export function columnLevels(chains: number): number {
  return Math.log2(chains);
}

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
  if (reduced.shape.length > 1) return "staged";
  const isColumns = run >= RUN_MIN && (elements < RUN_MIN || distance(kept) < distance(reduced));
  return isColumns ? "columns" : "runs";
}

/** Elements of the result in a tile. */
export function tileOf(elementsPerUnit: number, rows: number): number {
  return Math.min(Math.max(Math.floor(elementsPerUnit / rows), TILE_MIN), TILE_MAX);
}

/** Bytes of the states that wait, and of places. */
export function unitBytes(
  { slots, takesPosition }: Fold,
  order: FoldOrder,
  tile: number,
): { places: number; levels: number } {
  const states = slots.reduce((sum, type) => sum + tile * slotBytes(type), 0);
  return { places: takesPosition ? order.block * 4 : 0, levels: states * columnLevels(chainsOf(order)) };
}
