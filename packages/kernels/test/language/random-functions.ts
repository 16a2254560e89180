/**
 * Functions that nobody would write: any statements in any order, that end.
 *
 * Every loop counts its rounds in a variable that nothing else changes. Variables hold integers, so that results are
 * exact and comparisons fall both ways.
 *
 * @module
 */
import fc from "fast-check";

const VARIABLES = ["a", "b", "c"] as const;

interface Grammar {
  readonly number: string;
  readonly condition: string;
  readonly statement: string;
  readonly inLoop: string;
  readonly block: string;
  readonly loopBlock: string;
}

function oneOf(
  maxDepth: number,
  depthIdentifier: string,
  ...arbitraries: readonly fc.WeightedArbitrary<string>[]
): fc.Arbitrary<string> {
  return fc.oneof({ maxDepth, depthIdentifier }, ...arbitraries);
}

const variable = fc.constantFrom(...VARIABLES);
const constant = fc.integer({ min: -3, max: 9 }).map((value) => (value < 0 ? `(${value})` : `${value}`));

function expressions(
  number: fc.Arbitrary<string>,
  condition: fc.Arbitrary<string>,
  assignment: fc.Arbitrary<string>,
  update: fc.Arbitrary<string>,
): Record<"number" | "condition", fc.Arbitrary<string>> {
  return {
    number: oneOf(
      3,
      "number",
      { weight: 3, arbitrary: fc.oneof(variable, constant) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(number, fc.constantFrom("+", "-", "&", "|", "^", "%"), number)
          .map(([x, operator, y]) => `(${x} ${operator} ${y})`),
      },
      { weight: 1, arbitrary: fc.tuple(condition, number, number).map(([test, x, y]) => `(${test} ? ${x} : ${y})`) },
      { weight: 1, arbitrary: fc.oneof(assignment, update).map((expression) => `(${expression})`) },
      { weight: 1, arbitrary: fc.tuple(number, number).map(([x, y]) => `pick(${x}, ${y})`) },
      { weight: 1, arbitrary: fc.tuple(number, number).map(([x, y]) => `(${x} || ${y})`) },
    ),
    condition: oneOf(
      2,
      "number",
      {
        weight: 3,
        arbitrary: fc
          .tuple(number, fc.constantFrom("<", ">", "===", "!==", "<="), number)
          .map(([x, operator, y]) => `(${x} ${operator} ${y})`),
      },
      { weight: 1, arbitrary: fc.tuple(condition, condition).map(([x, y]) => `(${x} && ${y})`) },
      { weight: 1, arbitrary: fc.tuple(condition, condition).map(([x, y]) => `(${x} || !${y})`) },
      { weight: 1, arbitrary: number },
    ),
  };
}

const { block } = fc.letrec((tie: fc.LetrecTypedTie<Grammar>) => {
  const number = tie("number");
  const condition = tie("condition");
  const assignment = fc
    .tuple(variable, fc.constantFrom("=", "+=", "-=", "&=", "|=", "&&=", "||="), number)
    .map(([name, operator, value]) => `${name} ${operator} ${value}`);
  const update = fc.tuple(variable, fc.constantFrom("++", "--")).map(([name, operator]) => name + operator);
  const limit = fc.tuple(variable, fc.integer({ min: 1, max: 4 })).map(([name, size]) => `(${name} & ${size})`);
  const loops = fc.oneof(
    fc.tuple(limit, tie("loopBlock")).map(([end, body]) => `for (let i = 0, n = ${end}; i < n; i++) ${body}`),
    fc
      .tuple(limit, condition, tie("loopBlock"))
      .map(([end, test, body]) => `{ let k = ${end}; while (k-- > 0 && ${test}) ${body} }`),
    fc
      .tuple(limit, condition, tie("loopBlock"))
      .map(([end, test, body]) => `{ let k = ${end}; do { k--; ${body} } while (k > 0 && ${test}); }`),
    fc
      .tuple(fc.integer({ min: 0, max: 3 }), tie("loopBlock"))
      .map(([end, body]) => `for (let i = 0; ; a += 1) { if (i++ >= ${end}) break; ${body} }`),
    fc
      .tuple(fc.array(number, { maxLength: 3 }), tie("loopBlock"))
      .map(([items, body]) => `for (const item of [${items.join()}]) { c += item; ${body} }`),
  );
  const either = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      fc.tuple(condition, inner).map(([test, then]) => `if (${test}) ${then}`),
      fc.tuple(condition, inner, inner).map(([test, then, other]) => `if (${test}) ${then} else ${other}`),
    );
  const plain: fc.WeightedArbitrary<string>[] = [
    { weight: 5, arbitrary: fc.oneof(assignment, update).map((expression) => `${expression};`) },
    { weight: 1, arbitrary: fc.tuple(condition, assignment).map(([test, then]) => `${test} && (${then});`) },
    { weight: 1, arbitrary: fc.tuple(number, number).map(([x, y]) => `[a, b] = [${x}, ${y}];`) },
    { weight: 1, arbitrary: number.map((value) => `bump(${value});`) },
    { weight: 1, arbitrary: fc.tuple(variable, number).map(([name, value]) => `var t = ${value}; ${name} -= t;`) },
  ];
  const leaves = fc.tuple(number, number).map(([x, y]) => `return [${x}, ${y}, c];`);
  return {
    ...expressions(number, condition, assignment, update),
    statement: oneOf(
      3,
      "statement",
      ...plain,
      { weight: 3, arbitrary: either(tie("block")) },
      { weight: 3, arbitrary: loops },
      { weight: 1, arbitrary: fc.tuple(condition, leaves).map(([test, leave]) => `if (${test}) ${leave}`) },
    ),
    inLoop: oneOf(
      3,
      "statement",
      ...plain,
      { weight: 3, arbitrary: either(tie("loopBlock")) },
      { weight: 2, arbitrary: loops },
      {
        weight: 3,
        arbitrary: fc
          .tuple(condition, fc.oneof(leaves, fc.constant("break;"), fc.constant("continue;")))
          .map(([test, leave]) => `if (${test}) ${leave}`),
      },
    ),
    block: fc.array(tie("statement"), { minLength: 1, maxLength: 4 }).map((body) => `{ ${body.join(" ")} }`),
    loopBlock: fc.array(tie("inLoop"), { minLength: 1, maxLength: 4 }).map((body) => `{ ${body.join(" ")} }`),
  };
});

/** The text of a function of two numbers with three outputs. */
export const functionText: fc.Arbitrary<string> = block.map(
  (body) => `(a, b) => {
  let c = 0;
  const bump = (v) => { if (v > 5) { c -= 1; return; } c += v; };
  const pick = (v, w) => { for (let i = 0; i < 2; i++) { if (v > w) return i; v += 1; } c += 1; return w; };
  ${body}
  return [a, b, c];
}`,
);
