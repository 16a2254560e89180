/**
 * Reductions carried out in every way there is: by compiled code where arrays lie, by compiled code on staged copies, by
 * the interpreter; with the units of steps in any order and any cuts.
 *
 * @module
 */
import { type AxisArgument, type DType, DTYPES, MemoryView, sizeOf } from "@instride/core";
import type { Graph, LaneValue } from "../../src/graph/graph.ts";
import type { KernelBorder } from "../../src/graph/strided.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { reducedAxes, reducedShape } from "../../src/reduction/axes.ts";
import { reductionBody } from "../../src/reduction/body.ts";
import type { ReductionArguments } from "../../src/reduction/call.ts";
import { buildReduction } from "../../src/reduction/module.ts";
import { planReduction, type PlannedReduction } from "../../src/reduction/plan.ts";
import type { ReductionKind } from "../../src/reduction/request.ts";
import { planScan, type ScanKind } from "../../src/reduction/scan-plan.ts";
import { compileModule, createMemory, PAGE_BYTES, type WasmModule } from "../../src/wasm/platform.ts";

export const WAYS = ["in the heap", "staged", "interpreted"] as const;

export type Way = (typeof WAYS)[number];

/** An array: its elements lie in the bytes as the layout says. */
export interface TestArray {
  readonly dtype: DType;
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
  readonly byteOffset: number;
  readonly strides: readonly number[];
  readonly border?: KernelBorder;
}

export interface TestReduction {
  readonly kind: ReductionKind;
  readonly element: Graph;
  readonly operands: readonly TestArray[];
  readonly where?: TestArray;
  readonly axes?: AxisArgument | null;
  readonly keepdims?: boolean;
  readonly dtype: DType;
  readonly parameters?: readonly LaneValue[];
  readonly combineParameters?: readonly LaneValue[];
  readonly initial?: readonly LaneValue[];
  readonly ddof?: number;
  /** Numbers from 0 to 1 by which units are cut and ordered. Default: in order, all at once. */
  readonly cuts?: readonly number[];
}

export interface TestResult {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const PAGES = 512;
export const heap = createMemory(PAGES, PAGES, true);
const HEAP_START = 128;

/** Modules by the plans' keys: as a cache keeps them. */
const modules = new Map<string, WasmModule>();

function moduleOf(planned: PlannedReduction): WasmModule {
  const { key, isInHeap } = planned.plan;
  const name = `${isInHeap} ${key}`;
  let module = modules.get(name);
  if (module === undefined) modules.set(name, (module = compileModule(buildReduction(planned))));
  return module;
}

const bodies = { heap: reductionBody({ memory: heap }), none: reductionBody({ memory: null }) };

/** Gives out places in the heap, or buffers outside of it. */
class Placer {
  readonly inHeap: boolean;
  #next = HEAP_START;

  constructor(inHeap: boolean) {
    this.inHeap = inHeap;
  }

  take(nbytes: number): { buffer: ArrayBufferLike; byteOffset: number } {
    if (!this.inHeap) return { buffer: new ArrayBuffer(nbytes + 64), byteOffset: 32 };
    const byteOffset = this.#next;
    this.#next += Math.ceil((nbytes + 1) / 64) * 64;
    if (this.#next > PAGES * PAGE_BYTES) throw new Error("the heap of tests is full");
    return { buffer: heap.buffer, byteOffset };
  }
}

function bytesView(buffer: ArrayBufferLike, byteOffset: number, nbytes: number): MemoryView {
  return new MemoryView(new Uint8Array(buffer as ArrayBuffer, byteOffset, nbytes));
}

/** The shape that is left. */
export function resultShape({ operands, where, axes = null, keepdims = false, kind }: TestReduction): number[] {
  const shapes = [...operands, ...(where === undefined ? [] : [where])].map(({ shape }) => shape);
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const shape = Array.from({ length: ndim }, (_, axis) =>
    shapes.reduce((length, own) => {
      const inner = own[axis - ndim + own.length];
      return inner === undefined || inner === 1 ? length : inner;
    }, 1),
  );
  const isMean = "name" in kind && /mean|var|std/.test(kind.name);
  return reducedShape(shape, reducedAxes(axes, ndim, !isMean), keepdims);
}

/** Carries a reduction out. */
export function reduce(test: TestReduction, way: Way): TestResult {
  const { kind, element, axes = null, keepdims = false, initial } = test;
  return carryOut(test, resultShape(test), way, ({ operands, where, result }) =>
    planReduction({
      kind,
      element,
      operands,
      ...(where === null ? {} : { where }),
      axes,
      keepdims,
      result,
      hasInitial: initial !== undefined,
    }),
  );
}

export interface TestScan {
  readonly kind: ScanKind;
  readonly element: Graph;
  readonly operands: readonly TestArray[];
  readonly axis?: number | null;
  readonly dtype: DType;
  readonly parameters?: readonly LaneValue[];
  readonly combineParameters?: readonly LaneValue[];
  readonly cuts?: readonly number[];
}

/** Carries a scan of operands of one shape out. */
export function scan(test: TestScan, way: Way): TestResult {
  const { kind, element, axis = null } = test;
  const own = test.operands[0]!.shape;
  const shape = axis === null || own.length === 0 ? [sizeOf(own)] : own;
  return carryOut(test, shape, way, ({ operands, result }) => planScan({ kind, element, operands, axis, result }));
}

interface Layouts {
  readonly operands: readonly OperandLayout[];
  readonly where: OperandLayout | null;
  readonly result: OperandLayout;
}

type TestCall = Pick<
  TestReduction,
  "operands" | "where" | "dtype" | "cuts" | "parameters" | "combineParameters" | "initial" | "ddof"
>;

function carryOut(
  test: TestCall,
  shape: readonly number[],
  way: Way,
  plan: (layouts: Layouts) => PlannedReduction,
): TestResult {
  const placer = new Placer(way === "in the heap");
  const { inHeap } = placer;
  const layoutOf = (array: TestArray): [OperandLayout, MemoryView] => {
    const { dtype, bytes, shape: own, byteOffset, strides, border } = array;
    const place = placer.take(bytes.length);
    new Uint8Array(place.buffer as ArrayBuffer, place.byteOffset, bytes.length).set(bytes);
    const beyond = border === undefined ? {} : { border };
    return [
      { dtype, shape: own, byteOffset: place.byteOffset + byteOffset, strides, inHeap, ...beyond },
      bytesView(place.buffer, place.byteOffset, bytes.length),
    ];
  };
  const operands = test.operands.map(layoutOf);
  const where = test.where === undefined ? null : layoutOf(test.where);
  const { itemsize } = DTYPES[test.dtype];
  const nbytes = sizeOf(shape) * itemsize;
  const out = placer.take(nbytes);
  const strides = shape.map((_, axis) => itemsize * sizeOf(shape.slice(axis + 1)));
  const result: OperandLayout = { dtype: test.dtype, shape, byteOffset: out.byteOffset, strides, inHeap };
  const planned = plan({
    operands: operands.map(([layout]) => layout),
    where: where === null ? null : where[0],
    result,
  });
  const scratch = placer.take(planned.plan.scratchBytes);
  // Whatever the last user left.
  const bytes = new Uint8Array(scratch.buffer as ArrayBuffer, scratch.byteOffset, planned.plan.scratchBytes);
  bytes.fill(0xa5);
  const views = {
    ...Object.fromEntries(operands.map(([, view], at) => [`in${at}`, view])),
    ...(where === null ? {} : { where: where[1] }),
    out0: bytesView(out.buffer, out.byteOffset, nbytes),
    scratch: bytesView(scratch.buffer, scratch.byteOffset, planned.plan.scratchBytes),
  };
  const body = inHeap ? bodies.heap : bodies.none;
  for (const [step, { units }] of planned.plan.steps.entries()) {
    const args: ReductionArguments = {
      plan: planned.plan,
      step,
      module: way === "interpreted" ? null : moduleOf(planned),
      program: planned.program,
      parameters: test.parameters ?? [],
      combineParameters: test.combineParameters ?? [],
      ...(test.initial === undefined ? {} : { initial: test.initial }),
      ddof: test.ddof ?? 0,
    };
    for (const range of rangesOf(units, test.cuts ?? [])) body(range, views, args);
  }
  return { shape, bytes: new Uint8Array(out.buffer as ArrayBuffer, out.byteOffset, nbytes).slice() };
}

/** Cuts units into ranges, some of which come out of their order. */
function rangesOf(units: number, cuts: readonly number[]): { start: number; stop: number }[] {
  const ends = [...new Set([0, ...cuts.map((cut) => Math.floor(cut * units)), units])].toSorted((a, b) => a - b);
  const ranges = ends.slice(1).map((stop, at) => ({ start: ends[at]!, stop }));
  return cuts.length % 2 === 0 ? ranges : ranges.toReversed();
}

/** An array of elements side by side, with axes in another order. */
export function transposedArray(
  dtype: DType,
  bytes: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
): TestArray {
  const { itemsize } = DTYPES[dtype];
  const strides = shape.map((_, axis) => itemsize * sizeOf(shape.slice(axis + 1)));
  return {
    dtype,
    bytes,
    shape: order.map((axis) => shape[axis]!),
    strides: order.map((axis) => strides[axis]!),
    byteOffset: 0,
  };
}
