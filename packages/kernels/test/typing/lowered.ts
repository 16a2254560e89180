/**
 * Lowered programs, run for one element at a time: values in, values out.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { loadMathematics } from "../../src/expansion/mathematics.ts";
import type { Program } from "../../src/expression/expression.ts";
import type { LaneValue, LoadNode } from "../../src/graph/graph.ts";
import { evaluate } from "../../src/graph/interpreter.ts";
import { type Lowered, lowerProgram, type LowerRequest } from "../../src/typing/lower-program.ts";
import type { ParameterKind, ParameterValue } from "../../src/typing/parameters.ts";

// What is lowered here is so at once.
await loadMathematics();

export type Request = Omit<LowerRequest, "operands" | "parameters">;

/** Lowers a program for operands of some dtypes, its parameters numbers unless said otherwise. */
export function lowered(
  program: Program,
  operands: readonly DType[],
  request: Request & { readonly parameters?: ReadonlyMap<string, ParameterKind> } = {},
): Lowered {
  const numbers = program.parameters.map((name): [string, ParameterKind] => [name, "number"]);
  return lowerProgram(program, { parameters: new Map(numbers), ...request, operands });
}

/** What an element is computed from. Lanes as loads give them. */
export interface Element {
  readonly operands: readonly LaneValue[];
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly index?: readonly number[];
}

/** The outputs for one element, each of one or two lanes as stores take them. */
export function outputsOf({ graph, parameters }: Lowered, element: Element): readonly (readonly LaneValue[])[] {
  return evaluate(graph, {
    load: ({ operand }: LoadNode) => element.operands[operand]!,
    parameters: parameters.map((parameter) => parameter.toLane(element.parameters![parameter.name]!)),
    index: element.index ?? [],
  });
}
