/**
 * Blocks, and what is declared in them.
 *
 * @module
 */
import { bind } from "./assignments.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { boundNames, Scope } from "./scope.ts";
import { UNDEFINED } from "./values.ts";

/** A block has names of its own, functions among them; what it declares otherwise has no value before its line. */
export function executeBlock(reader: Reader, body: readonly Syntax.Statement[]): void {
  inBlock(reader, () => {
    for (const statement of body) declareLexical(reader, statement);
    for (const statement of body) {
      if (statement.type !== "FunctionDeclaration") continue;
      const variable = reader.scope.declare(statement.id.name, false);
      reader.flow.values.set(variable, { kind: "function", node: statement, scope: reader.scope, text: reader.text });
    }
    for (const statement of body) reader.execute(statement);
  });
}

/** Reads something with a scope of its own inside the function. */
export function inBlock(reader: Reader, read: () => void): void {
  const scope = new Scope(reader.scope, reader.scope.activation);
  reader.inside(scope, reader.text, read);
}

/** Makes the names of `let` and `const` known. A name that a round of a loop declares anew has no value again. */
export function declareLexical(reader: Reader, statement: Syntax.Statement | Syntax.Expression): void {
  if (statement.type !== "VariableDeclaration" || statement.kind === "var") return;
  for (const name of statement.declarations.flatMap(({ id }) => boundNames(id)))
    reader.scope.declare(name, statement.kind !== "let");
}

export function declareVariables(reader: Reader, { kind, declarations }: Syntax.VariableDeclaration): void {
  for (const { id, init } of declarations) {
    // A `var` without a value leaves the one that there is.
    if (init == null && kind === "var") continue;
    bind(reader, id, init == null ? UNDEFINED : reader.evaluate(init), "declare");
  }
}
