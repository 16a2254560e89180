/**
 * Computing a plan's units where WebAssembly is refused: by the interpreter of its graph, over the same boxes.
 *
 * @module
 */
import type { Graph, LaneValue } from "../graph/graph.ts";
import { Interpreter } from "../graph/interpreter.ts";
import { InterpretedWalk } from "../graph/run-interpreted.ts";
import type { Box } from "../graph/boxes.ts";
import type { BoxPlan } from "./plan.ts";
import type { PlanBuffers } from "./plan-views.ts";
import { offsetsAt } from "./walk.ts";

export class InterpretedBoxes {
  readonly #plan: BoxPlan;
  readonly #parameters: readonly LaneValue[];
  readonly #interpreter: Interpreter;

  constructor(plan: BoxPlan, graph: Graph, parameters: readonly LaneValue[]) {
    this.#plan = plan;
    this.#parameters = parameters;
    this.#interpreter = new Interpreter(graph);
  }

  /** Computes boxes. @throws a `KernelBudgetError` */
  run(boxes: readonly Box[], buffers: PlanBuffers): void {
    const { shape, outputs, operands, walk } = this.#plan;
    const interpreted = new InterpretedWalk(this.#interpreter, {
      shape,
      outputs: outputs.map((layout, at) => ({ ...layout, buffer: buffers.outputs[at]! })),
      operands: operands.map((layout, at) => ({ ...layout, buffer: buffers.operands[at]! })),
      parameters: this.#parameters,
    });
    for (const { start, shape: lengths } of boxes) {
      interpreted.runBox(lengths, offsetsAt(walk, start), walk.strides);
    }
  }
}
