/**
 * Kernels that nobody would write: texts of functions of elements and parameters, with branches and loops that end.
 *
 * @module
 */
import fc from "fast-check";

/** A function of `x`, `y` and maybe the parameters `p` (a number) and `q` (a bool). */
export interface RandomKernel {
  readonly text: string;
  readonly outputs: 1 | 2;
  readonly hasParameters: boolean;
}

const EXACT_UNARY = ["Math.abs", "Math.floor", "Math.ceil", "Math.trunc", "Math.sqrt", "Math.sign", "-", "+"];
const EXACT_BINARY = ["Math.min", "Math.max"];
const INEXACT_UNARY = ["Math.exp", "Math.log", "Math.sin", "Math.cos", "Math.tanh", "Math.cbrt", "Math.atan"];
const INEXACT_BINARY = ["Math.hypot", "Math.atan2", "Math.pow"];

interface Grammar {
  readonly number: string;
  readonly condition: string;
  readonly statement: string;
}

function weighted(weight: number, arbitrary: fc.Arbitrary<string>): fc.WeightedArbitrary<string> {
  return { weight, arbitrary };
}

function grammarOf(unary: readonly string[], binary: readonly string[]): fc.LetrecValue<Grammar> {
  return fc.letrec((tie: fc.LetrecTypedTie<Grammar>) => {
    const number = tie("number");
    const condition = tie("condition");
    const variable = fc.constantFrom("x", "y", "s", "t");
    const literal = fc.constantFrom("0", "1", "2", "3", "0.5", "2.25", "10");
    return {
      number: fc.oneof(
        { maxDepth: 3, depthIdentifier: "number" },
        weighted(5, variable),
        weighted(2, literal),
        weighted(
          4,
          fc.tuple(number, fc.constantFrom("+", "-", "*", "/", "%"), number).map(([a, op, b]) => `(${a} ${op} ${b})`),
        ),
        weighted(
          1,
          fc.tuple(number, fc.constantFrom("&", "|", "^"), number).map(([a, op, b]) => `(${a} ${op} ${b})`),
        ),
        weighted(
          2,
          fc.tuple(fc.constantFrom(...unary), number).map(([name, a]) => `${name}(${a})`),
        ),
        weighted(
          2,
          fc.tuple(fc.constantFrom(...binary), number, number).map(([f, a, b]) => `${f}(${a}, ${b})`),
        ),
        weighted(
          2,
          fc.tuple(condition, number, number).map(([test, a, b]) => `(${test} ? ${a} : ${b})`),
        ),
      ),
      condition: fc.oneof(
        { maxDepth: 2, depthIdentifier: "number" },
        weighted(
          4,
          fc
            .tuple(number, fc.constantFrom("<", ">", "<=", "===", "!=="), number)
            .map(([a, op, b]) => `(${a} ${op} ${b})`),
        ),
        weighted(
          1,
          fc.tuple(condition, condition).map(([a, b]) => `(${a} && ${b})`),
        ),
        weighted(
          1,
          fc.tuple(condition, condition).map(([a, b]) => `(${a} || !${b})`),
        ),
      ),
      statement: statementsOf(tie),
    };
  });
}

/** Statements that end. */
function statementsOf(tie: fc.LetrecTypedTie<Grammar>): fc.Arbitrary<string> {
  const number = tie("number");
  const condition = tie("condition");
  const target = fc.constantFrom("s", "t");
  const block = fc.array(tie("statement"), { minLength: 1, maxLength: 2 }).map((all) => `{ ${all.join(" ")} }`);
  const ends = fc.tuple(condition, fc.constantFrom("break;", "continue;")).map(([test, end]) => `if (${test}) ${end}`);
  const rounds = fc.integer({ min: 1, max: 4 });
  return fc.oneof(
    { maxDepth: 2, depthIdentifier: "statement" },
    weighted(
      4,
      fc.tuple(target, fc.constantFrom("=", "+=", "-=", "*="), number).map(([name, op, a]) => `${name} ${op} ${a};`),
    ),
    weighted(
      2,
      fc.tuple(condition, block).map(([test, then]) => `if (${test}) ${then}`),
    ),
    weighted(
      1,
      fc.tuple(condition, block, block).map(([test, a, b]) => `if (${test}) ${a} else ${b}`),
    ),
    weighted(
      1,
      fc.tuple(rounds, ends, block).map(([n, end, body]) => `for (let k = 0; k < ${n}; k++) { ${end} ${body} }`),
    ),
    weighted(
      1,
      fc.tuple(rounds, condition, block).map(([n, go, body]) => `{ let n = ${n}; while (n-- > 0 && ${go}) ${body} }`),
    ),
  );
}

function kernelsOf(unary: readonly string[], binary: readonly string[]): fc.Arbitrary<RandomKernel> {
  const { number, statement } = grammarOf(unary, binary);
  return fc
    .record({
      first: number,
      statements: fc.array(statement, { maxLength: 4 }),
      last: number,
      outputs: fc.constantFrom<1 | 2>(1, 1, 2),
      hasParameters: fc.boolean(),
    })
    .map(({ first, statements, last, outputs, hasParameters }) => ({
      text: `(x, y${hasParameters ? ", { p, q }" : ""}) => {
  let s = x, t = y;
  t = ${first};
  ${statements.join("\n  ")}
  s += ${last};
  ${hasParameters ? "if (q) s *= p;" : ""}
  return ${outputs === 1 ? "s" : "[s, t]"};
}`,
      outputs,
      hasParameters,
    }));
}

/** Of operations of which JavaScript's result is the only right one. */
export const exactKernels: fc.Arbitrary<RandomKernel> = kernelsOf(EXACT_UNARY, EXACT_BINARY);

/** Of mathematics, too. */
export const anyKernels: fc.Arbitrary<RandomKernel> = kernelsOf(
  [...EXACT_UNARY, ...INEXACT_UNARY],
  [...EXACT_BINARY, ...INEXACT_BINARY],
);
