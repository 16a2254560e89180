/**
 * In which order expressions can be gone over without recursion, which programs may be too deep for.
 *
 * @module
 */
import type { Expression } from "../expression/expression.ts";

const NONE: readonly Expression[] = [];

/** What an expression is computed of, outside of loops: of a loop, what it begins with. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "call":
    case "select":
      return expression.args;
    case "loop-result":
      return expression.loop.initial;
    default:
      return NONE;
  }
}

/** An expression whose parts are being visited. */
interface Visit {
  readonly expression: Expression;
  /** The part to visit next. */
  next: number;
}

/**
 * Visits what an expression is computed of, each after its own parts and once, and then itself.
 *
 * @param isDone - whether an expression, and so all that it is computed of, needs no visit
 *
 * Cost: O(expressions).
 */
export function visitInOrder(
  expression: Expression,
  isDone: (expression: Expression) => boolean,
  visit: (expression: Expression) => void,
): void {
  const stack: Visit[] = [{ expression, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const part = partsOf(top.expression)[top.next++];
    if (part === undefined) {
      stack.pop();
      if (!isDone(top.expression)) visit(top.expression);
    } else if (!isDone(part)) stack.push({ expression: part, next: 0 });
  }
}
