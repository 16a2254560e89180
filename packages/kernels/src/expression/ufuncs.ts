/**
 * NumPy's universal functions, as programs: to run by themselves, or to be called in a kernel.
 *
 * @module
 */
import { type Expression, type FunctionName, FUNCTIONS, type Program } from "./expression.ts";

/** By the name that NumPy has for it; JavaScript's own under the names of {@link FUNCTIONS}. */
export type UfuncName = FunctionName | "divmod";

/** A program for each name. */
export type Ufuncs = Readonly<Record<UfuncName, Program>>;

function operand(place: number): Expression {
  return { kind: "operand", operand: place, shift: [] };
}

function programOf(names: readonly FunctionName[], arity: 1 | 2): Program {
  const operands = arity === 1 ? ["x"] : ["x1", "x2"];
  const args = operands.map((_, place) => operand(place));
  return {
    operands,
    parameters: [],
    named: [],
    defaults: new Map(),
    outputs: names.map((name): Expression => ({ kind: "call", name, args })),
    returns: names.length === 1 ? "value" : "array",
  };
}

/**
 * A program for each function: of `x`, or of `x1` and `x2`. `divmod` gives two outputs, the floored quotient and the
 * remainder.
 */
export const ufuncs: Ufuncs = {
  ...(Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, arity]) => [name, programOf([name as FunctionName], arity)]),
  ) as Record<FunctionName, Program>),
  divmod: programOf(["floor_divide", "remainder"], 2),
};
