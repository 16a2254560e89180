import { beforeEach, describe, expect, test } from "vitest";
import { BufferError, BusyError, PoisonedError, ReleasedError } from "../../src/errors.ts";
import type { Loan } from "../../src/leases/standing-loan.ts";
import { type MovedMemory, movedMemoryOf } from "../../src/memory/moved-storage.ts";
import { MemoryOwner, type SharedView } from "../../src/memory/owner.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

let owner: MemoryOwner;
let array: SharedView<"int32">;
beforeEach(() => {
  owner = new MemoryOwner({ memory: "moved", maximumBytes: 2 ** 20 });
  array = owner.from([1, 2, 3, 4, 5, 6], { dtype: "int32", shape: [2, 3], label: "six" });
});

/** Lends a view, and the memory that moves with it. */
function lend(
  view: MemoryView,
  mode: "read" | "write" = "write",
): { readonly loan: Loan; readonly memory: MovedMemory } {
  const [loan] = owner.lend("median.kernel", [{ view, mode }]);
  return { loan: loan!, memory: movedMemoryOf(loan!.descriptor)! };
}

/** What a thread does with a buffer: the bytes come back in another object, each greater by 10. */
function work(buffer: ArrayBuffer): ArrayBuffer {
  const there = structuredClone(buffer, { transfer: [buffer] });
  new Int32Array(there).forEach((value, i, values) => void (values[i] = value + 10));
  return structuredClone(there, { transfer: [there] });
}

const touches: Readonly<Record<string, (view: MemoryView) => unknown>> = {
  get: (view) => view.get(0, 0),
  set: (view) => view.set(7, 0, 0),
  fill: (view) => view.fill(7),
  assign: (view) => view.assign(new MemoryView(new Int32Array(6)).reshape([2, 3])),
  toList: (view) => view.toList(),
  toBytes: (view) => view.toBytes(),
  equals: (view) => view.equals(new Int32Array(6)),
  elements: (view) => view.elements(),
  asTypedArray: (view) => view.asTypedArray(),
  reader: (view) => view.reader(),
  "an export": (view) => getBuffer(view, BufferFlags.FULL_RO),
  "a view of it": (view) => new MemoryView(view),
};

describe("an array in use", () => {
  test.each(Object.entries(touches))("%s is a BusyError that names the call", (_, touch) => {
    const { memory } = lend(array);
    memory.begin("median.kernel");
    const views = [array, array.at("::-1"), array.transpose().transpose(), array.flip(0)];
    for (const view of views) {
      expect(() => touch(view)).toThrow(BusyError);
      expect(() => touch(view)).toThrow(
        'cannot touch the elements of "six": they have moved to the thread that runs "median.kernel"',
      );
    }
    expect(memory.isBusy).toBe(true);
    memory.end("median.kernel");
    expect(array.toList()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test("what says nothing of its elements goes on working", () => {
    const { memory } = lend(array);
    memory.begin("median.kernel");
    expect([array.shape, array.nbytes, array.dtype, array.readonly, array.released]).toEqual([
      [2, 3],
      24,
      "int32",
      false,
      false,
    ]);
    expect(array.at(1).toReadonly().reshape([3, 1]).strides).toEqual([4, 4]);
    expect(String(array)).toBe("MemoryView int32 [2, 3]");
    expect(array.obj).toBe(null);
  });

  test("the call that has it is the first that began and has not ended", () => {
    const { memory } = lend(array, "read");
    for (const call of ["first", "second", "third"]) memory.begin(call);
    expect(() => array.get(0, 0)).toThrow('runs "first"');
    memory.end("second");
    expect(() => array.get(0, 0)).toThrow('runs "first"');
    memory.end("first");
    expect(() => array.get(0, 0)).toThrow('runs "third"');
    memory.end("third");
    expect(array.get(0, 0)).toBe(1);
  });

  test("it can't be released, and its leases are those of any array", () => {
    const { loan } = lend(array);
    expect(() => array.release()).toThrow('cannot release "six": 1 lease is live, held by median.kernel');
    expect(() => owner.lend("another", [{ view: array, mode: "read" }])).toThrow("median.kernel is writing");
    owner.giveBack([loan]);
    array.release();
    expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0, heap: { usedBytes: 0 } });
  });
});

test("movement: views that were made and used before see what comes back", () => {
  const column = array.at(":", 1);
  const view = new MemoryView(array);
  expect([array.get(1, 2), column.get(0), view.get(1, 0)]).toEqual([6, 2, 4]);
  const raw = array.asTypedArray();
  const { memory } = lend(array);
  memory.begin("median.kernel");
  memory.putBack(work(memory.current));
  memory.end("median.kernel");
  expect([array.get(1, 2), column.get(0), view.get(1, 0)]).toEqual([16, 12, 14]);
  column.set(-1, 0);
  expect([array.get(0, 1), view.get(0, 1), view.at(0).toList()]).toEqual([-1, -1, [11, -1, 13]]);
  // Raw access goes with the buffer that it is of.
  expect(raw.length).toBe(0);
  expect([...array.asTypedArray()]).toEqual([11, -1, 13, 14, 15, 16]);
});

test("movement: two views of one array have one memory, two arrays have two", () => {
  const other = owner.zeros([1], "uint8");
  const loans = owner.lend("job", [
    { view: array.at(0), mode: "write" },
    { view: array.at(1), mode: "read" },
    { view: other, mode: "read" },
  ]);
  const [first, second, third] = loans.map(({ descriptor }) => movedMemoryOf(descriptor));
  expect(first).toBe(second);
  expect(first).not.toBe(third);
  expect(loans.map(({ descriptor }) => descriptor.readonly)).toEqual([false, true, true]);
});

test("movement: adopted memory stays where it is", () => {
  const adopted = owner.adopt(new SharedArrayBuffer(8), { dtype: "int32", shape: [2] });
  const [loan] = owner.lend("job", [{ view: adopted, mode: "write" }]);
  expect(movedMemoryOf(loan!.descriptor)).toBe(null);
  expect(loan!.descriptor.buffer).toBeInstanceOf(SharedArrayBuffer);
});

describe("exports", () => {
  test("memory that a consumer has got does not move, until it is given back", () => {
    const buffer = getBuffer(array.at(0), BufferFlags.FULL_RO);
    const { memory } = lend(array);
    expect(() => memory.begin("median.kernel")).toThrow(BufferError);
    expect(() => memory.begin("median.kernel")).toThrow(
      'cannot move "six" to the thread for "median.kernel": an export has its buffer',
    );
    expect(array.get(0, 0)).toBe(1);
    buffer.release();
    memory.begin("median.kernel");
    expect(memory.isBusy).toBe(true);
  });

  test("a memoryview of an array goes with it, what is got of the memoryview does not", () => {
    const view = new MemoryView(array);
    const { memory } = lend(view.at(1));
    memory.begin("job");
    expect(view.shape).toEqual([2, 3]);
    expect(() => view.get(0, 0)).toThrow(BusyError);
    memory.end("job");
    const buffer = getBuffer(view, BufferFlags.FULL_RO);
    expect(() => memory.begin("job")).toThrow(BufferError);
    buffer.release();
    memory.begin("job");
  });
});

describe("lost memory", () => {
  const error = new Error("out of memory");

  function lose(): MovedMemory {
    const { loan, memory } = lend(array, "read");
    memory.begin("median.kernel");
    structuredClone(memory.current, { transfer: [memory.current] });
    memory.lose({ holder: "median.kernel", error });
    memory.end("median.kernel");
    owner.giveBack([loan]);
    return memory;
  }

  test("poisons the array, which says how it came about", () => {
    const row = array.at(0);
    const memory = lose();
    for (const view of [array, row]) {
      expect(view.isPoisoned).toBe(true);
      expect(() => view.get(...view.shape.map(() => 0))).toThrow(PoisonedError);
    }
    expect(() => array.toList()).toThrow(
      /^cannot use a view of "six": its memory was lost at .*"median.kernel" \(Error\)/,
    );
    expect(() => array.toList()).toThrow(expect.objectContaining({ cause: error }));
    expect(() => memory.begin("another")).toThrow(PoisonedError);
    expect(() => owner.lend("another", [{ view: array, mode: "read" }])).toThrow(PoisonedError);
    expect([array.shape, String(array)]).toEqual([[2, 3], "MemoryView int32 [2, 3] poisoned"]);
  });

  test("is new memory, all zeros, once the poison is cleared", () => {
    const row = array.at(0);
    lose();
    row.clearPoison();
    expect(array.toList()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    array.set(5, 1, 1);
    const { memory } = lend(array);
    memory.begin("again");
    memory.putBack(work(memory.current));
    memory.end("again");
    expect(array.get(1, 1)).toBe(15);
  });

  test("can be released, and the error is that of a released array then", () => {
    lose();
    array.release();
    expect([array.isPoisoned, array.released]).toEqual([false, true]);
    expect(() => array.get(0, 0)).toThrow(ReleasedError);
    expect(owner.stats()).toMatchObject({ arrays: 0, heap: { usedBytes: 0, blocks: 0 } });
  });
});

describe.each(["private", "moved"] as const)("MemoryOwner: memory %s", (memory) => {
  test("arrays are what they are in shared memory, each a buffer of its own", () => {
    const own = new MemoryOwner({ memory });
    expect(own.memory).toBe(memory);
    const made = [own.zeros([3], "float32"), own.full([3], 2, "float32"), own.from(new Float32Array([1, 2, 3]))];
    expect(made.map((view) => view.toList())).toEqual([
      [0, 0, 0],
      [2, 2, 2],
      [1, 2, 3],
    ]);
    const buffers = made.map((view) => view.asTypedArray().buffer as ArrayBufferLike);
    expect(new Set(buffers).size).toBe(3);
    expect(buffers.every((buffer) => buffer instanceof ArrayBuffer && buffer.byteLength === 12)).toBe(true);
    expect(own.stats()).toMatchObject({ arrays: 3, heap: { usedBytes: 36, blocks: 3 } });
    expect(() => own.heap).toThrow(`cannot get a shared heap: the memory of this owner is ${memory}`);
    for (const view of made) view.release();
    expect(own.stats()).toMatchObject({ arrays: 0, heap: { usedBytes: 0, blocks: 0 } });
  });

  test("leases need no shared memory", () => {
    const own = new MemoryOwner({ memory });
    expect(Object.values(own.leases.words).map(({ buffer }) => buffer instanceof ArrayBuffer)).not.toContain(false);
    const view = own.zeros([4], "uint8");
    const [loan] = own.lend("first", [{ view, mode: "write" }]);
    expect(() => own.lend("second", [{ view, mode: "read" }])).toThrow("first is writing");
    own.giveBack([loan!]);
    own.lend("second", [{ view, mode: "read" }]);
    expect(own.stats().leases).toBe(1);
  });
});
