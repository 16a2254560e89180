/**
 * Expressions: operators, literals, and what they are made of.
 *
 * @module
 */
import { evaluateAssignment, evaluateUpdate } from "./assignments.ts";
import { evaluateCall } from "./calls.ts";
import { itemsOf, objectOf } from "./literals.ts";
import { evaluateMember } from "./members.ts";
import { binary, either, logical } from "./operators.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { refusalOf } from "./refusals.ts";
import { NULL, UNDEFINED, type Value } from "./values.ts";

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
      return { kind: "list", items: itemsOf(reader, node.elements) };
    case "ObjectExpression":
      return objectOf(reader, node);
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
  const value = reader.lookup(node);
  if (value === undefined) throw reader.captured(node, node, node.name);
  return value;
}

function unary(reader: Reader, node: Syntax.UnaryExpression): Value {
  const { builder } = reader;
  switch (node.operator) {
    case "-":
      return builder.call("negative", reader.numeric(node.argument));
    case "+":
      return reader.numeric(node.argument);
    case "~":
      return builder.call("js_invert", reader.numeric(node.argument));
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
