/**
 * From a function, or its text, to a program: the entry of this folder.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";
import type { Expression, ParameterDefaults, Program } from "../expression/expression.ts";
import { MATH_FUNCTIONS, power } from "./builtins.ts";
import { inline } from "./calls.ts";
import { type FunctionText, parseFunction } from "./function-text.ts";
import { PROGRAMS_KEPT_MAX } from "./limits.ts";
import { propertyName } from "./members.ts";
import { loadParser, type Parse, type Syntax } from "./parser.ts";
import { type HelperMeaning, Reader } from "./reader.ts";
import { neededFor } from "./rewriter.ts";
import { isConfirmed } from "./trial.ts";
import { describeValue, isExpression, type RecordValue, type Value } from "./values.ts";

/** A function to compile: itself, its text, or what was read of it before. */
export type KernelSource = string | Program | ((...args: never[]) => unknown);

/** The functions that a function's last parameter names. */
export type KernelSources = Readonly<Record<string, KernelSource>>;

/**
 * Reads a function into a program; loads the parser for the first.
 *
 * @param kernels - the functions that its last parameter names; all other names there are numbers or bools
 * @returns the same program for the same texts
 * @throws {@link KernelSyntaxError} for what can't be compiled, with the place and the way out
 */
export async function readProgram(source: KernelSource, kernels: KernelSources = {}): Promise<Program> {
  return keptProgram(source, kernels) ?? readProgramWith(await loadParser(), source, kernels);
}

/** {@link readProgram} where the parser has been loaded. */
export function readProgramWith(parse: Parse, source: KernelSource, kernels: KernelSources = {}): Program {
  const kept = keptProgram(source, kernels);
  if (kept !== undefined) return kept;
  const builtin = MATH_FUNCTIONS.get(source);
  const name = nameOf(source);
  const text = builtin === undefined ? textOf(source) : wrapperOf(source as () => unknown, builtin.name);
  const isOwn = builtin === undefined && typeof source === "function";
  const parsed = parseFunction(parse, text, name);
  try {
    const values = new Map(Object.entries(kernels).map(([key, kernel]) => [key, kernelValue(parse, kernel, key)]));
    const read = readFunction(parsed, values, isOwn ? power : null);
    if (read.assumed !== null) confirm(source, kernels, read, readFunction(parsed, values, anotherMeaning));
    keep(keyOf(source, kernels, read.assumed !== null), read.program);
    return read.program;
  } catch (error) {
    // The stack is as deep as the caller has left it.
    if (!(error instanceof RangeError) || error.constructor !== RangeError) throw error;
    throw parsed.refusal(parsed.node, "it nests deeper than the stack", "name parts of it with const");
  }
}

/** What reading a function gave. */
interface Read {
  readonly program: Program;
  /** The error for a function from outside that was taken for a compiler's power; null: none was. */
  readonly assumed: Error | null;
}

function readFunction(
  text: FunctionText,
  kernels: ReadonlyMap<string, Value>,
  helperMeaning: HelperMeaning | null,
): Read {
  const reader = new Reader(text, helperMeaning);
  const { node } = text;
  const { operands, args, names, defaults } = parametersOf(reader, kernels);
  const value = inline(reader, { kind: "function", node, scope: reader.scope, text }, args, node);
  const { outputs: read, returns } = outputsOf(reader, value);
  const { outputs, parameters: used } = neededFor(reader.builder, read);
  const program: Program = {
    operands,
    parameters: names.filter((name) => used.has(name)),
    defaults: new Map([...defaults].filter(([name]) => used.has(name))),
    outputs,
    returns,
  };
  return { program, assumed: reader.assumed };
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
    args.push(readParameters(reader, record, kernels, names, defaults));
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
    const given: Value | undefined = name === "index" ? { kind: "indices" } : kernels.get(name);
    const fallback = given === undefined && property.value.type === "AssignmentPattern" ? property.value.right : null;
    const value = fallback === null ? null : reader.evaluate(fallback);
    if (given !== undefined) fields.set(name, given);
    // A kernel that is not given is the function that stands for it: the pattern takes that.
    else if (value?.kind === "function" || value?.kind === "builtin") continue;
    else {
      fields.set(name, reader.builder.parameter(name));
      names.push(name);
      if (value?.kind === "literal") defaults.set(name, value.value);
      else if (value !== null)
        return reader.refuse(fallback!, "the value for a parameter that is not given is no constant", "write a number");
    }
  }
  return { kind: "record", fields };
}

function outputsOf(reader: Reader, value: Value): Pick<Program, "outputs" | "returns"> {
  if (isExpression(value)) return { outputs: [value], returns: "value" };
  const { node } = reader.text;
  if (value.kind === "absent" || value.kind === "partial")
    return reader.refuse(
      node,
      value.kind === "absent" && value.what === "undefined" ? "it returns nothing" : "on some path it returns nothing",
      "return a number on every path",
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

/** What a name of the last parameter stands for, that a function is given for. */
function kernelValue(parse: Parse, source: KernelSource, name: string): Value {
  if (isProgram(source)) return { kind: "program", name, program: source };
  const builtin = MATH_FUNCTIONS.get(source);
  if (builtin !== undefined) return builtin;
  const text = parseFunction(parse, textOf(source), name);
  // Its text carries names, not values: nothing is around it.
  return { kind: "function", node: text.node, scope: new Reader(text, null).scope, text };
}

/** A function that gives something else than a power for most numbers. */
const anotherMeaning: HelperMeaning = (builder, a, b) => builder.call("subtract", b, a);

/** Makes sure that what was taken for a power is one. @throws the error for the function that was taken for it */
function confirm(source: KernelSource, kernels: KernelSources, { program, assumed }: Read, other: Read): void {
  const run = source as (...args: unknown[]) => unknown;
  const canRun = Object.values(kernels).every((kernel) => typeof kernel === "function");
  if (!canRun || !isConfirmed({ run, kernels, program, other: other.program })) throw assumed!;
}

function isProgram(source: KernelSource): source is Program {
  return typeof source === "object" && source !== null && Array.isArray(source.outputs);
}

function textOf(source: KernelSource): string {
  if (typeof source === "string") return source;
  // Not the function's own method: it may have another.
  if (typeof source === "function") return Function.prototype.toString.call(source);
  throw new ValueError(`cannot compile ${describe(source)}: expected a function, or its text`);
}

function nameOf(source: KernelSource): string | null {
  return typeof source === "function" && typeof source.name === "string" && source.name !== "" ? source.name : null;
}

/** The text that calls a function of `Math`, as many arguments as it is said to take. */
function wrapperOf(source: () => unknown, name: string): string {
  const operands = ["x", "y"].slice(0, source.length).join(", ");
  return `(${operands}) => ${name}(${operands})`;
}

/** Programs by the texts that they were read of, the one that was asked for last at the end. */
const kept = new Map<string, Program>();
const identities = new WeakMap<object, number>();
let identityCount = 0;

function keptProgram(source: KernelSource, kernels: KernelSources): Program | undefined {
  if (isProgram(source)) return source;
  for (const byIdentity of [false, true]) {
    const key = keyOf(source, kernels, byIdentity);
    const program = kept.get(key);
    if (program === undefined) continue;
    keep(key, program);
    return program;
  }
  return undefined;
}

function keep(key: string, program: Program): void {
  kept.delete(key);
  kept.set(key, program);
  if (kept.size > PROGRAMS_KEPT_MAX) kept.delete(kept.keys().next().value!);
}

/**
 * What a program depends on.
 *
 * @param byIdentity - for functions whose text doesn't say all: they called something that was found out by running them
 */
function keyOf(source: KernelSource, kernels: KernelSources, byIdentity: boolean): string {
  const part = (kernel: KernelSource): string | number =>
    typeof kernel === "object" || (typeof kernel === "function" && (byIdentity || MATH_FUNCTIONS.has(kernel)))
      ? identityOf(kernel)
      : textOf(kernel);
  return JSON.stringify([part(source), ...Object.entries(kernels).map(([name, kernel]) => [name, part(kernel)])]);
}

function identityOf(kernel: object): number {
  const known = identities.get(kernel) ?? ++identityCount;
  identities.set(kernel, known);
  return known;
}
