/**
 * From a function's text to its syntax tree, and back to the lines and columns of that text.
 *
 * The text is what `Function.prototype.toString` gives: an arrow function, a function with or without a name, a method as
 * it stands in an object. It is put in brackets to be parsed, since a method is none by itself; offsets of the tree are
 * those of the bracketed text.
 *
 * @module
 */
import { SOURCE_LENGTH_MAX } from "./limits.ts";
import type { Parse, Syntax, SyntaxNode } from "./parser.ts";
import { type KernelSyntaxError, type Refusal, refusalError } from "./syntax-error.ts";

export type FunctionNode = Syntax.ArrowFunctionExpression | Syntax.FunctionExpression | Syntax.FunctionDeclaration;

const PIECE_LENGTH_MAX = 60;

/** An expression; a method; one or several statements, such as a function with a semicolon after it. */
const BRACKETS: readonly (readonly [before: string, after: string])[] = [
  ["(", "\n)"],
  ["({", "\n})"],
  ["", ""],
];

/** A function's text and tree, and what errors say of both. */
export class FunctionText {
  /** The function's name, for errors; null where it has none. */
  readonly kernel: string | null;
  readonly text: string;
  readonly node: FunctionNode;
  /** How many characters stand before the text where it was parsed. */
  readonly #offset: number;

  constructor(kernel: string | null, text: string, node: FunctionNode, offset: number) {
    this.kernel = kernel;
    this.text = text;
    this.node = node;
    this.#offset = offset;
  }

  /** The text of a node, cut where it is long. */
  pieceOf({ start, end }: SyntaxNode): string {
    return cut(this.text.slice(start - this.#offset, end - this.#offset));
  }

  /** Where a node begins. */
  placeOf({ start }: SyntaxNode): Pick<Refusal, "line" | "column"> {
    return placeAt(this.text, start - this.#offset);
  }

  /** The names that the function's own text gives its operands and its parameters. */
  signature(): { readonly operands: readonly string[]; readonly parameters: readonly string[] } {
    const operands: string[] = [];
    const parameters: string[] = [];
    for (const pattern of this.node.params) {
      const own = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
      if (own.type === "Identifier") operands.push(own.name);
      else if (own.type === "ObjectPattern")
        for (const property of own.properties)
          if (property.type === "Property" && property.key.type === "Identifier") parameters.push(property.key.name);
    }
    return { operands, parameters };
  }

  /** The error for a node that can't be compiled. */
  refusal(node: SyntaxNode, reason: string, wayOut: string): KernelSyntaxError {
    return refusalError({
      kernel: this.kernel,
      ...this.placeOf(node),
      piece: this.pieceOf(node),
      reason,
      wayOut,
    });
  }
}

/**
 * Parses the text of one function.
 *
 * @param name - for errors
 * @throws {@link KernelSyntaxError} for what is no function, or one whose text says nothing
 */
export function parseFunction(parse: Parse, text: string, name: string | null): FunctionText {
  if (text.length > SOURCE_LENGTH_MAX)
    throw wholeRefusal(
      name,
      text,
      `its text has ${text.length} characters, expected at most ${SOURCE_LENGTH_MAX}`,
      "split it into several kernels",
    );
  if (text.trim() === "")
    throw wholeRefusal(
      name,
      text,
      "its text is empty",
      "pass a function, or text that String(function) could have given",
    );
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw wholeRefusal(
      name,
      text,
      "a function of the engine, or one that bind or a proxy made, has no text to compile",
      "write an arrow function that calls it, or pass the function that was bound",
    );
  const [script, offset] = parseBracketed(parse, text, name);
  const found = functionOf(script);
  if (typeof found !== "string") return new FunctionText(name, text, found, offset);
  throw wholeRefusal(name, text, found, "pass one function, such as (x) => x * 2, or its text");
}

function parseBracketed(parse: Parse, text: string, name: string | null): [script: Syntax.Program, offset: number] {
  let first: unknown;
  for (const [before, after] of BRACKETS) {
    try {
      return [parse(before + text + after), before.length];
    } catch (error) {
      first ??= error;
    }
  }
  throw parseRefusal(first, text, name);
}

/** What the parser said of the text in the first brackets, which are of one character. */
function parseRefusal(error: unknown, text: string, name: string | null): Error {
  // The parser says it one way or the other: how deep it comes is a matter of the caller's stack.
  if (error instanceof RangeError || (error instanceof SyntaxError && error.message.includes("stack")))
    return wholeRefusal(name, text, "it nests deeper than the stack", "name parts of it with const");
  if (!(error instanceof SyntaxError)) throw error;
  const { pos } = error as SyntaxError & { readonly pos?: number };
  const offset = Math.min(Math.max((pos ?? 1) - 1, 0), text.length);
  const said = error.message.replace(/ \(\d+:\d+\)$/, "");
  const reason = `it is no JavaScript: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
  const piece = cut(text.slice(offset, offset + PIECE_LENGTH_MAX).split("\n", 1)[0]!);
  const wayOut = "pass a function, or text that String(function) could have given";
  return refusalError({ kernel: name, ...placeAt(text, offset), piece, reason, wayOut }, error);
}

/** The function that a script is, or the reason why it is none. */
function functionOf({ body }: Syntax.Program): FunctionNode | string {
  const [statement] = body;
  if (body.length !== 1 || statement === undefined) return `it is ${body.length} statements, expected one function`;
  const node = statement.type === "ExpressionStatement" ? unwrapped(statement.expression) : statement;
  switch (node.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return node;
    case "ObjectExpression":
      return methodOf(node);
    case "ClassDeclaration":
    case "ClassExpression":
      return "it is a class, expected a function";
    default:
      return "it is no function";
  }
}

/** The function inside of a wrapper that keeps its name, as compilers put it: `__name((x) => x, "double")`. */
function unwrapped(node: Syntax.Expression): Syntax.Expression {
  return (node.type === "CallExpression" ? namedFunction(node) : null) ?? node;
}

/** The first argument of a call that does nothing but to name it. Null for other calls. */
export function namedFunction({
  arguments: [named, name, ...others],
}: Syntax.CallExpression): Syntax.Expression | null {
  const isNamed = name?.type === "Literal" && typeof name.value === "string" && others.length === 0;
  return isNamed && named !== undefined && named.type !== "SpreadElement" ? named : null;
}

function methodOf({ properties }: Syntax.ObjectExpression): FunctionNode | string {
  const [property] = properties;
  if (properties.length !== 1 || property?.type !== "Property") return "it is an object, expected a function";
  if (property.kind !== "init") return "it is an accessor, expected a function";
  return property.method ? (property.value as Syntax.FunctionExpression) : "it is an object, expected a function";
}

function wholeRefusal(kernel: string | null, text: string, reason: string, wayOut: string): KernelSyntaxError {
  return refusalError({ kernel, line: 1, column: 1, piece: cut(text.slice(0, 4 * PIECE_LENGTH_MAX)), reason, wayOut });
}

function placeAt(text: string, offset: number): Pick<Refusal, "line" | "column"> {
  const lines = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

function cut(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length <= PIECE_LENGTH_MAX ? line : `${line.slice(0, PIECE_LENGTH_MAX - 3)}...`;
}
