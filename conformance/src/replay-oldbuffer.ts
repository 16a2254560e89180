/**
 * Replays of `oldbuffer.jsonl`: the buffer objects of Python 2.
 *
 * @module
 */
import { getBuffer } from "../../packages/core/src/protocol/exporter.ts";
import { BufferFlags } from "../../packages/core/src/protocol/flags.ts";
import { hashOf } from "../../packages/core/src/views/hash.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import {
  bufferFromMemory,
  bufferFromObject,
  bufferFromReadWriteMemory,
  bufferFromReadWriteObject,
  END_OF_BUFFER,
  isOldBuffer,
  newBuffer,
  OldBuffer,
  type OldBufferBase,
} from "../../packages/core/src/protocol/old-buffer.ts";
import { type Case, expectOutcome, outcomeOf, type Replays, toHex } from "./cases.ts";
import type { DivergenceName } from "./divergences.ts";
import { GrowableBytes } from "./growable-bytes.ts";
import { Bytes } from "./ndarray.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  PyBuffer_FromObject: (c, world) => replayFromObject(c, world, bufferFromObject),
  PyBuffer_FromReadWriteObject: (c, world) => replayFromObject(c, world, bufferFromReadWriteObject),
  PyBuffer_FromMemory: (c, world) => replayFromMemory(c, world, bufferFromMemory),
  PyBuffer_FromReadWriteMemory: (c, world) => replayFromMemory(c, world, bufferFromReadWriteMemory),
  PyBuffer_New: replayNew,
  PyBuffer_Check: replayCheck,
  "buffer()": replayConstructor,
  op: replayOperation,
  "no-export-lock": replayNoExportLock,
  "new-protocol-lock": replayExportLock,
};

const ALPHABET = "abcdefgh";

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A Python 2 `bytearray`. */
function bytearray(text: string, world: World): GrowableBytes {
  return new GrowableBytes(bytesOf(text), world);
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** A Python 2 `str`. */
function str(text: string, world: World): Bytes {
  return new Bytes(bytesOf(text), world);
}

const BASES: Readonly<Record<string, (world: World) => unknown>> = {
  str: (world) => str(ALPHABET, world),
  bytearray: (world) => bytearray(ALPHABET, world),
  "array-B": (world) => place(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7), world),
  "array-h": (world) => {
    const array = new Int16Array(world.allocate(8));
    array.set([1, 2, 3, 4]);
    return array;
  },
  buffer: (world) => new OldBuffer(str(ALPHABET, world), 2, 4),
  memoryview: (world) => new MemoryView(str(ALPHABET, world)),
  list: () => [1, 2],
  int: () => 5,
  None: () => null,
  dict: () => ({}),
};

/** What the vectors tell of a buffer object: `desc` of their generator. */
function described(buffer: OldBuffer): object {
  const { length } = buffer;
  const write = (): void => {
    if (length > 0) buffer.setItem(0, buffer.item(0));
    else buffer.setSlice(0, 0, new Uint8Array(0));
  };
  return { hex: toHex(buffer.toBytes()), len: length, writable: "value" in outcomeOf(write) };
}

/** The rule of ours by which a case has another outcome than Python's. */
export function divergenceOf(c: Case): DivergenceName | null {
  if (c.kind.endsWith("Memory") && c["size"] === END_OF_BUFFER) return "endOfMemory";
  return c.kind === "buffer()" && (c["args"] as string).startsWith("(u'") ? "unicodeBase" : null;
}

function expectedOf(c: Case): unknown {
  const divergence = divergenceOf(c);
  if (divergence === null) return c["result"];
  return { error: divergence === "endOfMemory" ? "ValueError" : "TypeError", msg: "" };
}

function replayFromObject(c: Case, world: World, make: typeof bufferFromObject): void {
  const base = BASES[c["base"] as string]!(world) as OldBufferBase;
  expectOutcome("buffer", () => described(make(base, c["offset"] as number, c["size"] as number)), expectedOf(c));
}

function replayFromMemory(c: Case, world: World, make: typeof bufferFromMemory): void {
  const { buffer, byteOffset } = place(bytesOf(ALPHABET), world);
  expectOutcome("buffer", () => described(make(buffer, byteOffset, c["size"] as number)), expectedOf(c));
}

function replayNew(c: Case): void {
  const make = (): object => {
    const buffer = newBuffer(c["size"] as number);
    buffer.setSlice(null, null, new Uint8Array(buffer.length));
    return { len: buffer.length, writable: !buffer.readonly };
  };
  expectOutcome("buffer", make, expectedOf(c));
}

function replayCheck(c: Case, world: World): void {
  expectOutcome("is a buffer", () => isOldBuffer(BASES[c["base"] as string]!(world)), c["result"]);
}

function replayConstructor(c: Case, world: World): void {
  const args = argumentsOf(c["args"] as string, world);
  const make = (): object => described(Reflect.construct(OldBuffer, args) as OldBuffer);
  expectOutcome("buffer", make, expectedOf(c));
}

/** Reads a tuple as Python writes it: a base, and numbers. */
function argumentsOf(text: string, world: World): unknown[] {
  const [base = "", ...numbers] = text
    .slice(1, -1)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (base === "") return [];
  return [argumentOf(base, world), ...numbers.map(Number)];
}

function argumentOf(text: string, world: World): unknown {
  if (text.startsWith("u'")) return text.slice(2, -1);
  return text.startsWith("'") ? str(text.slice(1, -1), world) : JSON.parse(text);
}

type Operation = (b: OldBuffer, w: OldBuffer, world: World) => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  index: (b) => textOf(b.item(1)),
  "index neg": (b) => textOf(b.item(-1)),
  "index out": (b) => b.item(8),
  "index str": (b) => b.item("a" as unknown as number),
  slice: (b) => textOf(b.slice(2, 5)),
  "slice step": (b) => textOf(b.slice(null, null, -2)),
  "slice type": (_, w) => {
    // A byte string of its own, not a window.
    w.slice(2, 5).fill(0);
    return textOf(w.toBytes()) === ALPHABET ? "str" : "buffer";
  },
  concat: (b) => textOf(b.concat(b)),
  "concat str": (b, _, world) => textOf(b.concat(str("xy", world))),
  "concat list": (b) => b.concat([1] as unknown as OldBufferBase),
  repeat: (b) => textOf(b.repeat(2)),
  "repeat neg": (b) => textOf(b.repeat(-1)),
  "eq buffer": (b, _, world) => b.equals(new OldBuffer(str(ALPHABET, world))),
  "eq str": (b, _, world) => b.equals(str(ALPHABET, world)),
  lt: (b, _, world) => b.compare(new OldBuffer(str("abd", world))) < 0,
  len: (b) => b.length,
  "hash ro equals str hash": (b) => b.hash() === hashOf(bytesOf(ALPHABET)),
  "hash rw": (_, w) => w.hash(),
  "ro setitem": (b, _, world) => b.setItem(0, str("x", world)),
  "ro setslice": (b, _, world) => b.setSlice(0, 2, str("xy", world)),
  "rw setitem": (_, w, world) => {
    w.setItem(0, str("x", world));
    return textOf(w.toBytes());
  },
  "rw setitem two": (_, w, world) => w.setItem(0, str("xy", world)),
  "rw setitem out": (_, w, world) => w.setItem(99, str("x", world)),
  "rw setslice": (_, w, world) => {
    w.setSlice(0, 2, str("yz", world));
    return textOf(w.toBytes());
  },
  "rw setslice wrong length": (_, w, world) => w.setSlice(0, 2, str("xyz", world)),
  // Deleting is setting to nothing.
  delitem: (_, w) => w.setItem(0, undefined as unknown as OldBufferBase),
};

function replayOperation(c: Case, world: World): void {
  const operation = OPERATIONS[c["op"] as string];
  if (operation === undefined) throw new Error(`no operation is named ${String(c["op"])}`);
  const b = new OldBuffer(str(ALPHABET, world));
  const w = bufferFromReadWriteObject(bytearray(ALPHABET, world), 0, END_OF_BUFFER);
  expectOutcome("value", () => ({ value: operation(b, w, world) }), c["result"]);
}

function replayNoExportLock(c: Case, world: World): void {
  const run = (): object => {
    const base = bytearray(ALPHABET, world);
    const all = new OldBuffer(base, 0);
    const before = textOf(all.toBytes());
    base.append(bytesOf("ijkl"));
    const after_extend = textOf(all.toBytes());
    base.truncate(2);
    const after_shrink = textOf(all.toBytes());
    const fixed = new OldBuffer(base, 1, 5);
    return { before, after_extend, after_shrink, fixed_size_view_over_shrunk_base: textOf(fixed.toBytes()) };
  };
  expectOutcome("contents", run, c["result"]);
}

function replayExportLock(c: Case, world: World): void {
  const run = (): object => {
    const base = bytearray(ALPHABET, world);
    using held = getBuffer(base, BufferFlags.FULL_RO);
    base.append(bytesOf("x"));
    return { ok: held };
  };
  expectOutcome("extension", run, c["result"]);
}
