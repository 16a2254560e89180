/**
 * Operators on values: of numbers and bools they become functions, of what may be missing they are answered here.
 *
 * @module
 */
import type { Expression, FunctionName } from "../expression/expression.ts";
import { power } from "./builtins.ts";
import type { SyntaxNode } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { describeValue, isExpression, merged, UNDEFINED, type Value } from "./values.ts";

const ARITHMETIC: Readonly<Record<string, FunctionName>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "fmod",
  "<<": "js_left_shift",
  ">>": "js_right_shift",
  ">>>": "unsigned_right_shift",
};

const BITWISE: Readonly<Record<string, readonly [ofNumbers: FunctionName, ofBools: FunctionName]>> = {
  "&": ["js_bitwise_and", "logical_and"],
  "|": ["js_bitwise_or", "logical_or"],
  "^": ["js_bitwise_xor", "logical_xor"],
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
  const comparison = COMPARISON[operator];
  const bitwise = BITWISE[operator];
  const arithmetic = ARITHMETIC[operator] ?? bitwise?.[0];
  if (comparison === undefined && arithmetic === undefined && operator !== "**")
    return reader.refuse(node, `it has the operator ${operator}`, "a kernel computes with numbers and bools only");
  const a = reader.asNumber(...left);
  const b = reader.asNumber(...right);
  if (comparison !== undefined) return builder.call(comparison, a, b);
  // Of two bools: the same 0 or 1, without numbers.
  if (bitwise !== undefined && builder.kindOf(a) === "boolean" && builder.kindOf(b) === "boolean")
    return builder.numeric(builder.call(bitwise[1], a, b));
  const numericA = builder.numeric(a);
  const numericB = builder.numeric(b);
  return arithmetic === undefined ? power(builder, numericA, numericB) : builder.call(arithmetic, numericA, numericB);
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

/** `&&`, `||` and `??`: the left value or the right one, which is looked at only if it is asked. */
export function logical(reader: Reader, operator: string, [left, node]: Side, right: () => Value): Value {
  if (operator === "??") {
    if (left.kind === "partial") return either(reader, left.present, () => left.value, right);
    if (left.kind !== "absent") return left;
    return left.what === "unknown" ? reader.asNumber(left, node) : right();
  }
  const condition = reader.truth(left, node);
  return operator === "&&"
    ? either(reader, condition, right, () => left)
    : either(reader, condition, () => left, right);
}

/** The value of one of two sides, with what each does to variables. */
export function either(reader: Reader, condition: Expression, then: () => Value, otherwise: () => Value): Value {
  const { builder, flow } = reader;
  let valueThen: Value = UNDEFINED;
  let valueOtherwise: Value = UNDEFINED;
  const taken = flow.branch(
    condition,
    () => {
      valueThen = then();
    },
    () => {
      valueOtherwise = otherwise();
    },
  );
  return merged(builder, taken, valueThen, valueOtherwise);
}
