/**
 * Replays of `cast.jsonl`: which casts are legal, and what they give.
 *
 * @module
 */
import { calcsize } from "../../packages/core/src/formats/format.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { type Integer, sliceIndices } from "../../packages/core/src/layout/slicing.ts";
import {
  baseBytes,
  type Case,
  decode,
  expectOutcome,
  isRaised,
  outcomeOf,
  PythonFloat,
  type Raised,
  type Replays,
  toHex,
} from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { NDArray, type NDArrayOptions } from "./ndarray.ts";
import { sliceOf, type SliceTriple } from "./python-index.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  fmt: replayFormat,
  chain: replayChain,
  "nd-nd": replayDimensions,
  "nd-flat": replayDimensions,
  "shape-type": replayShapeType,
  layout: replayLayout,
};

/** What the vectors tell of a view; not all of them tell its bytes. */
interface ViewResult {
  readonly format: string;
  readonly itemsize: number;
  readonly ndim: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly nbytes: number;
  readonly readonly: boolean;
  readonly hex?: string;
}

function expectCast(run: () => MemoryView, expected: ViewResult | Raised): void {
  const describe = (): ViewResult => {
    using view = run();
    const { format, itemsize, ndim, shape, strides, nbytes, readonly } = view;
    const fields = { format, itemsize, ndim, shape, strides, nbytes, readonly };
    return "hex" in expected ? { ...fields, hex: toHex(view.toBytes()) } : fields;
  };
  expectOutcome("cast", describe, expected);
}

/** A shape as the vectors have it, as an argument of ours. */
function shapeOf(shape: unknown): readonly Integer[] | undefined {
  return shape === undefined || shape === "none" ? undefined : (decode(shape) as readonly Integer[]);
}

interface FormatCase extends Case {
  readonly src: string;
  readonly dst: string;
  /** Bytes, all 0. */
  readonly n: number;
  readonly result: ViewResult | Raised;
}

function replayFormat(c: Case, world: World): void {
  const { src, dst, n, result } = c as FormatCase;
  const bytes = new MemoryView(place(new Uint8Array(n), world));
  const source = src === "B" ? bytes : bytes.cast(src);
  expectCast(() => source.cast(dst), divergenceOf(c) === "halfFloatCast" ? halfFloats(c as FormatCase) : result);
}

/** The outcome of a cast to half-precision floats: since Python 3.12 they are a format like others. */
function halfFloats({ src, dst, n }: FormatCase): ViewResult | Raised {
  if (!"bBc".includes(src)) return { error: "TypeError", msg: "" };
  return { format: dst, itemsize: 2, ndim: 1, shape: [n / 2], strides: [2], nbytes: n, readonly: false };
}

type ChainOp = readonly ["cast", string, unknown?] | readonly ["slice", SliceTriple] | readonly ["toreadonly"];

interface ChainCase extends Case {
  /** Bytes of the base. */
  readonly n: number;
  readonly base: { readonly hex: string };
  readonly ops: readonly ChainOp[];
  readonly result: ViewResult | Raised;
}

function replayChain(c: Case, world: World): void {
  const { base, ops, result } = c as ChainCase;
  const whole: MemoryView = new MemoryView(place(baseBytes(base), world));
  // What came before the last step was no question.
  const source = ops.slice(0, -1).reduce(chainStep, whole);
  const last = ops.at(-1)!;
  const divergence = divergenceOf(c);
  let expected = result;
  if (divergence === "integralFloat") expected = withIntegers(source, last, result);
  if (divergence === "emptyContiguity") expected = withoutElements(source, last, result);
  expectCast(() => chainStep(source, last), expected);
}

function chainStep(view: MemoryView, op: ChainOp): MemoryView {
  if (op[0] === "slice") return view.at(sliceOf(op[1]));
  return op[0] === "cast" ? view.cast(op[1], shapeOf(op[2])) : view.toReadonly();
}

/** The outcome of a cast to a shape of integral floats: what it is for integers, one line of as many elements. */
function withIntegers(
  source: MemoryView,
  [, format, shape]: ChainOp,
  result: ViewResult | Raised,
): ViewResult | Raised {
  const itemsize = calcsize(format as string);
  const lengths = decode(shape) as readonly number[];
  const legal = "value" in outcomeOf(() => source.cast(format as string));
  const { nbytes, readonly } = source;
  // Without elements, or with the wrong number of them, it is a TypeError anyway.
  if (!legal || nbytes === 0 || lengths.length !== 1 || lengths[0]! * itemsize !== nbytes) return result;
  const hex = toHex(source.toBytes());
  return { format: format as string, itemsize, ndim: 1, shape: lengths, strides: [itemsize], nbytes, readonly, hex };
}

/** The outcome of a cast of no elements at all, which lie side by side whatever their stride. */
function withoutElements(source: MemoryView, [, given]: ChainOp, result: ViewResult | Raised): ViewResult | Raised {
  const format = given as string;
  const itemsize = calcsize(format);
  if (!"bBc".includes(source.format) && !"bBc".includes(format)) return result;
  const { readonly } = source;
  return { format, itemsize, ndim: 1, shape: [0], strides: [itemsize], nbytes: 0, readonly, hex: "" };
}

/** True where the steps before the last leave an axis of length 0 whose stride is not the item size. */
function isEmptyLine({ n, ops }: ChainCase): boolean {
  const line = { length: n, stride: 1, itemsize: 1 };
  for (const op of ops.slice(0, -1)) {
    if (op[0] === "cast") {
      line.itemsize = calcsize(op[1]);
      Object.assign(line, { length: (line.length * line.stride) / line.itemsize, stride: line.itemsize });
    } else if (op[0] === "slice") {
      const { length, step } = sliceIndices(sliceOf(op[1]), line.length);
      Object.assign(line, { length, stride: line.stride * step });
    }
  }
  return line.length === 0 && line.stride !== line.itemsize;
}

interface DimensionsCase extends Case {
  readonly frm: readonly number[];
  /** Absent for a cast without a shape. */
  readonly to?: readonly number[];
  readonly result: ViewResult | Raised;
}

function replayDimensions(c: Case, world: World): void {
  const { frm, to, result } = c as DimensionsCase;
  const source = new MemoryView(place(new Uint8Array(6), world)).cast("B", frm);
  expectCast(() => source.cast("B", to), result);
}

/** What is given for a shape, by the name of its type in Python. */
const SHAPES: Readonly<Record<string, unknown>> = {
  tuple: Object.freeze([2, 3]),
  list: [2, 3],
  set: new Set([2, 3]),
  str: "23",
  int: 6,
  NoneType: null,
  ndarray: BigInt64Array.of(2n, 3n),
};

function replayShapeType(c: Case, world: World): void {
  const name = (c["shape"] as string).replaceAll("'", "");
  if (!(name in SHAPES)) throw new Error(`no shape is of type ${name}`);
  const source = new MemoryView(place(new Uint8Array(6), world));
  expectCast(() => source.cast("B", SHAPES[name] as readonly number[]), c["result"] as ViewResult | Raised);
}

const SIX: readonly number[] = [0, 1, 2, 3, 4, 5];

const SOURCES: Readonly<Record<string, readonly [items: readonly unknown[], options: NDArrayOptions]>> = {
  F: [SIX, { shape: [2, 3], fortran: true }],
  neg: [SIX, { shape: [6], strides: [-1], offset: 5 }],
  scalar: [[7], { shape: [], format: "i" }],
  zero: [[1], { shape: [0] }],
  zero2: [[1], { shape: [0, 2] }],
  compound: [
    [
      [1, 2],
      [3, 4],
    ],
    { shape: [2], format: "hh" },
  ],
  le: [[1, 2], { shape: [2], format: "<h" }],
};

interface LayoutCase extends Case {
  readonly src: string;
  readonly dst: string;
  readonly shape: readonly number[] | null;
  readonly result: ViewResult | Raised;
}

function replayLayout(c: Case, world: World): void {
  const { src, dst, shape, result } = c as LayoutCase;
  const [items, options] = SOURCES[src]!;
  const source = new MemoryView(new NDArray(items, options, world));
  expectCast(() => source.cast(dst, shape ?? undefined), result);
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind === "fmt") return /^@?e$/.test((c as FormatCase).dst) ? "halfFloatCast" : null;
  if (c.kind !== "chain" || !isRaised((c as ChainCase).result)) return null;
  const [, , shape] = (c as ChainCase).ops.at(-1)!;
  if (shape === "none" && isEmptyLine(c as ChainCase)) return "emptyContiguity";
  return Array.isArray(shape) && shape.some((length) => length instanceof PythonFloat) ? "integralFloat" : null;
}
