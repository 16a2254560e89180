/**
 * What the functions of a kernel take: how many elements, where they lie, and what the call says besides.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { ValueType, Variable } from "./function-builder.ts";
import { inputStreams, type Step } from "./streams.ts";

export interface ElementLoop {
  /** What the function is called. Default: `run`. */
  readonly name?: string;
  readonly graph: Graph;
  /** For each of {@link inputStreams}. */
  readonly inputs: readonly Step[];
  /** For each output. */
  readonly outputs: readonly Step[];
  /** The axis along which the run goes; all other indices stay as they are. Default: none. */
  readonly axis?: number;
  /**
   * Loops around the run, outermost first: for each the axis along which it goes, or null where no index needs to know.
   * Default: none.
   */
  readonly outer?: readonly (number | null)[];
  /** Vectors in a group. Default: by what the graph costs. */
  readonly unroll?: 1 | 2 | 4;
}

/** What a parameter of the function is. Units: strides and addresses in bytes. */
export type RunParameter =
  /** i32: elements. */
  | { readonly kind: "count" }
  /** i32: addresses of the first elements. */
  | { readonly kind: "output"; readonly output: number }
  | { readonly kind: "input"; readonly stream: number }
  /** i32: of outputs and inputs whose step is not known. */
  | { readonly kind: "output-stride"; readonly output: number }
  | { readonly kind: "input-stride"; readonly stream: number }
  /** i32: turns of a loop around the run, at least one. */
  | { readonly kind: "turns"; readonly level: number }
  /** i32: from where the loop inside has come to when it is done, to where it begins in the next turn. */
  | { readonly kind: "output-turn"; readonly level: number; readonly output: number }
  | { readonly kind: "input-turn"; readonly level: number; readonly operand: number }
  /** f64: the index of the first element along an axis. */
  | { readonly kind: "index"; readonly axis: number }
  /** Of the type that the graph says; a bool as an i32. */
  | { readonly kind: "parameter"; readonly parameter: number }
  /** i32: the address of a word, or {@link NO_CANCEL}. Only where the graph has loops. */
  | { readonly kind: "cancel" };

/** Stands for the address of a word where nobody cancels: no element lies there. */
export const NO_CANCEL = -1;

/** A text that only the same parameter has. */
export function parameterKey(parameter: RunParameter): string {
  return Object.values(parameter).join();
}

export function hasLoops({ nodes }: Graph): boolean {
  return nodes.some(({ kind }) => kind === "loop");
}

/** What the function of a loop takes, in order. */
export function runParameters({ graph, inputs, outputs, outer = [] }: ElementLoop): RunParameter[] {
  const operands = [...new Set(inputStreams(graph).map(({ operand }) => operand))];
  const axes = graph.nodes.flatMap((node) => (node.kind === "index" ? [node.axis] : []));
  const strided = (steps: readonly Step[]): number[] => [...steps.keys()].filter((at) => steps[at] === "strided");
  return [
    { kind: "count" },
    ...outputs.map((_, output) => ({ kind: "output", output }) as const),
    ...inputs.map((_, stream) => ({ kind: "input", stream }) as const),
    ...strided(outputs).map((output) => ({ kind: "output-stride", output }) as const),
    ...strided(inputs).map((stream) => ({ kind: "input-stride", stream }) as const),
    ...[...outer.keys()].flatMap((level): RunParameter[] => [
      { kind: "turns", level },
      ...outputs.map((_, output) => ({ kind: "output-turn", level, output }) as const),
      ...operands.map((operand) => ({ kind: "input-turn", level, operand }) as const),
    ]),
    ...[...new Set(axes)].toSorted((a, b) => a - b).map((axis) => ({ kind: "index", axis }) as const),
    ...graph.parameters.map((_, parameter) => ({ kind: "parameter", parameter }) as const),
    ...(hasLoops(graph) ? [{ kind: "cancel" } as const] : []),
  ];
}

/** The variable of a parameter. */
export function variableOf(parameter: RunParameter, { parameters }: Graph): Variable {
  switch (parameter.kind) {
    case "output":
      return { type: "i32", name: `output_${parameter.output}` };
    case "input":
      return { type: "i32", name: `input_${parameter.stream}` };
    case "output-stride":
      return { type: "i32", name: `output_stride_${parameter.output}` };
    case "input-stride":
      return { type: "i32", name: `input_stride_${parameter.stream}` };
    case "turns":
      return { type: "i32", name: `turns_${parameter.level}` };
    case "output-turn":
      return { type: "i32", name: `output_turn_${parameter.level}_${parameter.output}` };
    case "input-turn":
      return { type: "i32", name: `operand_turn_${parameter.level}_${parameter.operand}` };
    case "index":
      return { type: "f64", name: `first_index_${parameter.axis}` };
    case "parameter": {
      const type = parameters[parameter.parameter]!;
      return { type: type === "bool" ? "i32" : (type satisfies ValueType), name: `scalar_${parameter.parameter}` };
    }
    default:
      return { type: "i32", name: parameter.kind };
  }
}
