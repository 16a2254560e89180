/**
 * The views of a plan's arrays, as a body gets them: by name.
 *
 * @module
 */
import { BufferFlags, getBuffer, type MemoryView } from "@instride/core";
import { check } from "../graph/typing.ts";
import type { Views } from "../kernel.ts";
import { broadcastLayout, type CallLayout } from "./layouts.ts";
import type { BoxPlan } from "./plan.ts";

/** The name under which a body gets an output. */
export function outputName(output: number): string {
  return `out${output}`;
}

/** The name under which a body gets an operand. */
export function operandName(operand: number): string {
  return `in${operand}`;
}

/** The memories of a plan's outputs and operands. */
export interface PlanBuffers {
  readonly outputs: readonly ArrayBufferLike[];
  readonly operands: readonly ArrayBufferLike[];
}

/** The buffers of a plan's arrays, asked for anew each time: those that move come back as others. */
export function buffersOf({ outputs, operands }: BoxPlan, views: Views): PlanBuffers {
  return {
    outputs: outputs.map((_, output) => bufferOf(views[outputName(output)]!)),
    operands: operands.map((_, operand) => bufferOf(views[operandName(operand)]!)),
  };
}

function bufferOf(view: MemoryView): ArrayBufferLike {
  const held = getBuffer(view, BufferFlags.FULL_RO);
  const { buffer } = held;
  held.release();
  return buffer;
}

/** Makes sure that a plan was made for the very views that the thread has been lent. */
export function checkViews({ shape, outputs, operands }: BoxPlan, views: Views): void {
  const checkView = (name: string, { dtype, byteOffset, strides }: CallLayout): void => {
    const view = views[name]!;
    const own = { dtype, inHeap: false, byteOffset: view.byteOffset, shape: view.shape, strides: view.strides };
    const actual = broadcastLayout(own, shape);
    const isSame =
      view.dtype === dtype &&
      view.byteOffset === byteOffset &&
      strides.every((stride, axis) => stride === actual.strides[axis] || shape[axis]! <= 1);
    check(isSame, `view "${name}" doesn't lie where the plan says`);
  };
  for (const [output, layout] of outputs.entries()) checkView(outputName(output), layout);
  for (const [operand, layout] of operands.entries()) checkView(operandName(operand), layout);
}
