/**
 * Passes over several axes that are not one, in the heap: each block's elements are copied side by side, by compiled code,
 * and reduced there.
 *
 * Chains go on from one run of elements to the next, whose lengths need not be multiples of a vector's. A copy that the
 * first cache holds costs less than vectors that are put together of two runs.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { slotBytes } from "../wasm/fold-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import type { PassCall } from "./call.ts";
import { foldLoop, type GatherLoop, gatherLoops } from "./code.ts";
import { CompiledFold } from "./compiled-fold.ts";
import type { Folder } from "./pass-runner.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf, type Walk } from "./walks.ts";

/** Where copies lie in scratch memory: of each unit, and in that of each operand. Units: bytes. */
export interface GatherPlan {
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
  /** Operands that are copied: others have one element for all that are reduced to one. */
  readonly #isCopied: readonly boolean[];

  constructor(call: PassCall, gather: GatherPlan, functions: WasmExports) {
    const { place, pass, fold, args, calls } = call;
    this.#call = call;
    this.#gather = gather;
    this.#functions = functions;
    this.#loops = gatherLoops(place, pass, fold);
    const { parameters, combineParameters = [] } = args;
    this.#fold = new CompiledFold(foldLoop(place, pass, fold), functions, parameters, combineParameters, calls);
    this.#itemsizes = pass.operands.map(({ dtype }) => DTYPES[dtype].itemsize);
    const { shape, strides } = pass.reduced;
    this.#plane = [shape.at(-2)!, shape.at(-1)!];
    this.#planes = { shape: shape.slice(0, -2), strides: strides.map((own) => own.slice(0, -2)) };
    this.#isCopied = pass.operands.map((_, own) => this.#loops.some(({ operand }) => operand === own));
  }

  fold({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    if (pass.blocks === 1) {
      const range = { start: output, stop: output + outputs };
      const most = Math.max(1, Math.floor(pass.order.block / pass.elements));
      return everyOutputRun(pass, range, most, (run) => this.#foldBlock(run, 0));
    }
    for (let one = output; one < output + outputs; one++) {
      for (let block = firstBlock; block < firstBlock + blocks; block++)
        if (!this.#foldBlock({ output: one, outputs: 1 }, block)) return false;
    }
    return true;
  }

  #foldBlock({ output, outputs }: OutputRun, block: number): boolean {
    const { pass, fold } = this.#call;
    const { byteOffset, unitBytes, operandOffsets } = this.#gather;
    const unitsOfOutput = Math.ceil(pass.blocks / pass.blocksPerUnit);
    const unit = Math.floor(output / pass.outputsPerUnit) * unitsOfOutput + Math.floor(block / pass.blocksPerUnit);
    const room = this.#call.scratchAddress(byteOffset + unit * unitBytes);
    const distances = distancesOf(pass.kept, output);
    const inputs = pass.operands.map((array, operand) =>
      this.#isCopied[operand] ? room + operandOffsets[operand]! : this.#call.addressOf(array) + distances[operand]!,
    );
    const elements = blockLength(pass, block);
    const element = block * pass.order.block;
    if (!this.#copy({ output, outputs, element, elements }, inputs)) return false;
    return this.#fold.run({
      items: outputs,
      count: elements,
      slots: fold.slots.map(
        (type, slot) => this.#call.slotAddress(slot) + (block * pass.outputs + output) * slotBytes(type),
      ),
      slotStep: 1,
      inputs,
      itemStrides: this.#itemsizes.map((itemsize, operand) =>
        this.#isCopied[operand] ? itemsize * elements : pass.kept.strides[operand]!.at(-1)!,
      ),
      strides: this.#itemsizes,
      position: element,
      positionStep: 0,
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
    { outputs, elements }: Stretch,
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
    values.push(outputs, (elements - rows * length) * itemsize, kept.strides[operand]!.at(-1)! - rows * rowStride);
    values.push(rows, length * itemsize, rowStride);
    return this.#call.calls.make({ f: this.#functions[loop.name!]!, values, roundsMax: 0 });
  }
}
