/**
 * Staging: the elements of a block are copied to lie side by side, where code can reach them that is written for that.
 *
 * It is for operands outside of the heap, for those whose elements don't lie at constant steps along the axes that are
 * reduced, and for the interpreter. No whole array is copied.
 *
 * Units: bytes, and elements for lengths.
 *
 * @module
 */
import { contiguousStrides, copyElements, DTYPES, sizeOf, type Strided } from "@instride/core";
import { boxesOf } from "../graph/boxes.ts";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { Place } from "./call.ts";
import type { ElementMaker } from "./element-maker.ts";
import type { Fold } from "./fold.ts";
import type { PassArray, ReductionPass } from "./plan.ts";
import { distancesOf } from "./walks.ts";

const ALIGNMENT = 64;

/** Elements of the result, next to each other along the innermost axis that is kept; and a stretch of those reduced. */
export interface Stretch {
  readonly output: number;
  readonly outputs: number;
  readonly element: number;
  readonly elements: number;
}

export class Stage {
  /** Where a copy of each operand begins. */
  readonly operandOffsets: readonly number[];
  /** Where states can be put, by slot. */
  readonly slotOffsets: readonly number[];
  /** Where a scan's results can be put, side by side. */
  readonly resultOffset: number;
  /** Bytes of it all. */
  readonly nbytes: number;
  readonly #pass: ReductionPass;
  readonly #used: readonly number[];
  readonly #maker: ElementMaker | null;

  /** @param maker - of the elements, if they are computed before */
  constructor(pass: ReductionPass, fold: Fold, maker: ElementMaker | null = null) {
    this.#pass = pass;
    this.#maker = maker;
    this.#used = [...new Set(fold.lift.nodes.flatMap((node) => (node.kind === "load" ? [node.operand] : [])))].filter(
      (operand) => operand < pass.operands.length,
    );
    let nbytes = 0;
    const take = (bytes: number): number => {
      const byteOffset = nbytes;
      nbytes += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
      return byteOffset;
    };
    const { block } = pass.order;
    this.operandOffsets = pass.operands.map(({ dtype }, operand) =>
      this.#used.includes(operand) ? take(block * DTYPES[dtype].itemsize) : 0,
    );
    this.slotOffsets = fold.slots.map((type) => take(block * slotBytes(type)));
    this.resultOffset = pass.kind === "reduction" ? 0 : take(block * DTYPES[pass.result.dtype].itemsize);
    this.nbytes = nbytes;
  }

  /** The most elements of the result that are staged at once. */
  get outputsMax(): number {
    const { order, elements } = this.#pass;
    return Math.max(1, Math.floor(order.block / elements));
  }

  /**
   * Copies the operands of a stretch, or computes those that are made.
   *
   * @param order - `rows`: one element of the result after the other; `columns`: the first of each, then the second
   */
  bringIn(
    target: ArrayBufferLike,
    { output, outputs, element, elements }: Stretch,
    order: "rows" | "columns",
    sourceOf: (array: PassArray) => Place,
  ): void {
    for (const operand of this.#used) {
      const array = this.#pass.operands[operand]!;
      const place = { buffer: target, byteOffset: this.operandOffsets[operand]! };
      if (operand === 0 && this.#maker !== null) {
        this.#maker.make({ output, outputs, element, elements }, place);
        continue;
      }
      const boxes = this.#boxes(operand, array, { output, outputs, element, elements }, order, place, sourceOf(array));
      for (const [staged, own] of boxes) copyElements(staged, own);
    }
  }

  /** Copies a scan's results to where they belong. */
  takeOut(source: ArrayBufferLike, stretch: Stretch, order: "rows" | "columns", target: Place): void {
    const { result, operands } = this.#pass;
    const place = { buffer: source, byteOffset: this.resultOffset };
    for (const [staged, own] of this.#boxes(operands.length, result, stretch, order, place, target))
      copyElements(own, staged);
  }

  /** The parts of a stretch, as they lie in the stage and in an array, which is a column of the walks. */
  #boxes(
    column: number,
    { dtype }: PassArray,
    { output, outputs, element, elements }: Stretch,
    order: "rows" | "columns",
    place: Place,
    array: Place,
  ): (readonly [staged: Strided, own: Strided])[] {
    const { kept, reduced } = this.#pass;
    const { itemsize } = DTYPES[dtype];
    const own = reduced.strides[column]!;
    const first = array.byteOffset + distancesOf(kept, output)[column]!;
    const [alongOutputs, alongElements] = order === "rows" ? [elements, 1] : [1, outputs];
    let done = 0;
    return boxesOf(reduced.shape, { start: element, stop: element + elements }).map((box) => {
      const shape = [outputs, ...box.shape];
      const staged = {
        buffer: place.buffer,
        byteOffset: place.byteOffset + done * itemsize * alongElements,
        shape,
        strides: [itemsize * alongOutputs, ...contiguousStrides(box.shape, itemsize * alongElements, "C")],
        itemsize,
      };
      done += sizeOf(box.shape);
      const byteOffset = box.start.reduce((sum, index, axis) => sum + index * own[axis]!, first);
      const strides = [kept.strides[column]!.at(-1)!, ...own];
      return [staged, { buffer: array.buffer, byteOffset, shape, strides, itemsize }] as const;
    });
  }
}
