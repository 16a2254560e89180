/**
 * Boxes of a walk in which every neighbour that is read lies at a constant distance.
 *
 * Inside an operand it does. Near its ends, along an axis on which neighbours are read, the border says which element
 * stands for one that isn't there: each index there becomes a box of its own, in which that element is found.
 *
 * @module
 */
import { indexBeyond } from "../borders.ts";
import type { Box } from "../graph/boxes.ts";
import { check } from "../graph/typing.ts";
import type { BoxPlan } from "./plan.ts";
import { offsetsAt } from "./walk.ts";

/** A box, and where its streams begin. */
export interface StreamBox {
  readonly shape: readonly number[];
  /** Of each column, at the box's first element. */
  readonly offsets: readonly number[];
  /** Of each input stream; null where the border's constant stands for all of its elements. */
  readonly inputs: readonly (number | null)[];
}

/** An axis along which some stream is shifted. */
interface ShiftedAxis {
  /** Its place among the axes of the shape, and of the walk: null where it has one element. */
  readonly axis: number;
  readonly along: number | null;
  readonly length: number;
  /** The indices of which all neighbours are inside: from `low`, up to and not including `high`. */
  readonly low: number;
  readonly high: number;
}

/** A part of a box along a shifted axis. */
interface Segment {
  readonly start: number;
  readonly length: number;
  readonly isInside: boolean;
}

export class BorderBoxes {
  readonly #plan: BoxPlan;
  readonly #axes: readonly ShiftedAxis[];

  constructor(plan: BoxPlan) {
    this.#plan = plan;
    this.#axes = shiftedAxes(plan);
    for (const { operand, shift } of plan.streams)
      check(shift.length === 0 || plan.operands[operand]!.border !== undefined, `operand ${operand} has no border`);
  }

  /** Cuts a box of the walk. */
  forEach({ start, shape }: Box, body: (box: StreamBox) => void): void {
    const { walk, streams, outputs } = this.#plan;
    if (this.#axes.length === 0) {
      const offsets = offsetsAt(walk, start);
      body({ shape, offsets, inputs: streams.map(({ operand }) => offsets[outputs.length + operand]!) });
      return;
    }
    const cut = (place: number, first: readonly number[], lengths: readonly number[], segments: Segment[]): void => {
      const axis = this.#axes[place];
      if (axis !== undefined) {
        for (const segment of segmentsOf(axis, first, lengths))
          cut(place + 1, moved(first, axis.along, segment.start), moved(lengths, axis.along, segment.length), [
            ...segments,
            segment,
          ]);
        return;
      }
      const offsets = offsetsAt(walk, first);
      const inputs = streams.map(({ operand, shift }) => {
        const distance = shift.length === 0 ? 0 : this.#distance(operand, shift, segments);
        return distance === null ? null : offsets[outputs.length + operand]! + distance;
      });
      body({ shape: lengths, offsets, inputs });
    };
    cut(0, start, shape, []);
  }

  /** Bytes from an element to its neighbour, the same in all of a box; null where a constant stands for it. */
  #distance(operand: number, shift: readonly number[], segments: readonly Segment[]): number | null {
    const { strides, border } = this.#plan.operands[operand]!;
    let bytes = 0;
    for (const [place, { axis, length }] of this.#axes.entries()) {
      const { start, isInside } = segments[place]!;
      const position = start + (shift[axis] ?? 0);
      let index = position;
      if (!isInside && (position < 0 || position >= length)) {
        if (typeof border === "object") return null;
        index = indexBeyond(position, length, border!);
      }
      bytes += (index - start) * strides[axis]!;
    }
    return bytes;
  }
}

function shiftedAxes({ streams, shape, axes, walk, outputs, operands }: BoxPlan): ShiftedAxis[] {
  const first = outputs.length + operands.length;
  return axes.flatMap((axis, place): ShiftedAxis[] => {
    const shifts = streams.map(({ shift }) => shift[axis] ?? 0);
    if (shifts.every((shift) => shift === 0)) return [];
    const along = walk.strides[first + place]!.findIndex((step) => step !== 0);
    const length = shape[axis]!;
    const low = Math.max(0, -Math.min(...shifts));
    const high = Math.max(low, length - Math.max(0, ...shifts));
    return [{ axis, along: along < 0 ? null : along, length, low, high: Math.min(high, length) }];
  });
}

function segmentsOf({ along, low, high }: ShiftedAxis, start: readonly number[], shape: readonly number[]): Segment[] {
  const from = along === null ? 0 : start[along]!;
  const to = from + (along === null ? 1 : shape[along]!);
  const segments: Segment[] = [];
  for (let at = from; at < to;) {
    const isInside = at >= low && at < high;
    const length = isInside ? Math.min(high, to) - at : 1;
    segments.push({ start: at, length, isInside });
    at += length;
  }
  return segments;
}

function moved(values: readonly number[], axis: number | null, value: number): readonly number[] {
  return axis === null ? values : values.with(axis, value);
}
