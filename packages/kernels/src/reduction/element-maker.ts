/**
 * Computing the elements of a block before they are folded, to where the fold reads them.
 *
 * Units: bytes, and elements for lengths.
 *
 * @module
 */
import { DTYPES, sizeOf } from "@instride/core";
import { type Box, boxesOf } from "../graph/boxes.ts";
import type { Graph } from "../graph/graph.ts";
import { Interpreter } from "../graph/interpreter.ts";
import { InterpretedWalk } from "../graph/run-interpreted.ts";
import { BorderBoxes, type StreamBox } from "../iteration/border-boxes.ts";
import { type BoxStrides, CompiledBoxes } from "../iteration/compiled-boxes.ts";
import type { StagedBoxes } from "../iteration/staging.ts";
import { offsetsAt } from "../iteration/walk.ts";
import type { WasmExports } from "../wasm/platform.ts";
import type { PassCall, Place } from "./call.ts";
import { inWalk, type MadeBoxes } from "./made-elements.ts";
import type { ReductionPass } from "./plan.ts";
import type { Stretch } from "./stage.ts";
import { indicesOf } from "./walks.ts";

export interface ElementMaker {
  /**
   * Computes the elements of a stretch.
   *
   * @param target - where they come to lie: for each element of the result in turn those that are reduced to it; of the
   *   interpreter for each of those that are reduced, in turn, one for each element of the result
   * @returns false if the call was cancelled
   * @throws a `KernelBudgetError`
   */
  make(stretch: Stretch, target: Place): boolean;
}

/** The boxes of a stretch. */
function boxesOfStretch(
  made: MadeBoxes,
  { kept, reduced }: ReductionPass,
  { output, outputs, element, elements }: Stretch,
): Box[] {
  const index = indicesOf(kept.shape, output);
  const lengths = kept.shape.map((_, axis) => (axis === kept.shape.length - 1 ? outputs : 1));
  return boxesOf(reduced.shape, { start: element, stop: element + elements }).map(({ start, shape }) => ({
    start: inWalk(made, index, start),
    shape: inWalk(made, lengths, shape),
  }));
}

/** From where the walk's output begins to where a stretch is to begin, as far as it is to be moved. */
function moveOf(made: MadeBoxes, { kept, reduced }: ReductionPass, stretch: Stretch, target: Place): number {
  const first = inWalk(made, indicesOf(kept.shape, stretch.output), indicesOf(reduced.shape, stretch.element));
  return target.byteOffset - offsetsAt(made.walk, first)[0]!;
}

function moved({ shape, offsets, inputs }: StreamBox, bytes: number): StreamBox {
  return { shape, offsets: offsets.with(0, offsets[0]! + bytes), inputs };
}

/** Compiled code on the heap, but where the border's constant stands for a neighbour: it lies nowhere in the heap. */
export class DirectMaker implements ElementMaker {
  readonly #call: PassCall;
  readonly #made: MadeBoxes;
  readonly #boxes: CompiledBoxes;
  readonly #borders: BorderBoxes;
  readonly #strides: BoxStrides;
  readonly #staging: () => StagedBoxes;
  #staged: StagedBoxes | null = null;

  /** @param staging - is asked for as late as possible */
  constructor(call: PassCall, made: MadeBoxes, functions: WasmExports, staging: () => StagedBoxes) {
    const { strides } = made.walk;
    const memories = 1 + made.operands.length;
    this.#call = call;
    this.#made = made;
    this.#boxes = new CompiledBoxes(made, functions, call.args.parameters, call.calls.cancel);
    this.#borders = new BorderBoxes(made);
    this.#strides = {
      outputs: strides.slice(0, 1),
      operands: strides.slice(1, memories),
      indices: strides.slice(memories),
    };
    this.#staging = staging;
  }

  make(stretch: Stretch, target: Place): boolean {
    const { pass } = this.#call;
    const move = moveOf(this.#made, pass, stretch, target);
    let goesOn = true;
    for (const box of boxesOfStretch(this.#made, pass, stretch)) {
      this.#borders.forEach(box, (part) => {
        goesOn &&= this.#run(moved(part, move), target);
      });
    }
    return goesOn;
  }

  #run(box: StreamBox, target: Place): boolean {
    const { calls } = this.#call;
    const { roundsMax, operands } = this.#made;
    const { shape, offsets, inputs } = box;
    if (inputs.includes(null)) {
      this.#staged ??= this.#staging();
      this.#staged.run(box, this.#call.elementBuffers(target.buffer, this.#made));
      return true;
    }
    const placed = {
      shape,
      outputs: offsets.slice(0, 1),
      inputs: inputs as readonly number[],
      indices: offsets.slice(1 + operands.length),
    };
    return this.#boxes.forEachCall(placed, this.#strides, ({ f, values }) => calls.make({ f, values, roundsMax }));
  }
}

/** Compiled code on copies of what it reads. */
export class StagedMaker implements ElementMaker {
  readonly #call: PassCall;
  readonly #made: MadeBoxes;
  readonly #boxes: StagedBoxes;
  readonly #borders: BorderBoxes;

  constructor(call: PassCall, made: MadeBoxes, boxes: StagedBoxes) {
    this.#call = call;
    this.#made = made;
    this.#boxes = boxes;
    this.#borders = new BorderBoxes(made);
  }

  make(stretch: Stretch, target: Place): boolean {
    const { pass } = this.#call;
    const move = moveOf(this.#made, pass, stretch, target);
    const buffers = this.#call.elementBuffers(target.buffer, this.#made);
    for (const box of boxesOfStretch(this.#made, pass, stretch))
      this.#borders.forEach(box, (part) => this.#boxes.run(moved(part, move), buffers));
    return true;
  }
}

/** The interpreter, which folds the elements of several results side by side. */
export class InterpretedMaker implements ElementMaker {
  readonly #call: PassCall;
  readonly #made: MadeBoxes;
  readonly #interpreter: Interpreter;

  constructor(call: PassCall, made: MadeBoxes, element: Graph) {
    this.#call = call;
    this.#made = made;
    this.#interpreter = new Interpreter(element);
  }

  make(stretch: Stretch, target: Place): boolean {
    const { pass, args } = this.#call;
    const { shape, operands, outputs, walk } = this.#made;
    const buffers = this.#call.elementBuffers(target.buffer, this.#made);
    const interpreted = new InterpretedWalk(this.#interpreter, {
      shape,
      outputs: [{ ...outputs[0]!, buffer: target.buffer }],
      operands: operands.map((layout, at) => ({ ...layout, buffer: buffers.operands[at]! })),
      parameters: args.parameters,
    });
    const { itemsize } = DTYPES[outputs[0]!.dtype];
    const kept = pass.kept.shape.map((_, axis) => (axis === pass.kept.shape.length - 1 ? itemsize : 0));
    const reduced = pass.reduced.strides[0]!.map((stride) => stride * stretch.outputs);
    const strides = walk.strides.with(0, inWalk(this.#made, kept, reduced));
    let done = 0;
    for (const box of boxesOfStretch(this.#made, pass, stretch)) {
      interpreted.runBox(box.shape, offsetsAt(walk, box.start).with(0, target.byteOffset + done * itemsize), strides);
      done += sizeOf(box.shape);
    }
    return true;
  }
}
