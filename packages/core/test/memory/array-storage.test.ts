import { beforeEach, expect, test } from "vitest";
import { BufferError, PoisonedError, ReleasedError } from "../../src/errors.ts";
import { claimRow } from "../../src/leases/lease-words.ts";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { MemoryOwner, type SharedView } from "../../src/memory/owner.ts";
import type { Loan } from "../../src/leases/standing-loan.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

let owner: MemoryOwner;
let photo: SharedView<"uint8">;
beforeEach(() => {
  owner = new MemoryOwner({ maximumBytes: 2 ** 20 });
  photo = owner.from([1, 2, 3, 4], { dtype: "uint8", label: "photo" });
});

const FAILURE = new RangeError("out of memory");

/** Lends a view for writing, and has the writing broken off. */
function poison(view: MemoryView, holder = "blur"): void {
  const loans = owner.lend(holder, [{ view, mode: "write" }]);
  owner.poison(loans, FAILURE);
  owner.giveBack(loans);
}

test("poison: all that uses the content throws, and says who, when and what to do", () => {
  const before = Date.now();
  poison(photo);
  const uses: readonly (() => unknown)[] = [
    () => photo.get(0),
    () => photo.set(1, 0),
    () => photo.fill(0),
    () => photo.assign(new Uint8Array(4)),
    () => photo.at("1:"),
    () => photo.transpose(),
    () => photo.cast("b"),
    () => photo.toReadonly(),
    () => photo.viewAs("int8"),
    () => photo.elements(),
    () => photo.unsafeElements(),
    () => photo.asTypedArray(),
    () => photo.reader(),
    () => photo.toList(),
    () => photo.toBytes(),
    () => photo.hex(),
    () => photo.equals(new Uint8Array(4)),
    () => photo.includes(1),
    () => [...photo],
    () => photo.enter(),
    () => new MemoryView(photo),
    () => getBuffer(photo, BufferFlags.SIMPLE),
    () => new MemoryView(new Uint8Array(4)).assign(photo),
    () => owner.from(photo),
    () => owner.lend("preview", [{ view: photo, mode: "read" }]),
    () => owner.lendInTurn("preview", [{ view: photo, mode: "read" }]),
  ];
  for (const use of uses) expect(use).toThrow(PoisonedError);
  const error = thrownBy(() => photo.get(0)) as PoisonedError;
  expect(error).toBeInstanceOf(BufferError);
  expect(error).toMatchObject({ code: "poisoned", cause: FAILURE });
  const [, when] =
    /^cannot use a view of "photo": it was poisoned at (\S+), when blur was ended while it wrote the array \(RangeError\); clearPoison\(\) accepts the content as it is, release\(\) gives the array up$/.exec(
      error.message,
    )!;
  expect(Date.parse(when!)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(when!)).toBeLessThanOrEqual(Date.now());
});

test("poison: what says nothing of the content works, and so does the release", () => {
  const state = { dtype: "uint8", format: "B", shape: [4], strides: [1], ndim: 1, size: 4, nbytes: 4, length: 4 };
  expect(photo).toMatchObject({ ...state, isPoisoned: false });
  poison(photo);
  expect(photo).toMatchObject({ ...state, isPoisoned: true, readonly: false, contiguous: true, released: false });
  expect(photo.byteOffset % 64).toBe(0);
  expect(photo.toString()).toBe("MemoryView uint8 [4] poisoned");
  expect(photo.obj).toBe(owner.heap.memory);
  photo.release();
  expect([photo.released, photo.isPoisoned]).toEqual([true, false]);
  expect(() => photo.clearPoison()).toThrow(ReleasedError);
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0, heap: { blocks: 0 } });
});

test("poison: a block that held a poisoned array is used again without it", () => {
  const { byteOffset } = photo;
  const part = photo.at("1:");
  poison(photo);
  photo.release();
  expect([part.isPoisoned, part.released]).toEqual([false, true]);
  expect(() => part.get(0)).toThrow(ReleasedError);
  const next = owner.zeros([4], "uint8");
  expect([next.byteOffset, next.isPoisoned, next.get(0)]).toEqual([byteOffset, false, 0]);
});

test("poison: is of the array, so that every view of it shows it, however it was made", () => {
  const views = [
    photo.at("1:3"),
    photo.toReadonly(),
    photo.reshape([2, 2]),
    photo.at(0),
    new MemoryView(photo),
    new MemoryView(photo).at("::2"),
    new MemoryView(new MemoryView(photo.at("1:"))),
  ];
  const other = owner.zeros([4], "uint8");
  poison(photo.at("3:"));
  for (const view of views) {
    expect(view.isPoisoned).toBe(true);
    expect(() => view.toList()).toThrow(PoisonedError);
  }
  expect([other.isPoisoned, other.get(0)]).toEqual([false, 0]);
  views.at(-1)!.clearPoison();
  expect([photo, ...views].map((view) => view.isPoisoned)).toEqual(Array.from({ length: 8 }, () => false));
  expect(photo.toList()).toEqual([1, 2, 3, 4]);
});

test("clearPoison: again, and of what is not poisoned, does nothing", () => {
  photo.clearPoison();
  poison(photo);
  photo.clearPoison();
  photo.clearPoison();
  expect(photo.toList()).toEqual([1, 2, 3, 4]);
  for (const view of [new MemoryView(new Uint8Array(2)), lentTo(1, photo)]) {
    view.clearPoison();
    expect([view.isPoisoned, view.get(0)]).toEqual([false, view.get(0)]);
  }
});

test("poison: after it was cleared the array is lent again, and can be poisoned anew", () => {
  poison(photo, "blur");
  photo.clearPoison();
  owner.giveBack(owner.lend("preview", [{ view: photo, mode: "read" }]));
  poison(photo, "sharpen");
  expect(() => photo.get(0)).toThrow("when sharpen was ended");
});

test("poison: the first reason stays until it is cleared; what was read is not poisoned", () => {
  const other = owner.zeros([4], "uint8");
  const reading = owner.lend("blur", [
    { view: photo.at(":2"), mode: "write" },
    { view: other, mode: "read" },
  ]);
  const writing = owner.lend("sharpen", [{ view: photo.at("2:"), mode: "write" }]);
  owner.poison(reading, FAILURE);
  owner.poison(writing, FAILURE);
  for (const loans of [reading, writing]) owner.giveBack(loans);
  expect(() => photo.get(0)).toThrow("when blur was ended");
  expect(other.isPoisoned).toBe(false);
});

test("poison: of an adopted buffer is of all arrays that have the bytes, and is cleared for each", () => {
  const buffer = new SharedArrayBuffer(8);
  const adopt = (options: object): SharedView<"uint8"> =>
    owner.adopt(buffer, { dtype: "uint8", shape: [4], ...options });
  const [low, high, even, odd] = [{}, { byteOffset: 4 }, { strides: [2] }, { byteOffset: 1, strides: [2] }].map(adopt);
  poison(even!.at("1:"));
  expect([low, high, even, odd].map((array) => array!.isPoisoned)).toEqual([true, true, true, false]);
  low!.clearPoison();
  expect([low, high].map((array) => array!.isPoisoned)).toEqual([false, true]);
  // To adopt it anew says as much.
  expect(adopt({}).isPoisoned).toBe(false);
});

test("poison: an export that was given before keeps its bytes, and can be given back", () => {
  const held = getBuffer(photo, BufferFlags.SIMPLE);
  poison(photo);
  expect(new Uint8Array(held.buffer, held.byteOffset, held.nbytes)).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(() => photo.release()).toThrow("cannot release a view with 1 export");
  held.release();
  photo.release();
  expect(photo.released).toBe(true);
});

test("poison: a thread that reads another part goes on, and nobody gets the array afterwards", () => {
  const reading = owner.lend("histogram", [{ view: photo.at(":2"), mode: "read" }]);
  const view = borrowView(reading[0]!.descriptor, claimRow(owner.leases.words, 1)).view;
  poison(photo.at("2:"));
  expect(view.toList()).toEqual([1, 2]);
  owner.giveBack(reading);
  expect(() => owner.lend("histogram", [{ view: photo, mode: "read" }])).toThrow(PoisonedError);
});

/** A view as another thread has it. */
function lentTo(thread: number, view: MemoryView): MemoryView {
  const [loan] = owner.lend("a task", [{ view, mode: "write" }]) as [Loan];
  return borrowView(loan.descriptor, claimRow(owner.leases.words, thread)).view;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
