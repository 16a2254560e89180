/**
 * Replays of `layout.jsonl`, and of the strides in `flags.jsonl`: contiguity, byte bounds, sizes, what is in a view, and
 * which structures are none.
 *
 * @module
 */
import { borrowView } from "../../packages/core/src/leases/borrowed-view.ts";
import {
  byteBounds,
  contiguousStrides,
  isContiguous,
  type Layout,
  type Order,
  sizeOf,
  verifyStructure,
} from "../../packages/core/src/layout/layout.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import {
  baseBytes,
  type Case,
  decode,
  expectOutcome,
  expectSame,
  isRaised,
  type Raised,
  type Replays,
  toHex,
} from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { StridedMemory } from "./strided-memory.ts";
import { PLACE_OFFSET, place, type World } from "./world.ts";

export const replays: Replays = {
  layout: replayLayout,
  "contig-edge": replayContiguity,
  invalid: replayStructure,
  hex: replayHex,
};

interface ContiguityCase extends Case {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly c: boolean;
  readonly f: boolean;
  readonly any: boolean;
}

/** A structure of `layout.jsonl`, with what CPython and NumPy say of it. */
interface LayoutCase extends ContiguityCase {
  readonly format: string;
  readonly itemsize: number;
  readonly base: { readonly hex?: string; readonly n?: number };
  readonly offset: number;
  readonly nbytes: number;
  readonly len0: number;
  /** The orders for which `PyBuffer_IsContiguous` is true. */
  readonly pybuffer: string;
  readonly tobytes: Readonly<Record<Order, string>>;
  /** True where `tobytes(order=None)` is `tobytes("C")`. */
  readonly tobytesNone: boolean;
  /** Absent for larger ones. */
  readonly tolist?: unknown;
  readonly np_c?: boolean;
  readonly np_f?: boolean;
  readonly np_bounds?: readonly [number, number] | null;
}

function replayLayout(c: Case, world: World): void {
  const { itemsize, shape, strides, offset, nbytes, pybuffer, np_c, np_f, np_bounds } = c as LayoutCase;
  const orders = (["C", "F", "A"] as const).filter((order) => isContiguous(shape, strides, itemsize, order));
  expectSame("PyBuffer_IsContiguous", orders.join(""), pybuffer);
  if (np_c !== undefined) expectSame("flags.c_contiguous", orders.includes("C"), np_c);
  if (np_f !== undefined) expectSame("flags.f_contiguous", orders.includes("F"), np_f);
  expectSame("size", sizeOf(shape) * itemsize, nbytes);
  if (np_bounds !== undefined && np_bounds !== null) {
    const { low, high } = byteBounds({ shape, strides, byteOffset: offset }, itemsize);
    expectSame("byte_bounds", [low, high], np_bounds);
  }

  using view = new MemoryView(new StridedMemory(baseBytes((c as LayoutCase).base), c as LayoutCase, world));
  expectContiguity(view, c as LayoutCase);
  expectContents(view, c as LayoutCase);
}

function expectContents(view: MemoryView, { shape, nbytes, len0, tobytes, tobytesNone, tolist }: LayoutCase): void {
  expectSame("nbytes", view.nbytes, nbytes);
  // A scalar has no length since Python 3.12.
  expectOutcome("len", () => view.length, shape.length === 0 ? { error: "TypeError", msg: "" } : len0);
  for (const order of ["C", "F", "A"] as const) {
    expectSame(`tobytes(${order})`, toHex(view.toBytes(order)), tobytes[order]);
  }
  expectSame("tobytes(None)", toHex(view.toBytes(null)) === tobytes.C, tobytesNone);
  if (tolist !== undefined) expectSame("tolist", view.toList(), decode(tolist));
}

function replayContiguity(c: Case, world: World): void {
  const { shape, strides } = c as ContiguityCase;
  // As the vectors had it: 256 bytes, and the first element in their middle.
  const structure = { format: "B", itemsize: 1, shape, strides, offset: 128 };
  using view = new MemoryView(new StridedMemory(new Uint8Array(256), structure, world));
  expectContiguity(view, c as ContiguityCase);
}

function expectContiguity(view: MemoryView, c: ContiguityCase): void {
  // In the one corner where memoryview differs from the C API, that is followed: without elements all are side by side.
  const differs = divergenceOf(c) === "emptyContiguity";
  expectSame("c_contiguous", view.cContiguous, differs || c.c);
  expectSame("f_contiguous", view.fContiguous, differs || c.f);
  expectSame("contiguous", view.contiguous, differs || c.any);
}

interface InvalidCase extends Case {
  readonly memlen: number;
  readonly format: string;
  readonly shape: readonly number[];
  /** Default: C order. */
  readonly strides?: readonly number[];
  /** Default 0. */
  readonly offset?: number;
  readonly result: Raised | { readonly ok: true };
}

function replayStructure(c: Case, world: World): void {
  const { memlen, format, shape, offset = 0, result } = c as InvalidCase;
  const strides = (c as InvalidCase).strides ?? contiguousStrides(shape, 1, "C");
  const layout: Layout = { shape, strides, byteOffset: offset };
  expectSame("verify_structure", verifyStructure(layout, 1, memlen), !isRaised(result));

  // The receiver of a descriptor proves the same.
  const { buffer } = new Uint8Array(world.allocate(memlen));
  const described = { ...layout, buffer, format, itemsize: 1, suboffsets: null, readonly: false, lease: null };
  expectOutcome("descriptor", () => ({ ok: borrowView(described, null).view.ndim > 0 }), result);
}

interface HexCase extends Case {
  /** Bytes. */
  readonly n: number;
  readonly view?: "[::-2]";
  /** Text, or bytes, or null for none. */
  readonly sep: unknown;
  readonly per: number;
  readonly result: string | Raised;
}

function replayHex(c: Case, world: World): void {
  const { n, view: slice, sep, per, result } = c as HexCase;
  const whole = new MemoryView(place(baseBytes({ n }), world));
  const view = slice === undefined ? whole : whole.at("::-2");
  const given = decode(sep);
  const separator = given instanceof Uint8Array ? String.fromCharCode(...given) : (given as string | null);
  expectOutcome("hex", () => (separator === null ? view.hex() : view.hex(separator, per)), result);
  expectSame("offset", whole.byteOffset, PLACE_OFFSET);
}

export function fillContiguousStrides(c: Case): void {
  const { shape, itemsize, strides } = c as LayoutCase;
  expectSame("strides", contiguousStrides(shape, itemsize, c["order"] as "C" | "F"), strides);
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind !== "layout" && c.kind !== "contig-edge") return null;
  const { shape, any } = c as ContiguityCase;
  if (shape.length === 1 && shape[0] === 0 && !any) return "emptyContiguity";
  return c.kind === "layout" && shape.length === 0 ? "lengthOfScalar" : null;
}
