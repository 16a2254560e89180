/**
 * Staging: operands that compiled code can't reach are brought box by box into a memory that it can, and outputs taken
 * out of it. No whole array is copied.
 *
 * In that memory the elements of each stream lie in the walk's order, at the steps for which the code was written.
 *
 * Units: bytes, and elements for lengths.
 *
 * @module
 */
import { copyElements, type DType, DTYPES, sizeOf } from "@instride/core";
import { constantLane, LANE_OF_DTYPE, partOffset, writerOf } from "../graph/storage.ts";
import { fillLanes, newLanes } from "../graph/lanes.ts";
import type { LaneValue } from "../graph/graph.ts";
import { createMemory, PAGE_BYTES, type WasmExports, type WasmMemory } from "../wasm/platform.ts";
import type { Step } from "../wasm/streams.ts";
import type { StreamBox } from "./border-boxes.ts";
import { CompiledBoxes } from "./compiled-boxes.ts";
import type { BoxPlan } from "./plan.ts";
import type { PlanBuffers } from "./plan-views.ts";

/** As much as stays in a second-level cache, with what is copied from and to. */
const PAGES = 2;

const memories = new Map<boolean, WasmMemory>();

/**
 * The memory for staging of this thread: one for all calls, which come one after the other.
 *
 * @param isShared - as the modules want it that work on it
 */
export function stagingMemory(isShared: boolean): WasmMemory {
  let memory = memories.get(isShared);
  if (memory === undefined) memories.set(isShared, (memory = createMemory(PAGES, PAGES, isShared)));
  return memory;
}

/** A stream's elements in the staging memory. */
interface Place {
  readonly byteOffset: number;
  readonly strides: readonly number[];
}

export class StagedBoxes {
  readonly #plan: BoxPlan;
  readonly #memory: WasmMemory;
  readonly #boxes: CompiledBoxes;
  readonly #elementsMax: number;

  constructor(plan: BoxPlan, memory: WasmMemory, functions: WasmExports, parameters: readonly LaneValue[]) {
    this.#plan = plan;
    this.#memory = memory;
    // In the walk's order nothing lies along columns, as tiles would have it.
    const { name = "run" } = plan.loop;
    this.#boxes = new CompiledBoxes(plan, { [name]: functions[name]! }, parameters);
    const { loop, outputs, operands, streams } = plan;
    const bytesOf = (step: Step, { dtype }: { readonly dtype: DType }): number => DTYPES[dtype].itemsize * gapOf(step);
    const bytes =
      outputs.reduce((sum, output, at) => sum + bytesOf(loop.outputs[at]!, output), 0) +
      streams.reduce((sum, { operand }, at) => sum + bytesOf(loop.inputs[at]!, operands[operand]!), 0);
    const room = PAGES * PAGE_BYTES - 2 * ALIGNMENT * (outputs.length + streams.length);
    const elements = Math.floor(room / bytes);
    this.#elementsMax = elements > ALIGNMENT ? elements - (elements % ALIGNMENT) : Math.max(1, elements);
  }

  /** Computes a box. @throws a `KernelBudgetError` */
  run(box: StreamBox, buffers: PlanBuffers): void {
    const { walk } = this.#plan;
    forEachPart(box.shape, this.#elementsMax, (start, shape) => {
      const distance = (column: number): number =>
        start.reduce((sum, index, axis) => sum + index * walk.strides[column]![axis]!, 0);
      const { outputs, streams } = this.#plan;
      const inputs = box.inputs.map((offset, stream) =>
        offset === null ? null : offset + distance(outputs.length + streams[stream]!.operand),
      );
      this.#runPart(
        { shape, offsets: box.offsets.map((offset, column) => offset + distance(column)), inputs },
        buffers,
      );
    });
  }

  #runPart({ shape, offsets, inputs }: StreamBox, buffers: PlanBuffers): void {
    const { walk, outputs, operands, streams, loop } = this.#plan;
    const room = new Room();
    const targets = outputs.map(({ dtype }, output) =>
      room.take(dtype, shape, walk.strides[output]!, loop.outputs[output]!, offsets[output]!),
    );
    const sources = streams.map(({ operand }, stream) => {
      const { dtype } = operands[operand]!;
      const place = room.take(
        dtype,
        shape,
        walk.strides[outputs.length + operand]!,
        loop.inputs[stream]!,
        inputs[stream] ?? 0,
      );
      this.#bringIn(place, operand, inputs[stream]!, shape, buffers.operands[operand]!);
      return place;
    });
    const indices = walk.strides.slice(outputs.length + operands.length);
    this.#boxes.forEachCall(
      {
        shape,
        outputs: targets.map(({ byteOffset }) => byteOffset),
        inputs: sources.map(({ byteOffset }) => byteOffset),
        indices: offsets.slice(outputs.length + operands.length),
      },
      {
        outputs: targets.map(({ strides }) => strides),
        operands: operands.map((_, operand) => sources[streams.findIndex((s) => s.operand === operand)]?.strides ?? []),
        indices,
      },
      (call) => this.#boxes.make(call),
    );
    for (const [output, { dtype }] of outputs.entries()) {
      const { itemsize } = DTYPES[dtype];
      const lies = { buffer: buffers.outputs[output]!, byteOffset: offsets[output]!, strides: walk.strides[output]! };
      copyElements({ ...lies, shape, itemsize }, { ...targets[output]!, buffer: this.#memory.buffer, shape, itemsize });
    }
  }

  /** Copies a stream's elements, each once; or makes them, where a constant stands for all. */
  #bringIn(
    place: Place,
    operand: number,
    offset: number | null,
    shape: readonly number[],
    buffer: ArrayBufferLike,
  ): void {
    const { walk, outputs, operands } = this.#plan;
    const { dtype, border } = operands[operand]!;
    const { itemsize } = DTYPES[dtype];
    const once = shape.map((length, axis) => (place.strides[axis] === 0 ? 1 : length));
    const target = { ...place, buffer: this.#memory.buffer, shape: once, itemsize };
    if (offset !== null) {
      const strides = walk.strides[outputs.length + operand]!;
      copyElements(target, { buffer, byteOffset: offset, strides, shape: once, itemsize });
      return;
    }
    const element = constantElement(dtype, (border as { readonly constant: number }).constant);
    copyElements(target, { buffer: element, byteOffset: 0, strides: once.map(() => 0), shape: once, itemsize });
  }
}

/** An element that holds a number. */
function constantElement(dtype: DType, constant: number): ArrayBuffer {
  const { itemsize, lanes: parts } = DTYPES[dtype];
  const element = new ArrayBuffer(itemsize);
  for (let part: 0 | 1 = 0; part < parts; part++) {
    const lanes = newLanes(LANE_OF_DTYPE[dtype], 1);
    fillLanes(lanes, constantLane(dtype, part as 0 | 1, constant));
    writerOf(dtype)(new DataView(element), partOffset(dtype, part as 0 | 1), 0, lanes, 0, 1);
  }
  return element;
}

const ALIGNMENT = 64;
const WORD_BYTES = 8;

/** Elements of room that a stream takes for each of its own. */
function gapOf(step: Step): number {
  return step === "strided" ? 1 : Math.max(1, Math.abs(step));
}

/** The staging memory, from its start, as streams take of it. */
class Room {
  #next = 0;

  /**
   * @param strides - of the array itself; along an axis where they are 0 it has one element
   * @param step - along the last axis, as the code expects it
   * @param from - where the array's elements begin: engines copy shared memory fast between places that lie alike in
   *   words of 8 bytes, and eight times slower between others
   */
  take(dtype: DType, shape: readonly number[], strides: readonly number[], step: Step, from: number): Place {
    const { itemsize } = DTYPES[dtype];
    const run = shape.length - 1;
    const gap = step === "strided" ? 1 : step;
    const own = new Array<number>(shape.length).fill(0);
    let span = itemsize;
    let byteOffset = this.#next + (from % WORD_BYTES);
    if (gap !== 0) {
      own[run] = gap * itemsize;
      if (gap < 0) byteOffset += (1 - shape[run]!) * own[run];
      span = Math.abs(own[run]) * shape[run]!;
    }
    for (let axis = run - 1; axis >= 0; axis--) {
      if (strides[axis] === 0) continue;
      own[axis] = span;
      span *= shape[axis]!;
    }
    this.#next += Math.ceil((span + WORD_BYTES) / ALIGNMENT) * ALIGNMENT;
    return { byteOffset, strides: own };
  }
}

/** Calls a function with boxes of at most so many elements, which make up one. */
function forEachPart(
  shape: readonly number[],
  elementsMax: number,
  body: (start: readonly number[], shape: readonly number[]) => void,
): void {
  const visit = (axis: number, start: readonly number[], lengths: readonly number[]): void => {
    const inside = sizeOf(shape.slice(axis + 1));
    const most = Math.max(1, Math.floor(elementsMax / inside));
    for (let at = 0; at < shape[axis]!; at += most) {
      const part = [start.with(axis, at), lengths.with(axis, Math.min(most, shape[axis]! - at))] as const;
      if (inside <= elementsMax) body(...part);
      else visit(axis + 1, ...part);
    }
  };
  visit(
    0,
    shape.map(() => 0),
    shape,
  );
}
