/**
 * Replays of `lifecycle.jsonl`: who may release what, who may grow, and what is left of a view that is gone.
 *
 * @module
 */
import { type Exporter, getBuffer } from "../../packages/core/src/protocol/exporter.ts";
import { BufferFlags } from "../../packages/core/src/protocol/flags.ts";
import { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { MemoryOwner } from "../../packages/core/src/memory/owner.ts";
import type { BufferInfo } from "../../packages/core/src/protocol/py-buffer.ts";
import { type Case, expectOutcome, expectSame, isRaised, type Replays, toHex } from "./cases.ts";
import { GrowableBytes } from "./growable-bytes.ts";
import { derivedView, heldExport, makesView, type Step, useView } from "./script-views.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  script: replayScript,
  released: replayReleased,
  "exporter-locked": replayLock,
};

export interface ScriptCase extends Case {
  /** Each with its outcome: `"ok"`, a value, or what was raised. */
  readonly steps: readonly (readonly [step: Step, outcome: unknown])[];
  /** The outcome of growing at the end, when everything was given back that could be. */
  readonly after_releasing_all: unknown;
  /** The bytes then. */
  readonly final: string;
}

/** The exporter of a script: what its views are of. */
export interface ScriptBase extends Exporter {
  readonly content: Uint8Array;
  append(bytes: Uint8Array): void;
  truncate(length: number): void;
}

/** Bytes of a script's exporter, at its start and when it is truncated. */
export const SCRIPT_BYTES = 8;

function replayScript(c: Case, world: World): void {
  playScript(c as ScriptCase, new GrowableBytes(new Uint8Array(SCRIPT_BYTES), world));
  playScript(c as ScriptCase, new OwnedBytes(SCRIPT_BYTES));
}

function playScript({ steps, after_releasing_all, final }: ScriptCase, b: ScriptBase): void {
  const views = new Map<unknown, MemoryView>();
  const exports = new Map<unknown, Disposable>();
  const play = (step: Step): unknown => {
    const [operation, name, source] = step;
    if (makesView(step)) views.set(name, source === "b" ? new MemoryView(b) : derivedView(step, views.get(source)!));
    else if (operation === "export") exports.set(name, heldExport(source === "b" ? b : views.get(source)!));
    else if (operation === "unexport") exports.get(name)![Symbol.dispose]();
    else if (operation === "append") b.append(Uint8Array.of(1));
    else if (operation === "resize") b.truncate(SCRIPT_BYTES);
    else return useView(step, views.get(name)!);
    return "ok";
  };
  for (const [i, [step, outcome]] of steps.entries()) {
    expectOutcome(`step ${i} (${step.join(" ")})`, () => play(step), outcome);
  }
  for (const held of exports.values()) held[Symbol.dispose]();
  for (const view of views.values()) view.release();
  const grow = (): string => {
    b.append(new Uint8Array(1));
    return "ok";
  };
  expectOutcome("growing at the end", grow, after_releasing_all);
  expectSame("bytes at the end", toHex(b.content), final);
}

const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });

/** A `bytearray` that keeps its bytes in an array of ours, and counts nothing itself: the array's leases are its lock. */
class OwnedBytes implements ScriptBase {
  #array: MemoryView;

  constructor(nbytes: number) {
    this.#array = owner.zeros([nbytes], "uint8");
  }

  get content(): Uint8Array {
    return this.#array.toBytes();
  }

  getBuffer(flags: number): BufferInfo {
    return getBuffer(this.#array, flags);
  }

  append(bytes: Uint8Array): void {
    this.#become(Uint8Array.of(...this.content, ...bytes));
  }

  truncate(length: number): void {
    if (this.#array.length > length) this.#become(this.content.slice(0, length));
  }

  /** @throws a `BufferError` while the old array is exported */
  #become(content: Uint8Array): void {
    this.#array.release();
    this.#array = owner.from(content);
  }
}

const RELEASED: Readonly<Record<string, (view: MemoryView, world: World) => unknown>> = {
  len: (view) => view.length,
  getitem: (view) => view.get(0),
  setitem: (view) => view.set(1, 0),
  slice: (view) => view.at(":"),
  tobytes: (view) => view.toBytes(),
  tolist: (view) => view.toList(),
  hex: (view) => view.hex(),
  cast: (view) => view.cast("b"),
  toreadonly: (view) => view.toReadonly(),
  nbytes: (view) => view.nbytes,
  format: (view) => view.format,
  itemsize: (view) => view.itemsize,
  ndim: (view) => view.ndim,
  shape: (view) => view.shape,
  strides: (view) => view.strides,
  suboffsets: (view) => view.suboffsets,
  readonly: (view) => view.readonly,
  obj: (view) => view.obj,
  c_contiguous: (view) => view.cContiguous,
  contiguous: (view) => view.contiguous,
  hash: (view) => view.hash(),
  "eq self": (view) => view.equals(view),
  "eq other": (view, world) => view.equals(place(Uint8Array.of(97, 98, 99), world)),
  iter: (view) => [...view],
  enter: (view) => view.enter(),
  "release again": (view) => view.release() ?? null,
  "view of": (view) => new MemoryView(view),
  repr: (view) => `<${String(view).replace(/^MemoryView \((.*)\)$/, "$1")} memory`,
  "np.asarray": (view) => owner.from(view),
  "bytes()": (view) => getBuffer(view, BufferFlags.SIMPLE),
};

function replayReleased(c: Case, world: World): void {
  const use = RELEASED[c["op"] as string];
  if (use === undefined) throw new Error(`no use of a view is named ${String(c["op"])}`);
  const view = new MemoryView(place(Uint8Array.of(97, 98, 99), world));
  view.release();
  view.release();
  expectOutcome("use", () => ({ value: use(view, world) }), c["result"]);
}

/** An exporter, and a change of it. */
interface Change {
  readonly make: (world: World) => Exporter;
  readonly change: (exporter: never) => void;
}

function bytearray(change: (bytes: GrowableBytes) => void): Change {
  return { make: (world) => new GrowableBytes(new Uint8Array(4), world), change };
}

function array(length: number, change: (items: GrowableBytes) => void): Change {
  return { make: (world) => new GrowableBytes(new Uint8Array(4 * length), world, "i", 4), change };
}

const CHANGES: Readonly<Record<string, Change>> = {
  "bytearray.append": bytearray((b) => b.append(Uint8Array.of(1))),
  "bytearray.extend": bytearray((b) => b.append(Uint8Array.of(120, 120))),
  "bytearray.clear": bytearray((b) => b.truncate(0)),
  "bytearray.pop": bytearray((b) => b.truncate(3)),
  "bytearray del": bytearray((b) => b.replace(0, 1, new Uint8Array(0))),
  "bytearray same-size slice assign": bytearray((b) => b.replace(0, 2, Uint8Array.of(122, 122))),
  "bytearray growing slice assign": bytearray((b) => b.replace(0, 2, Uint8Array.of(122, 122, 122))),
  "bytearray.reverse": bytearray((b) => b.reverse()),
  "bytearray item": bytearray((b) => b.replace(0, 1, Uint8Array.of(1))),
  "bytearray +=": bytearray((b) => b.append(Uint8Array.of(120))),
  "bytearray += empty": bytearray((b) => b.append(new Uint8Array(0))),
  "array.append": array(1, (a) => a.append(new Uint8Array(4))),
  "array.pop": array(2, (a) => a.truncate(4)),
  "array item": array(2, (a) => a.replace(0, 4, Uint8Array.of(5, 0, 0, 0))),
  "array.byteswap": array(2, (a) => a.reverse(4)),
  "mmap.close": bytearray((b) => b.truncate(0)),
  "mmap.resize": bytearray((b) => b.append(new Uint8Array(4))),
  "BytesIO.write grow": bytearray((b) => b.replace(0, 4, new Uint8Array(100))),
  // An array of ours has its size for life.
  "np.resize": { make: () => owner.zeros([4], "float64"), change: (a: MemoryView) => void a.reshape([8]) },
  // JavaScript's own buffers can't be locked, no more than those of ctypes.
  "ctypes resize": {
    make: (world) => new ResizableBytes(world.allocate(0) instanceof SharedArrayBuffer),
    change: (bytes: ResizableBytes) => bytes.resize(16),
  },
};

/** A buffer of JavaScript's own that can grow. */
class ResizableBytes implements Exporter {
  readonly #buffer: ArrayBuffer | SharedArrayBuffer;

  constructor(shared: boolean) {
    const options = { maxByteLength: 16 };
    this.#buffer = shared ? new SharedArrayBuffer(8, options) : new ArrayBuffer(8, options);
  }

  getBuffer(flags: number): BufferInfo {
    return getBuffer(this.#buffer, flags);
  }

  resize(nbytes: number): void {
    if (this.#buffer instanceof ArrayBuffer) this.#buffer.resize(nbytes);
    else this.#buffer.grow(nbytes);
  }
}

function replayLock(c: Case, world: World): void {
  const { change: what, while_exported, after_release } = c as Case & Record<string, unknown>;
  const entry = CHANGES[what as string];
  if (entry === undefined) throw new Error(`no change is named ${String(what)}`);
  const exporter = entry.make(world);
  const run = (): object => {
    entry.change(exporter as never);
    return { ok: true };
  };
  const view = new MemoryView(exporter);
  const before = view.toList();
  expectOutcome("while exported", run, while_exported);
  if (isRaised(while_exported)) expectSame("elements after the refusal", view.toList(), before);
  view.release();
  expectOutcome("after release", run, after_release);
}
