import { beforeEach, expect, test } from "vitest";
import { BorrowError, MemoryError, PoisonedError, ReadonlyError, ReleasedError } from "../../src/errors.ts";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { claimRow } from "../../src/leases/lease-words.ts";
import type { Loan } from "../../src/leases/standing-loan.ts";
import { type LoanRequest, MemoryOwner, type PendingLoans, type SharedView } from "../../src/memory/owner.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

let owner: MemoryOwner;
let photo: SharedView<"uint8">;
let mask: SharedView<"uint8">;
beforeEach(() => {
  owner = new MemoryOwner({ maximumBytes: 2 ** 20 });
  photo = owner.zeros([4], "uint8", { label: "photo" });
  mask = owner.zeros([4], "uint8", { label: "mask" });
});

function writing(...views: readonly MemoryView[]): LoanRequest[] {
  return views.map((view) => ({ view, mode: "write" }));
}

/** What has become of loans by now. */
async function state({ loans }: PendingLoans): Promise<unknown> {
  const still = new Promise((resolve) => {
    setImmediate(resolve, "waits");
  });
  return Promise.race([loans.then(() => "lent"), still]).catch((error: unknown) => error);
}

test("lend: a conflict names the holder and the labels of the arrays", () => {
  owner.lend("blur", writing(photo));
  expect(() => owner.lend("preview", [{ view: photo.at(0), mode: "read" }])).toThrow(
    'cannot lease "photo" to preview for reading: blur is writing the same memory',
  );
  const buffer = new SharedArrayBuffer(8);
  const [all, half] = [8, 4].map((length) =>
    owner.adopt(buffer, { dtype: "uint8", shape: [length], label: `${length} bytes` }),
  );
  owner.lend("sum", [{ view: all!, mode: "read" }]);
  expect(() => owner.lend("fill", writing(half!))).toThrow(
    'cannot lease "4 bytes" to fill for writing: sum is reading the same memory, as "8 bytes"',
  );
});

test("lendInTurn: lends once the holder gives back, with descriptors that work", async () => {
  const held = owner.lend("blur", writing(photo));
  const pending = owner.lendInTurn("sharpen", writing(photo.at("1:"), mask));
  expect([await state(pending), owner.stats().waiting]).toEqual(["waits", 1]);
  owner.giveBack(held);
  const loans = await pending.loans;
  expect(owner.stats()).toMatchObject({ waiting: 0, leases: 2 });
  borrowView(loans[0]!.descriptor, claimRow(owner.leases.words, 1)).view.fill(7);
  expect(photo.toList()).toEqual([0, 7, 7, 7]);
  owner.giveBack(loans);
  owner.giveBack(loans);
  expect(owner.stats().leases).toBe(0);
});

test("lendInTurn: refuses at once what waiting would not change", () => {
  expect(() => owner.lendInTurn("job", writing(photo.toReadonly()))).toThrow(ReadonlyError);
  expect(() => owner.lendInTurn("job", writing(new MemoryView(new Uint8Array(2))))).toThrow("not of this runtime");
  photo.release();
  expect(() => owner.lendInTurn("job", writing(photo))).toThrow(ReleasedError);
  expect(owner.stats()).toMatchObject({ waiting: 0, leases: 0 });
});

test("lendInTurn: an array that is released while a call waits ends the wait, and lets others through", async () => {
  const held = owner.lend("blur", writing(photo));
  const pending = owner.lendInTurn("both", writing(photo, mask));
  const behind = owner.lendInTurn("behind", writing(photo));
  expect(() => photo.release()).toThrow("held by blur");
  mask.release();
  await expect(pending.loans).rejects.toThrow(
    'cannot lend "mask": the array was released while the call waited for it',
  );
  await expect(pending.loans).rejects.toBeInstanceOf(ReleasedError);
  expect(await state(behind)).toBe("waits");
  owner.giveBack(held);
  expect(await state(behind)).toBe("lent");
});

test("lendInTurn: a view that is released while its call waits is refused in its turn", async () => {
  const held = owner.lend("blur", writing(photo));
  const part = photo.at("1:");
  const pending = owner.lendInTurn("sharpen", writing(part));
  part.release();
  owner.giveBack(held);
  await expect(pending.loans).rejects.toBeInstanceOf(ReleasedError);
  expect(owner.stats()).toMatchObject({ waiting: 0, leases: 0 });
});

test("lendInTurn: an array that is poisoned while calls wait ends their waits", async () => {
  const held = owner.lend("blur", writing(photo));
  const line = [owner.lendInTurn("a", writing(photo)), owner.lendInTurn("b", writing(mask, photo))];
  const other = owner.lendInTurn("c", writing(mask));
  owner.poison(held, new Error("died"));
  for (const pending of line) await expect(pending.loans).rejects.toBeInstanceOf(PoisonedError);
  expect(await state(other)).toBe("lent");
  owner.giveBack(held);
});

test("cancel: ends a wait with the error that is made of what is in the way; afterwards does nothing", async () => {
  const held = owner.lend("blur", writing(photo));
  const pending = owner.lendInTurn("sharpen", writing(photo));
  pending.cancel(({ attempt, fact }) => new BorrowError(`${attempt}; ${fact}`));
  pending.cancel(() => new Error("again"));
  await expect(pending.loans).rejects.toThrow('lease "photo" to sharpen for writing; blur is writing the same memory');
  owner.giveBack(held);
  expect(owner.stats()).toMatchObject({ waiting: 0, leases: 0 });
});

test("heldLeases: names the threads that have views under a lease", () => {
  const [reading] = owner.lend("job", [{ view: photo, mode: "read" }]) as [Loan];
  expect(owner.heldLeases()).toMatchObject([{ array: "photo", holder: "job", mode: "read", threads: [] }]);
  const loans = [3, 5, 5].map((thread) => borrowView(reading.descriptor, claimRow(owner.leases.words, thread)));
  expect(owner.heldLeases()[0]!.threads).toEqual([3, 5]);
  loans[0]!.end();
  expect(owner.heldLeases()[0]!.threads).toEqual([5]);
  owner.leases.removeThread(5);
  expect(owner.heldLeases()[0]!.threads).toEqual([]);
});

test("isOrphaned: is said of a lease for writing whose thread died with a view of it, until the next run", () => {
  const [read, write, unused] = owner.lend("job", [
    { view: photo, mode: "read" },
    { view: mask.at(":2"), mode: "write" },
    { view: mask.at("2:"), mode: "write" },
  ]) as [Loan, Loan, Loan];
  const thread = claimRow(owner.leases.words, 7);
  for (const { descriptor } of [read, write]) borrowView(descriptor, thread);
  const gone = borrowView(unused.descriptor, thread);
  gone.end();
  const orphaned = (): boolean[] => [read, write, unused].map(({ lease }) => owner.leases.isOrphaned(lease));
  expect(orphaned()).toEqual([false, false, false]);
  owner.leases.removeThread(8);
  expect(orphaned()).toEqual([false, false, false]);
  owner.leases.removeThread(7);
  expect(orphaned()).toEqual([false, true, false]);
  owner.giveBack([read, write, unused]);
  const standing = owner.lendStanding("loop", writing(photo));
  const [{ lease, descriptor }] = standing.loans as [Loan];
  standing.begin();
  borrowView(descriptor, claimRow(owner.leases.words, 9));
  owner.leases.removeThread(9);
  expect(owner.leases.isOrphaned(lease)).toBe(true);
  standing.end();
  expect(owner.leases.isOrphaned(lease)).toBe(false);
  standing.release();
});

test("debug: reports tell where arrays were made and leases taken; without it nothing is recorded", () => {
  owner.lend("job", writing(photo));
  expect(Object.keys(owner.heldLeases()[0]!)).toEqual(["array", "holder", "mode", "ageMs", "threads"]);
  const watched = new MemoryOwner({ maximumBytes: 2 ** 20, debug: true });
  const made = watched.zeros([4], "uint8");
  const adopted = watched.adopt(new SharedArrayBuffer(4), { dtype: "uint8", shape: [4] });
  watched.lend("job", writing(made, adopted));
  const held = new MemoryView(made);
  const leaks = watched.heldLeases();
  held.release();
  expect(leaks.map(({ holder }) => holder)).toEqual(["job", "job", "an export"]);
  for (const { stack, madeAt } of leaks) {
    expect(madeAt).toMatch(/owner-lending\.test\.ts(?:\?\S*)?:\d+:\d+$/);
    expect(stack!.split("\n")[0]).toMatch(/owner-lending\.test\.ts(?:\?\S*)?:\d+:\d+\)?$/);
  }
});

test("debug: an error about full memory tells where the largest arrays were made", () => {
  const watched = new MemoryOwner({ maximumBytes: 2 ** 20, debug: true });
  watched.empty([900_000], "uint8", { label: "large" });
  expect(() => watched.empty([900_000], "uint8")).toThrow(MemoryError);
  expect(() => watched.empty([900_000], "uint8")).toThrow(
    /; the largest of 1 unreleased: "large" \(878\.9 KiB, made at \S*owner-lending\.test\.ts(?:\?\S*)?:\d+:\d+\)$/,
  );
});
