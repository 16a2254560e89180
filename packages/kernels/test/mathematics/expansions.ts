/**
 * Runs of expansions: by the interpreter, and compiled, which has to give the same bits.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { Interpreter } from "../../src/graph/interpreter.ts";
import type { RealExpansion } from "../../src/mathematics/expansion.ts";
import { checkCase, writeValues } from "../wasm/compiled-run.ts";
import type { FloatType } from "./oracle.ts";
import { type Floats, newFloats } from "./points.ts";

const DTYPE_OF: Readonly<Record<FloatType, DType>> = { f32: "float32", f64: "float64" };

/** A function of operands, stored. */
export function graphOf(expansion: RealExpansion, type: FloatType, argumentCount: number): Graph {
  const dtype = DTYPE_OF[type];
  const b = new GraphBuilder(Array.from({ length: argumentCount }, () => dtype));
  const args = b.operands.map((_, operand) => b.load(operand));
  return b.finish([{ dtype, value: [expansion(b, type, ...args)] }]);
}

/** Instructions of a function, about: nodes but constants, loads, and bits taken for another type's. */
export function operationCount({ nodes }: Graph): number {
  const isFree = (node: Node): boolean =>
    node.kind === "constant" || node.kind === "load" || (node.kind === "conversion" && node.op === "reinterpret");
  return nodes.filter((node) => !isFree(node)).length;
}

/**
 * Computes a graph of floats by the interpreter.
 *
 * @param columns - of each operand the values, as many
 */
export function interpret(graph: Graph, type: FloatType, columns: readonly Floats[]): Floats {
  const interpreter = new Interpreter(graph);
  const { length } = columns[0]!;
  const results = newFloats(type, length);
  for (let first = 0; first < length; first += interpreter.width) {
    const count = Math.min(interpreter.width, length - first);
    for (const { node, lanes } of interpreter.loads)
      (lanes as Floats).set(columns[node.operand]!.subarray(first, first + count));
    interpreter.run(count);
    results.set((interpreter.outputs[0]!.parts[0] as Floats).subarray(0, count), first);
  }
  return results;
}

/** Expects the compiled loop to give the interpreter's bits. */
export function checkCompiled(graph: Graph, columns: readonly Floats[]): void {
  const { length } = columns[0]!;
  checkCase({
    graph,
    inputs: graph.operands.map(() => 1),
    outputs: [1],
    // A remainder that fills no vector is computed in another way.
    sizes: [length, 1],
    fill: (inputs, n) => {
      for (const [operand, placed] of inputs.entries()) writeValues(placed, [...columns[operand]!.subarray(0, n)]);
    },
  });
}
