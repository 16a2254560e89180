/**
 * Filling the lanes of an interpreter's inputs from a run: elements at one stride.
 *
 * A walk sees each operand, and each axis whose index matters, as a column: the offset at which a run begins, and the
 * step within it. Of an axis these are the index and 1, or 0 where the run lies along another.
 *
 * @module
 */
import { indexBeyond } from "../borders.ts";
import type { Graph, IndexNode, LoadNode } from "./graph.ts";
import type { Input } from "./interpreter.ts";
import { fillLanes, type LanesOf } from "./lanes.ts";
import { constantLane, partOffset, readerOf } from "./storage.ts";
import type { ElementwiseCall } from "./strided.ts";
import { check } from "./typing.ts";

/** Which column of a walk is whose. */
export interface Columns {
  operand(operand: number): number;
  /** Of an axis among {@link axesOfInterest}. */
  axis(axis: number): number;
}

/** A run, as a walk gives it: by column. */
export interface Run {
  readonly offsets: readonly number[];
  readonly steps: readonly number[];
}

/** Fills lanes from the elements `first` to `first + count`, exclusive, of a run. */
export type FillLanes = (run: Run, first: number, count: number) => void;

/** The axes whose indices a graph computes with, or along which it reads neighbours. */
export function axesOfInterest({ nodes }: Graph): number[] {
  const axes = new Set<number>();
  for (const node of nodes) {
    if (node.kind === "index") axes.add(node.axis);
    if (node.kind === "load") for (const [axis, steps] of node.shift.entries()) if (steps !== 0) axes.add(axis);
  }
  return [...axes].sort((a, b) => a - b);
}

export function indexFiller({ node, lanes }: Input<IndexNode>, columns: Columns): FillLanes {
  const column = columns.axis(node.axis);
  const target = lanes as LanesOf["i64"];
  return ({ offsets, steps }, first, count) => {
    const step = BigInt(steps[column]!);
    let index = BigInt(offsets[column]!) + BigInt(first) * step;
    for (let i = 0; i < count; i++, index += step) target[i] = index;
  };
}

export function loadFiller(input: Input<LoadNode>, graph: Graph, call: ElementwiseCall, columns: Columns): FillLanes {
  const { node, lanes } = input;
  if (node.shift.length > 0) return neighbourFiller(input, graph, call, columns);
  const column = columns.operand(node.operand);
  const dtype = graph.operands[node.operand]!;
  const memory = new DataView(call.operands[node.operand]!.buffer);
  const read = readerOf(dtype);
  const part = partOffset(dtype, node.part);
  return ({ offsets, steps }, first, count) => {
    const step = steps[column]!;
    read(memory, offsets[column]! + first * step + part, step, lanes, 0, count);
  };
}

/** An axis along which a load is shifted. */
interface ShiftedAxis {
  readonly shift: number;
  readonly column: number;
  readonly length: number;
  readonly stride: number;
}

/**
 * Reads the elements beside those of a run. Along the run's own axis most lie inside the operand, one after the other;
 * those beyond its ends are found one by one.
 */
function neighbourFiller(input: Input<LoadNode>, graph: Graph, call: ElementwiseCall, columns: Columns): FillLanes {
  const { node, lanes } = input;
  const { buffer, strides, border } = call.operands[node.operand]!;
  check(border !== undefined, `operand ${node.operand} is read beside the element, and has no border`);
  check(node.shift.length <= call.shape.length, `[${node.shift.join(", ")}] shifts along other axes than there are`);
  const dtype = graph.operands[node.operand]!;
  const read = readerOf(dtype);
  const memory = new DataView(buffer);
  const column = columns.operand(node.operand);
  const part = partOffset(dtype, node.part);
  const axes = [...node.shift.entries()]
    .filter(([, shift]) => shift !== 0)
    .map(([axis, shift]) => ({ shift, column: columns.axis(axis), length: call.shape[axis]!, stride: strides[axis]! }));
  const constant = typeof border === "object" ? constantLane(dtype, node.part, border.constant) : null;
  /** Where the element that stands for a position lies, from the one at index 0; null where a constant stands for it. */
  const reach = ({ length, stride }: ShiftedAxis, position: number): number | null => {
    if (typeof border === "string") return indexBeyond(position, length, border) * stride;
    return position < 0 || position >= length ? null : position * stride;
  };
  const readOne = (offset: number | null, lane: number): void => {
    if (offset === null) fillLanes(lanes, constant!, lane, lane + 1);
    else read(memory, offset, 0, lanes, lane, 1);
  };
  return ({ offsets, steps }, first, count) => {
    const along = axes.find((axis) => steps[axis.column] !== 0);
    let start = offsets[column]! + part;
    for (const axis of axes) {
      if (axis === along) continue;
      const index = offsets[axis.column]!;
      const place = reach(axis, index + axis.shift);
      if (place === null) return fillLanes(lanes, constant!);
      start += place - index * axis.stride;
    }
    if (along === undefined) {
      const step = steps[column]!;
      return read(memory, start + first * step, step, lanes, 0, count);
    }
    const { length, stride } = along;
    // Positions along the axis, of which those from 0 to its length are inside.
    const index = offsets[along.column]!;
    const position = index + first + along.shift;
    const inside = Math.min(Math.max(-position, 0), count);
    const beyond = Math.max(Math.min(length - position, count), inside);
    const origin = start - index * stride;
    read(memory, origin + (position + inside) * stride, stride, lanes, inside, beyond - inside);
    for (let lane = 0; lane < count; lane++) {
      if (lane === inside) lane = beyond;
      if (lane >= count) break;
      const place = reach(along, position + lane);
      readOne(place === null ? null : origin + place, lane);
    }
  };
}
