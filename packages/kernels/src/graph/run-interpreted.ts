/**
 * The reference of a whole element-wise kernel: a graph over strided operands, computed by the interpreter.
 *
 * @module
 */
import { forEachRun, type HalfOpenRange, sizeOf } from "@instride/core";
import { planRuns } from "../runs.ts";
import { boxesOf } from "./boxes.ts";
import type { Graph } from "./graph.ts";
import { Interpreter } from "./interpreter.ts";
import { axesOfInterest, type Columns, type FillLanes, indexFiller, loadFiller, type Run } from "./readers.ts";
import { partOffset, writerOf } from "./storage.ts";
import { copyOverlapping, type ElementwiseCall } from "./strided.ts";
import { check } from "./typing.ts";

/**
 * Computes every element of a call's outputs. Where an output overlaps an operand, the result is as if the operand had
 * been copied first.
 *
 * @throws a `KernelBudgetError` if a loop doesn't end within its rounds, and then some elements are written; a
 *   `MemoryError` if there is no room for a copy, and then none are
 *
 * Cost: O(size · nodes).
 */
export function runInterpreted(graph: Graph, call: ElementwiseCall): void {
  const whole: HalfOpenRange = { start: 0, stop: sizeOf(call.shape) };
  runInterpretedRange(new Interpreter(graph), copyOverlapping(graph, call), whole);
}

/**
 * Computes a range of the elements, counted in C order; ranges may be computed in any order, on any thread.
 *
 * @param call - with outputs that overlap no operand: what {@link copyOverlapping} gives
 * @throws a `KernelBudgetError` if a loop doesn't end within its rounds, and then some elements are written
 */
export function runInterpretedRange(interpreter: Interpreter, call: ElementwiseCall, range: HalfOpenRange): void {
  const { graph } = interpreter;
  const { shape, operands, outputs } = call;
  check(operands.length === graph.operands.length, `${operands.length} operands for ${graph.operands.length}`);
  check(outputs.length === graph.stores.length, `${outputs.length} outputs for ${graph.stores.length}`);
  const axes = axesOfInterest(graph);
  check(
    axes.every((axis) => axis < shape.length),
    `a kernel of ${shape.length} axes asks for the index along another: ${axes.join(", ")}`,
  );
  const columns: Columns = {
    operand: (operand) => outputs.length + operand,
    axis: (axis) => outputs.length + operands.length + axes.indexOf(axis),
  };
  const fills = [
    ...interpreter.loads.map((input) => loadFiller(input, graph, call, columns)),
    ...interpreter.indices.map((input) => indexFiller(input, columns)),
  ];
  const stores = storesOf(interpreter, call);
  const memories = [...outputs, ...operands];
  const unit = (axis: number): number[] => shape.map((_, other) => (other === axis ? 1 : 0));
  const strides = [...memories.map((memory) => memory.strides), ...axes.map(unit)];
  const origin = [...memories.map(({ byteOffset }) => byteOffset), ...axes.map(() => 0)];
  interpreter.setParameters(call.parameters);
  for (const { start, shape: lengths } of boxesOf(shape, range)) {
    const offsets = origin.map((offset, column) =>
      start.reduce((sum, index, axis) => sum + index * strides[column]![axis]!, offset),
    );
    forEachRun(planRuns(lengths, strides), offsets, (length, runOffsets, steps) => {
      runInLanes(interpreter, fills, stores, { offsets: runOffsets, steps }, length);
    });
  }
}

/** Computes the elements of a run, as many at once as there are lanes. */
function runInLanes(
  interpreter: Interpreter,
  fills: readonly FillLanes[],
  stores: readonly FillLanes[],
  run: Run,
  length: number,
): void {
  const { width } = interpreter;
  for (let first = 0; first < length; first += width) {
    const count = Math.min(width, length - first);
    for (const fill of fills) fill(run, first, count);
    interpreter.run(count);
    for (const store of stores) store(run, first, count);
  }
}

/** What writes each part of each output; outputs are a walk's first columns. */
function storesOf({ outputs }: Interpreter, call: ElementwiseCall): FillLanes[] {
  return outputs.flatMap(({ dtype, parts }, column) => {
    const memory = new DataView(call.outputs[column]!.buffer);
    const write = writerOf(dtype);
    return parts.map((lanes, part): FillLanes => {
      const offset = partOffset(dtype, part as 0 | 1);
      return ({ offsets, steps }, first, count) => {
        const step = steps[column]!;
        write(memory, offsets[column]! + first * step + offset, step, lanes, 0, count);
      };
    });
  });
}
