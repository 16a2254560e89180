/**
 * Expressions: operators, literals, and what they are made of.
 *
 * @module
 */
import type { Expression, FunctionName } from "../expression/expression.ts";
import { evaluateAssignment, evaluateUpdate } from "./assignments.ts";
import { power } from "./builtins.ts";
import { evaluateCall } from "./calls.ts";
import { evaluateMember } from "./members.ts";
import type { Syntax, SyntaxNode } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { refusalOf } from "./refusals.ts";
import { describeValue, isExpression, merged, NULL, UNDEFINED, type Value } from "./values.ts";

export function evaluateExpression(reader: Reader, node: Syntax.Expression): Value {
  switch (node.type) {
    case "Literal":
      return literal(reader, node);
    case "Identifier":
      return identifier(reader, node);
    case "UnaryExpression":
      return unary(reader, node);
    case "BinaryExpression":
      return binaryChain(reader, node);
    case "LogicalExpression":
      return logicalChain(reader, node);
    case "ConditionalExpression":
      return either(
        reader,
        reader.condition(node.test),
        () => reader.evaluate(node.consequent),
        () => reader.evaluate(node.alternate),
      );
    case "AssignmentExpression":
      return evaluateAssignment(reader, node);
    case "UpdateExpression":
      return evaluateUpdate(reader, node);
    case "SequenceExpression":
      return node.expressions.reduce<Value>((_, expression) => reader.evaluate(expression), UNDEFINED);
    case "CallExpression":
      return evaluateCall(reader, node);
    case "MemberExpression":
      return evaluateMember(reader, node);
    case "ArrayExpression":
      return { kind: "list", items: listItems(reader, node.elements) };
    case "ObjectExpression":
      return object(reader, node);
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return { kind: "function", node, scope: reader.scope, text: reader.text };
    default:
      return reader.refuse(node, ...refusalOf(node));
  }
}

function literal(reader: Reader, node: Syntax.Literal): Value {
  const { value } = node;
  if (value === null && node.regex === undefined) return NULL;
  if (typeof value === "bigint" && BigInt.asUintN(64, value) !== value)
    return reader.refuse(node, "it has more than 64 bits", "an integer has at most 64 bits");
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return reader.builder.literal(value);
  return reader.refuse(node, ...refusalOf(node));
}

function identifier(reader: Reader, node: Syntax.Identifier): Value {
  const value = reader.lookup(node, node);
  if (value === undefined) throw reader.captured(node.name, node);
  return value;
}

/** The items of an array or the arguments of a call, arrays spread out. */
export function listItems(
  reader: Reader,
  elements: readonly (Syntax.Expression | Syntax.SpreadElement | null)[],
): Value[] {
  const items: Value[] = [];
  for (const element of elements) {
    if (element === null) items.push(UNDEFINED);
    else if (element.type === "SpreadElement") {
      const spread = reader.evaluate(element.argument);
      if (spread.kind !== "list")
        return reader.refuse(element, `it spreads ${describeValue(spread)}, expected an array`, "write the items out");
      items.push(...spread.items);
    } else items.push(reader.evaluate(element));
  }
  return items;
}

function object(reader: Reader, { properties }: Syntax.ObjectExpression): Value {
  const fields = new Map<string, Value>();
  for (const property of properties) {
    if (property.type === "SpreadElement") {
      const spread = reader.evaluate(property.argument);
      if (spread.kind !== "record")
        return reader.refuse(property, `it spreads ${describeValue(spread)}, expected an object`, "write its fields out");
      for (const [name, value] of spread.fields) fields.set(name, value);
      continue;
    }
    if (property.kind !== "init")
      return reader.refuse(property, "it has an accessor", "write the field with its value");
    fields.set(propertyName(reader, property), reader.evaluate(property.value));
  }
  return { kind: "record", fields };
}

/** The name of a property of an object, or of a pattern. */
export function propertyName(
  reader: Reader,
  { key, computed }: { readonly key: Syntax.Expression; readonly computed: boolean },
): string {
  if (!computed && key.type === "Identifier") return key.name;
  if (key.type === "Literal" && (typeof key.value === "string" || typeof key.value === "number"))
    return String(key.value);
  return reader.refuse(key, "the name of the property is computed", "write the name");
}

function unary(reader: Reader, node: Syntax.UnaryExpression): Value {
  const { builder } = reader;
  switch (node.operator) {
    case "-":
      return builder.call("negative", reader.numeric(node.argument));
    case "+":
      return reader.numeric(node.argument);
    case "~":
      return builder.call("invert", reader.numeric(node.argument));
    case "!":
      return builder.not(reader.condition(node.argument));
    case "void":
      reader.evaluate(node.argument);
      return UNDEFINED;
    default:
      return reader.refuse(node, ...refusalOf(node));
  }
}

/** Goes down the left side of a chain without recursion: sums of many terms are long. */
function binaryChain(reader: Reader, node: Syntax.BinaryExpression): Value {
  const chain: Syntax.BinaryExpression[] = [];
  let left: Syntax.BinaryExpression["left"] = node;
  for (; left.type === "BinaryExpression"; left = left.left) chain.push(left);
  if (left.type === "PrivateIdentifier") return reader.refuse(left, ...refusalOf(left));
  let value = reader.evaluate(left);
  for (const operation of chain.reverse()) {
    const right = reader.evaluate(operation.right);
    value = binary(reader, operation, operation.operator, [value, operation.left], [right, operation.right]);
  }
  return value;
}

const ARITHMETIC: Readonly<Record<string, FunctionName>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "fmod",
  "<<": "left_shift",
  ">>": "right_shift",
  ">>>": "unsigned_right_shift",
};

const BITWISE: Readonly<Record<string, readonly [ofNumbers: FunctionName, ofBools: FunctionName]>> = {
  "&": ["bitwise_and", "logical_and"],
  "|": ["bitwise_or", "logical_or"],
  "^": ["bitwise_xor", "logical_xor"],
};

const COMPARISON: Readonly<Record<string, FunctionName>> = {
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
};

type Side = readonly [value: Value, node: SyntaxNode];

/** The value of an operator on two values, also as part of an assignment. */
export function binary(reader: Reader, node: SyntaxNode, operator: string, left: Side, right: Side): Value {
  const { builder } = reader;
  if (/^[=!]==?$/.test(operator)) {
    const equal = equality(reader, operator.length === 3, left, right);
    return operator.startsWith("!") ? builder.not(equal) : equal;
  }
  const a = reader.asNumber(...left);
  const b = reader.asNumber(...right);
  const comparison = COMPARISON[operator];
  if (comparison !== undefined) return builder.call(comparison, a, b);
  const bitwise = BITWISE[operator];
  // Of two bools: the same 0 or 1, without numbers.
  if (bitwise !== undefined && builder.kindOf(a) === "boolean" && builder.kindOf(b) === "boolean")
    return builder.numeric(builder.call(bitwise[1], a, b));
  const numericA = builder.numeric(a);
  const numericB = builder.numeric(b);
  if (operator === "**") return power(builder, numericA, numericB);
  const name = ARITHMETIC[operator] ?? bitwise?.[0];
  if (name === undefined)
    return reader.refuse(node, `it has the operator ${operator}`, "a kernel computes with numbers and bools only");
  return builder.call(name, numericA, numericB);
}

/** `===` and `==` say the same of numbers; undefined and null are equal to each other for the latter. */
function equality(reader: Reader, isStrict: boolean, [a, nodeA]: Side, [b, nodeB]: Side): Expression {
  const { builder } = reader;
  if (isExpression(a) && isExpression(b)) {
    const kinds = [builder.kindOf(a), builder.kindOf(b)];
    if (isStrict && kinds.includes("boolean") && kinds.includes("number")) return builder.false;
    return builder.call("equal", a, b);
  }
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (one.kind !== "absent" || one.what === "unknown") continue;
    if (other.kind === "absent" && other.what !== "unknown")
      return !isStrict || one.what === other.what ? builder.true : builder.false;
    if (other.kind === "partial")
      return !isStrict || one.what === "undefined" ? builder.not(other.present) : builder.false;
    if (other.kind !== "absent") return builder.false;
  }
  const [odd, oddNode] = isExpression(a) ? [b, nodeB] : [a, nodeA];
  return reader.refuse(oddNode, `it compares ${describeValue(odd)}`, "compare numbers and bools");
}

/** Goes down the left side of a chain without recursion. */
function logicalChain(reader: Reader, node: Syntax.LogicalExpression): Value {
  const chain: Syntax.LogicalExpression[] = [];
  let left: Syntax.Expression = node;
  for (; left.type === "LogicalExpression"; left = left.left) chain.push(left);
  let value = reader.evaluate(left);
  for (const { operator, left: leftNode, right } of chain.reverse())
    value = logical(reader, operator, [value, leftNode], () => reader.evaluate(right));
  return value;
}

/** `&&`, `||` and `??`: the left value or the right one, which is looked at only if it is asked. */
export function logical(reader: Reader, operator: string, [left, node]: Side, right: () => Value): Value {
  if (operator === "??") {
    if (left.kind === "partial") return either(reader, left.present, () => left.value, right);
    if (left.kind !== "absent") return left;
    return left.what === "unknown" ? reader.asNumber(left, node) : right();
  }
  const condition = reader.truth(left, node);
  return operator === "&&" ? either(reader, condition, right, () => left) : either(reader, condition, () => left, right);
}

/** The value of one of two sides, with what each does to variables. */
export function either(reader: Reader, condition: Expression, then: () => Value, otherwise: () => Value): Value {
  const { builder, flow } = reader;
  let valueThen: Value = UNDEFINED;
  let valueOtherwise: Value = UNDEFINED;
  flow.branch(
    condition,
    () => {
      valueThen = then();
    },
    () => {
      valueOtherwise = otherwise();
    },
  );
  return merged(builder, condition, valueThen, valueOtherwise);
}
