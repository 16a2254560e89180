/**
 * JavaScript's text to its syntax tree.
 *
 * This is the one file that imports the parser, when the first function is read: a program that compiles none never
 * loads it.
 *
 * @module
 */
import type { Node, Program as Script } from "acorn";

export type * as Syntax from "acorn";
export type { Node as SyntaxNode } from "acorn";

/** Parses a script. @throws SyntaxError with `pos`, the offset, for what is none */
export type Parse = (text: string) => Script;

let loading: Promise<Parse> | undefined;

/** Loads the parser, once. */
export function loadParser(): Promise<Parse> {
  return (loading ??= import("acorn").then(
    // A script, not a module: a function may come from either, and what strictness forbids is refused by its reader.
    ({ parse }) =>
      (text: string): Script =>
        parse(text, { ecmaVersion: "latest", sourceType: "script" }),
    (cause: unknown) => {
      // Whoever calls next tries again: a network may have come back.
      loading = undefined;
      throw cause;
    },
  ));
}

/** The nodes directly inside a node. */
export function* childrenOf(node: Node): Generator<Node> {
  for (const value of Object.values(node) as unknown[])
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(child)) yield child;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}
