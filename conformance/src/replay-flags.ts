/**
 * Replays of `flags.jsonl`: what every kind of exporter answers to every request, and the helpers of the C API.
 *
 * @module
 */
import { getContiguous, isBufferContiguous, toContiguous } from "../../packages/core/src/protocol/contiguous.ts";
import type { Order } from "../../packages/core/src/layout/layout.ts";
import { type Exporter, getBuffer } from "../../packages/core/src/protocol/exporter.ts";
import { BufferFlags, requests } from "../../packages/core/src/protocol/flags.ts";
import { calcsize } from "../../packages/core/src/formats/format.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import type { BufferInfo } from "../../packages/core/src/protocol/py-buffer.ts";
import { memoryViewFromBuffer } from "../../packages/core/src/views/temporary-view.ts";
import { type Case, expectOutcome, expectSame, isRaised, type Raised, type Replays, toHex } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { Bytes, NDArray, type NDArrayOptions } from "./ndarray.ts";
import { fillContiguousStrides } from "./replay-layout.ts";
import type { World } from "./world.ts";

export const replays: Replays = {
  request: replayRequest,
  SizeFromFormat: replaySizeFromFormat,
  FillContiguousStrides: fillContiguousStrides,
  ToContiguous: replayToContiguous,
  GetContiguous: replayGetContiguous,
};

/** The fields of a `Py_buffer`, as the vectors name them. */
interface Answer {
  readonly len: number;
  readonly itemsize: number;
  readonly readonly: boolean;
  readonly ndim: number;
  readonly format: string | null;
  readonly shape: readonly number[] | null;
  readonly strides: readonly number[] | null;
  readonly suboffsets: readonly number[] | null;
  /** The orders for which `PyBuffer_IsContiguous` is true. */
  readonly contig: string;
}

interface RequestCase extends Case {
  readonly exporter: string;
  /** Names of flags, joined by `|`. */
  readonly flags: string;
  readonly bits: number;
  readonly result: Answer | Raised;
}

function replayRequest(c: Case, world: World): void {
  const { exporter: name, flags, bits } = c as RequestCase;
  expectSame("bits", bitsOf(flags), bits);
  const make = EXPORTERS[name];
  if (make === undefined) throw new Error(`no exporter is named ${name}`);
  const exporter = make(world);
  expectOutcome("answer", () => answerOf(exporter, bits), expectedAnswer(c as RequestCase));
  if (exporter instanceof NDArray) expectSame("exports afterwards", exporter.exports, 0);
}

function bitsOf(flags: string): number {
  const values: Readonly<Record<string, number>> = BufferFlags;
  return flags.split("|").reduce((bits, name) => bits | values[name]!, 0);
}

function answerOf(exporter: unknown, flags: number): Answer {
  using held = getBuffer(exporter, flags);
  const { nbytes: len, itemsize, readonly, ndim, format, shape, strides, suboffsets } = held;
  const contig = (["C", "F", "A"] as const).filter((order) => isBufferContiguous(held, order)).join("");
  return { len, itemsize, readonly, ndim, format, shape, strides, suboffsets, contig };
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind !== "request") return null;
  const { exporter, bits, result } = c as RequestCase;
  if (exporter.startsWith("np-")) return isRaised(result) || result.ndim === 0 ? "numpyAnswer" : null;
  const isAsPython = requests(bits, BufferFlags.ND | BufferFlags.FORMAT) && !requests(bits, BufferFlags.STRIDES);
  return exporter === "ctypes-int3" && !isAsPython ? "ctypesAnswer" : null;
}

function expectedAnswer(c: RequestCase): Answer | Raised {
  const { bits, result } = c;
  const divergence = divergenceOf(c);
  if (divergence === "numpyAnswer") {
    const isRefused = isRaised(result) || result.format !== null;
    return isRefused ? { error: "BufferError", msg: "" } : { ...result, ndim: 1 };
  }
  if (divergence !== "ctypesAnswer" || isRaised(result)) return result;
  return {
    ...result,
    format: requests(bits, BufferFlags.FORMAT) ? result.format : null,
    shape: requests(bits, BufferFlags.ND) ? result.shape : null,
    strides: requests(bits, BufferFlags.STRIDES) ? [result.itemsize] : null,
  };
}

type MakeExporter = (world: World) => unknown;

const TWELVE: readonly number[] = Array.from({ length: 12 }, (_, i) => i);

const NDARRAYS: Readonly<Record<string, NDArrayOptions>> = {
  "nd-C-w": { shape: [3, 4], writable: true },
  "nd-C-ro": { shape: [3, 4] },
  "nd-F-w": { shape: [3, 4], fortran: true, writable: true },
  "nd-strided": { shape: [2, 2], strides: [8, 2] },
  "nd-pil": { shape: [3, 4], pil: true },
  "nd-1row": { shape: [1, 12, 1] },
  "nd-zero": { shape: [7, 0, 7] },
  "nd-neg": { shape: [12], strides: [-1], offset: 11, writable: true },
};

const EXPORTERS: Readonly<Record<string, MakeExporter>> = {
  bytes: (world) => new Bytes(new Uint8Array(12), world),
  bytearray,
  "array-i": (world) => new Int32Array(world.allocate(12)),
  "empty-bytes": (world) => new Bytes(new Uint8Array(0), world),
  "ctypes-int3": (world) => new CTypesArray(world),
  mmap: (world) => world.allocate(16),
  "BytesIO.getbuffer": (world) => new MemoryView(new Uint8Array(world.allocate(4))),
  "mv-bytes": (world) => new MemoryView(new Bytes(new Uint8Array(12), world)),
  "mv-bytearray-cast-i": (world) => new MemoryView(bytearray(world)).cast("i"),
  "mv-toreadonly": (world) => new MemoryView(bytearray(world)).toReadonly(),
  "mv-step2": (world) => new MemoryView(bytearray(world)).at("::2"),
  "mv-neg": (world) => new MemoryView(bytearray(world)).at("::-1"),
  "mv-2d": (world) => new MemoryView(bytearray(world)).cast("B", [3, 4]),
  "mv-0d": (world) => new MemoryView(new Uint8Array(world.allocate(4))).cast("i", []),
  "np-C": (world) => zeros(world, "h", 2, [3, 4]),
  "np-F": (world) => zeros(world, "h", 2, [4, 3]).transpose(),
  "np-strided": (world) => zeros(world, "h", 2, [6, 8]).at("::2", "::2"),
  "np-ro": (world) => zeros(world, "B", 1, [1]).broadcastTo([3]),
  "np-struct": (world) => zeros(world, "T{b:a:=d:b:}", 9, [2]),
  ...Object.fromEntries(
    Object.entries(NDARRAYS).flatMap(([name, options]): [string, MakeExporter][] => [
      [name, (world) => new NDArray(TWELVE, options, world)],
      [`mv-of-${name}`, (world) => new MemoryView(new NDArray(TWELVE, options, world))],
    ]),
  ),
  "nd-q-C-w": (world) => new NDArray(TWELVE, { shape: [3, 4], format: "q", writable: true }, world),
  "nd-scalar": (world) => new NDArray([5], { shape: [], format: "h", writable: true }, world),
  "getbuf-fail": (world) => new NDArray([1], { shape: [1], failing: true }, world),
  str: () => "abc",
  list: () => [1, 2],
  int: () => 5,
  dict: () => ({}),
  None: () => null,
};

function bytearray(world: World): Uint8Array {
  return new Uint8Array(world.allocate(12));
}

/** An array of ours. */
function zeros(world: World, format: string, itemsize: number, shape: readonly number[]): MemoryView {
  const nbytes = shape.reduce((product, length) => product * length, itemsize);
  const memory = { buffer: world.allocate(nbytes), byteOffset: 0, nbytes, readonly: false };
  const structure = { format, itemsize, ndim: shape.length, shape, strides: null, suboffsets: null };
  return memoryViewFromBuffer({ ...memory, ...structure });
}

/** A ctypes array: tells the same whatever it is asked. */
class CTypesArray implements Exporter {
  readonly #info: BufferInfo;

  constructor(world: World) {
    const memory = { buffer: world.allocate(12), byteOffset: 0, nbytes: 12, readonly: false };
    this.#info = { ...memory, itemsize: 4, format: "<i", ndim: 1, shape: [3], strides: null, suboffsets: null };
  }

  getBuffer(): BufferInfo {
    return this.#info;
  }
}

function replaySizeFromFormat(c: Case): void {
  expectOutcome("size", () => ({ size: calcsize(c["format"] as string) }), c["result"]);
}

interface ContiguousCase extends Case {
  readonly layout: string;
  readonly order: Order;
  readonly flags: keyof typeof BufferFlags;
  readonly buffertype: "READ" | "WRITE";
  readonly result: unknown;
}

const LAYOUTS: Readonly<Record<string, NDArrayOptions>> = {
  C: { shape: [2, 3] },
  F: { shape: [2, 3], fortran: true },
  neg: { shape: [2, 3], strides: [-3, -1], offset: 5 },
  pil: { shape: [2, 3], pil: true },
};

function sixItems(layout: string, world: World): NDArray {
  return new NDArray([0, 1, 2, 3, 4, 5], LAYOUTS[layout]!, world);
}

function replayToContiguous(c: Case, world: World): void {
  const { layout, order, flags, result } = c as ContiguousCase;
  const copy = (): { hex: string } => {
    using held = getBuffer(sixItems(layout, world), BufferFlags[flags]);
    return { hex: toHex(toContiguous(held, order)) };
  };
  expectOutcome("bytes", copy, result);
}

function replayGetContiguous(c: Case, world: World): void {
  const { layout, order, buffertype, result } = c as ContiguousCase;
  const array = sixItems(layout, world);
  const view = (): object => {
    using contiguous = getContiguous(array, BufferFlags[buffertype], order);
    const { readonly, cContiguous, fContiguous } = contiguous;
    return { readonly, hex: toHex(contiguous.toBytes(order)), c: cContiguous, f: fContiguous };
  };
  expectOutcome("view", view, result);
  expectSame("exports afterwards", array.exports, 0);
}
