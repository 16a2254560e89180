/**
 * Replays of `numpy_reduce.jsonl`: reductions and scans along axes, and what they make of no elements.
 *
 * @module
 */
import type { Complex, DType, FoldedValue, MemoryView, ReduceCallOptions } from "instride";
import { dtypeOf } from "../../packages/kernels/test/numpy-codes.ts";
import { type Case, decode, expectOutcome, expectSame, fromHex, isRaised, type Raised } from "./cases.ts";
import type { Elements, KernelRuntime } from "./kernel-runtime.ts";
import { elementsIn, expectElements, onesOf, valuesIn } from "./numpy-samples.ts";
import { fail, type Failures } from "./questions.ts";
import type { KernelReplay, KernelReplays } from "./replay-kernels.ts";

export const replays: KernelReplays = {
  reduce: inEach(checkReduce),
  "reduce-dtypes": inEach(checkDTypes),
  "sum-accuracy": inEach(checkAccuracy),
};

/** Checks case after case, each in all runtimes, so that what one compiles the next one has. */
function inEach(check: (c: Case, runtime: KernelRuntime) => Promise<void>): KernelReplay {
  return async (cases, runtimes) => {
    const failures: Failures = new Map();
    for (const c of cases) {
      for (const runtime of runtimes) {
        try {
          await check(c, runtime);
        } catch (error) {
          fail(failures, c, runtime, error);
        }
      }
    }
    return failures;
  };
}

/** What a reduction gives as an array, beside the value, where it gives one. */
interface Folded extends Elements {
  readonly shape: readonly number[];
  readonly value: FoldedValue | null;
}

const SCANS: readonly string[] = ["cumsum", "cumprod"];

/**
 * Reduces or scans. Where a call gives a value, another call gives it as an array, whose dtype is to be seen.
 *
 * @param perm - the order in which the axes of the elements are taken
 */
async function fold(
  runtime: KernelRuntime,
  fn: string,
  elements: Elements,
  shape: readonly number[],
  perm: readonly number[],
  options: ReduceCallOptions,
): Promise<Folded> {
  const { rt, control } = runtime;
  await using held = new AsyncDisposableStack();
  const keep = <V extends MemoryView>(view: V): V => {
    held.defer(() => {
      view.release();
    });
    return view;
  };
  const x = keep(keep(runtime.place(elements)).reshape(shape)).transpose(perm);
  keep(x);
  const asked = { ...options, ...control };
  const kernel = (SCANS.includes(fn) ? rt.scan(fn) : rt.reduce(fn)) as (
    operand: MemoryView,
    asked: ReduceCallOptions,
  ) => Promise<MemoryView | FoldedValue>;
  const given = await kernel(x, asked);
  const isArray = typeof given === "object" && "strides" in given;
  const array = keep(isArray ? given : ((await kernel(x, { ...asked, keepdims: true })) as MemoryView));
  return {
    dtype: array.dtype!,
    shape: isArray ? array.shape : [],
    bytes: array.toBytes(),
    value: isArray ? null : given,
  };
}

interface ReduceCase extends Case {
  readonly fn: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex: string;
  readonly perm: readonly number[];
  readonly axis: number | readonly number[] | null;
  readonly args: { readonly keepdims?: boolean; readonly dtype?: string; readonly initial?: number };
  readonly tol: boolean;
  readonly result: { readonly dtype: string; readonly shape: readonly number[]; readonly hex: string } | Raised;
}

async function checkReduce(c: Case, runtime: KernelRuntime): Promise<void> {
  const { fn, dtype, shape, hex, perm, axis, args, tol, result } = c as ReduceCase;
  const options: ReduceCallOptions = {
    axis,
    ...args,
    ...(args.dtype === undefined ? { dtype: undefined } : { dtype: dtypeOf(args.dtype) }),
  };
  const elements = { dtype: dtypeOf(dtype), bytes: fromHex(hex) };
  const outcome = await settled(fold(runtime, fn, elements, shape, perm, options));
  if (isRaised(result)) expectOutcome(fn, outcome, result);
  else expectFolded(fn, outcome(), { ...result, dtype: dtypeOf(result.dtype) }, tol);
}

/** An outcome as a function that gives it, or throws. */
function settled<T>(promise: Promise<T>): Promise<() => T> {
  return promise.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
}

interface ExpectedFold {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly hex: string;
}

function expectFolded(what: string, actual: Folded, { dtype, shape, hex }: ExpectedFold, isInexact: boolean): void {
  expectSame(`${what}: dtype`, actual.dtype, dtype);
  expectSame(`${what}: shape`, actual.shape, shape);
  expectElements(what, actual, fromHex(hex), isInexact);
  if (actual.value !== null) expectSame(`${what}: the value`, partsOf(actual.value), valuesIn(actual)[0]);
}

function partsOf(value: FoldedValue): readonly (number | bigint)[] {
  if (typeof value === "object") return [value.re, value.im];
  return [typeof value === "boolean" ? Number(value) : value];
}

type Row = Readonly<Record<string, string | { readonly dtype: string; readonly value: unknown } | Raised>>;

async function checkDTypes(c: Case, runtime: KernelRuntime): Promise<void> {
  const { dtype: code, row } = c as Case & { readonly dtype: string; readonly row: Row };
  const dtype = dtypeOf(code);
  for (const [key, expected] of Object.entries(row)) {
    const isEmpty = key.endsWith("_empty");
    const shape = isEmpty ? [0] : [2, 2];
    const fn = key.replace("_empty", "");
    const outcome = await settled(fold(runtime, fn, onesOf(dtype, isEmpty ? 0 : 4), shape, [...shape.keys()], {}));
    if (typeof expected === "string" && expected.endsWith("Error")) {
      expectOutcome(key, outcome, { error: expected, msg: "" });
    } else if (typeof expected === "string") {
      expectSame(`${key}: dtype`, outcome().dtype, dtypeOf(expected));
    } else if (isRaised(expected)) {
      expectOutcome(key, outcome, expected);
    } else {
      const folded = outcome();
      expectSame(`${key}: dtype`, folded.dtype, dtypeOf(expected.dtype));
      const values = [decode(expected.value)].flat() as readonly (number | Complex)[];
      expectElements(key, folded, elementsIn(folded.dtype, values.map(elementOf)).bytes, false);
    }
  }
}

function elementOf(value: number | bigint | boolean | Complex): number | bigint | readonly [re: number, im: number] {
  return typeof value === "object" ? [value.re, value.im] : typeof value === "boolean" ? Number(value) : value;
}

interface AccuracyCase extends Case {
  readonly hex: string;
  readonly n: number;
  readonly fsum: unknown;
  readonly np_sum: unknown;
}

/** Half the distance from 1 to the next float64: the relative error of a rounding. */
const ROUNDING = 2 ** -53;

/**
 * NumPy's sums of blocks of 128 are chains of 16 in 8 lanes, which are joined like the blocks, by a tree.
 * Source: `pairwise_sum` of NumPy's `loops_utils.h.src`; N. Higham, The accuracy of floating point summation (1993).
 */
const NUMPY_CHAIN = 128 / 8;

/** Ill-conditioned sums: as near as NumPy's own error bound for pairwise summation has it. */
async function checkAccuracy(c: Case, runtime: KernelRuntime): Promise<void> {
  const { hex, n, fsum, np_sum: ofNumpy } = c as AccuracyCase;
  const elements: Elements = { dtype: "float64", bytes: fromHex(hex) };
  const { value } = await fold(runtime, "sum", elements, [n], [0], {});
  const sum = Number(value);
  const exact = decode(fsum) as number;
  const error = Math.abs(sum - exact);
  const size = valuesIn(elements).reduce((total, [x]) => total + Math.abs(Number(x)), 0);
  const roundings = Math.min(n, NUMPY_CHAIN + Math.ceil(Math.log2(n)));
  const bound = Math.max(Math.abs((decode(ofNumpy) as number) - exact), roundings * ROUNDING * size);
  if (!(error <= bound)) throw new Error(`sum: expected ${exact} within ${bound}, got ${sum}`);
}
