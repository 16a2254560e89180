/**
 * `out = a + b` over float64 in the ways that Node and pages have in common.
 *
 * @module
 */
import type { MemoryView, Runtime } from "instride";
import { add } from "../jobs/add.ts";
import { ADD_KERNEL } from "../jobs/kernels.ts";
import { check } from "../support/check.ts";
import { gather } from "../support/gather.ts";
import type { Case, Effort, GroupPlan } from "../support/measure.ts";
import { sizeName } from "../support/report.ts";

export interface Operands<B extends ArrayBufferLike> {
  readonly a: Float64Array<B>;
  readonly b: Float64Array<B>;
  readonly out: Float64Array<B>;
}

/** A way to compute `out`, and where that lies. */
export interface Way extends Case {
  readonly out: Float64Array;
}

const ITEMSIZE = Float64Array.BYTES_PER_ELEMENT;

/** What is read and written for each element. */
const BYTES_PER_ITERATION = 3 * ITEMSIZE;

/** Powers of 2, of all operands together, in bytes: 1 KiB to 64 MiB. */
const EXPONENTS: readonly number[] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
const QUICK_EXPONENTS: readonly number[] = [10, 16, 22];

/** What all operands take together, in bytes, from small to large. */
export function allSizes(quick: boolean): number[] {
  return (quick ? QUICK_EXPONENTS : EXPONENTS).map((exponent) => 2 ** exponent);
}

export const REFERENCE = "plain loop";

/** A way that uses threads is run so often before it is timed: they don't come all at once. */
const VERIFIED_RUNS = 3;

/** Elements of each operand, so that all together are as large. */
export function lengthFor(touchedBytes: number): number {
  return Math.floor(touchedBytes / BYTES_PER_ITERATION);
}

export function plainLoop({ a, b, out }: Operands<SharedArrayBuffer>): Way {
  return { name: REFERENCE, out, isAsync: false, run: () => add(a, b, out, 0, out.length) };
}

export function preparedName(threads: number): string {
  return `prepared, caller helps, threads=${threads}`;
}

/** @param loops - releases it in the end */
export async function preparedLoop(
  runtime: Runtime,
  operands: Operands<SharedArrayBuffer>,
  loops: DisposableStack,
): Promise<Way> {
  const { length } = operands.out;
  const options = { over: length, views: viewsOf(runtime, operands), caller: "helps", inlineBelowUs: 0 } as const;
  const loop = loops.use(await runtime.prepare(ADD_KERNEL, options));
  return {
    name: preparedName(runtime.threads),
    out: operands.out,
    isAsync: true,
    run: () => loop.run(),
    beforeAll: () => gather(runtime),
  };
}

export function parallelFor(runtime: Runtime, operands: Operands<SharedArrayBuffer>): Way {
  const options = { over: operands.out.length, views: viewsOf(runtime, operands) };
  return {
    name: `parallelFor, caller waits, threads=${runtime.threads}`,
    out: operands.out,
    isAsync: true,
    run: () => runtime.parallelFor(ADD_KERNEL, options),
    beforeAll: () => gather(runtime),
  };
}

function viewsOf(runtime: Runtime, { a, b, out }: Operands<SharedArrayBuffer>): Readonly<Record<string, MemoryView>> {
  const adopt = (array: Float64Array<SharedArrayBuffer>): MemoryView =>
    runtime.adopt(array.buffer, { dtype: "float64", shape: [array.length] });
  return { a: adopt(a).toReadonly(), b: adopt(b).toReadonly(), out: adopt(out) };
}

/** What is measured at a size. */
export function planOf(touchedBytes: number, ways: readonly Way[], effort: Effort): GroupPlan {
  const n = lengthFor(touchedBytes);
  return {
    name: `add float64, ${sizeName(touchedBytes)} touched, n=${n}`,
    parameters: { operation: "add", dtype: "float64", n, touchedBytes },
    work: { amount: n * BYTES_PER_ITERATION, unit: "B" },
    reference: REFERENCE,
    cases: ways,
    effort,
  };
}

/** `a[i]` is `i` and `b[i]` is 0.5, so that every sum is exact and no two are equal. */
export function filledOperands<B extends ArrayBufferLike>(n: number, allocate: (bytes: number) => B): Operands<B> {
  const array = (): Float64Array<B> => new Float64Array(allocate(n * ITEMSIZE));
  const a = array();
  for (let i = 0; i < n; i++) a[i] = i;
  return { a, b: array().fill(0.5), out: array() };
}

export function firstOf<B extends ArrayBufferLike>({ a, b, out }: Operands<B>, n: number): Operands<B> {
  return { a: a.subarray(0, n), b: b.subarray(0, n), out: out.subarray(0, n) };
}

/** @throws a `WrongResultError` unless the way computes every element */
export async function verify({ name, out, run, beforeAll }: Way): Promise<void> {
  await beforeAll?.();
  for (let runs = 0; runs < VERIFIED_RUNS; runs++) {
    out.fill(Number.NaN);
    await run();
    const wrong = out.findIndex((value, i) => value !== i + 0.5);
    check(wrong === -1, `${name}: element ${wrong} of ${out.length} is ${out[wrong]}, expected ${wrong + 0.5}`);
  }
}
