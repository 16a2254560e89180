/**
 * What is refused wherever it stands, with the reason and the way out.
 *
 * @module
 */
import type { SyntaxNode } from "./parser.ts";

type Refused = readonly [reason: string, wayOut: string];

const NUMBERS_ONLY: Refused = [
  "a kernel computes with numbers and bools only",
  "prepare outside what needs more, and pass numbers",
];

const NO_WAITING: Refused = ["a kernel can't wait", "wait outside, and pass what came"];

const REFUSED: Readonly<Record<string, Refused>> = {
  AwaitExpression: NO_WAITING,
  BreakStatement: ["break with a label is not compiled", "set a variable and break from each loop"],
  ChainExpression: ["?. is not compiled", "write . instead: what a kernel uses is always there"],
  ClassDeclaration: NUMBERS_ONLY,
  ClassExpression: NUMBERS_ONLY,
  ContinueStatement: ["continue with a label is not compiled", "set a variable and break from each loop"],
  DebuggerStatement: ["a compiled kernel can't be stepped through", "debug: true runs the function itself"],
  ForInStatement: ["for-in is not compiled", "loop over numbers with for (let i = 0; i < n; i++)"],
  ImportExpression: ["a kernel loads nothing", "import outside, and pass the function as a parameter"],
  LabeledStatement: ["labels are not compiled", "set a variable and break from each loop"],
  Literal: NUMBERS_ONLY,
  MetaProperty: NUMBERS_ONLY,
  NewExpression: ["a kernel makes no objects", "prepare outside what needs more, and pass numbers"],
  PrivateIdentifier: NUMBERS_ONLY,
  Super: ["a kernel has no super", "pass the function as a parameter"],
  SwitchStatement: ["switch is not compiled", "write if and else"],
  TaggedTemplateExpression: NUMBERS_ONLY,
  TemplateLiteral: NUMBERS_ONLY,
  ThisExpression: ["a kernel has no this", "pass what it needs as parameters"],
  ThrowStatement: ["a compiled kernel can't throw", "return NaN, or another number that says so"],
  TryStatement: ["a compiled kernel can't throw, so there is nothing to catch", "remove try"],
  UnaryExpression: ["a kernel can't ask for types, and deletes nothing", "remove it"],
  WithStatement: ["with is not compiled", "name what is used"],
  YieldExpression: NO_WAITING,
};

/** The reason and the way out for syntax that no kernel has. */
export function refusalOf({ type }: SyntaxNode): Refused {
  return REFUSED[type] ?? [`${type} is not compiled`, "write it with what a kernel has: see the language's page"];
}
