/**
 * The walk of element-wise kernels: over operands of one shape, in stretches that a tight loop can take.
 *
 * A loop sees each operand as `data[at + i * step]`, where `data` is a `Float32Array` or a `Float64Array` and nothing
 * else: operands of these types are used in place, others go through a line (`lines.ts`). So a loop is written once for
 * any dtype and stride, and still compiled for the one or two array classes that it meets.
 *
 * @module
 */
import { forEachRun } from "@instride/core";
import { type Load, loadOf, type Store, storeOf } from "./lines.ts";
import type { Operand } from "./operands.ts";
import { planRuns, smallInteger } from "./runs.ts";

/** What element-wise loops read and write. */
export type Floats = Float32Array | Float64Array;

/** Elements of a line: three or four of them fit a first-level cache of 32 KiB. */
const LINE_ELEMENTS = 1024;

/** An operand on its way through a walk: while a loop runs, its elements are `data[at + i * step]`. */
export interface Slot {
  readonly operand: Operand;
  readonly data: Floats;
  readonly at: number;
  readonly step: number;
  /** Goes to a stretch of `n` elements of the operand, `n` up to {@link LINE_ELEMENTS}. */
  begin(n: number, at: number, step: number): void;
  /** Writes to the operand what the loop has written. */
  end(): void;
}

/** A slot to read from. */
export function sourceSlot(operand: Operand): Slot {
  const { data } = operand;
  return data instanceof Float32Array || data instanceof Float64Array
    ? new DirectSlot(operand, data)
    : sourceLine(operand);
}

/** A slot to write to: every element of each stretch. */
export function targetSlot(operand: Operand): Slot {
  const { data } = operand;
  return data instanceof Float32Array || data instanceof Float64Array
    ? new DirectSlot(operand, data)
    : targetLine(operand);
}

/** A slot to read from that is a line, whatever the dtype; what is read is times `scale` plus `offset`. */
export function sourceLine(operand: Operand, line: Line = newLine(), scale: number = 1, offset: number = -0): Slot {
  return new SourceLine(operand, line, scale, offset);
}

/** A slot to write to that is a line, whatever the dtype: for loops that keep float64 values in it. */
export function targetLine(operand: Operand, line: Line = newLine()): Slot {
  return new TargetLine(operand, line);
}

/** Room for a stretch of elements. */
export type Line = Float64Array<ArrayBuffer>;

export function newLine(): Line {
  return new Float64Array(LINE_ELEMENTS);
}

/**
 * Walks over slots of one shape, the first of which decides the order.
 *
 * @param body - is called with each slot at the same `n` elements
 */
export function forEachBlock(slots: readonly Slot[], body: (n: number) => void): void {
  const operands = slots.map(({ operand }) => operand);
  const plan = planRuns(
    operands[0]!.shape,
    operands.map(({ strides }) => strides),
  );
  const first = operands.map(({ offset }) => offset);
  forEachRun(plan, first, (length, offsets, steps) => {
    for (let done = 0; done < length; done += LINE_ELEMENTS) {
      const n = smallInteger(Math.min(LINE_ELEMENTS, length - done));
      for (let k = 0; k < slots.length; k++) {
        slots[k]!.begin(n, smallInteger(offsets[k]! + done * steps[k]!), smallInteger(steps[k]!));
      }
      body(n);
      for (let k = 0; k < slots.length; k++) slots[k]!.end();
    }
  });
}

class DirectSlot implements Slot {
  readonly operand: Operand;
  readonly data: Floats;
  at = 0;
  step = 0;

  constructor(operand: Operand, data: Floats) {
    this.operand = operand;
    this.data = data;
  }

  begin(_n: number, at: number, step: number): void {
    this.at = at;
    this.step = step;
  }

  end(): void {}
}

class SourceLine implements Slot {
  readonly operand: Operand;
  readonly data: Line;
  readonly at = 0;
  readonly step = 1;
  readonly #load: Load;
  readonly #scale: number;
  readonly #offset: number;

  constructor(operand: Operand, line: Line, scale: number, offset: number) {
    this.operand = operand;
    this.data = line;
    this.#load = loadOf(operand.dtype);
    this.#scale = scale;
    this.#offset = offset;
  }

  begin(n: number, at: number, step: number): void {
    this.#load(n, this.data, 0, 1, this.operand.data, at, step, this.#scale, this.#offset);
  }

  end(): void {}
}

class TargetLine implements Slot {
  readonly operand: Operand;
  readonly data: Line;
  readonly at = 0;
  readonly step = 1;
  readonly #store: Store;
  #n = 0;
  #to = 0;
  #toStep = 0;

  constructor(operand: Operand, line: Line) {
    this.operand = operand;
    this.data = line;
    this.#store = storeOf(operand.dtype);
  }

  begin(n: number, at: number, step: number): void {
    this.#n = n;
    this.#to = at;
    this.#toStep = step;
  }

  end(): void {
    this.#store(this.#n, this.operand.data, this.#to, this.#toStep, this.data, 0, 1);
  }
}
