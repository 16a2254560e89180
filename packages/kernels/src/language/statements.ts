/**
 * Statements: branches, and the ways out of them.
 *
 * @module
 */
import { declareVariables, executeBlock } from "./blocks.ts";
import { executeLoop } from "./loops.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { refusalOf } from "./refusals.ts";

export function executeStatement(reader: Reader, node: Syntax.Statement): void {
  switch (node.type) {
    case "ExpressionStatement":
      if (node.directive === undefined) reader.evaluate(node.expression);
      return;
    case "VariableDeclaration":
      return declareVariables(reader, node);
    case "FunctionDeclaration":
    case "EmptyStatement":
      // Functions are there from the beginning of their block.
      return;
    case "ReturnStatement":
      return reader.flow.leave("return", reader.evaluateOptional(node.argument));
    case "IfStatement":
      reader.flow.branch(
        reader.condition(node.test),
        () => reader.execute(node.consequent),
        () => {
          if (node.alternate != null) reader.execute(node.alternate);
        },
      );
      return;
    case "BlockStatement":
      return executeBlock(reader, node.body);
    case "BreakStatement":
    case "ContinueStatement":
      if (node.label != null) return reader.refuse(node, ...refusalOf(node));
      return reader.flow.leave(node.type === "BreakStatement" ? "break" : "continue");
    case "ForStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForOfStatement":
      return executeLoop(reader, node);
    default:
      return reader.refuse(node, ...refusalOf(node));
  }
}
