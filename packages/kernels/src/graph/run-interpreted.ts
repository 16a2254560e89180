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
import { copyOverlapping, type ElementwiseCall, type StridedMemory } from "./strided.ts";
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
  const walk = new InterpretedWalk(interpreter, call);
  const { offsets, strides } = walkColumns(interpreter.graph, call);
  for (const { start, shape } of boxesOf(call.shape, range)) {
    const first = offsets.map((offset, column) =>
      start.reduce((sum, index, axis) => sum + index * strides[column]![axis]!, offset),
    );
    walk.runBox(shape, first, strides);
  }
}

/**
 * What a walk over a call's elements takes along: its outputs, its operands, and an index for each of the
 * {@link axesOfInterest}. Units: bytes for memory, elements for indices.
 */
export interface WalkColumns {
  /** Of the element whose indices are all 0. */
  readonly offsets: readonly number[];
  /** Along each axis of the call. */
  readonly strides: readonly (readonly number[])[];
}

/** The columns of a walk over a call, along its own axes. */
export function walkColumns(
  graph: Graph,
  {
    shape,
    operands,
    outputs,
  }: Pick<ElementwiseCall, "shape"> & {
    readonly operands: readonly Omit<StridedMemory, "buffer">[];
    readonly outputs: readonly Omit<StridedMemory, "buffer">[];
  },
): WalkColumns {
  const axes = axesOfInterest(graph);
  const memories = [...outputs, ...operands];
  const unit = (axis: number): number[] => shape.map((_, other) => (other === axis ? 1 : 0));
  return {
    offsets: [...memories.map(({ byteOffset }) => byteOffset), ...axes.map(() => 0)],
    strides: [...memories.map((memory) => memory.strides), ...axes.map(unit)],
  };
}

/** Computes boxes of a call's elements, along whatever axes its {@link WalkColumns} are given for. */
export class InterpretedWalk {
  readonly #interpreter: Interpreter;
  readonly #fills: readonly FillLanes[];
  readonly #stores: readonly FillLanes[];

  constructor(interpreter: Interpreter, call: ElementwiseCall) {
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
    this.#interpreter = interpreter;
    this.#fills = [
      ...interpreter.loads.map((input) => loadFiller(input, graph, call, columns)),
      ...interpreter.indices.map((input) => indexFiller(input, columns)),
    ];
    this.#stores = storesOf(interpreter, call);
    interpreter.setParameters(call.parameters);
  }

  /**
   * @param lengths - elements along each axis of the box
   * @param offsets - of each column, at the box's first element
   * @param strides - of each column, along the box's axes
   * @throws a `KernelBudgetError` if a loop doesn't end within its rounds, and then some elements are written
   */
  runBox(lengths: readonly number[], offsets: readonly number[], strides: readonly (readonly number[])[]): void {
    forEachRun(planRuns(lengths, strides), offsets, (length, runOffsets, steps) => {
      runInLanes(this.#interpreter, this.#fills, this.#stores, { offsets: runOffsets, steps }, length);
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
