/**
 * What is inside of a value: `Math.PI`, items of arrays, fields of objects, indices, neighbours.
 *
 * @module
 */
import type { OperandExpression } from "../expression/expression.ts";
import { SHIFT_MAX } from "./limits.ts";
import type { Syntax, SyntaxNode } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { refusalOf } from "./refusals.ts";
import { describeValue, UNDEFINED, type Value } from "./values.ts";

export function evaluateMember(reader: Reader, node: Syntax.MemberExpression): Value {
  const { object, property, computed } = node;
  if (object.type === "Super") return reader.refuse(object, ...refusalOf(object));
  if (object.type === "Identifier" && reader.lookup(object) === undefined)
    throw reader.captured(object, node, !computed && property.type === "Identifier" ? property.name : object.name);
  return partOf(reader, reader.evaluate(object), node);
}

/** The part of a value that a piece of syntax asks for. */
export function partOf(reader: Reader, value: Value, node: Syntax.MemberExpression): Value {
  const { property, computed } = node;
  if (property.type === "PrivateIdentifier") return reader.refuse(property, ...refusalOf(property));
  if (!computed && property.type === "Identifier") return memberOf(reader, value, property.name, node);
  if (property.type === "Literal" && typeof property.value === "string")
    return memberOf(reader, value, property.value, node);
  return itemOf(reader, value, integerOf(reader, property), node);
}

/** A field, by its name. */
export function memberOf(reader: Reader, value: Value, name: string, node: SyntaxNode): Value {
  switch (value.kind) {
    case "record":
      return value.fields.get(name) ?? UNDEFINED;
    case "list":
      if (name === "length") return reader.builder.literal(value.items.length);
      break;
    case "namespace": {
      const member = value.members.get(name);
      if (member !== undefined) return member.kind === "literal" ? reader.builder.literal(member.value) : member;
      if (value.name === "Math" && name === "random")
        return reader.refuse(node, "it gives another number each time", "pass random numbers as an operand");
      break;
    }
    default:
  }
  return reader.refuse(
    node,
    `${describeValue(value)} has no "${name}" in a kernel`,
    value.kind === "operand" ? "an operand has its neighbours, as x.at(1)" : "use what the language's page names",
  );
}

/** An item, by its place. */
export function itemOf(reader: Reader, value: Value, i: number, node: SyntaxNode): Value {
  if (value.kind === "list") return value.items[i] ?? UNDEFINED;
  if (value.kind !== "indices")
    return reader.refuse(
      node,
      `${describeValue(value)} has no items`,
      value.kind === "operand" ? "an operand is one element; its neighbours are x.at(1)" : "use its value",
    );
  if (i >= 0) return reader.builder.index(i);
  return reader.refuse(node, "it is no axis", "write index.at(-1) for the last axis");
}

/** The number of something that has to be known before the kernel runs. */
export function integerOf(reader: Reader, node: Syntax.Expression): number {
  const value = reader.number(node);
  if (value.kind !== "literal")
    return reader.refuse(node, "it is known only for each element, expected a constant", "write a number");
  const integer = Number(value.value);
  if (Number.isInteger(integer) && Math.abs(integer) <= SHIFT_MAX && typeof value.value !== "boolean") return integer;
  return reader.refuse(node, `it is ${String(value.value)}, expected an integer`, "write an integer");
}

/** `x.at(-1, 0)`, of an operand the neighbour; of an array, and of the indices, the item, from the end if negative. */
export function itemAt(reader: Reader, value: Value, node: Syntax.CallExpression): Value {
  const places = node.arguments.map((argument) =>
    argument.type === "SpreadElement"
      ? reader.refuse(argument, "it spreads an array", "write a number for each axis")
      : integerOf(reader, argument),
  );
  if (value.kind === "operand") return neighbour(reader, value, places, node);
  const [place] = places;
  if (place === undefined || places.length > 1)
    return reader.refuse(node, `at is given ${places.length} numbers, expected one`, "write the place of one item");
  if (value.kind === "list") return value.items.at(place) ?? UNDEFINED;
  if (value.kind === "indices") return reader.builder.index(place);
  return reader.refuse(
    node,
    `${describeValue(value)} has no neighbours`,
    "only an operand has: write x.at(1), where x is a parameter of the function",
  );
}

/** Neighbours of neighbours are reached in one step. Axes that are not named, the last ones, don't move. */
function neighbour(
  reader: Reader,
  { operand, shift }: OperandExpression,
  places: readonly number[],
  node: SyntaxNode,
): Value {
  if (places.length === 0)
    return reader.refuse(node, "at is given no numbers", "write one for each axis, as x.at(0, 1)");
  const axes = Math.max(shift.length, places.length);
  const moved = Array.from({ length: axes }, (_, axis) => (shift[axis] ?? 0) + (places[axis] ?? 0));
  const last = moved.findLastIndex((distance) => distance !== 0);
  return reader.builder.operand(operand, moved.slice(0, last + 1));
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
