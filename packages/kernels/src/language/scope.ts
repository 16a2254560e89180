/**
 * Names: what is declared where, and which names a piece of syntax assigns.
 *
 * @module
 */
import { nodesOf, type Syntax, type SyntaxNode } from "./parser.ts";

/** One variable of one call of a function. Its value is in the flow (`flow.ts`), since that depends on the path. */
export interface Variable {
  readonly name: string;
  readonly constant: boolean;
  /** The call of the function that it belongs to: each inlining has a number of its own. */
  readonly activation: number;
}

export class Scope {
  readonly activation: number;
  readonly #parent: Scope | null;
  readonly #variables = new Map<string, Variable>();

  constructor(parent: Scope | null, activation: number) {
    this.#parent = parent;
    this.activation = activation;
  }

  /** A variable of this scope: the one that has the name, if it has. */
  declare(name: string, constant: boolean): Variable {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const variable: Variable = { name, constant, activation: this.activation };
    this.#variables.set(name, variable);
    return variable;
  }

  lookup(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.#parent?.lookup(name);
  }
}

/** The names that a pattern binds. */
export function boundNames(pattern: Syntax.Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case "RestElement":
      return boundNames(pattern.argument);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    default:
      return [];
  }
}

/** The names that `var` declares in a function's body, wherever in it. */
export function hoistedNames(body: SyntaxNode): readonly string[] {
  return remembered(hoisted, body, () => {
    const names: string[] = [];
    for (const node of nodesOf(body, (inner) => !isFunction(inner)))
      if (node.type === "VariableDeclaration" && node.kind === "var")
        for (const { id } of node.declarations) names.push(...boundNames(id));
    return names;
  });
}

/** The names that a piece of syntax gives values to, in functions inside it too. */
export function assignedNames(root: SyntaxNode): ReadonlySet<string> {
  return remembered(assigned, root, () => new Set([...nodesOf(root)].flatMap(namesAssignedBy)));
}

/** Whether something in it may say another thing in each round: a neighbour, or an item of an array. */
export function readsByNumber(root: SyntaxNode): boolean {
  return remembered(byNumber, root, () => {
    for (const node of nodesOf(root)) {
      if (node.type !== "MemberExpression") continue;
      const { computed, property } = node;
      if (computed ? property.type !== "Literal" : property.type === "Identifier" && property.name === "at")
        return true;
    }
    return false;
  });
}

/** Whether there is a function in it, which may keep variables beyond the call. */
export function holdsFunction(root: SyntaxNode): boolean {
  return remembered(holding, root, () => {
    for (const node of nodesOf(root)) if (node !== root && isFunction(node)) return true;
    return false;
  });
}

const hoisted = new WeakMap<SyntaxNode, readonly string[]>();
const assigned = new WeakMap<SyntaxNode, ReadonlySet<string>>();
const byNumber = new WeakMap<SyntaxNode, boolean>();
const holding = new WeakMap<SyntaxNode, boolean>();

function remembered<T>(memory: WeakMap<SyntaxNode, T>, node: SyntaxNode, compute: () => T): T {
  const known = memory.get(node);
  if (known !== undefined) return known;
  const value = compute();
  memory.set(node, value);
  return value;
}

function namesAssignedBy(node: Syntax.AnyNode): string[] {
  switch (node.type) {
    case "AssignmentExpression":
      return boundNames(node.left);
    case "UpdateExpression":
      return node.argument.type === "Identifier" ? [node.argument.name] : [];
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) => boundNames(id));
    default:
      return [];
  }
}

function isFunction({ type }: SyntaxNode): boolean {
  return type === "ArrowFunctionExpression" || type === "FunctionExpression" || type === "FunctionDeclaration";
}
