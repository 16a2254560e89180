/**
 * Calls of element-wise kernels over arrays that lie in any way in some memory, run unit by unit and held against the
 * interpreter: every byte of the memory must be the same after both, those around the arrays too.
 *
 * @module
 */
import { answerRequest, type BufferInfo, type DType, DTYPES, type Exporter, MemoryView, sizeOf } from "@instride/core";
import fc from "fast-check";
import { expect } from "vitest";
import type { Graph, LaneValue } from "../../src/graph/graph.ts";
import { runInterpreted } from "../../src/graph/run-interpreted.ts";
import {
  elementwiseBody,
  type ElementwiseArguments,
  operandName,
  outputName,
  type ThreadMemory,
} from "../../src/iteration/body.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { buildElementwise } from "../../src/iteration/module.ts";
import { type ElementwisePlan, planElementwise } from "../../src/iteration/plan.ts";
import { compileModule, validateModule, type WasmModule } from "../../src/wasm/platform.ts";
import { memory as heap } from "../wasm/compiled-run.ts";

/** How an array lies: the order of its axes, gaps and directions along them, bytes before it, and what is broadcast. */
export interface Placing {
  readonly order: readonly number[];
  readonly steps: readonly number[];
  readonly before: number;
  readonly repeats: readonly boolean[];
}

export function placings(ndim: number): fc.Arbitrary<Placing> {
  const axes = Array.from({ length: ndim }, (_, axis) => axis);
  const each = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(arbitrary, { minLength: ndim, maxLength: ndim });
  return fc.record({
    order: fc.oneof(fc.constant(axes), fc.shuffledSubarray(axes, { minLength: ndim })),
    steps: each(fc.constantFrom(1, 1, 1, 1, 1, -1, 2, -2, 3)),
    before: fc.oneof(fc.constant(0), fc.nat(17)),
    repeats: each(fc.constantFrom(false, false, false, true)),
  });
}

/** C-contiguous. */
export function plain(ndim: number): Placing {
  const each = <T>(value: T): T[] => new Array<T>(ndim).fill(value);
  return { order: [...each(0).keys()], steps: each(1), before: 0, repeats: each(false) };
}

/** An array somewhere. */
export interface PlacedArray extends OperandLayout {
  readonly buffer: ArrayBufferLike;
}

/** Memory that arrays are laid out in, one after the other. */
export class Arena {
  readonly bytes: Uint8Array;
  readonly #inHeap: boolean;
  #next: number;

  constructor(buffer: ArrayBufferLike, inHeap: boolean, first: number = 64) {
    this.bytes = new Uint8Array(buffer);
    this.#inHeap = inHeap;
    this.#next = first;
  }

  /** @param repeats - whether the placing's repeated axes are */
  place(dtype: DType, shape: readonly number[], placing: Placing, repeats: boolean): PlacedArray {
    const strides = new Array<number>(shape.length).fill(0);
    let span = DTYPES[dtype].itemsize;
    for (const axis of placing.order.toReversed()) {
      if (repeats && placing.repeats[axis]!) continue;
      strides[axis] = span * placing.steps[axis]!;
      span *= Math.max(shape[axis]! * Math.abs(placing.steps[axis]!), 1);
    }
    const below = strides.reduce((sum, stride, axis) => sum + Math.min(stride * (shape[axis]! - 1), 0), 0);
    const byteOffset = this.#next + placing.before - (shape.includes(0) ? 0 : below);
    this.#next += Math.ceil((placing.before + span + 40) / 16) * 16;
    expect(this.#next).toBeLessThanOrEqual(this.bytes.length);
    return { dtype, shape, strides, byteOffset, inHeap: this.#inHeap, buffer: this.bytes.buffer };
  }
}

/** Any bytes. */
export function fillBytes(bytes: Uint8Array, seed: number, first: number = 64): void {
  const words = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
  let state = (seed | 1) >>> 0;
  for (let i = first / 4; i < words.length; i++) {
    // Xorshift: Marsaglia (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
}

class ArrayExporter implements Exporter {
  readonly #array: PlacedArray;

  constructor(array: PlacedArray) {
    this.#array = array;
  }

  getBuffer(flags: number): BufferInfo {
    const { buffer, byteOffset, shape, strides, dtype } = this.#array;
    const { itemsize, format } = DTYPES[dtype];
    const full = { buffer, byteOffset, nbytes: sizeOf(shape) * itemsize, readonly: false, itemsize, format };
    return answerRequest({ ...full, ndim: shape.length, shape, strides, suboffsets: null }, flags, "an array");
  }
}

export interface PlacedCall {
  readonly graph: Graph;
  readonly outputs: readonly PlacedArray[];
  readonly operands: readonly PlacedArray[];
  readonly parameters?: readonly LaneValue[];
}

export interface Course {
  /** Where the units are cut, as parts of the whole; the pieces are run in an order that `seed` decides. */
  readonly cuts: readonly number[];
  readonly seed: number;
}

export const courses: fc.Arbitrary<Course> = fc.record({
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
  seed: fc.nat(),
});

export const WHOLE: Course = { cuts: [], seed: 0 };

const modules = new Map<string, WasmModule>();

/** The module of a plan; equal keys must be equal modules, so that one stands for all. */
export function moduleOf(graph: Graph, plan: ElementwisePlan): WasmModule {
  let module = modules.get(plan.key);
  if (module === undefined) {
    const bytes = buildElementwise(graph, plan);
    expect(validateModule(bytes)).toBe(true);
    modules.set(plan.key, (module = compileModule(bytes)));
  }
  return module;
}

/** Runs all units of a plan, in pieces. */
export function runPlan(
  plan: ElementwisePlan,
  call: PlacedCall,
  module: WasmModule | null,
  course: Course,
  thread: ThreadMemory = IN_HEAP.thread,
): void {
  const { graph, outputs, operands, parameters = [] } = call;
  const body = elementwiseBody(thread);
  const view = (array: PlacedArray): MemoryView => new MemoryView(new ArrayExporter(array));
  const views = Object.fromEntries([
    ...outputs.map((array, output) => [outputName(output), view(array)] as const),
    ...operands.map((array, operand) => [operandName(operand), view(array)] as const),
  ]);
  const sent = structuredClone({ plan, graph, parameters }) as Omit<ElementwiseArguments, "module">;
  const args = { ...sent, module };
  const stops = [...course.cuts.map((cut) => Math.floor(cut * plan.units)), 0, plan.units].sort((a, b) => a - b);
  const pieces = stops.map((stop, i) => ({ start: stops[i - 1] ?? 0, stop, rank: (course.seed * (i + 7)) % 11 }));
  for (const { start, stop } of pieces.sort((a, b) => a.rank - b.rank)) body({ start, stop }, views, args);
}

/** Every buffer of a call, once. */
function buffersOf({ outputs, operands }: PlacedCall): ArrayBufferLike[] {
  return [...new Set([...outputs, ...operands].map(({ buffer }) => buffer))];
}

/** Where the arrays of a call lie, and what the threads that run it have. */
export interface Whereabouts {
  readonly name: string;
  readonly arenas: () => readonly Arena[];
  readonly thread: ThreadMemory;
  readonly isCompiled: boolean;
}

const BYTES = heap.buffer.byteLength;
const inHeap = (): Arena => new Arena(heap.buffer, true);
const shared = (): Arena => new Arena(new SharedArrayBuffer(BYTES), false);
const own = (): Arena => new Arena(new ArrayBuffer(BYTES), false);

export const IN_HEAP: Whereabouts = {
  name: "in the heap",
  arenas: () => [inHeap()],
  thread: { memory: heap },
  isCompiled: true,
};

export const WHEREABOUTS: readonly Whereabouts[] = [
  IN_HEAP,
  { ...IN_HEAP, name: "in the heap, interpreted", isCompiled: false },
  { ...IN_HEAP, name: "in another shared memory", arenas: () => [shared()] },
  { ...IN_HEAP, name: "in the heap and elsewhere", arenas: () => [inHeap(), shared(), own()] },
  {
    name: "in a heap that the thread doesn't have",
    arenas: () => [inHeap()],
    thread: { memory: null },
    isCompiled: true,
  },
  { name: "in private memory, without a heap", arenas: () => [own()], thread: { memory: null }, isCompiled: true },
  { name: "in private memory, interpreted", arenas: () => [own()], thread: { memory: null }, isCompiled: false },
];

export const whereabouts: fc.Arbitrary<Whereabouts> = fc.oneof(fc.constant(IN_HEAP), fc.constantFrom(...WHEREABOUTS));

/** Plans a call, runs its units, and checks what was done to all of its memory. Gives the plan. */
export function checkCall(
  call: PlacedCall,
  course: Course,
  { thread, isCompiled }: Pick<Whereabouts, "thread" | "isCompiled"> = IN_HEAP,
): ElementwisePlan {
  const { graph, outputs, operands, parameters = [] } = call;
  const buffers = buffersOf(call);
  const expected = buffers.map((buffer) => new Uint8Array(buffer).slice());
  const copyOf = (array: PlacedArray) => ({
    buffer: expected[buffers.indexOf(array.buffer)]!.buffer,
    byteOffset: array.byteOffset,
    strides: array.strides,
    ...(array.border === undefined ? {} : { border: array.border }),
  });
  const { shape } = outputs[0]!;
  runInterpreted(graph, { shape, operands: operands.map(copyOf), outputs: outputs.map(copyOf), parameters });
  const plan = planElementwise(graph, outputs, operands);
  runPlan(plan, call, isCompiled ? moduleOf(graph, plan) : null, course, thread);
  for (const [at, buffer] of buffers.entries()) {
    const images = [new Uint8Array(buffer), expected[at]!];
    for (const output of outputs) if (output.buffer === buffer) for (const image of images) uniteNaNs(image, output);
    if (Buffer.compare(images[0]!, images[1]!) !== 0) explain(images[0]!, images[1]!, call, plan);
  }
  return plan;
}

/** Fails, with the first byte that differs and where it lies. */
function explain(
  actual: Uint8Array,
  expected: Uint8Array,
  { outputs }: PlacedCall,
  { loop, walk, block }: ElementwisePlan,
): never {
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  const shown = JSON.stringify({
    loop,
    shape: walk.shape,
    strides: walk.strides,
    block,
    outputs: outputs.map(({ byteOffset, strides, shape, dtype }) => ({ dtype, byteOffset, strides, shape })),
  });
  throw new Error(`byte ${at} is ${actual[at]}, expected ${expected[at]}; ${shown}`);
}

/** Calls a function with the offset of each element. */
export function forEachOffset({ shape, strides, byteOffset }: OperandLayout, body: (offset: number) => void): void {
  const visit = (axis: number, offset: number): void => {
    if (axis === shape.length) return body(offset);
    for (let i = 0; i < shape[axis]!; i++) visit(axis + 1, offset + i * strides[axis]!);
  };
  visit(0, byteOffset);
}

/** Makes any NaN among the elements of an array the same one. */
export function uniteNaNs(image: Uint8Array, array: PlacedArray): void {
  if (!/^float(32|64)$|^complex/.test(array.dtype)) return;
  const { itemsize, lanes } = DTYPES[array.dtype];
  const view = new DataView(image.buffer);
  const partBytes = itemsize / lanes;
  forEachOffset(array, (offset) => {
    for (let part = 0; part < lanes; part++) {
      const at = offset + part * partBytes;
      if (partBytes === 4 && Number.isNaN(view.getFloat32(at, true))) view.setUint32(at, 0x7fc0_0000, true);
      if (partBytes === 8 && Number.isNaN(view.getFloat64(at, true)))
        view.setBigUint64(at, 0x7ff8_0000_0000_0000n, true);
    }
  });
}
