/**
 * What is computed: the workloads, their sizes, and where their operands and results lie.
 *
 * A row is a workload for a dtype at a size. Its operands are made from the index alone (`inputs.ts`), so that processes
 * that know nothing of each other compute on the same numbers.
 *
 * Units: elements, but for what says bytes.
 *
 * @module
 */
import { DTYPES } from "@instride/core";

/** The dtypes of operands and results. */
export type RowDType = "float32" | "float64" | "uint8" | "int32";

/** `n`-element workloads come first, then those of two axes. */
export type WorkloadName =
  | "add"
  | "fused"
  | "sum"
  | "dot"
  | "max"
  | "exp"
  | "sin"
  | "add transposed"
  | "every other"
  | "sum axis 0"
  | "sum axis 1"
  | "add broadcast"
  | "uint8 to float32"
  | "gray"
  | "gray to uint8"
  | "Mandelbrot"
  | "Black-Scholes";

export interface Row {
  readonly workload: WorkloadName;
  /** Of the operands. */
  readonly dtype: RowDType;
  /** 1 for workloads of one axis. */
  readonly rows: number;
  readonly columns: number;
}

/** An array: an operand, or the result. */
export interface Place {
  readonly dtype: RowDType;
  readonly shape: readonly number[];
}

/** What limits a loop: the time of a call, the way to memory, or what the processor computes at once. */
export type Bound = "call" | "memory" | "width";

export interface Workload {
  /** As NumPy would say it, of operands a, b, c. */
  readonly formula: string;
  /** Of its operands: their values lie from the first number up to the second. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly operands: (row: Row) => readonly Place[];
  readonly result: (row: Row) => Place;
  /** What of the operands is read: all, unless it says so. */
  readonly readBytes?: (row: Row) => number;
  /** Bound by the width of vectors: never, where the operands lie in a cache, or always. */
  readonly isWide: "never" | "in cache" | "always";
}

/** Iterations after which a point counts as one of the set. */
export const MANDELBROT_ROUNDS = 256;

/** Of the options: the interest rate and the volatility in a year. */
export const RATE = 0.02;
export const VOLATILITY = 0.3;

/** Channels of a pixel: they lie side by side. */
export const CHANNELS = 3;

const WIDE_RANGE = [-5, 5] as const;

/** Below, a call takes longer than its loop. */
const CALL_BYTES = 2 ** 16;

/** What fits in a large cache, which all cores share. */
const CACHE_BYTES = 2 ** 25;

const vector = ({ dtype, columns }: Row): Place => ({ dtype, shape: [columns] });
const matrix = ({ dtype, rows, columns }: Row): Place => ({ dtype, shape: [rows, columns] });
const scalar = ({ dtype }: Row): Place => ({ dtype, shape: [] });
const pixels = ({ rows, columns }: Row): Place => ({ dtype: "uint8", shape: [rows, columns, CHANNELS] });

function vectors(count: number): (row: Row) => readonly Place[] {
  return (row) => Array.from({ length: count }, () => vector(row));
}

function elementwise(formula: string, operands: number, isWide: Workload["isWide"]): Workload {
  const ranges = Array.from({ length: operands }, () => WIDE_RANGE);
  return { formula, ranges, operands: vectors(operands), result: vector, isWide };
}

function reduction(formula: string, operands: number, isWide: Workload["isWide"]): Workload {
  return { ...elementwise(formula, operands, isWide), result: scalar };
}

export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  add: elementwise("a + b", 2, "never"),
  fused: elementwise("sqrt(a * a + b * b) * 0.5 + c", 3, "in cache"),
  sum: reduction("a.sum()", 1, "never"),
  dot: reduction("dot(a, b)", 2, "never"),
  max: reduction("a.max()", 1, "in cache"),
  exp: elementwise("exp(a)", 1, "always"),
  sin: elementwise("sin(a)", 1, "always"),
  "add transposed": {
    formula: "a + b.T",
    ranges: [WIDE_RANGE, WIDE_RANGE],
    operands: (row) => [matrix(row), matrix(row)],
    result: matrix,
    isWide: "never",
  },
  "every other": {
    formula: "a[::2, ::2] * 2",
    ranges: [WIDE_RANGE],
    operands: (row) => [matrix(row)],
    result: ({ dtype, rows, columns }) => ({ dtype, shape: [rows / 2, columns / 2] }),
    readBytes: ({ dtype, rows, columns }) => (rows / 2) * (columns / 2) * DTYPES[dtype].itemsize,
    isWide: "never",
  },
  "sum axis 0": {
    formula: "a.sum(axis=0)",
    ranges: [WIDE_RANGE],
    operands: (row) => [matrix(row)],
    result: vector,
    isWide: "never",
  },
  "sum axis 1": {
    formula: "a.sum(axis=1)",
    ranges: [WIDE_RANGE],
    operands: (row) => [matrix(row)],
    result: ({ dtype, rows }) => ({ dtype, shape: [rows] }),
    isWide: "never",
  },
  "add broadcast": {
    formula: "a + b, b of one row",
    ranges: [WIDE_RANGE, WIDE_RANGE],
    operands: (row) => [matrix(row), vector(row)],
    result: matrix,
    isWide: "never",
  },
  "uint8 to float32": {
    formula: "a * float32(1 / 255)",
    ranges: [[0, 256]],
    operands: (row) => [pixels(row)],
    result: ({ rows, columns }) => ({ dtype: "float32", shape: [rows, columns, CHANNELS] }),
    isWide: "never",
  },
  gray: {
    formula: "(0.2126 * r + 0.7152 * g + 0.0722 * b) / 255 in float32",
    ranges: [[0, 256]],
    operands: (row) => [pixels(row)],
    result: ({ rows, columns }) => ({ dtype: "float32", shape: [rows, columns] }),
    isWide: "never",
  },
  "gray to uint8": {
    formula: "(54 * r + 183 * g + 19 * b) >> 8 in uint16",
    ranges: [[0, 256]],
    operands: (row) => [pixels(row)],
    result: ({ rows, columns }) => ({ dtype: "uint8", shape: [rows, columns] }),
    isWide: "never",
  },
  Mandelbrot: {
    formula: `rounds of z = z * z + c until |z| > 2, at most ${MANDELBROT_ROUNDS}`,
    ranges: [
      [-2, 0.5],
      [-1.25, 1.25],
    ],
    operands: ({ dtype, rows, columns }) => [
      { dtype, shape: [columns] },
      { dtype, shape: [rows, 1] },
    ],
    result: ({ rows, columns }) => ({ dtype: "int32", shape: [rows, columns] }),
    isWide: "always",
  },
  "Black-Scholes": {
    formula: "price of a call: spot a, strike b, years c",
    ranges: [
      [10, 50],
      [10, 50],
      [0.25, 2],
    ],
    operands: vectors(3),
    result: vector,
    isWide: "always",
  },
};

const VECTOR_WORKLOADS: readonly WorkloadName[] = ["add", "fused", "sum", "dot", "max", "exp", "sin"];
const MATRIX_WORKLOADS: readonly WorkloadName[] = [
  "add transposed",
  "every other",
  "sum axis 0",
  "sum axis 1",
  "add broadcast",
];
const PICTURE_WORKLOADS: readonly WorkloadName[] = ["uint8 to float32", "gray", "gray to uint8"];

interface Sizes {
  readonly vector: readonly number[];
  /** Of both axes. */
  readonly matrix: number;
  /** Rows and columns of pixels. */
  readonly picture: readonly [number, number];
  /** Of both axes; a power of 2, so that all coordinates are exact. */
  readonly mandelbrot: number;
  readonly options: number;
}

const SIZES: Readonly<Record<"full" | "quick", Sizes>> = {
  full: {
    vector: [1000, 100_000, 1_000_000, 10_000_000],
    matrix: 4096,
    picture: [2160, 3840],
    mandelbrot: 1024,
    options: 1_000_000,
  },
  quick: { vector: [1000], matrix: 64, picture: [36, 64], mandelbrot: 32, options: 1000 },
};

/** All rows, in the order of the report. */
export function allRows(quick: boolean): Row[] {
  const sizes = SIZES[quick ? "quick" : "full"];
  const floats: readonly RowDType[] = ["float64", "float32"];
  const [height, width] = sizes.picture;
  return [
    ...floats.flatMap((dtype) =>
      VECTOR_WORKLOADS.flatMap((workload) =>
        sizes.vector.map((columns): Row => ({ workload, dtype, rows: 1, columns })),
      ),
    ),
    ...MATRIX_WORKLOADS.map((workload): Row => ({
      workload,
      dtype: "float32",
      rows: sizes.matrix,
      columns: sizes.matrix,
    })),
    ...PICTURE_WORKLOADS.map((workload): Row => ({ workload, dtype: "uint8", rows: height, columns: width })),
    { workload: "Mandelbrot", dtype: "float64", rows: sizes.mandelbrot, columns: sizes.mandelbrot },
    { workload: "Black-Scholes", dtype: "float64", rows: 1, columns: sizes.options },
  ];
}

export function elementsOf({ shape }: Place): number {
  return shape.reduce((product, length) => product * length, 1);
}

function bytesOf(place: Place): number {
  return elementsOf(place) * DTYPES[place.dtype].itemsize;
}

/** Bytes that are read and written once, however caches make more of them. */
export function touchedBytes(row: Row): number {
  const { operands, result, readBytes } = WORKLOADS[row.workload];
  const read = readBytes?.(row) ?? operands(row).reduce((sum, operand) => sum + bytesOf(operand), 0);
  return read + bytesOf(result(row));
}

/** What limits compiled code on a row, as far as its size and its operations tell. */
export function boundOf(row: Row): Bound {
  const bytes = touchedBytes(row);
  const { isWide } = WORKLOADS[row.workload];
  if (isWide !== "always" && bytes < CALL_BYTES) return "call";
  if (isWide === "always") return elementsOf(WORKLOADS[row.workload].result(row)) < CALL_ELEMENTS ? "call" : "width";
  return isWide === "in cache" && bytes <= CACHE_BYTES ? "width" : "memory";
}

/** Results that are so few that a call takes longer, whatever is computed. */
const CALL_ELEMENTS = 10_000;

/** Operation, dtype, size: `add float64 n=1000`, `gray uint8 2160x3840`. */
export function rowName({ workload, dtype, rows, columns }: Row): string {
  return `${workload} ${dtype} ${rows === 1 ? `n=${columns}` : `${rows}x${columns}`}`;
}
