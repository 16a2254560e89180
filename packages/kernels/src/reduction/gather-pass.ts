/**
 * Passes over several axes that are not one, in the heap: each block's elements are copied side by side, by compiled code,
 * and reduced there. So are those that are computed before they are folded, which come to lie there.
 *
 * Chains go on from one run of elements to the next, whose lengths need not be multiples of a vector's. A copy that the
 * first cache holds costs less than vectors that are put together of two runs.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import type { PassCall } from "./call.ts";
import { type GatherLoop, gatherLoops } from "./code.ts";
import type { CompiledFold } from "./compiled-fold.ts";
import { foldOf } from "./compiled-pass.ts";
import type { ElementMaker } from "./element-maker.ts";
import { MADE } from "./made-elements.ts";
import type { Folder } from "./pass-runner.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf, type Walk } from "./walks.ts";

/** Where copies lie in scratch memory: of each unit, and in that of each operand. Units: bytes. */
export interface GatherPlan {
  /** Elements that are copied or made at once: a block, or several. */
  readonly elements: number;
  readonly byteOffset: number;
  readonly unitBytes: number;
  readonly operandOffsets: readonly number[];
}

/** Elements along the last two axes that are reduced: rows of some length. */
interface Part {
  /** Where it begins: along the other axes together, and along each of the two. */
  readonly plane: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly length: number;
  /** Elements of the stretch before it. */
  readonly done: number;
}

/** Some elements of the result, and those of a block that are reduced to them. */
interface Stretch extends OutputRun {
  readonly element: number;
  readonly elements: number;
}

/** Blocks to fold: of some elements of the result, or of one. */
interface Items {
  readonly block: number;
  readonly items: number;
  /** Elements of each. */
  readonly count: number;
}

export class GatherFolder implements Folder {
  readonly #call: PassCall;
  readonly #gather: GatherPlan;
  readonly #functions: WasmExports;
  readonly #loops: readonly GatherLoop[];
  readonly #fold: CompiledFold;
  readonly #itemsizes: readonly number[];
  /** The last two axes that are reduced, and a walk along the others. */
  readonly #plane: readonly [number, number];
  readonly #planes: Walk;
  readonly #maker: ElementMaker | null;
  /** Copied elements from one element of the result to the next. */
  readonly #row: number;
  /** Operands that are copied, or made: others have one element for all that are reduced to one. */
  readonly #isCopied: readonly boolean[];

  /** @param maker - of the elements, if they are computed before */
  constructor(call: PassCall, gather: GatherPlan, functions: WasmExports, maker: ElementMaker | null) {
    const { place, pass, fold } = call;
    this.#call = call;
    this.#gather = gather;
    this.#functions = functions;
    this.#loops = gatherLoops(place, pass, fold);
    this.#maker = maker;
    this.#row = pass.made?.row ?? pass.elements;
    this.#fold = foldOf(call, functions, call.calls);
    this.#itemsizes = pass.operands.map(({ dtype }) => DTYPES[dtype].itemsize);
    const { shape, strides } = pass.reduced;
    this.#plane = [shape.at(-2)!, shape.at(-1)!];
    this.#planes = { shape: shape.slice(0, -2), strides: strides.map((own) => own.slice(0, -2)) };
    this.#isCopied = pass.operands.map(
      ({ view }, own) => view === MADE || this.#loops.some(({ operand }) => operand === own),
    );
  }

  fold({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    const atOnce = this.#gather.elements;
    if (blocks === 1) {
      const range = { start: output, stop: output + outputs };
      const most = Math.max(1, Math.floor(atOnce / this.#row));
      return everyOutputRun(pass, range, most, (run) => this.#foldPiece(run, firstBlock, 1));
    }
    const blocksAtOnce = atOnce / pass.order.block;
    const stop = firstBlock + blocks;
    for (let one = output; one < output + outputs; one++) {
      for (let block = firstBlock; block < stop; block += blocksAtOnce)
        if (!this.#foldPiece({ output: one, outputs: 1 }, block, Math.min(blocksAtOnce, stop - block))) return false;
    }
    return true;
  }

  /** Folds a block of some elements of the result, or several of one. */
  #foldPiece({ output, outputs }: OutputRun, block: number, blocks: number): boolean {
    const { pass } = this.#call;
    const { byteOffset, unitBytes, operandOffsets } = this.#gather;
    const unitsOfOutput = Math.ceil(pass.blocks / pass.blocksPerUnit);
    const unit = Math.floor(output / pass.outputsPerUnit) * unitsOfOutput + Math.floor(block / pass.blocksPerUnit);
    const room = this.#call.scratchAddress(byteOffset + unit * unitBytes);
    const distances = distancesOf(pass.kept, output);
    const inputs = pass.operands.map((array, operand) =>
      this.#isCopied[operand] ? room + operandOffsets[operand]! : this.#call.addressOf(array) + distances[operand]!,
    );
    const element = block * pass.order.block;
    const elements = Math.min(blocks * pass.order.block, pass.elements - element);
    const stretch = { output, outputs, element, elements };
    if (this.#maker !== null && !this.#maker.make(stretch, this.#call.heapPlace(inputs[0]!))) return false;
    if (this.#loops.length > 0 && !this.#copy(stretch, inputs)) return false;
    if (blocks === 1) return this.#foldCopies(stretch, { block, items: outputs, count: elements }, inputs);
    const last = blockLength(pass, block + blocks - 1);
    const whole = last === pass.order.block ? blocks : blocks - 1;
    const first = { block, items: whole, count: pass.order.block };
    if (!this.#foldCopies(stretch, first, inputs)) return false;
    return whole === blocks || this.#foldCopies(stretch, { block: block + whole, items: 1, count: last }, inputs);
  }

  /** Folds what was copied: blocks of some elements of the result, or of one, one after the other. */
  #foldCopies(
    { output, element, elements }: Stretch,
    { block, items, count }: Items,
    inputs: readonly number[],
  ): boolean {
    const { pass, fold } = this.#call;
    const isOfOne = count < elements;
    const position = block * pass.order.block;
    const itemStrides = this.#itemsizes.map((itemsize, operand) => {
      if (this.#isCopied[operand]) return itemsize * (isOfOne ? count : this.#row);
      return isOfOne ? 0 : pass.kept.strides[operand]!.at(-1)!;
    });
    return this.#fold.run({
      items,
      count,
      slots: fold.slots.map(
        (type, slot) => this.#call.slotAddress(slot) + (block * pass.outputs + output) * slotBytes(type),
      ),
      slotStep: isOfOne ? pass.outputs : 1,
      inputs: inputs.map((input, operand) =>
        this.#isCopied[operand] ? input + (position - element) * this.#itemsizes[operand]! : input,
      ),
      itemStrides,
      strides: this.#itemsizes,
      position,
      positionStep: isOfOne ? pass.order.block : 0,
    });
  }

  /** Copies a stretch's elements, in parts that lie along the last two axes that are reduced. */
  #copy(stretch: Stretch, copies: readonly number[]): boolean {
    const { kept, operands } = this.#call.pass;
    const { element, elements, output } = stretch;
    const distances = distancesOf(kept, output);
    const firsts = operands.map((array, operand) => this.#call.addressOf(array) + distances[operand]!);
    const [rows, length] = this.#plane;
    for (let done = 0; done < elements;) {
      const inPlane = (element + done) % (rows * length);
      const inRow = inPlane % length;
      const left = Math.min(elements - done, rows * length - inPlane);
      const isWhole = inRow === 0 && left >= length;
      const part: Part = {
        plane: (element + done - inPlane) / (rows * length),
        row: (inPlane - inRow) / length,
        column: inRow,
        rows: isWhole ? Math.floor(left / length) : 1,
        length: isWhole ? length : Math.min(length - inRow, left),
        done,
      };
      for (const loop of this.#loops) if (!this.#copyPart(loop, stretch, part, firsts, copies)) return false;
      done += part.rows * part.length;
    }
    return true;
  }

  #copyPart(
    { operand, loop, isStrided }: GatherLoop,
    { outputs }: Stretch,
    { plane, row, column, rows, length, done }: Part,
    firsts: readonly number[],
    copies: readonly number[],
  ): boolean {
    const { kept, reduced } = this.#call.pass;
    const itemsize = this.#itemsizes[operand]!;
    const strides = reduced.strides[operand]!;
    const [rowStride, stride] = [strides.at(-2)!, strides.at(-1)!];
    const apart = plane === 0 ? 0 : distancesOf(this.#planes, plane)[operand]!;
    const values = [
      length,
      copies[operand]! + done * itemsize,
      firsts[operand]! + apart + row * rowStride + column * stride,
    ];
    if (isStrided) values.push(stride);
    values.push(outputs, (this.#row - rows * length) * itemsize, kept.strides[operand]!.at(-1)! - rows * rowStride);
    values.push(rows, length * itemsize, rowStride);
    return this.#call.calls.make({ f: this.#functions[loop.name!]!, values, roundsMax: 0 });
  }
}
