import { beforeEach, expect, test } from "vitest";
import { BorrowError, BufferError, PoisonedError, ReleasedError } from "../../src/errors.ts";
import type { StandingLoan } from "../../src/leases/standing-loan.ts";
import { MemoryOwner, type SharedView } from "../../src/memory/owner.ts";

let owner: MemoryOwner;
let photo: SharedView<"uint8">;
beforeEach(() => {
  owner = new MemoryOwner({ maximumBytes: 2 ** 20 });
  photo = owner.zeros([8], "uint8", { label: "photo" });
});

/** A loan that its holder gives up as soon as it is asked to. */
function recallable(): { readonly loan: StandingLoan; readonly recalls: () => number } {
  let recalls = 0;
  const loan = owner.lendStanding("kept", [{ view: photo, mode: "write" }], () => {
    recalls++;
    loan.release();
  });
  return { loan, recalls: () => recalls };
}

test("standing loans: one that can be recalled keeps no array from being released, and is in no report", () => {
  const { recalls } = recallable();
  expect([owner.heldLeases(), owner.stats().leases]).toEqual([[], 0]);
  photo.release();
  expect([photo.released, recalls()]).toEqual([true, 1]);
});

test("standing loans: during a run even that which can be recalled keeps its array", () => {
  const { loan, recalls } = recallable();
  loan.begin();
  expect(owner.heldLeases().map(({ holder }) => holder)).toEqual(["kept"]);
  expect(() => photo.release()).toThrow(BufferError);
  expect(() => photo.release()).toThrow("1 lease is live, held by kept");
  expect(recalls()).toBe(0);
  loan.end();
  photo.release();
  expect(recalls()).toBe(1);
});

test("standing loans: one that can't be recalled keeps its array between runs", () => {
  const loan = owner.lendStanding("prepared", [{ view: photo, mode: "read" }]);
  expect(() => photo.release()).toThrow("held by prepared");
  expect(owner.stats().leases).toBe(1);
  loan.release();
  photo.release();
});

test("lending checks: they throw what lending would, and lend nothing", () => {
  const reads = owner.lendingCheck("mean", [{ view: photo.at("0:4"), mode: "read" }]);
  const writes = owner.lendingCheck("fill", [{ view: photo, mode: "write" }]);
  reads();
  writes();
  expect(owner.stats().leases).toBe(0);
  const others = owner.lend("preview", [{ view: photo, mode: "read" }]);
  reads();
  expect(writes).toThrow(BorrowError);
  expect(writes).toThrow('cannot lease "photo" to fill for writing: preview is reading the same memory');
  owner.giveBack(others);
  const { loan } = recallable();
  writes();
  loan.begin();
  expect(reads).toThrow("kept is writing the same memory");
  loan.end();
  reads();
});

test("lending checks: who waits in line comes first", () => {
  const writes = owner.lendingCheck("fill", [{ view: photo, mode: "write" }]);
  const others = owner.lend("preview", [{ view: photo, mode: "read" }]);
  const pending = owner.lendInTurn("blur", [{ view: photo, mode: "write" }]);
  const reads = owner.lendingCheck("mean", [{ view: photo, mode: "read" }]);
  expect(reads).toThrow("blur came first");
  expect(writes).toThrow("preview is reading");
  owner.giveBack(others);
  return pending.loans.then((loans) => owner.giveBack(loans));
});

test("lending checks: they find an array that was poisoned or released", () => {
  const check = owner.lendingCheck("mean", [{ view: photo, mode: "read" }]);
  const loans = owner.lend("blur", [{ view: photo, mode: "write" }]);
  owner.poison(loans, new Error("ended"));
  owner.giveBack(loans);
  expect(check).toThrow(PoisonedError);
  photo.release();
  expect(check).toThrow(ReleasedError);
});

test("overlap: of views of one array by their elements, of different arrays never", () => {
  const other = owner.zeros([8], "uint8");
  const [even, odd] = [photo.at("::2"), photo.at("1::2")];
  expect([owner.overlap(photo, even), owner.overlap(even, odd), owner.overlap(photo, other)]).toEqual([
    "yes",
    "no",
    "no",
  ]);
});

test("the heap: what is adopted does not lie in it", () => {
  const adopted = owner.adopt(new SharedArrayBuffer(8), { dtype: "uint8", shape: [8] });
  const alone = new MemoryOwner({ memory: "private" });
  expect([owner.isInHeap(photo.at("2:")), owner.isInHeap(adopted), alone.isInHeap(alone.zeros([1], "int8"))]).toEqual([
    true,
    false,
    false,
  ]);
});
