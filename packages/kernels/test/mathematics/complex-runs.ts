/**
 * Runs of expansions of complex functions: by the interpreter, and compiled, which has to give the same bits.
 *
 * @module
 */
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { Interpreter } from "../../src/graph/interpreter.ts";
import { COMPLEX_FUNCTIONS, type ComplexFunctionName } from "../../src/mathematics/complex-functions.ts";
import { checkCase, memory } from "../wasm/compiled-run.ts";
import type { FloatType } from "./oracle.ts";
import { type Floats, newFloats } from "./points.ts";

/** Complex numbers: all real parts, all imaginary ones. */
export interface ComplexFloats {
  readonly re: Floats;
  readonly im: Floats;
}

export function complexFloats(type: FloatType, points: readonly (readonly [number, number])[]): ComplexFloats {
  return {
    re: newFloats(
      type,
      points.map(([re]) => re),
    ),
    im: newFloats(
      type,
      points.map(([, im]) => im),
    ),
  };
}

/** A function of complex operands, stored: as one complex number, or a float. */
export function complexGraphOf(name: ComplexFunctionName, type: FloatType): Graph {
  const expansion = COMPLEX_FUNCTIONS[name];
  const complex = type === "f32" ? "complex64" : "complex128";
  const count = name === "power" || name === "divide" ? 2 : 1;
  const b = new GraphBuilder(Array.from({ length: count }, () => complex));
  const result = expansion(
    b,
    type,
    ...b.operands.map((_, operand) => ({ re: b.load(operand, 0), im: b.load(operand, 1) })),
  );
  if ("re" in result) return b.finish([{ dtype: complex, value: [result.re, result.im] }]);
  return b.finish([{ dtype: type === "f32" ? "float32" : "float64", value: [result] }]);
}

/** Computes a graph of complex numbers by the interpreter; a float has the imaginary part 0. */
export function interpretComplex(graph: Graph, type: FloatType, columns: readonly ComplexFloats[]): ComplexFloats {
  const interpreter = new Interpreter(graph);
  const { length } = columns[0]!.re;
  const [re, im] = [newFloats(type, length), newFloats(type, length)];
  for (let first = 0; first < length; first += interpreter.width) {
    const count = Math.min(interpreter.width, length - first);
    for (const { node, lanes } of interpreter.loads) {
      const column = columns[node.operand]!;
      (lanes as Floats).set((node.part === 0 ? column.re : column.im).subarray(first, first + count));
    }
    interpreter.run(count);
    const [real, imaginary] = interpreter.outputs[0]!.parts as readonly Floats[];
    re.set(real!.subarray(0, count), first);
    if (imaginary !== undefined) im.set(imaginary.subarray(0, count), first);
  }
  return { re, im };
}

/** Expects the compiled loop to give the interpreter's bits. */
export function checkCompiledComplex(graph: Graph, type: FloatType, columns: readonly ComplexFloats[]): void {
  const view = new DataView(memory.buffer);
  const bytes = type === "f32" ? 4 : 8;
  const write = (offset: number, value: number): void =>
    type === "f32" ? view.setFloat32(offset, value, true) : view.setFloat64(offset, value, true);
  const { length } = columns[0]!.re;
  checkCase({
    graph,
    inputs: graph.operands.map(() => 1),
    outputs: [1],
    sizes: [length, 1],
    fill: (inputs, n) => {
      for (const [operand, { offset, stride }] of inputs.entries()) {
        for (let i = 0; i < n; i++) {
          write(offset + i * stride, columns[operand]!.re[i]!);
          write(offset + i * stride + bytes, columns[operand]!.im[i]!);
        }
      }
    },
  });
}
