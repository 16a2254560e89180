/**
 * JavaScript's text to its syntax tree.
 *
 * This is the one file that imports the parser, when the first function is read: a program that compiles none never
 * loads it.
 *
 * @module
 */
import type * as Syntax from "acorn";
import type { Node, Program as Script } from "acorn";

export type { Syntax };
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

/**
 * The nodes of a tree, each before what is inside it. It takes no stack, however deep they nest.
 *
 * @param enters - whether to go on inside a node; the root is always entered
 */
export function* nodesOf(root: Node, enters: (node: Node) => boolean = () => true): Generator<Syntax.AnyNode> {
  const left: Node[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    yield node as Syntax.AnyNode;
    if (node !== root && !enters(node)) continue;
    const children = Object.values(node).flat().filter(isNode);
    left.push(...children.reverse());
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}
