/**
 * Giving values to variables: declarations, assignments, patterns, `++`.
 *
 * @module
 */
import { itemOf, memberOf, propertyName } from "./members.ts";
import { binary, either, logical } from "./operators.ts";
import type { Syntax, SyntaxNode } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { describeValue, UNDEFINED, type Value } from "./values.ts";

/** A declaration gives a variable its first value; an assignment may not change a constant. */
export type Binding = "declare" | "assign";

/** Gives the variables of a pattern their parts of a value. */
export function bind(reader: Reader, pattern: Syntax.Pattern, value: Value, binding: Binding): void {
  switch (pattern.type) {
    case "Identifier":
      bindName(reader, pattern, value, binding);
      return;
    case "AssignmentPattern":
      bind(reader, pattern.left, withDefault(reader, value, pattern.right), binding);
      return;
    case "ArrayPattern":
      bindItems(reader, pattern, value, binding);
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement")
          return reader.refuse(property, "it takes the rest of an object", "name what is used");
        const name = propertyName(reader, property);
        bind(reader, property.value, memberOf(reader, value, name, property), binding);
      }
      return;
    default:
      return reader.refuse(pattern, "it changes an array or an object", "use a variable for each number");
  }
}

function bindName(reader: Reader, node: Syntax.Identifier, value: Value, binding: Binding): void {
  const variable = reader.scope.lookup(node.name);
  if (variable === undefined)
    return reader.refuse(
      node,
      "it assigns a variable from outside of the function: elements are computed in any order, on several threads",
      "return the value",
    );
  if (binding === "assign") {
    if (variable.constant) return reader.refuse(node, "it assigns a constant", "declare it with let");
    if (!reader.flow.values.has(variable))
      return reader.refuse(node, "it is assigned before its declaration", "declare it first");
  }
  reader.flow.values.set(variable, value);
}

function bindItems(reader: Reader, { elements }: Syntax.ArrayPattern, value: Value, binding: Binding): void {
  for (const [i, element] of elements.entries()) {
    if (element === null) continue;
    if (element.type !== "RestElement") {
      bind(reader, element, itemOf(reader, value, i, element), binding);
      continue;
    }
    if (value.kind !== "list")
      return reader.refuse(element, `it takes the rest of ${describeValue(value)}`, "name each item");
    bind(reader, element.argument, { kind: "list", items: value.items.slice(i) }, binding);
  }
}

function withDefault(reader: Reader, value: Value, node: Syntax.Expression): Value {
  if (value.kind === "partial")
    return either(
      reader,
      value.present,
      () => value.value,
      () => reader.evaluate(node),
    );
  return value.kind === "absent" && value.what === "undefined" ? reader.evaluate(node) : value;
}

export function evaluateAssignment(reader: Reader, node: Syntax.AssignmentExpression): Value {
  const { left, operator, right } = node;
  if (operator === "=") {
    const value = reader.evaluate(right);
    bind(reader, left, value, "assign");
    return value;
  }
  const target = nameOf(reader, left);
  const value = reader.evaluate(target);
  if (operator === "&&=" || operator === "||=" || operator === "??=")
    return logical(reader, operator.slice(0, -1), [value, left], () => {
      const assigned = reader.evaluate(right);
      bind(reader, target, assigned, "assign");
      return assigned;
    });
  const changed = binary(reader, node, operator.slice(0, -1), [value, left], [reader.evaluate(right), right]);
  bind(reader, target, changed, "assign");
  return changed;
}

export function evaluateUpdate(reader: Reader, node: Syntax.UpdateExpression): Value {
  if (isCoverageCounter(node.argument)) return UNDEFINED;
  const { builder } = reader;
  const target = nameOf(reader, node.argument);
  const value = reader.numeric(target);
  const one = builder.literal(value.kind === "literal" && typeof value.value === "bigint" ? 1n : 1);
  const changed = builder.call(node.operator === "++" ? "add" : "subtract", value, one);
  bind(reader, target, changed, "assign");
  return node.prefix ? changed : value;
}

function nameOf(reader: Reader, node: SyntaxNode): Syntax.Identifier {
  if (node.type === "Identifier") return node as Syntax.Identifier;
  return reader.refuse(node, "it changes an array or an object", "use a variable for each number");
}

/** What tools of test coverage write into functions, `cov_1a2b().s[0]++`: it counts, and changes nothing else. */
function isCoverageCounter(node: Syntax.Expression): boolean {
  let root: Syntax.Expression | Syntax.Super = node;
  while (root.type === "MemberExpression") root = root.object;
  return (
    root !== node &&
    root.type === "CallExpression" &&
    root.callee.type === "Identifier" &&
    root.callee.name.startsWith("cov_")
  );
}
