import { type BufferInfo, type DType, type Exporter, fillInfo, MemoryView, sizeOf } from "@instride/core";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { elementwiseBody, operandName, outputName } from "../../src/iteration/body.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { buildElementwise } from "../../src/iteration/module.ts";
import { type ElementwisePlan, planElementwise } from "../../src/iteration/plan.ts";
import { bytes, memory } from "../wasm/compiled-run.ts";
import {
  type Arena,
  checkCall,
  fillBytes,
  IN_HEAP,
  moduleOf,
  type PlacedArray,
  plain,
  runPlan,
  WHOLE,
  WHEREABOUTS,
} from "./placed-call.ts";

function addition(dtype: DType): Graph {
  const b = new GraphBuilder([dtype, dtype]);
  return b.finish([{ dtype, value: [b.add(b.load(0), b.load(1))] }]);
}

/** Counts to a number that an operand says. */
function counting(roundsMax: number): Graph {
  const b = new GraphBuilder(["int32"]);
  const [count] = b.loop([b.i32(0)], roundsMax, ([n]) => ({
    condition: b.ltS(n!, b.load(0)),
    next: [b.add(n!, b.i32(1))],
  }));
  return b.finish([{ dtype: "int32", value: [count!] }]);
}

function layout(dtype: DType, shape: readonly number[], strides: readonly number[], byteOffset = 64): OperandLayout {
  return { dtype, shape, strides, byteOffset, inHeap: true };
}

/** A plan of an addition of float32 to C-ordered elements of the same shape. */
function planned(shape: readonly number[], out: readonly number[], a: readonly number[], at = 64): ElementwisePlan {
  const graph = addition("float32");
  const [target, source] = [layout("float32", shape, out, at), layout("float32", shape, a, at)];
  return planElementwise(graph, [target], [source, target]);
}

test("plan: axes that lie one after the other are one, whatever their order and direction", () => {
  expect(planned([4, 5, 6], [120, 24, 4], [120, 24, 4]).walk.shape).toEqual([120]);
  expect(planned([6, 5, 4], [4, 24, 120], [4, 24, 120]).walk.shape).toEqual([120]);
  expect(planned([4, 5, 6], [-120, -24, -4], [-120, -24, -4]).walk.shape).toEqual([120]);
  expect(planned([4, 1, 30], [120, 0, 4], [120, 77, 4]).walk.shape).toEqual([120]);
  expect(planned([4, 30], [120, 4], [0, 4]).walk.shape).toEqual([4, 30]);
});

test("plan: an axis whose index is asked for stays apart", () => {
  const b = new GraphBuilder(["int64"]);
  const graph = b.finish([{ dtype: "int64", value: [b.add(b.load(0), b.index(1))] }]);
  const lies = layout("int64", [4, 5, 6], [240, 48, 8]);
  expect(planElementwise(graph, [lies], [lies]).walk.shape).toEqual([4, 5, 6]);
});

test("plan: a short run gives way to a longer axis, and units hold it whole", () => {
  const plan = planned(
    [50_000, 3],
    [12, 4],
    [12, 4].map((stride, axis) => (axis === 0 ? 0 : stride)),
  );
  expect(plan.walk.shape).toEqual([3, 50_000]);
  expect(plan.block[0]).toBe(3);
  expect(plan.loop.outputs).toEqual([3]);
});

test("plan: what is known of steps is part of the key; sizes and places are not", () => {
  const contiguous = planned([100], [4], [4]);
  expect(contiguous.loop.inputs).toEqual([1, 1]);
  expect(planned([7000], [4], [4], 4096).key).toBe(contiguous.key);
  const steps = [0, -4, 8, 12, 16, 20, 6, 4096].map((stride) => planned([100], [4], [stride]));
  expect(steps.map(({ loop }) => loop.inputs[0])).toEqual([0, -1, 2, 3, 4, "strided", "strided", "strided"]);
  expect(new Set(steps.map(({ key }) => key)).size).toBe(6);
  expect(steps.map(({ key }) => key)).not.toContain(contiguous.key);
});

test("plan: equal keys are equal bytes, of graphs built apart too", () => {
  const plans = [1, 2].map(() => {
    const graph = addition("float32");
    const lies = layout("float32", [100, 64], [256, 4]);
    const plan = planElementwise(graph, [lies], [lies, layout("float32", [100, 64], [4, 400])]);
    return { key: plan.key, text: buildElementwise(graph, plan).join(" ") };
  });
  expect(plans[0]).toEqual(plans[1]);
});

test("plan: units are of some thousand elements, fewer where each takes long", () => {
  const easy = planned([1000, 1000], [4000, 4], [4000, 4]);
  const elements = (plan: ElementwisePlan): number => sizeOf(plan.block);
  expect(elements(easy)).toBe(4096);
  expect(easy.units).toBe(Math.ceil(1_000_000 / 4096));
  expect(easy.grain * elements(easy)).toBe(65_536);
  const lies = layout("int32", [1_000_000], [4]);
  const hard = planElementwise(counting(1000), [lies], [lies]);
  expect(elements(hard)).toBeLessThan(2048);
  expect(hard.grain * elements(hard)).toBeLessThan(16_384);
});

test.for(WHEREABOUTS)("elements without axes, and no elements: $name", (where) => {
  for (const shape of [[], [0], [3, 0, 2], [1, 1]]) {
    const arenas = where.arenas();
    for (const { bytes: all } of arenas) fillBytes(all, 5);
    const arenaOf = (place: number): Arena => arenas[place % arenas.length]!;
    const place = (i: number): PlacedArray => arenaOf(i).place("float64", shape, plain(shape.length), false);
    const outputs = [place(0)];
    const { units } = checkCall({ graph: addition("float64"), operands: [place(1), place(2)], outputs }, WHOLE, where);
    expect(units).toBe(shape.includes(0) ? 0 : 1);
  }
});

test("a word that is not 0 ends kernels with loops; others don't look at it", () => {
  const [room] = IN_HEAP.arenas() as [Arena];
  const array = (): PlacedArray => room.place("int32", [50_000], plain(1), false);
  const [source, target] = [array(), array()];
  const numbers = (at: PlacedArray): Int32Array => new Int32Array(memory.buffer, at.byteOffset, 50_000);
  const graph = counting(1_000_000);
  const plan = planElementwise(graph, [target], [source]);
  const views = { [outputName(0)]: viewOf(target), [operandName(0)]: viewOf(source) };
  const run = (cancel: number | undefined): number => {
    numbers(source).fill(300);
    numbers(target).fill(0);
    const args = { plan, module: moduleOf(graph, plan), parameters: [], ...(cancel === undefined ? {} : { cancel }) };
    elementwiseBody({ memory })({ start: 0, stop: plan.units }, views, args);
    return numbers(target).indexOf(0);
  };
  const word = new Int32Array(memory.buffer, 0, 1);
  word[0] = 1;
  expect(run(undefined)).toBe(-1);
  const done = run(0);
  expect(done).toBeGreaterThanOrEqual(0);
  expect(done).toBeLessThan(1000);
  word[0] = 0;
  expect(run(0)).toBe(-1);
});

function viewOf({ byteOffset }: PlacedArray): MemoryView {
  return new MemoryView(new Int32Array(memory.buffer, byteOffset, 50_000));
}

test("views that are not those of the plan are refused before anything is touched", () => {
  const [room] = IN_HEAP.arenas() as [Arena];
  const [a, target, other] = [0, 1, 2].map(() => room.place("float32", [4, 4], plain(2), false)) as [
    PlacedArray,
    PlacedArray,
    PlacedArray,
  ];
  const graph = addition("float32");
  const plan = planElementwise(graph, [target], [a, a]);
  const module = moduleOf(graph, plan);
  const before = bytes.slice();
  const turned = { ...target, strides: target.strides.toReversed() };
  const wider = { ...target, dtype: "float64" as const };
  for (const wrong of [other, turned, wider])
    expect(() => runPlan(plan, { graph, operands: [a, a], outputs: [wrong] }, module, WHOLE)).toThrow(
      /^internal: view "out0" doesn't lie where the plan says$/,
    );
  expect(Buffer.compare(before, bytes)).toBe(0);
});

test("a thread keeps what it has instantiated: the module may be left out after", () => {
  const [room] = IN_HEAP.arenas() as [Arena];
  const array = (): PlacedArray => room.place("int32", [50_000], plain(1), false);
  const [source, target] = [array(), array()];
  const graph = counting(10);
  const plan = planElementwise(graph, [target], [source]);
  const views = { [outputName(0)]: viewOf(target), [operandName(0)]: viewOf(source) };
  new Int32Array(memory.buffer, source.byteOffset, 50_000).fill(3);
  const body = elementwiseBody({ memory });
  const range = { start: 0, stop: 1 };
  expect(() => body(range, views, { plan, parameters: [] })).toThrow(/^internal: a module was never sent/);
  body(range, views, { plan, module: moduleOf(graph, plan), parameters: [] });
  body({ start: 1, stop: 2 }, views, { plan, parameters: [] });
  const length = plan.block[0]! * 2;
  expect(new Int32Array(memory.buffer, target.byteOffset, length).every((count) => count === 3)).toBe(true);
});

test("arrays whose buffers moved away and came back as others are found where they are", () => {
  const graph = addition("float64");
  const buffers = [0, 1].map(() => new ArrayBuffer(800)) as [ArrayBuffer, ArrayBuffer];
  const lies: OperandLayout = { dtype: "float64", shape: [100], strides: [8], byteOffset: 0, inHeap: false };
  const exporter = (which: 0 | 1): Exporter => ({
    getBuffer: (flags: number): BufferInfo =>
      fillInfo({ buffer: buffers[which], itemsize: 8, format: "d" }, flags, "it"),
  });
  const plan = planElementwise(graph, [lies], [lies, lies]);
  const { byteOffset, shape, strides } = lies;
  const view = (which: 0 | 1): MemoryView =>
    ({ ...exporter(which), dtype: "float64", byteOffset, shape, strides }) as unknown as MemoryView;
  const views = { [outputName(0)]: view(0), [operandName(0)]: view(1), [operandName(1)]: view(1) };
  const body = elementwiseBody({ memory: null });
  const args = { plan, module: moduleOf(graph, plan), parameters: [] };
  for (const value of [3, 4]) {
    for (const which of [0, 1] as const) buffers[which] = buffers[which].transfer();
    new Float64Array(buffers[1]).fill(value);
    body({ start: 0, stop: plan.units }, views, args);
    expect(new Float64Array(buffers[0]).every((sum) => sum === 2 * value)).toBe(true);
  }
});
