/**
 * One function, from its parameters to its outputs.
 *
 * @module
 */
import type { Expression, ParameterDefaults, Program } from "../expression/expression.ts";
import { inline } from "./calls.ts";
import type { FunctionText } from "./function-text.ts";
import { propertyName } from "./members.ts";
import type { Syntax } from "./parser.ts";
import { type Helper, type HelperMeanings, Reader } from "./reader.ts";
import { neededFor } from "./rewriter.ts";
import { describeValue, INDICES, isExpression, type RecordValue, type Value } from "./values.ts";

/** What reading a function gave. */
export interface Read {
  readonly program: Program;
  /** The unknown functions that were taken for a compiler's helpers. */
  readonly helpers: readonly Helper[];
}

/**
 * Reads a function into a program.
 *
 * @param kernels - what the last parameter's names stand for that functions are given for
 * @param helperMeanings - null: unknown functions are refused
 */
export function readFunction(
  text: FunctionText,
  kernels: ReadonlyMap<string, Value>,
  helperMeanings: HelperMeanings | null,
): Read {
  const reader = new Reader(text, helperMeanings);
  const { node } = text;
  const { operands, args, names, defaults } = parametersOf(reader, kernels);
  const value = inline(reader, { kind: "function", node, scope: reader.scope, text }, args, node);
  const { outputs: read, returns } = outputsOf(reader, value);
  const { outputs, parameters: used } = neededFor(reader.builder, read);
  const program: Program = {
    operands,
    parameters: names.filter((name) => used.has(name)),
    named: names,
    defaults: new Map([...defaults].filter(([name]) => used.has(name))),
    outputs,
    returns,
  };
  return { program, helpers: reader.helpers };
}

interface Parameters {
  readonly operands: readonly string[];
  /** What the function is called with. */
  readonly args: readonly Value[];
  /** The names of the last parameter that stand for numbers. */
  readonly names: readonly string[];
  readonly defaults: ParameterDefaults;
}

function parametersOf(reader: Reader, kernels: ReadonlyMap<string, Value>): Parameters {
  const { params } = reader.text.node;
  const operands: string[] = [];
  const args: Value[] = [];
  const names: string[] = [];
  const defaults = new Map<string, number | bigint | boolean>();
  for (const [i, pattern] of params.entries()) {
    if (pattern.type === "Identifier") {
      args.push(reader.builder.operand(i, []));
      operands.push(pattern.name);
      continue;
    }
    const record = recordPattern(pattern);
    if (record === null || i < params.length - 1)
      return reader.refuse(
        pattern,
        pattern.type === "AssignmentPattern" ? "an operand is always given" : "an operand is one element",
        "name it; parameters stand together in braces, last: (x, y, { gain })",
      );
    // Only to be told that they are no constants.
    const scope = reader.newScope(null);
    const values = new Map(reader.flow.values);
    for (const [place, name] of operands.entries()) reader.flow.values.set(scope.declare(name, true), args[place]!);
    args.push(reader.inside(scope, reader.text, () => readParameters(reader, record, kernels, names, defaults)));
    reader.flow.values = values;
  }
  return { operands, args, names, defaults };
}

/** The pattern in braces, which may have an empty object for its default. */
function recordPattern(pattern: Syntax.Pattern): Syntax.ObjectPattern | null {
  if (pattern.type === "ObjectPattern") return pattern;
  if (pattern.type !== "AssignmentPattern" || pattern.left.type !== "ObjectPattern") return null;
  const { left, right } = pattern;
  return right.type === "ObjectExpression" && right.properties.length === 0 ? left : null;
}

/** The object that the last parameter is called with. */
function readParameters(
  reader: Reader,
  { properties }: Syntax.ObjectPattern,
  kernels: ReadonlyMap<string, Value>,
  names: string[],
  defaults: Map<string, number | bigint | boolean>,
): RecordValue {
  const fields = new Map<string, Value>();
  for (const property of properties) {
    // The pattern itself refuses what takes the rest.
    if (property.type === "RestElement") continue;
    const name = propertyName(reader, property);
    const given: Value | undefined = name === "index" ? INDICES : kernels.get(name);
    const fallback = property.value.type === "AssignmentPattern" && given === undefined ? property.value.right : null;
    const value = fallback === null ? null : reader.evaluate(fallback);
    // A function that stands for a kernel that is not given: the pattern itself takes it.
    if (value?.kind === "function" || value?.kind === "builtin") continue;
    fields.set(name, given ?? reader.builder.parameter(name));
    if (given === undefined) names.push(name);
    if (value?.kind === "literal") defaults.set(name, value.value);
    else if (value !== null)
      return reader.refuse(fallback!, "what stands for a parameter that is not given is no constant", "write a number");
  }
  return { kind: "record", fields };
}

function outputsOf(reader: Reader, value: Value): Pick<Program, "outputs" | "returns"> {
  if (isExpression(value)) return { outputs: [value], returns: "value" };
  const { node } = reader.text;
  if (value.kind === "absent" || value.kind === "partial")
    return reader.refuse(
      node,
      value.kind === "absent" && value.what === "undefined"
        ? "it returns nothing"
        : "on some path it returns nothing, or something of another nature",
      "return as many numbers on every path",
    );
  const parts = value.kind === "list" ? value.items : value.kind === "record" ? [...value.fields.values()] : [];
  const outputs = parts.filter((part): part is Expression => isExpression(part));
  if (outputs.length === 0 || outputs.length < parts.length)
    return reader.refuse(
      node,
      outputs.length > 0 || parts.length > 0 ? "not all that it returns are numbers" : `it returns ${emptyName(value)}`,
      "return a number, an array of numbers or an object of numbers",
    );
  return { outputs, returns: value.kind === "record" ? [...value.fields.keys()] : "array" };
}

function emptyName(value: Value): string {
  return value.kind === "list" || value.kind === "record"
    ? `${describeValue(value)} with nothing in it`
    : describeValue(value);
}
