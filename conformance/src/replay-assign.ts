/**
 * Replays of `assign.jsonl`: assignment between views, also of one memory, what may be written at all, and the questions of
 * overlap.
 *
 * @module
 */
import { ReadonlyError } from "../../packages/core/src/errors.ts";
import type { Exportable } from "../../packages/core/src/protocol/exporter.ts";
import { contiguousStrides } from "../../packages/core/src/layout/layout.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { type Extent, mayShareBounds, selfOverlaps, sharesMemory } from "../../packages/core/src/layout/overlap.ts";
import { packInto } from "../../packages/core/src/formats/struct.ts";
import { baseBytes, type Case, expectOutcome, expectSame, fromHex, type Raised, type Replays, toHex } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { Bytes } from "./ndarray.ts";
import { sliceOf, type SliceTriple } from "./python-index.ts";
import { StridedMemory } from "./strided-memory.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  "overlap-1d": replayOverlap,
  "cross-format": replayCrossFormat,
  rvalue: replaySource,
  errors: replayRefusal,
  "overlap-nd": replayOverlapOfAxes,
  "shares-memory": replaySharedMemory,
  "self-overlap": replaySelfOverlap,
};

function text(characters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

type MemoryResult = Raised | { readonly hex: string };

interface OverlapCase extends Case {
  readonly format: string;
  readonly before: string;
  readonly dst: SliceTriple;
  readonly src: SliceTriple;
  readonly result: MemoryResult;
}

function replayOverlap(c: Case, world: World): void {
  const { format, before, dst, src, result } = c as OverlapCase;
  const memory = place(fromHex(before), world);
  const bytes = new MemoryView(memory);
  const view = format === "B" ? bytes : bytes.cast(format);
  expectOutcome("memory", () => assigned(view.at(sliceOf(dst)), view.at(sliceOf(src)), memory), result);
}

/** Assigns, and tells the memory. */
function assigned(target: MemoryView, source: Exportable, memory: Uint8Array): { readonly hex: string } {
  target.assign(source);
  return { hex: toHex(memory) };
}

function replayCrossFormat(c: Case, world: World): void {
  const memory = place(new Uint8Array(16), world);
  const target = new MemoryView(memory).cast(c["dst"] as string);
  const source = new MemoryView(place(baseBytes({ n: 16 }), world)).cast(c["src"] as string);
  const part = source.at(`:${target.length}`);
  expectOutcome("memory", () => assigned(target.at(":"), part, memory), c["result"]);
}

const SOURCES: Readonly<Record<string, (world: World) => unknown>> = {
  bytes: (world) => new Bytes(text("abcd"), world),
  "bytes-short": (world) => new Bytes(text("abc"), world),
  bytearray: (world) => place(text("abcd"), world),
  list: () => [1, 2, 3, 4],
  int: () => 1,
  str: () => "abcd",
  "array-b": (world) => new Int8Array(place(text("abcd"), world).buffer, 3),
  "array-B": (world) => place(text("abcd"), world),
  empty: (world) => new Bytes(new Uint8Array(0), world),
};

function replaySource(c: Case, world: World): void {
  const make = SOURCES[c["value"] as string];
  if (make === undefined) throw new Error(`no source is named ${String(c["value"])}`);
  const memory = place(new Uint8Array(4), world);
  const run = (): object => assigned(new MemoryView(memory).at(":"), make(world) as Exportable, memory);
  expectOutcome("memory", run, c["result"]);
}

/** Views of six bytes, and of `b"abc"`. */
interface Operands {
  readonly writable: MemoryView;
  readonly bytes: MemoryView;
  readonly world: World;
}

const WRITES: Readonly<Record<string, (operands: Operands) => unknown>> = {
  "nd slice assign": ({ writable, world }) =>
    writable
      .cast("B", [2, 3])
      .at("0:1")
      .assign(new Bytes(text("abc"), world)),
  "readonly item": ({ bytes }) => bytes.set(1, 0),
  "readonly slice": ({ bytes, world }) => bytes.at("0:1").assign(new Bytes(text("x"), world)),
  "toreadonly item": ({ writable }) => writable.toReadonly().set(1, 0),
  "toreadonly of writable leaves origin writable": ({ writable }) => {
    writable.toReadonly();
    writable.set(9, 0);
  },
  "index out of range": ({ writable }) => writable.set(1, 6),
  "readonly and out of range": ({ bytes }) => bytes.set(1, 9),
  "readonly and bad value": ({ bytes }) => bytes.set("x", 0),
  "ro numpy": ({ writable }) => writable.at("0:1").broadcastTo([3]).set(1, 0),
  // Whoever would write through an array of his own gets none.
  "ctypes recv_into ro": ({ bytes }) => bytes.asTypedArray(),
  "readinto ro": ({ bytes, world }) => bytes.assign(new Bytes(text("xyz"), world)),
  "struct.pack_into ro": ({ world }) => packInto("i", new Bytes(text("abcd"), world), 0, 1),
  "np.frombuffer ro write": ({ bytes }) => bytes.fill(1),
};

interface RefusalCase extends Case {
  readonly what: string;
  readonly result: Raised | { readonly ok: true };
}

function replayRefusal(c: Case, world: World): void {
  const { what, result } = c as RefusalCase;
  const write = WRITES[what];
  if (write === undefined) throw new Error(`no write is named ${what}`);
  const writable = new MemoryView(place(new Uint8Array(6), world));
  const bytes = new MemoryView(new Bytes(text("abc"), world));
  const run = (): object => {
    write({ writable, bytes, world });
    return { ok: true };
  };
  expectOutcome(what, run, OUR_REFUSALS[what] ?? result);
  expectSame("read-only memory", toHex(bytes.toBytes()), toHex(text("abc")));
}

/** Outcomes by our rules, where they are not Python's. */
const OUR_REFUSALS: Readonly<Record<string, Raised>> = {
  // Rows can be assigned to, and `b"abc"` is none of shape [1, 3].
  "nd slice assign": { error: "ValueError", msg: "" },
  "np.frombuffer ro write": { error: "TypeError", msg: ReadonlyError.name },
};

interface AxesCase extends Case {
  readonly shape: readonly number[];
  readonly before: string;
  readonly dst: readonly SliceTriple[];
  readonly src: readonly SliceTriple[];
  readonly result: MemoryResult;
}

function replayOverlapOfAxes(c: Case, world: World): void {
  const { shape, before, dst, src, result } = c as AxesCase;
  const structure = { format: "B", itemsize: 1, shape, strides: contiguousStrides(shape, 1, "C") };
  const memory = new StridedMemory(fromHex(before), structure, world);
  const view = new MemoryView(memory);
  const target = view.at(...dst.map(sliceOf));
  const source = view.at(...src.map(sliceOf));
  // NumPy's assignment broadcasts, ours leaves that to the caller.
  expectOutcome("memory", () => assigned(target, source.broadcastTo(target.shape), memory.bytes), result);
}

/** An array over the common memory of a case. */
interface ArrayCase {
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
}

function extentOf({ itemsize, shape, strides, offset }: ArrayCase): Extent {
  return { itemsize, shape, strides, byteOffset: offset ?? 0 };
}

function replaySharedMemory(c: Case): void {
  const [a, b] = [extentOf(c["a"] as ArrayCase), extentOf(c["b"] as ArrayCase)];
  expectSame("shares_memory", sharesMemory(a, b), c["exact"] === true ? "yes" : "no");
  expectSame("shares_memory, exchanged", sharesMemory(b, a), c["exact"] === true ? "yes" : "no");
  expectSame("may_share_memory", mayShareBounds(a, b), c["bounds"]);
}

function replaySelfOverlap(c: Case): void {
  expectSame("overlaps", selfOverlaps(extentOf(c as Case & ArrayCase)), c["overlaps"] === true ? "yes" : "no");
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind !== "errors") return null;
  const { what } = c as RefusalCase;
  if (what === "nd slice assign") return "subViews";
  return what === "np.frombuffer ro write" ? "numpyReadonly" : null;
}
