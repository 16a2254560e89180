/**
 * What a variable of a function may hold while it is read: expressions, and what is gone once it has been read.
 *
 * @module
 */
import type { Expression, Program } from "../expression/expression.ts";
import type { ExpressionBuilder } from "./builder.ts";
import type { FunctionNode, FunctionText } from "./function-text.ts";
import type { Scope } from "./scope.ts";

/** A function that is inlined where it is called. */
export interface FunctionValue {
  readonly kind: "function";
  readonly node: FunctionNode;
  /** Where it stands: what it takes from around it. */
  readonly scope: Scope;
  readonly text: FunctionText;
}

/** A kernel that was read before, or a named function of NumPy's. */
export interface ProgramValue {
  readonly kind: "program";
  readonly name: string;
  readonly program: Program;
}

/** A function of the language's own: `Math.sin`, `Number.isNaN`. */
export interface BuiltinValue {
  readonly kind: "builtin";
  readonly name: string;
  readonly apply: (builder: ExpressionBuilder, args: readonly Expression[]) => Expression;
  readonly arity: readonly [min: number, max: number];
}

/** An object of the language's own: `Math`, `Number`. */
export interface NamespaceValue {
  readonly kind: "namespace";
  readonly name: string;
  readonly members: ReadonlyMap<string, Value>;
  /** What it is as a function. */
  readonly call?: BuiltinValue;
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

export interface RecordValue {
  readonly kind: "record";
  readonly fields: ReadonlyMap<string, Value>;
}

/** The indices of the element: `index` of the last parameter. */
export interface IndicesValue {
  readonly kind: "indices";
}

/** No value: JavaScript's undefined and null; or a variable that may not be looked at, since it may have none. */
export interface AbsentValue {
  readonly kind: "absent";
  readonly what: "undefined" | "null" | "unknown";
}

/** A value where `present`, a bool, is true; else undefined. */
export interface PartialValue {
  readonly kind: "partial";
  readonly present: Expression;
  readonly value: Value;
}

export type Value =
  | Expression
  | FunctionValue
  | ProgramValue
  | BuiltinValue
  | NamespaceValue
  | ListValue
  | RecordValue
  | IndicesValue
  | AbsentValue
  | PartialValue;

export const UNDEFINED: AbsentValue = { kind: "absent", what: "undefined" };
export const NULL: AbsentValue = { kind: "absent", what: "null" };
export const INDICES: IndicesValue = { kind: "indices" };
export const UNKNOWN: AbsentValue = { kind: "absent", what: "unknown" };

const EXPRESSION_KINDS: ReadonlySet<string> = new Set<Expression["kind"]>([
  "operand",
  "parameter",
  "index",
  "literal",
  "call",
  "select",
  "carried",
  "loop-result",
]);

export function isExpression(value: Value): value is Expression {
  return EXPRESSION_KINDS.has(value.kind);
}

/** The same arrays and objects with other expressions in them. */
export function mapExpressions(value: Value, map: (expression: Expression) => Expression): Value {
  if (isExpression(value)) return map(value);
  if (value.kind === "list") return { kind: "list", items: value.items.map((item) => mapExpressions(item, map)) };
  if (value.kind !== "record") return value;
  const fields = [...value.fields].map(([name, field]) => [name, mapExpressions(field, map)] as const);
  return { kind: "record", fields: new Map(fields) };
}

/** The expressions of two values of one form, in pairs; null if they are of two. */
export function pairedExpressions(a: Value, b: Value): (readonly [Expression, Expression])[] | null {
  if (isExpression(a) && isExpression(b)) return [[a, b]];
  if (a.kind === "list" && b.kind === "list" && a.items.length === b.items.length)
    return gathered(a.items.map((item, i) => pairedExpressions(item, b.items[i]!)));
  if (a.kind === "record" && b.kind === "record" && hasFields(a, b))
    return gathered([...a.fields].map(([name, field]) => pairedExpressions(field, b.fields.get(name)!)));
  return a === b ? [] : null;
}

function gathered<T>(parts: readonly (readonly T[] | null)[]): T[] | null {
  const all: T[] = [];
  for (const part of parts) {
    if (part === null) return null;
    all.push(...part);
  }
  return all;
}

/** The first where a bool is true, else the second. What can't be both ends as unknown: an error for whoever uses it. */
export function merged(builder: ExpressionBuilder, condition: Expression, a: Value, b: Value): Value {
  if (a === b) return a;
  if (condition.kind === "literal") return condition.value === true ? a : b;
  if (isExpression(a) && isExpression(b)) return builder.select(condition, a, b);
  if (a.kind === "list" && b.kind === "list" && a.items.length === b.items.length)
    return { kind: "list", items: a.items.map((item, i) => merged(builder, condition, item, b.items[i]!)) };
  if (a.kind === "record" && b.kind === "record" && hasFields(a, b)) {
    const fields = [...a.fields].map(
      ([name, field]) => [name, merged(builder, condition, field, b.fields.get(name)!)] as const,
    );
    return { kind: "record", fields: new Map(fields) };
  }
  return mergedPartial(builder, condition, a, b);
}

function hasFields(a: RecordValue, b: RecordValue): boolean {
  return a.fields.size === b.fields.size && [...a.fields.keys()].every((name) => b.fields.has(name));
}

function mergedPartial(builder: ExpressionBuilder, condition: Expression, a: Value, b: Value): Value {
  const [isA, valueA] = presence(builder, a);
  const [isB, valueB] = presence(builder, b);
  if (isA === null || isB === null || (valueA === null && valueB === null)) return UNKNOWN;
  // Values of two natures, both there.
  if (valueA === a && valueB === b) return UNKNOWN;
  const value = valueA === null ? valueB! : valueB === null ? valueA : merged(builder, condition, valueA, valueB);
  if (value.kind === "absent" || value.kind === "partial") return UNKNOWN;
  const present = builder.select(condition, isA, isB);
  return present === builder.true ? value : { kind: "partial", present, value };
}

/** Where a value is there, and what it is there. Null for where: nobody knows. */
function presence(builder: ExpressionBuilder, value: Value): [present: Expression | null, value: Value | null] {
  if (value.kind === "partial") return [value.present, value.value];
  if (value.kind !== "absent") return [builder.true, value];
  return [value.what === "undefined" ? builder.false : null, null];
}

/** What a value is called in errors. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case "function":
    case "program":
    case "builtin":
      return "a function";
    case "namespace":
      return value.name;
    case "list":
      return "an array";
    case "record":
      return "an object";
    case "indices":
      return "the indices of the element";
    case "absent":
      return value.what === "unknown" ? "of another nature on some path" : value.what;
    case "partial":
      return "undefined on some path";
    default:
      return "a number";
  }
}
