import { type DType, DTYPES, MemoryView, sizeOf } from "@instride/core";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { reductionBody } from "../../src/reduction/body.ts";
import { elementOf } from "../../src/reduction/element.ts";
import { buildReduction } from "../../src/reduction/module.ts";
import { planReduction, type PlannedReduction, type ReductionPlan } from "../../src/reduction/plan.ts";
import type { ReductionKind, ReductionRequest } from "../../src/reduction/request.ts";
import { planScan } from "../../src/reduction/scan-plan.ts";
import { compileModule } from "../../src/wasm/platform.ts";
import { heap, reduce, transposedArray, WAYS } from "./runs.ts";
import { bytesOfParts, partsOf } from "./values.ts";

const OPERAND = 1024;
const RESULT = 1024 * 1024;
const SCRATCH = 2 * 1024 * 1024;
const CANCEL = 64;

function layout(dtype: DType, shape: readonly number[], byteOffset: number): OperandLayout {
  const { itemsize } = DTYPES[dtype];
  const strides = shape.map((_, axis) => itemsize * sizeOf(shape.slice(axis + 1)));
  return { dtype, shape, byteOffset, strides, inHeap: true };
}

function plan(
  kind: ReductionKind,
  dtype: DType,
  shape: readonly number[],
  more: Partial<ReductionRequest> = {},
): PlannedReduction {
  const operands = [layout(dtype, shape, OPERAND)];
  return planReduction({
    kind,
    element: elementOf(dtype, dtype),
    operands,
    result: layout(dtype, [], RESULT),
    ...more,
  });
}

/** Carries a plan out in the heap, where operands lie. */
function carryOut(planned: PlannedReduction, cancel?: number): void {
  const view = new MemoryView(new Uint8Array(heap.buffer as ArrayBuffer));
  const scratch = new MemoryView(new Uint8Array(heap.buffer as ArrayBuffer, SCRATCH));
  const body = reductionBody({ memory: heap });
  const module = compileModule(buildReduction(planned));
  const { plan: own, program } = planned;
  for (const [step, { units }] of own.steps.entries()) {
    const args = { plan: own, step, module, program, parameters: [], ...(cancel === undefined ? {} : { cancel }) };
    body({ start: 0, stop: units }, { in0: view, out0: view, scratch }, args);
  }
}

const SUM: ReductionKind = { name: "sum" };

test("planReduction: refuses what NumPy refuses", () => {
  expect(() => plan(SUM, "float64", [3], { axes: 1 })).toThrow(expect.objectContaining({ code: "index" }));
  expect(() => plan(SUM, "float64", [3, 3], { axes: [0, -2] })).toThrow(expect.objectContaining({ code: "shape" }));
  expect(() => plan(SUM, "float64", [3, 4], { axes: 0 })).toThrow(expect.objectContaining({ code: "shape" }));
  expect(() => plan({ name: "min" }, "float64", [0])).toThrow(expect.objectContaining({ code: "value" }));
  expect(() => plan({ name: "ptp" }, "bool", [3])).toThrow(expect.objectContaining({ code: "dtype" }));
  const where = layout("bool", [3], RESULT);
  expect(() => plan({ name: "max" }, "float64", [3], { where })).toThrow(expect.objectContaining({ code: "value" }));
  expect(() => plan({ name: "mean" }, "float64", [], { axes: 0 })).toThrow(expect.objectContaining({ code: "index" }));
});

test("planReduction: elements of indices are computed on the way, and most of them never stored", () => {
  const b = new GraphBuilder(["float64"]);
  const element = b.finish([{ dtype: "float64", value: [b.mul(b.load(0), b.convertS(b.index(0), "f64"))] }]);
  const planOf = (length: number): ReductionPlan => plan(SUM, "float64", [length], { element }).plan;
  expect(planOf(1_000_000).steps.map(({ phase }) => phase)).toEqual(["fold", "finish"]);
  expect(planOf(100).scratchBytes).toBeLessThan(100_000);
  expect(planOf(1_000_000).scratchBytes).toBeLessThan(4_000_000);
  expect(planOf(100_000_000).scratchBytes).toBeLessThan(120_000_000);
});

test("planReduction: without results there is nothing to do", () => {
  const result = layout("float64", [0], RESULT);
  expect(plan({ name: "min" }, "float64", [0, 3], { axes: 1, result }).plan.steps).toEqual([]);
  expect(plan(SUM, "float64", [0, 0], { axes: 1, result }).plan.steps).toEqual([]);
});

test("planScan: refuses a result of another shape, and an axis that there is not", () => {
  const request = {
    kind: { name: "cumsum" } as const,
    element: elementOf("float64", "float64"),
    operands: [layout("float64", [3, 4], OPERAND)],
    result: layout("float64", [3, 4], RESULT),
  };
  expect(() => planScan(request)).toThrow(expect.objectContaining({ code: "shape" }));
  expect(() => planScan({ ...request, axis: 2 })).toThrow(expect.objectContaining({ code: "index" }));
});

test("equal keys are equal modules, and a layout of another kind has another key", () => {
  const first = plan(SUM, "float64", [1000]);
  const moved = plan(SUM, "float64", [2000], { operands: [layout("float64", [2000], OPERAND + 8)] });
  const strided = plan(SUM, "float64", [1000], {
    operands: [{ ...layout("float64", [1000], OPERAND), strides: [24] }],
  });
  expect(moved.plan.key).toBe(first.plan.key);
  expect(buildReduction(moved)).toEqual(buildReduction(first));
  expect(strided.plan.key).not.toBe(first.plan.key);
});

test("a plan is plain data: it is the same after structured clone", () => {
  const { plan: own, program } = plan({ name: "var" }, "complex128", [5000], { result: layout("float64", [], RESULT) });
  expect(structuredClone(own)).toEqual(own);
  expect(structuredClone(program)).toEqual(program);
});

test("a result that overlaps an operand: is as if the operand had been copied first", () => {
  const [rows, columns] = [2500, 40];
  const numbers = Array.from({ length: rows * columns }, (_, i) => i % 97);
  const bytes = bytesOfParts("float64", numbers);
  for (const axes of [0, 1]) {
    const heapBytes = new Uint8Array(heap.buffer as ArrayBuffer);
    heapBytes.set(bytes, OPERAND);
    const length = axes === 0 ? columns : rows;
    // The first results come to lie where later units read.
    const result = layout("float64", [length], OPERAND + 8 * columns * 1000);
    carryOut(plan(SUM, "float64", [rows, columns], { axes, result }));
    const expected = new Array<number>(length).fill(0);
    for (const [i, value] of numbers.entries()) expected[axes === 0 ? i % columns : Math.floor(i / columns)]! += value;
    const written = heapBytes.slice(result.byteOffset, result.byteOffset + 8 * length);
    expect(partsOf("float64", written)).toEqual(expected);
  }
});

/** Goes round as often as an element says, and gives whether it is odd. */
function roundsElement(roundsMax: number): Graph {
  const b = new GraphBuilder(["int32"]);
  const [rounds] = b.loop([b.i32(0)], roundsMax, ([i]) => ({
    condition: b.ltS(i!, b.load(0)),
    next: [b.add(i!, b.i32(1))],
  }));
  return b.finish([{ dtype: "bool", value: [b.toBool(b.and(rounds!, b.i32(1)))] }]);
}

test("any: leaves elements unread once one has settled it", () => {
  const numbers = new Array<number>(200_000).fill(0);
  numbers[10] = 1;
  // Whoever reads this one goes round too often.
  numbers[150_000] = 1e6;
  const operands = [transposedArray("int32", bytesOfParts("int32", numbers), [numbers.length], [0])];
  const reduction = { element: roundsElement(1000), operands, dtype: "bool" } as const;
  for (const way of WAYS) {
    expect(partsOf("bool", reduce({ kind: { name: "any" }, ...reduction }, way).bytes)).toEqual([1]);
    expect(() => reduce({ kind: { name: "count_nonzero" }, ...reduction, dtype: "int64" }, way)).toThrow(
      expect.objectContaining({ code: "kernel-budget" }),
    );
  }
});

test("a cancelled reduction: comes back, though its loops have not ended", () => {
  const words = new Int32Array(heap.buffer as ArrayBuffer);
  words[CANCEL / 4] = 1;
  words.fill(2 ** 31 - 1, OPERAND / 4, OPERAND / 4 + 100);
  const result = layout("bool", [], RESULT);
  const planned = plan({ name: "all" }, "int32", [100], { element: roundsElement(2 ** 40), result });
  carryOut(planned, CANCEL);
  words[CANCEL / 4] = 0;
  expect(planned.plan.steps).toHaveLength(1);
});
