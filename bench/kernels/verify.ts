/**
 * Whether a result is right: compared, element by element, with what float64 arithmetic gives for the formula.
 *
 * Nothing here is shared with what is measured but the operands.
 *
 * @module
 */
import { check } from "../support/check.ts";
import { MANDELBROT_ROUNDS, RATE, type Row, rowName, VOLATILITY, CHANNELS } from "./workloads.ts";

type Operands = readonly ArrayLike<number>[];

/** What is right, and how far from it a result may be. */
export interface Expected {
  readonly values: Float64Array;
  /** Errors are measured in it: of a value's size, or of what is summed. */
  readonly scales: Float64Array | null;
}

/** Rounding of intermediate results, and up to 4 ulp of a function. */
const TOLERANCE = { float64: 1e-13, float32: 2e-6 } as const;

/** Of sums, in the sum of magnitudes: of float32 they may be added up one by one. */
const SUM_TOLERANCE = { float64: 1e-11, float32: 1e-4 } as const;

/** Points near the edge of the set, where one rounding more or less (a fused multiplication and addition) decides. */
const MANDELBROT_SHARE = 0.02;

/** Computes what is right. */
export function expectedOf(row: Row, operands: Operands): Expected {
  switch (row.workload) {
    case "sum":
    case "dot":
      return sumsOf(1, operands[0]!.length, 0, 1, row.workload === "sum" ? operands[0]! : products(operands));
    case "sum axis 0":
      return sumsOf(row.columns, row.rows, 1, row.columns, operands[0]!);
    case "sum axis 1":
      return sumsOf(row.rows, row.columns, row.columns, 1, operands[0]!);
    case "max":
      return { values: Float64Array.of(largest(operands[0]!)), scales: null };
    default:
      return { values: elementsFor(row, operands), scales: null };
  }
}

function largest(numbers: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i]!);
  return most;
}

function products([a, b]: Operands): Float64Array {
  return Float64Array.from(a!, (value, i) => value * b![i]!);
}

/** Sums with the error of each addition added up as well (Neumaier), and of magnitudes. */
function sumsOf(count: number, length: number, outer: number, inner: number, terms: ArrayLike<number>): Expected {
  const values = new Float64Array(count);
  const scales = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    let lost = 0;
    let magnitudes = 0;
    for (let i = 0; i < length; i++) {
      const term = terms[k * outer + i * inner]!;
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
      magnitudes += Math.abs(term);
    }
    values[k] = sum + lost;
    scales[k] = magnitudes;
  }
  return { values, scales };
}

function elementsFor(row: Row, operands: Operands): Float64Array {
  const [a, b, c] = operands as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
  const { rows, columns } = row;
  const fill = (length: number, element: (i: number) => number): Float64Array => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = element(i);
    return values;
  };
  switch (row.workload) {
    case "add":
      return fill(columns, (i) => a[i]! + b[i]!);
    case "fused":
      return fill(columns, (i) => Math.sqrt(a[i]! * a[i]! + b[i]! * b[i]!) * 0.5 + c[i]!);
    case "exp":
      return fill(columns, (i) => Math.exp(a[i]!));
    case "sin":
      return fill(columns, (i) => Math.sin(a[i]!));
    case "add transposed":
      return fill(rows * columns, (i) => a[i]! + b[(i % columns) * rows + Math.floor(i / columns)]!);
    case "every other":
      return fill((rows * columns) / 4, (i) => {
        const half = columns / 2;
        return a[2 * Math.floor(i / half) * columns + 2 * (i % half)]! * 2;
      });
    case "add broadcast":
      return fill(rows * columns, (i) => a[i]! + b[i % columns]!);
    case "uint8 to float32":
      return fill(rows * columns * CHANNELS, (i) => a[i]! / 255);
    case "gray":
      return fill(rows * columns, (i) => (0.2126 * a[3 * i]! + 0.7152 * a[3 * i + 1]! + 0.0722 * a[3 * i + 2]!) / 255);
    case "gray to uint8":
      return fill(rows * columns, (i) => Math.floor((54 * a[3 * i]! + 183 * a[3 * i + 1]! + 19 * a[3 * i + 2]!) / 256));
    case "Mandelbrot":
      return fill(rows * columns, (i) => roundsOf(a[i % columns]!, b[Math.floor(i / columns)]!));
    case "Black-Scholes":
      return fill(columns, (i) => callPrice(a[i]!, b[i]!, c[i]!));
    default:
      throw new Error(`internal: ${row.workload} is no element-wise workload`);
  }
}

function roundsOf(cx: number, cy: number): number {
  let x = 0;
  let y = 0;
  for (let n = 0; n < MANDELBROT_ROUNDS; n++) {
    if (x * x + y * y > 4) return n;
    [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
  }
  return MANDELBROT_ROUNDS;
}

function callPrice(spot: number, strike: number, years: number): number {
  const deviation = VOLATILITY * Math.sqrt(years);
  const d = (Math.log(spot / strike) + (RATE + VOLATILITY ** 2 / 2) * years) / deviation;
  return spot * normal(d) - strike * Math.exp(-RATE * years) * normal(d - deviation);
}

/** The normal distribution by formula 26.2.17 of Abramowitz and Stegun, as in all programs that are measured. */
function normal(x: number): number {
  const k = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = series.reduceRight((sum, factor) => k * (factor + sum), 0);
  const upper = 0.3989422804014327 * Math.exp((-x * x) / 2) * tail;
  return x < 0 ? upper : 1 - upper;
}

/**
 * Compares a result with what is right.
 *
 * @param leeway - how many times the tolerance is allowed, for a program that is known to compute less exactly
 * @throws a `WrongResultError` that names the way and an element
 */
export function verify(row: Row, way: string, result: ArrayLike<number>, expected: Expected, leeway = 1): void {
  const { values, scales } = expected;
  const name = `${rowName(row)}, ${way}`;
  check(result.length === values.length, `${name}: ${result.length} elements, expected ${values.length}`);
  const tolerance = toleranceOf(row, scales !== null) * leeway;
  let wrong = 0;
  let at = -1;
  for (let i = 0; i < values.length; i++) {
    const scale = scales === null ? Math.max(1, Math.abs(values[i]!)) : scales[i]!;
    if (Math.abs(result[i]! - values[i]!) <= tolerance * scale) continue;
    wrong++;
    at = i;
  }
  const most = row.workload === "Mandelbrot" ? MANDELBROT_SHARE * values.length : 0;
  check(
    wrong <= most,
    `${name}: ${wrong} of ${values.length} elements are wrong: [${at}] is ${result[at]}, expected ${values[at]}`,
  );
}

function toleranceOf({ workload, dtype }: Row, isSum: boolean): number {
  if (workload === "Mandelbrot" || workload === "gray to uint8" || workload === "max") return 0;
  const kind = dtype === "float64" ? "float64" : "float32";
  return isSum ? SUM_TOLERANCE[kind] : TOLERANCE[kind];
}
