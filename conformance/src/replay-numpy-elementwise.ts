/**
 * Replays of `numpy_elementwise.jsonl`: NumPy's promotion, and what its functions give for all dtypes.
 *
 * @module
 */
import type { Expression, FunctionName } from "../../packages/kernels/src/expression/expression.ts";
import { ufuncs, type UfuncName } from "../../packages/kernels/src/expression/ufuncs.ts";
import { canCast, type Casting, promoteTypes } from "../../packages/kernels/src/typing/promotion.ts";
import { dtypeOf } from "../../packages/kernels/test/numpy-codes.ts";
import { type Case, decode, expectSame, fromHex, isRaised, type Raised, toHex } from "./cases.ts";
import type { Elements } from "./kernel-runtime.ts";
import { onesOf, sampleOf } from "./numpy-samples.ts";
import { type Answer, ask, type Question } from "./questions.ts";
import { checkEach, type KernelReplay, type KernelReplays } from "./replay-kernels.ts";

export const replays: KernelReplays = {
  samples: async (cases) => checkEach(cases, checkSamples),
  binary: async (cases, runtimes) => {
    const failures = checkEach(cases, checkRules);
    const answers = await ask(cases.flatMap(binaryQuestions), runtimes);
    return new Map([...answers, ...failures]);
  },
  unary: asking(unaryQuestions),
  "inplace-add": asking(inplaceQuestion),
  astype: asking(astypeQuestion),
  "weak-scalar-add": asking((c) => scalarQuestion(c, "add")),
  "weak-scalar-less": asking((c) => scalarQuestion(c, "less")),
  "setitem-300": asking((c) => setitemQuestion(c, 300)),
  "setitem-minus1": asking((c) => setitemQuestion(c, -1)),
};

/** What the vectors tell of a result: NumPy's code of its dtype with the byte order, and its bytes. */
type CodedResult = readonly [code: string, hex: string];

/** Functions that depend on a library for mathematics: compared with a tolerance. `meta.tol` names them. */
const INEXACT: ReadonlySet<string> = new Set(["arctan2", "cos", "exp", "hypot", "log", "power", "sin", "tan", "tanh"]);

/** Of complex numbers only. */
const INEXACT_COMPLEX: ReadonlySet<string> = new Set([...INEXACT, "sqrt"]);

/** NumPy's names where ours are others. */
const OUR_NAMES: Readonly<Record<string, UfuncName>> = { true_divide: "divide" };

/** What is computed where nothing is. */
const SAME: readonly Expression[] = [{ kind: "operand", operand: 0, shift: [] }];

function asking(questionsOf: (c: Case) => Question | readonly Question[]): KernelReplay {
  return (cases, runtimes) => ask(cases.flatMap(questionsOf), runtimes);
}

interface SamplesCase extends Case {
  readonly dtype: string;
  readonly x: string;
  readonly y: string;
}

function checkSamples(c: Case): void {
  const { dtype, x, y } = c as SamplesCase;
  expectSame("x", toHex(sampleOf(dtypeOf(dtype), "x").bytes), x);
  expectSame("y", toHex(sampleOf(dtypeOf(dtype), "y").bytes), y);
}

type FunctionResult = string | CodedResult | readonly CodedResult[];

interface BinaryCase extends Case {
  readonly x: string;
  readonly y: string;
  readonly promote: string;
  readonly can_cast: Readonly<Record<Casting, boolean>>;
  readonly ops: Readonly<Record<string, FunctionResult>>;
}

/** The rules that no call shows by itself. */
function checkRules(c: Case): void {
  const { x, y, promote, can_cast: casts } = c as BinaryCase;
  const [from, to] = [dtypeOf(x), dtypeOf(y)];
  expectSame("promote", promoteTypes(from, to), dtypeOf(promote));
  for (const [casting, legal] of Object.entries(casts)) {
    expectSame(`can_cast ${casting}`, canCast(from, to, casting as Casting), legal);
  }
}

function binaryQuestions(c: Case): Question[] {
  const { id, x, y, can_cast: casts, ops } = c as BinaryCase;
  const [from, to] = [dtypeOf(x), dtypeOf(y)];
  const operands = [sampleOf(from, "x"), sampleOf(to, "y")];
  const functions = Object.entries(ops).map(([name, result]) => functionQuestion(id, name, operands, result));
  const answers = (legal: boolean): Question["answer"] =>
    legal ? [{ dtype: to, bytes: null, isInexact: false }] : { error: "TypeError", msg: "" };
  const castings = Object.entries(casts).map(([casting, legal]): Question => ({
    id,
    what: `casting ${casting}`,
    outputs: SAME,
    operands: [onesOf(from, 2)],
    dtype: to,
    casting: casting as Casting,
    answer: answers(legal),
  }));
  return [...functions, ...castings];
}

interface UnaryCase extends Case {
  readonly x: string;
  readonly ops: Readonly<Record<string, FunctionResult>>;
}

function unaryQuestions(c: Case): Question[] {
  const { id, x, ops } = c as UnaryCase;
  const operands = [sampleOf(dtypeOf(x), "x")];
  return Object.entries(ops).map(([name, result]) => functionQuestion(id, name, operands, result));
}

function functionQuestion(id: string, name: string, operands: readonly Elements[], result: FunctionResult): Question {
  const { outputs } = ufuncs[OUR_NAMES[name] ?? (name as UfuncName)];
  if (typeof result === "string") return { id, what: name, outputs, operands, answer: { error: result, msg: "" } };
  const coded = (typeof result[0] === "string" ? [result] : result) as readonly CodedResult[];
  const answer = coded.map(([code, hex]): Answer => {
    const dtype = dtypeOf(code);
    const isInexact = (dtype.startsWith("complex") ? INEXACT_COMPLEX : INEXACT).has(name);
    return { dtype, bytes: fromHex(hex), isInexact };
  });
  return { id, what: name, outputs, operands, answer };
}

interface InplaceCase extends Case {
  readonly x: string;
  readonly y: string;
  readonly result: { readonly ok: string } | Raised;
}

function inplaceQuestion(c: Case): Question {
  const { id, x, y, result } = c as InplaceCase;
  const operands = [onesOf(dtypeOf(x), 2), onesOf(dtypeOf(y), 2)];
  const answer = isRaised(result) ? result : [{ dtype: dtypeOf(result.ok), bytes: null, isInexact: false }];
  return { id, what: "add", outputs: ufuncs.add.outputs, operands, out: "first", answer };
}

interface AstypeCase extends Case {
  readonly frm: string;
  readonly to: string;
  readonly x: string;
  readonly result: string;
}

function astypeQuestion(c: Case): Question {
  const { id, frm, to, x, result } = c as AstypeCase;
  const operands = [{ dtype: dtypeOf(frm), bytes: fromHex(x) }];
  const dtype = dtypeOf(to);
  const answer = [{ dtype, bytes: fromHex(result), isInexact: false }];
  return { id, what: `as ${dtype}`, outputs: SAME, operands, dtype, casting: "unsafe", answer };
}

interface ScalarCase extends Case {
  readonly x: string;
  readonly scalar: unknown;
  readonly result: { readonly dtype: string; readonly hex: string } | Raised;
}

/** Ones with a Python scalar, which is weak. */
function scalarQuestion(c: Case, name: FunctionName): Question {
  const { id, x, scalar, result } = c as ScalarCase;
  const outputs: readonly Expression[] = [{ kind: "call", name, args: [...SAME, literalOf(scalar)] }];
  const answer = isRaised(result)
    ? result
    : [{ dtype: dtypeOf(result.dtype), bytes: fromHex(result.hex), isInexact: false }];
  return { id, what: name, outputs, operands: [onesOf(dtypeOf(x), 2)], answer };
}

function setitemQuestion(c: Case, value: number): Question {
  const { id, x, result } = c as Case & { readonly x: string; readonly result: { readonly hex: string } | Raised };
  const dtype = dtypeOf(x);
  const outputs: readonly Expression[] = [{ kind: "literal", value }];
  const answer = isRaised(result) ? result : [{ dtype, bytes: fromHex(result.hex), isInexact: false }];
  return { id, what: `set to ${value}`, outputs, operands: [], casting: "unsafe", out: dtype, answer };
}

/** A Python scalar as an expression: integers of any size, floats, complex numbers. */
function literalOf(raw: unknown): Expression {
  const value = decode(raw);
  if (typeof value !== "object" || value === null)
    return { kind: "literal", value: value as number | bigint | boolean };
  const { re, im } = value as { readonly re: number; readonly im: number };
  const args = [re, im].map((part): Expression => ({ kind: "literal", value: part }));
  return { kind: "call", name: "complex", args };
}
