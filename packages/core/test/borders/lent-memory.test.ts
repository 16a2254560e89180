import { beforeEach, expect, test } from "vitest";
import { CountedLoan, countedPacket, countsShared, ownerOf } from "../../src/borders/lent-memory.ts";
import { endReceived, unpackView } from "../../src/borders/received-view.ts";
import type { ViewPacket } from "../../src/borders/view-packet.ts";
import { VISITOR_ID_MIN } from "../../src/borders/visitor.ts";
import { BorrowError, BufferError, MemoryError, PoisonedError, ReleasedError } from "../../src/errors.ts";
import { BELL, claimRowIndex } from "../../src/leases/lease-protocol.ts";
import { leasePorts, WORKERS_MAX } from "../../src/leases/lease-words.ts";
import { MemoryOwner, type SharedView } from "../../src/memory/owner.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

let owner: MemoryOwner;
let x: SharedView<"float64">;

beforeEach(() => {
  owner = new MemoryOwner();
  x = owner.from([1, 2, 3, 4], { shape: [2, 2], label: "x" });
});

interface Lent {
  readonly loan: CountedLoan;
  /** As it arrives: no object of it is the sender's. */
  readonly packet: ViewPacket;
  readonly returned: Promise<void>;
}

function lend(view: MemoryView = x, mode: "read" | "write" = "write", endsLease = true): Lent {
  const [lent] = owner.lend("the visitor", [{ view, mode }]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const packet = structuredClone(countedPacket(owner, lent!, endsLease));
  return { loan: new CountedLoan(owner, lent!, resolve), packet, returned: promise };
}

/** Views that are counted, by thread. */
function counts(): (readonly [boolean, number])[] {
  return [...owner.stats().views].map(([thread, count]) => [thread >= VISITOR_ID_MIN, count]);
}

test("unpackView: is the same memory with the same layout; its release gives the lease back", async () => {
  const { loan, packet, returned } = lend(x.transpose().at("::-1"));
  const view = unpackView(packet);
  expect([view.shape, view.strides, view.dtype, view.readonly, view.obj]).toEqual([
    [2, 2],
    [-8, 16],
    "float64",
    false,
    null,
  ]);
  view.set(9, 0, 0);
  const part = view.at(1);
  expect([x.get(0, 1), part.toList(), counts()]).toEqual([9, [1, 3], [[true, 2]]]);
  expect([loan.isBack, owner.heldLeases()[0]!.threads.length]).toEqual([false, 1]);
  expect(() => x.release()).toThrow("1 lease is live, held by the visitor");
  view.release();
  view.release();
  await returned;
  expect([loan.isBack, loan.revoke(), counts(), owner.heldLeases()]).toEqual([true, false, [], []]);
  expect(() => part.get(0)).toThrow(ReleasedError);
  x.release();
});

test("unpackView: a view of a lease for reading is read-only, whatever the packet says", () => {
  const { packet } = lend(x, "read");
  using view = unpackView({ ...packet, view: { ...packet.view, readonly: false } });
  expect(view.readonly).toBe(true);
});

test("unpackView: views of one owner share a row, that is left with the last of them", () => {
  const lent = [lend(x, "read"), lend(x, "read")];
  const [first, second] = lent.map(({ packet }) => unpackView(packet));
  expect(counts()).toEqual([[true, 2]]);
  first!.release();
  expect(counts()).toEqual([[true, 1]]);
  second!.release();
  expect(counts()).toEqual([]);
});

test("unpackView: with as many threads as there may be it is a MemoryError, and leaves nothing behind", () => {
  const { loan, packet } = lend();
  const ports = leasePorts(owner.leases.words);
  for (let thread = 1; thread <= WORKERS_MAX; thread++) claimRowIndex(ports, thread);
  expect(() => unpackView(packet)).toThrow(MemoryError);
  expect(() => unpackView(packet)).toThrow(`WORKERS_MAX = ${WORKERS_MAX} threads have views of its owner`);
  owner.leases.removeThread(7);
  unpackView(packet).release();
  expect(loan.isBack).toBe(true);
});

test("unpackView: a row count that a thread has spoilt makes nobody look beyond the rows", () => {
  const ports = leasePorts(owner.leases.words);
  ports.claims.store(WORKERS_MAX, 0x7fff_ffff);
  const { loan, packet } = lend();
  unpackView(packet).release();
  expect([loan.isBack, counts()]).toEqual([true, []]);
});

test("endsLease: a packet of many receivers is given back by none of them", () => {
  const { loan, packet } = lend(x, "read", false);
  const views = [unpackView(packet), unpackView(structuredClone(packet))];
  for (const view of views) view.release();
  expect([loan.isBack, counts()]).toEqual([false, []]);
  expect([loan.revoke(), loan.isBack]).toEqual([true, true]);
  expect(() => unpackView(packet)).toThrow(ReleasedError);
});

test("revoke: is won once; memory in use is back when its thread has noticed", async () => {
  const { loan, packet, returned } = lend();
  const view = unpackView(packet);
  expect([loan.revoke(), loan.revoke(), loan.isBack]).toEqual([true, false, false]);
  expect(() => owner.lend("another", [{ view: x, mode: "read" }])).toThrow(BorrowError);
  expect(view.released).toBe(true);
  await returned;
  expect([loan.isBack, counts(), x.toList()]).toEqual([
    true,
    [],
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  expect(() => view.get(0, 0)).toThrow("a view that was lent lives as long as its lease");
  view.release();
});

test("revoke: who waits for the memory has it as soon as it is back", async () => {
  const { loan, packet } = lend();
  const view = unpackView(packet);
  const { loans } = owner.lendInTurn("the next", [{ view: x, mode: "write" }]);
  loan.revoke();
  view.release();
  expect((await loans).length).toBe(1);
});

test("threadEnded: what a thread counted is forgotten; what it could write is poisoned", async () => {
  const [written, read, unopened] = [lend(), lend(owner.zeros([2], "uint8"), "read"), lend(owner.zeros([2], "uint8"))];
  for (const { packet } of [written, read]) unpackView(packet);
  for (const { loan } of [written, read, unopened]) loan.threadEnded(new Error("gone"));
  await Promise.all([written, read, unopened].map(({ returned }) => returned));
  expect([x.isPoisoned, owner.heldLeases(), counts()]).toEqual([true, [], []]);
  expect(() => x.get(0, 0)).toThrow(PoisonedError);
  x.clearPoison();
  written.loan.threadEnded(new Error("again"));
  expect(x.get(0, 0)).toBe(1);
});

test("endReceived: gives a view back that has an export, where its release refuses", () => {
  const { loan, packet } = lend();
  const view = unpackView(packet);
  using other = new MemoryView(view.at("1:"));
  expect(() => view.release()).toThrow("cannot give a view back to its owner: an export has a buffer of it");
  endReceived(view);
  expect(loan.isBack).toBe(true);
  expect(() => other.get(0, 0)).toThrow(ReleasedError);
  const own = new MemoryView(new Uint8Array(1));
  endReceived(own);
  expect(own.released).toBe(false);
});

test("ownerOf: is whose memory a view is of, null for memory of nobody's; what was lent is not lent on", () => {
  expect([ownerOf(x), ownerOf(x.at(0)), ownerOf(new MemoryView(x))]).toEqual([owner, owner, owner]);
  expect(ownerOf(new MemoryView(new Uint8Array(1)))).toBe(null);
  using view = unpackView(lend(x, "read").packet);
  expect(() => ownerOf(view.at(0))).toThrow(BufferError);
  expect([countsShared(owner), countsShared(new MemoryOwner({ memory: "private" }))]).toEqual([true, false]);
});

test("bell: is rung once for each return", () => {
  const before = owner.leases.words.bell[BELL]!;
  unpackView(lend(x, "read").packet).release();
  expect(owner.leases.words.bell[BELL]).toBe(before + 1);
});
