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
import { contiguousStrides, copyElements, DTYPES, sizeOf } from "@instride/core";
import { boxesOf } from "../graph/boxes.ts";
import { slotBytes } from "../wasm/fold-parameters.ts";
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
  /** Bytes of it all. */
  readonly nbytes: number;
  readonly #pass: ReductionPass;
  readonly #used: readonly number[];

  constructor(pass: ReductionPass, fold: Fold) {
    this.#pass = pass;
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
    this.nbytes = nbytes;
  }

  /** The most elements of the result that are staged at once. */
  get outputsMax(): number {
    const { order, elements } = this.#pass;
    return Math.max(1, Math.floor(order.block / elements));
  }

  /**
   * Copies the operands of a stretch.
   *
   * @param order - `rows`: one element of the result after the other; `columns`: the first of each, then the second
   */
  bringIn(
    target: ArrayBufferLike,
    { output, outputs, element, elements }: Stretch,
    order: "rows" | "columns",
    sourceOf: (array: PassArray) => { readonly buffer: ArrayBufferLike; readonly byteOffset: number },
  ): void {
    const { kept, reduced, operands } = this.#pass;
    const distances = distancesOf(kept, output);
    const boxes = boxesOf(reduced.shape, { start: element, stop: element + elements });
    for (const operand of this.#used) {
      const { itemsize } = DTYPES[operands[operand]!.dtype];
      const { buffer, byteOffset } = sourceOf(operands[operand]!);
      const own = reduced.strides[operand]!;
      const [alongOutputs, alongElements] = order === "rows" ? [elements, 1] : [1, outputs];
      let done = 0;
      for (const { start, shape } of boxes) {
        const first = start.reduce((sum, index, axis) => sum + index * own[axis]!, byteOffset + distances[operand]!);
        const inOrder = contiguousStrides(shape, itemsize * alongElements, "C");
        copyElements(
          {
            buffer: target,
            byteOffset: this.operandOffsets[operand]! + done * itemsize * alongElements,
            shape: [outputs, ...shape],
            strides: [itemsize * alongOutputs, ...inOrder],
            itemsize,
          },
          {
            buffer,
            byteOffset: first,
            shape: [outputs, ...shape],
            strides: [kept.strides[operand]!.at(-1)!, ...own],
            itemsize,
          },
        );
        done += sizeOf(shape);
      }
    }
  }
}
