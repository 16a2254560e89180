/**
 * Calls: functions are read where they are called, with the values that they are given.
 *
 * @module
 */
import type { Expression } from "../expression/expression.ts";
import { bind } from "./assignments.ts";
import { executeBlock } from "./blocks.ts";
import { power } from "./builtins.ts";
import { namedFunction } from "./function-text.ts";
import { itemsOf } from "./literals.ts";
import { itemAt, partOf } from "./members.ts";
import type { Syntax, SyntaxNode } from "./parser.ts";
import type { Helper, Reader } from "./reader.ts";
import { refusalOf } from "./refusals.ts";
import { inlined } from "./rewriter.ts";
import { boundNames, hoistedNames, holdsFunction, type Scope, type Variable } from "./scope.ts";
import {
  type BuiltinValue,
  describeValue,
  type FunctionValue,
  isExpression,
  type ProgramValue,
  UNDEFINED,
  type Value,
} from "./values.ts";

export function evaluateCall(reader: Reader, node: Syntax.CallExpression): Value {
  const { callee } = node;
  if (callee.type === "Super") return reader.refuse(callee, ...refusalOf(callee));
  if (callee.type === "Identifier" && reader.lookup(callee) === undefined) return callUnknown(reader, callee, node);
  if (isAt(callee)) {
    const object = reader.evaluate(callee.object);
    if (object.kind === "list" || object.kind === "indices" || isExpression(object))
      return itemAt(reader, object, node);
    return callValue(reader, partOf(reader, object, callee), itemsOf(reader, node.arguments), node);
  }
  return callValue(reader, reader.evaluate(callee), itemsOf(reader, node.arguments), node);
}

/** Whether it is `at` of something that has a value. */
function isAt(callee: Syntax.Expression): callee is Syntax.MemberExpression & { readonly object: Syntax.Expression } {
  if (callee.type !== "MemberExpression" || callee.object.type === "Super") return false;
  const { computed, property } = callee;
  if (computed) return property.type === "Literal" && property.value === "at";
  return property.type === "Identifier" && property.name === "at";
}

/** A function that is no parameter: one that a compiler has put there, or one from outside, which is refused. */
function callUnknown(reader: Reader, callee: Syntax.Identifier, node: Syntax.CallExpression): Value {
  const { builder } = reader;
  const [first, second, ...others] = node.arguments;
  const named = namedFunction(node);
  if (named !== null) return reader.evaluate(named);
  if (callee.name === "BigInt") return bigInt(reader, node);
  const captured = reader.captured(callee, callee, callee.name);
  const isPair = second !== undefined && others.length === 0;
  if (!isPair || first!.type === "SpreadElement" || second.type === "SpreadElement") throw captured;
  const meaning = callee.name === "__pow" ? power : reader.helperMeanings?.(reader.text, callee.name);
  if (meaning === undefined) throw captured;
  const [a, b] = [reader.evaluate(first!), reader.evaluate(second)];
  if (!isExpression(a) || !isExpression(b)) throw captured;
  if (callee.name !== "__pow") addHelper(reader, { text: reader.text, name: callee.name, captured });
  return meaning(builder, builder.numeric(a), builder.numeric(b));
}

function addHelper({ helpers }: Reader, helper: Helper): void {
  if (!helpers.some(({ text, name }) => text === helper.text && name === helper.name)) helpers.push(helper);
}

/** `BigInt("2")`, as compilers write `2n`. */
function bigInt(reader: Reader, node: Syntax.CallExpression): Value {
  const [argument] = node.arguments;
  const digits = node.arguments.length === 1 && argument?.type === "Literal" ? String(argument.value) : "";
  if (/^\d{1,20}$/.test(digits) && BigInt.asUintN(64, BigInt(digits)) === BigInt(digits))
    return reader.builder.literal(BigInt(digits));
  return reader.refuse(node, "it makes a 64-bit integer of a number", "give the operand the dtype int64, with astype");
}

function callValue(reader: Reader, value: Value, args: readonly Value[], node: Syntax.CallExpression): Value {
  switch (value.kind) {
    case "function":
      return inline(reader, value, args, node);
    case "builtin":
      return applyBuiltin(reader, value, args, node);
    case "program":
      return inlineProgram(reader, value, args, node);
    case "namespace":
      if (value.call !== undefined) return applyBuiltin(reader, value.call, args, node);
      break;
    case "parameter":
      return reader.refuse(
        node.callee,
        `no function is given for "${value.name}"`,
        `pass one: map(..., { ${value.name}: (x) => ... })`,
      );
    default:
  }
  return reader.refuse(node.callee, `it calls ${describeValue(value)}`, "call functions only");
}

function applyBuiltin(
  reader: Reader,
  { name, arity: [min, max], apply }: BuiltinValue,
  args: readonly Value[],
  node: Syntax.CallExpression,
): Value {
  if (args.length < min) {
    const expected = `${min} ${min === 1 ? "argument" : "arguments"}`;
    return reader.refuse(node, `${name} is given ${args.length}, expected ${expected}`, "give it all");
  }
  // JavaScript's functions don't look at further arguments.
  const given = args.slice(0, max).map((arg, i) => reader.asNumber(arg, node.arguments[i] ?? node));
  return apply(reader.builder, given);
}

/** Reads a function with the values that it is given. */
export function inline(reader: Reader, called: FunctionValue, args: readonly Value[], call: SyntaxNode): Value {
  const { node, text } = called;
  if (reader.inlining.includes(node))
    return reader.refuse(call, "the function calls itself", "write a loop: functions are compiled into their callers");
  if (node.async || node.generator)
    return reader.refuse(call, `it is ${node.async ? "an async function" : "a generator"}`, "write a plain function");
  const { flow } = reader;
  const { live } = flow;
  const scope = reader.newScope(called.scope);
  reader.inlining.push(node);
  const exits = flow.framed(() => {
    reader.inside(scope, text, () => {
      bindParameters(reader, scope, called, args);
      if (node.body.type === "BlockStatement") executeBody(reader, scope, node.body);
      else flow.leave("return", reader.evaluate(node.body));
    });
  });
  reader.inlining.pop();
  const fallsOff = !flow.isDead;
  const value = flow.returnOf(exits, fallsOff ? UNDEFINED : null);
  // What is its own is gone, unless a function holds it.
  const outer = (values: ReadonlyMap<Variable, Value>): ReadonlyMap<Variable, Value> =>
    holdsFunction(node)
      ? values
      : new Map([...values].filter(([variable]) => variable.activation !== scope.activation));
  const left = exits.map((exit) => ({ ...exit, values: outer(exit.values) }));
  flow.values = flow.valuesOf(left, fallsOff ? outer(flow.values) : null);
  flow.live = live;
  return value;
}

function bindParameters(reader: Reader, scope: Scope, called: FunctionValue, args: readonly Value[]): void {
  const { node } = called;
  if (node.type !== "ArrowFunctionExpression" && node.id != null)
    reader.flow.values.set(scope.declare(node.id.name, true), called);
  for (const name of node.params.flatMap(boundNames)) scope.declare(name, false);
  for (const [i, pattern] of node.params.entries()) {
    if (pattern.type === "RestElement")
      bind(reader, pattern.argument, { kind: "list", items: args.slice(i) }, "declare");
    else bind(reader, pattern, args[i] ?? UNDEFINED, "declare");
  }
}

function executeBody(reader: Reader, scope: Scope, body: Syntax.BlockStatement): void {
  for (const name of hoistedNames(body)) {
    const known = reader.flow.values.get(scope.declare(name, false));
    if (known === undefined) reader.flow.values.set(scope.declare(name, false), UNDEFINED);
  }
  executeBlock(reader, body.body);
}

/** A kernel that was read before. Its parameters are the fields of an object after its operands. */
function inlineProgram(
  reader: Reader,
  { name, program }: ProgramValue,
  args: readonly Value[],
  node: Syntax.CallExpression,
): Value {
  const { operands, parameters, defaults, returns } = program;
  if (args.length < operands.length)
    return reader.refuse(
      node,
      `kernel "${name}" is given ${args.length} operands, expected ${operands.length} (${operands.join(", ")})`,
      "give it all",
    );
  const given = operands.map((_, i) => reader.asNumber(args[i]!, node.arguments[i] ?? node));
  const record = args[operands.length];
  const values = new Map<string, Expression>();
  for (const parameter of parameters) {
    const value = record?.kind === "record" ? record.fields.get(parameter) : undefined;
    const fallback = defaults.get(parameter);
    if (value !== undefined) values.set(parameter, reader.asNumber(value, node));
    else if (fallback !== undefined) values.set(parameter, reader.builder.literal(fallback));
    else
      return reader.refuse(
        node,
        `kernel "${name}" has the parameter "${parameter}", which is not given`,
        `give it: ${name}(${operands.join(", ")}, { ${parameter} })`,
      );
  }
  const outputs = inlined(reader.builder, program, given, values, reader.flow.live, (operand) =>
    reader.refuse(
      node,
      `kernel "${name}" reads neighbours of "${operands[operand]}"`,
      "give it an operand, not a value that was computed",
    ),
  );
  if (returns === "value") return outputs[0]!;
  if (returns === "array") return { kind: "list", items: outputs };
  return { kind: "record", fields: new Map(returns.map((field, i) => [field, outputs[i]!])) };
}
