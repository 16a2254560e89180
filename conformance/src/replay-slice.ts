/**
 * Replays of `slice.jsonl`: slices, indices, chains of views, broadcasting of shapes.
 *
 * @module
 */
import { broadcastShapes } from "../../packages/core/src/layout/broadcast.ts";
import type { DType } from "../../packages/core/src/formats/dtype.ts";
import { contiguousStrides, type Order } from "../../packages/core/src/layout/layout.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { type IndexKey, sliceIndices } from "../../packages/core/src/layout/slicing.ts";
import {
  baseBytes,
  type Case,
  expectOutcome,
  expectSame,
  isRaised,
  outcomeOf,
  PythonFloat,
  type Raised,
  type Replays,
  toHex,
} from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { NDArray } from "./ndarray.ts";
import {
  parseSubscript,
  type PythonKey,
  readSubscript,
  sliceOf,
  type SliceTriple,
  writeSubscript,
} from "./python-index.ts";
import { StridedMemory } from "./strided-memory.ts";
import { PLACE_OFFSET, place, type World } from "./world.ts";

export const replays: Replays = {
  "slice-indices": sliceIndicesGrid,
  "slice-indices-error": sliceIndicesError,
  "mv-1d": slicedChain,
  "nd-slice": slicedModel,
  "mv-nd-index": indexedView,
  "mv-0d-index": indexedScalar,
  "np-chain": numpyChain,
  "broadcast-shapes": broadcastOfShapes,
};

/** What the vectors tell of a view. Only some say where it begins, or how it is contiguous. */
interface ViewResult {
  readonly dtype?: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[] | null;
  /** Bytes from the first of the base; null for arrays without elements. */
  readonly offset?: number | null;
  /** False where NumPy had made a scalar, which is a copy. */
  readonly view?: boolean;
  readonly hex: string;
  readonly c?: boolean;
  readonly f?: boolean;
}

/** Throws unless a view is the one of the vector, strides of axes shorter than 2 and of empty arrays aside. */
function expectView(view: MemoryView, expected: ViewResult): void {
  const { shape, strides, byteOffset, format } = view;
  expectSame("shape", shape, expected.shape);
  if (expected.dtype !== undefined) expectSame("format", format, DTYPES[expected.dtype]?.format);
  expectSame("bytes", toHex(view.toBytes()), expected.hex);
  if (expected.c !== undefined) expectSame("c_contiguous", view.cContiguous, expected.c || isEmptyLine(view));
  if (expected.f !== undefined) expectSame("f_contiguous", view.fContiguous, expected.f || isEmptyLine(view));
  if (shape.includes(0) || expected.strides === null) return;
  const counts = (_: number, axis: number): boolean => shape[axis]! > 1;
  expectSame("strides", strides.filter(counts), expected.strides.filter(counts));
  if (expected.view === false || expected.offset === undefined) return;
  expectSame("offset", byteOffset - PLACE_OFFSET, expected.offset);
}

/** The one corner in which memoryview's contiguity is not that of the C API, which we follow. */
function isEmptyLine({ shape }: { readonly shape: readonly number[] }): boolean {
  return shape.length === 1 && shape[0] === 0;
}

function expectViewOutcome(run: () => MemoryView, expected: ViewResult | Raised): void {
  if (isRaised(expected)) {
    expectOutcome("view", () => toHex(run().toBytes()), expected);
    return;
  }
  const outcome = outcomeOf(run);
  if ("error" in outcome) throw outcome.thrown;
  expectView(outcome.value, expected);
}

function sliceIndicesGrid(c: Case): void {
  const length = c["n"] as number;
  for (const row of c["rows"] as readonly (readonly (number | null)[])[]) {
    const triple = row.slice(0, 3) as unknown as SliceTriple;
    const { start, stop, step, length: selected } = sliceIndices(sliceOf(triple), length);
    expectSame(`slice(${triple.join(", ")}).indices(${length})`, [start, stop, step, selected], row.slice(3));
  }
}

function sliceIndicesError(c: Case): void {
  const key = sliceOf(c["slice"] as SliceTriple);
  expectOutcome("slice.indices", () => sliceIndices(key, c["n"] as number), c["result"]);
}

interface SlicedChainCase extends Case, ViewResult {
  readonly format: string;
  readonly base: { readonly hex?: string; readonly n?: number };
  readonly chain: readonly SliceTriple[];
}

function slicedChain(c: Case, world: World): void {
  const { format, base, chain } = c as SlicedChainCase;
  const whole = new MemoryView(place(baseBytes(base), world)).cast(format);
  expectView(
    chain.reduce((view: MemoryView, triple) => view.at(sliceOf(triple)), whole),
    c as SlicedChainCase,
  );
}

interface SlicedModelCase extends Case {
  readonly base: { readonly n: number };
  readonly shape: readonly number[];
  readonly slices: readonly SliceTriple[];
  /** Of `_testbuffer.ndarray`, which slices all axes. */
  readonly result: ViewResult | Raised;
  /** Of memoryview, which slices one. */
  readonly memoryview: ViewResult | Raised;
}

function slicedModel(c: Case, world: World): void {
  const { base, shape, slices, result, memoryview } = c as SlicedModelCase;
  const structure = { format: "B", itemsize: 1, shape, strides: contiguousStrides(shape, 1, "C") };
  const view = new MemoryView(new StridedMemory(baseBytes(base), structure, world));
  const sliced = (): MemoryView => view.at(...slices.map(sliceOf));
  expectViewOutcome(sliced, result);
  expectViewOutcome(sliced, divergenceOf(c) === null ? memoryview : result);
}

interface IndexCase extends Case {
  readonly format: string;
  readonly shape: readonly number[];
  /** A subscript, as `repr` writes it. */
  readonly index: string;
  readonly get: Raised | { readonly value: unknown };
  readonly set: Raised | { readonly ok: true };
}

function indexedView(c: Case, world: World): void {
  const { format, shape, index, get, set } = c as IndexCase;
  const keys = parseSubscript(index);
  const items = Array.from({ length: shape.reduce((n, length) => n * length, 1) }, (_, i) => i);
  const array = new NDArray(items, { shape, format, writable: true }, world);
  const view = new MemoryView(array);

  const read = (): unknown => ({ value: described(readSubscript(view, keys)) });
  const write = (): unknown => {
    writeSubscript(view, keys, 7);
    return { ok: readSubscript(view, keys) === 7 };
  };
  // The vectors were made by one view: what was stored before is read.
  const stored = get as { value?: unknown };
  if (stored.value === 7) writeSubscript(view, keys, 7);
  expectOutcome("item", read, ourGet(c as IndexCase, view) ?? get);
  expectOutcome("store", write, ourSet(c as IndexCase) ?? set);
}

/** A view as the vectors tell it, or a value. */
function described(value: unknown): unknown {
  return value instanceof MemoryView ? { shape: value.shape, strides: value.strides } : value;
}

interface ScalarIndexCase extends IndexCase {
  readonly len: number;
  readonly iter: Raised;
}

function indexedScalar(c: Case, world: World): void {
  const { format, index, get, iter } = c as ScalarIndexCase;
  const keys = parseSubscript(index);
  const view = new MemoryView(new NDArray([5], { shape: [], format, writable: true }, world));
  const read = (): unknown => {
    const value = readSubscript(view, keys);
    return { value: value instanceof MemoryView && value.ndim === 0 ? { view: "0-d" } : described(value) };
  };
  expectOutcome("item", read, ourGet({ ...(c as ScalarIndexCase), shape: [] }, view) ?? get);
  // Python 3.12 and later.
  expectOutcome("len", () => view.length, { error: "TypeError", msg: "" });
  expectOutcome("iteration", () => [...view], iter);
}

/** The outcome by our rules, where it is not Python's. */
function ourGet({ get, index, shape }: IndexCase, { strides }: MemoryView): unknown {
  const keys = parseSubscript(index);
  // An integral float is an int, of which there are too few.
  if (hasFloat(keys)) return { error: "NotImplementedError", msg: "" };
  return isRaised(get) && isBasicIndex(keys) ? numpyIndex(shape, strides, keys) : null;
}

function ourSet({ set, index }: IndexCase): unknown {
  const keys = parseSubscript(index);
  if (hasFloat(keys)) return { error: "NotImplementedError", msg: "" };
  // What is stored is 7, and that exports nothing.
  return isRaised(set) && isBasicIndex(keys) ? { error: "TypeError", msg: "" } : null;
}

function hasFloat(keys: readonly PythonKey[]): boolean {
  return keys.some((key) => key instanceof PythonFloat);
}

/** True for an index of NumPy's that gives a view: not for integers alone, and not for text. */
function isBasicIndex(keys: readonly PythonKey[]): boolean {
  const isViewKey = (key: PythonKey): boolean => key === "..." || typeof key === "object";
  return keys.some(isViewKey) && keys.every((key) => isViewKey(key) || typeof key === "number");
}

/** NumPy's basic indexing, by its definition: what each key makes of the axes that are left. */
function numpyIndex(shape: readonly number[], strides: readonly number[], keys: readonly PythonKey[]): unknown {
  const named = keys.filter((key) => key !== null && key !== "...").length;
  if (named > shape.length) return { error: "IndexError", msg: "" };
  const axes = shape.map((length, axis) => ({ length, stride: strides[axis]! }));
  const result: typeof axes = [];
  for (const key of keys.includes("...") ? keys : [...keys, "..."]) {
    if (key === "...") result.push(...axes.splice(0, shape.length - named));
    else if (key === null) result.push({ length: 1, stride: 0 });
    else {
      const { length, stride } = axes.shift()!;
      if (typeof key !== "object") continue;
      const selected = sliceIndices(key as SliceObject, length);
      result.push({ length: selected.length, stride: selected.step * stride });
    }
  }
  return { value: { shape: result.map(({ length }) => length), strides: result.map(({ stride }) => stride) } };
}

type SliceObject = Parameters<typeof sliceIndices>[0];

/** What NumPy's dtypes in chains of views are here. */
const DTYPES: Readonly<Record<string, { readonly dtype: DType; readonly format: string }>> = {
  u1: { dtype: "uint8", format: "B" },
  "|u1": { dtype: "uint8", format: "B" },
  "<u2": { dtype: "uint16", format: "H" },
  "<i2": { dtype: "int16", format: "h" },
  "<i4": { dtype: "int32", format: "i" },
  "<f4": { dtype: "float32", format: "f" },
  "<f8": { dtype: "float64", format: "d" },
};

interface ChainCase extends Case {
  readonly dtype: string;
  readonly base: { readonly n: number };
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  readonly chain: readonly (readonly unknown[])[];
  readonly result: ViewResult | Raised;
}

function numpyChain(c: Case, world: World): void {
  const { dtype, base, shape, order, chain, result } = c as ChainCase;
  const { format } = DTYPES[dtype]!;
  const itemsize = Number(dtype.slice(-1));
  const structure = { format, itemsize, shape, strides: contiguousStrides(shape, itemsize, order) };
  const start = new MemoryView(new StridedMemory(baseBytes(base), structure, world));
  expectViewOutcome(() => chain.reduce(chainStep, start), result);
}

/** Does one step of a chain: its name and its arguments. */
function chainStep(view: MemoryView, [name, ...args]: readonly unknown[]): MemoryView {
  const [first, second] = args;
  const axis = (first ?? undefined) as number | undefined;
  switch (name) {
    case "index":
      return view.at(...(first as readonly unknown[]).map(chainKey));
    case "transpose":
      return view.transpose(first as readonly number[]);
    case "swapaxes":
      return view.swapAxes(first as number, second as number);
    case "moveaxis":
      return view.moveAxis(first as number, second as number);
    case "flip":
      return view.flip(axis);
    case "squeeze":
      return view.squeeze(axis);
    case "expand":
      return view.expandDims(first as number);
    case "diagonal":
      return view.diagonal(first as number);
    case "broadcast":
      return view.broadcastTo(first as readonly number[]);
    case "reshape":
      return view.reshape(first as readonly number[], second as Order);
    case "ravelview":
      return view.reshape([-1]);
    case "view":
      return view.viewAs(DTYPES[first as string]!.dtype);
    default:
      throw new Error(`no step of a chain is named ${String(name)}`);
  }
}

function chainKey(key: unknown): IndexKey {
  if (Array.isArray(key)) return sliceOf(key as unknown as SliceTriple);
  return key === "new" ? null : (key as number | "...");
}

function broadcastOfShapes(c: Case): void {
  const shapes = c["shapes"] as readonly (readonly number[])[];
  expectOutcome("broadcast_shapes", () => ({ shape: broadcastShapes(...shapes) }), c["result"]);
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind === "nd-slice") {
    const { memoryview } = c as SlicedModelCase;
    return isRaised(memoryview) && memoryview.error === "NotImplementedError" ? "subViews" : null;
  }
  if (c.kind === "mv-1d") {
    const { c: contiguous } = c as SlicedChainCase;
    return contiguous === false && isEmptyLine(c as SlicedChainCase) ? "emptyContiguity" : null;
  }
  if (c.kind !== "mv-nd-index" && c.kind !== "mv-0d-index") return null;
  const { index, get, set } = c as IndexCase;
  const keys = parseSubscript(index);
  if (hasFloat(keys)) return "integralFloat";
  if (isBasicIndex(keys) && (isRaised(get) || isRaised(set))) return "subViews";
  return c.kind === "mv-0d-index" ? "lengthOfScalar" : null;
}
