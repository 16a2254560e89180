/**
 * Replays of `numpy_elementwise.jsonl`: NumPy's promotion, and what its functions give for all dtypes, by the kernels'
 * reference.
 *
 * @module
 */
import { type DType, DTYPES } from "../../packages/core/src/formats/dtype.ts";
import type { Expression, FunctionName, Program } from "../../packages/kernels/src/expression/expression.ts";
import { ufuncs, type UfuncName } from "../../packages/kernels/src/expression/ufuncs.ts";
import { runInterpreted } from "../../packages/kernels/src/graph/run-interpreted.ts";
import type { LaneValue } from "../../packages/kernels/src/graph/graph.ts";
import { canCast, type Casting, promoteTypes } from "../../packages/kernels/src/typing/promotion.ts";
import { lowerProgram, type LowerRequest } from "../../packages/kernels/src/typing/lower-program.ts";
import {
  type Case,
  decode,
  expectOutcome,
  expectSame,
  fromHex,
  isRaised,
  type Raised,
  type Replays,
  toHex,
} from "./cases.ts";
import { DTYPE_OF_CODE, expectElements, sampleOf } from "./numpy-samples.ts";
import { PLACE_OFFSET, place, type World } from "./world.ts";

export const replays: Replays = {
  samples: replaySamples,
  binary: replayBinary,
  unary: replayUnary,
  "inplace-add": replayInplace,
  astype: replayAstype,
  "weak-scalar-add": (c, world) => replayScalar(c, world, "add"),
  "weak-scalar-less": (c, world) => replayScalar(c, world, "less"),
  "setitem-300": (c, world) => replaySetitem(c, world, 300),
  "setitem-minus1": (c, world) => replaySetitem(c, world, -1),
};

/** An array of one axis. */
export interface Elements {
  readonly dtype: DType;
  readonly bytes: Uint8Array;
}

/** What the vectors tell of a result: NumPy's code of its dtype with the byte order, and its bytes. */
type CodedResult = readonly [code: string, hex: string];

/** Functions that depend on a library for mathematics: compared with a tolerance. `meta.tol` names them. */
const INEXACT: ReadonlySet<string> = new Set(["arctan2", "cos", "exp", "hypot", "log", "power", "sin", "tan", "tanh"]);

/** Of complex numbers only. */
const INEXACT_COMPLEX: ReadonlySet<string> = new Set([...INEXACT, "sqrt"]);

/** NumPy's names where ours are others. */
const OUR_NAMES: Readonly<Record<string, UfuncName>> = { true_divide: "divide" };

function dtypeOf(code: string): DType {
  const dtype = DTYPE_OF_CODE[code.replace(/^[<|]/, "")];
  if (dtype === undefined) throw new Error(`no dtype has the code ${code}`);
  return dtype;
}

/** Runs a program over arrays of as many elements, in memory of `world`. @returns each output */
export function run(
  program: Program,
  operands: readonly Elements[],
  count: number,
  world: World,
  request: Omit<LowerRequest, "operands" | "parameters"> = {},
): readonly Elements[] {
  const dtypes = operands.map(({ dtype }) => dtype);
  const lowered = lowerProgram(program, { ...request, operands: dtypes, parameters: new Map() });
  const call = {
    shape: [count],
    operands: operands.map(({ dtype, bytes }) => ({
      buffer: place(bytes, world).buffer,
      byteOffset: PLACE_OFFSET,
      strides: [DTYPES[dtype].itemsize],
    })),
    parameters: [] as readonly LaneValue[],
  };
  for (const precondition of lowered.preconditions) {
    const refused = place(new Uint8Array(count), world);
    runInterpreted(precondition.graph, {
      ...call,
      outputs: [{ buffer: refused.buffer, byteOffset: PLACE_OFFSET, strides: [1] }],
    });
    if (refused.includes(1)) throw precondition.error();
  }
  const outputs = lowered.dtypes.map((dtype) => place(new Uint8Array(count * DTYPES[dtype].itemsize), world));
  const strided = outputs.map(({ buffer, byteOffset }, output) => ({
    buffer,
    byteOffset,
    strides: [DTYPES[lowered.dtypes[output]!].itemsize],
  }));
  runInterpreted(lowered.graph, { ...call, outputs: strided });
  return outputs.map((bytes, output) => ({ dtype: lowered.dtypes[output]!, bytes }));
}

interface SamplesCase extends Case {
  readonly dtype: string;
  readonly x: string;
  readonly y: string;
}

function replaySamples(c: Case): void {
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

function replayBinary(c: Case, world: World): void {
  const { x, y, promote, can_cast: casts, ops } = c as BinaryCase;
  const [from, to] = [dtypeOf(x), dtypeOf(y)];
  expectSame("promote", promoteTypes(from, to), dtypeOf(promote));
  for (const [casting, legal] of Object.entries(casts)) {
    expectSame(`can_cast ${casting}`, canCast(from, to, casting as Casting), legal);
  }
  for (const [name, result] of Object.entries(ops)) {
    expectFunction(name, [sampleOf(from, "x"), sampleOf(to, "y")], result, world);
  }
}

interface UnaryCase extends Case {
  readonly x: string;
  readonly ops: Readonly<Record<string, FunctionResult>>;
}

function replayUnary(c: Case, world: World): void {
  const { x, ops } = c as UnaryCase;
  for (const [name, result] of Object.entries(ops)) expectFunction(name, [sampleOf(dtypeOf(x), "x")], result, world);
}

function expectFunction(name: string, operands: readonly Elements[], result: FunctionResult, world: World): void {
  const program = ufuncs[OUR_NAMES[name] ?? (name as UfuncName)];
  const compute = (): readonly Elements[] => run(program, operands, 8, world);
  if (typeof result === "string") {
    expectOutcome(name, compute, { error: result, msg: "" });
    return;
  }
  const expected = (typeof result[0] === "string" ? [result] : result) as readonly CodedResult[];
  const actual = compute();
  expectSame(`${name} outputs`, actual.length, expected.length);
  for (const [output, { dtype, bytes }] of actual.entries()) {
    const [code, hex] = expected[output]!;
    expectSame(`${name} dtype`, dtype, dtypeOf(code));
    const isInexact = (dtype.startsWith("complex") ? INEXACT_COMPLEX : INEXACT).has(name);
    expectElements(name, { dtype, bytes }, fromHex(hex), isInexact);
  }
}

interface InplaceCase extends Case {
  readonly x: string;
  readonly y: string;
  readonly result: { readonly ok: string } | Raised;
}

function replayInplace(c: Case, world: World): void {
  const { x, y, result } = c as InplaceCase;
  const target = dtypeOf(x);
  const ones = [target, dtypeOf(y)].map(
    (dtype) => run(constant(1), [], 2, world, { dtypes: [dtype], casting: "unsafe" })[0]!,
  );
  const compute = (): unknown => {
    const [sum] = run(ufuncs.add, ones, 2, world, { dtypes: [target] });
    return { ok: sum!.dtype };
  };
  expectOutcome("result", compute, isRaised(result) ? result : { ok: dtypeOf(result.ok) });
}

interface AstypeCase extends Case {
  readonly frm: string;
  readonly to: string;
  readonly x: string;
  readonly result: string;
}

function replayAstype(c: Case, world: World): void {
  const { frm, to, x, result } = c as AstypeCase;
  const from = { dtype: dtypeOf(frm), bytes: fromHex(x) };
  const count = from.bytes.length / DTYPES[from.dtype].itemsize;
  const copy: Program = { ...constant(0), operands: ["x"], outputs: [{ kind: "operand", operand: 0, shift: [] }] };
  const [cast] = run(copy, [from], count, world, { dtypes: [dtypeOf(to)], casting: "unsafe" });
  expectElements("elements", cast!, fromHex(result), false);
}

interface ScalarCase extends Case {
  readonly x: string;
  readonly scalar: unknown;
  readonly result: { readonly dtype: string; readonly hex: string } | Raised;
}

/** Ones with a Python scalar, which is weak. */
function replayScalar(c: Case, world: World, name: FunctionName): void {
  const { x, scalar, result } = c as ScalarCase;
  const [ones] = run(constant(1), [], 2, world, { dtypes: [dtypeOf(x)], casting: "unsafe" });
  const args = [{ kind: "operand", operand: 0, shift: [] } as const, literalOf(scalar)];
  const program: Program = { ...ufuncs.positive, outputs: [{ kind: "call", name, args }] };
  const compute = (): readonly Elements[] => run(program, [ones!], 2, world);
  if (isRaised(result)) {
    expectOutcome("result", compute, result);
    return;
  }
  const [actual] = compute();
  expectSame("dtype", actual!.dtype, dtypeOf(result.dtype));
  expectElements("elements", actual!, fromHex(result.hex), false);
}

function replaySetitem(c: Case, world: World, value: number): void {
  const { x, result } = c as Case & { readonly x: string; readonly result: { readonly hex: string } | Raised };
  const compute = (): unknown => {
    const [set] = run(constant(value), [], 1, world, { dtypes: [dtypeOf(x)], casting: "unsafe" });
    return { hex: toHex(set!.bytes) };
  };
  expectOutcome("result", compute, result);
}

function constant(value: number): Program {
  const outputs: readonly Expression[] = [{ kind: "literal", value }];
  return { operands: [], parameters: [], defaults: new Map(), outputs, returns: "value" };
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
