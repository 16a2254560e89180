import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { BorrowError, BufferError, MemoryError } from "../../src/errors.ts";
import { attach, closeHandle, detach } from "../../src/leases/lease-protocol.ts";
import { claimRow, HANDLES_MAX, leasePorts } from "../../src/leases/lease-words.ts";
import type { LeaseMode, LeaseRequest } from "../../src/leases/lease-request.ts";
import { LeaseTable } from "../../src/leases/leases.ts";
import type { Extent } from "../../src/layout/overlap.ts";
import { bytesOf, layouts } from "../layout/layout-model.ts";

const MEMORY = {};

let table: LeaseTable;
beforeEach(() => {
  table = new LeaseTable();
});

function bytes(start: number, stop: number): Extent {
  return { shape: [stop - start], strides: [1], byteOffset: start, itemsize: 1 };
}

function ask(mode: LeaseMode, extent: Extent = bytes(0, 100), array: object = MEMORY): LeaseRequest {
  return { array, label: "photo", space: array, extent, mode };
}

test("LeaseTable: many readers hold a region at once", () => {
  table.grant("a", [ask("read")]);
  table.grant("b", [ask("read"), ask("read")]);
  expect(table.size).toBe(3);
});

test("LeaseTable: one writer excludes readers and writers, who learn its name", () => {
  const [lease] = table.grant("blur", [ask("write")]);
  expect(() => table.grant("sharpen", [ask("read")])).toThrow(BorrowError);
  expect(() => table.grant("sharpen", [ask("read")])).toThrow(
    'cannot lease "photo" to sharpen for reading: blur is writing the same memory',
  );
  expect(() => table.grant("sharpen", [ask("write")])).toThrow(
    'cannot lease "photo" to sharpen for writing: blur is writing the same memory',
  );
  table.release(lease!);
  expect(table.grant("sharpen", [ask("write")])).toHaveLength(1);
});

test("LeaseTable: a reader excludes writers", () => {
  table.grant("histogram", [ask("read")]);
  expect(() => table.grant("blur", [ask("write")])).toThrow(
    'cannot lease "photo" to blur for writing: histogram is reading the same memory',
  );
});

test("LeaseTable: the requests of one grant may overlap each other", () => {
  expect(table.grant("in place", [ask("read"), ask("write")])).toHaveLength(2);
});

test("LeaseTable: a pin conflicts with nobody", () => {
  table.grant("an export", [ask("pin")]);
  table.grant("blur", [ask("write")]);
  expect(table.grant("another export", [ask("pin")])).toHaveLength(1);
});

test("LeaseTable: regions without a common byte don't conflict", () => {
  table.grant("low", [ask("write", bytes(0, 50))]);
  table.grant("high", [ask("write", bytes(50, 100))]);
  expect(() => table.grant("across", [ask("read", bytes(49, 51))])).toThrow(BorrowError);
});

test("LeaseTable: interleaved columns don't conflict, although their bounds overlap", () => {
  const column = (index: number): Extent => ({ shape: [100], strides: [16], byteOffset: 4 * index, itemsize: 4 });
  for (let index = 0; index < 4; index++) table.grant(`column ${index}`, [ask("write", column(index))]);
  expect(() => table.grant("again", [ask("read", column(2))])).toThrow("column 2 is writing the same memory");
});

test("LeaseTable: the same offsets in different spaces don't conflict", () => {
  table.grant("a", [ask("write", bytes(0, 100), {})]);
  expect(table.grant("b", [ask("write", bytes(0, 100), {})])).toHaveLength(1);
});

test("LeaseTable: different arrays in one space conflict where they meet", () => {
  const inSpace = (array: object, extent: Extent): LeaseRequest => ({ ...ask("write", extent, array), space: MEMORY });
  table.grant("a", [inSpace({}, bytes(0, 50))]);
  expect(table.grant("b", [inSpace({}, bytes(50, 90))])).toHaveLength(1);
  expect(() => table.grant("c", [inSpace({}, bytes(89, 100))])).toThrow("b is writing the same memory");
});

test("LeaseTable: a conflict is a common byte with another holder's lease where one of the two writes", () => {
  const extents = layouts(2).map((layout) => ({ ...layout, byteOffset: layout.byteOffset % 60, itemsize: 2 }));
  const modes = fc.constantFrom("read", "write", "pin");
  const requests = fc.array(fc.record({ extent: extents, mode: modes }), { minLength: 2, maxLength: 6 });
  const seen = { granted: 0, refused: 0 };
  const ownTable = new LeaseTable();
  const property = fc.property(requests, (sequence) => {
    const held: { mode: string; bytes: Set<number> }[] = [];
    const leases = sequence.flatMap(({ extent, mode }, i) => {
      const own = bytesOf(extent, 2);
      const conflicts = held.some(
        (other) =>
          mode !== "pin" &&
          other.mode !== "pin" &&
          (mode === "write" || other.mode === "write") &&
          [...own].some((byte) => other.bytes.has(byte)),
      );
      seen[conflicts ? "refused" : "granted"]++;
      const grant = () => ownTable.grant(`holder ${i}`, [ask(mode, extent)]);
      if (conflicts) expect(grant).toThrow(BorrowError);
      else held.push({ mode, bytes: own });
      return conflicts ? [] : grant();
    });
    expect(ownTable.size).toBe(held.length);
    for (const lease of leases) ownTable.release(lease);
  });
  fc.assert(property, { numRuns: 1000 });
  expect(Math.min(seen.granted, seen.refused)).toBeGreaterThan(50);
});

test("LeaseTable: grants all requests or none", () => {
  table.grant("reader", [ask("read", bytes(0, 10))]);
  expect(() => table.grant("job", [ask("write", bytes(50, 60)), ask("write", bytes(5, 6))])).toThrow(BorrowError);
  expect(table.size).toBe(1);
  expect(table.grant("other", [ask("write", bytes(50, 60))])).toHaveLength(1);
});

test("LeaseTable: releasing twice ends one lease, also when its slot is another's by then", () => {
  const [first] = table.grant("a", [ask("read")]);
  table.release(first!);
  const [second] = table.grant("b", [ask("read")]);
  expect(second!.handle.slot).toBe(first!.handle.slot);
  expect(second!.handle.generation).toBe(first!.handle.generation + 1);
  table.release(first!);
  expect(table.live()).toEqual([second]);
});

test("LeaseTable: a handle that another thread ended is no lease any more", () => {
  const [lease] = table.grant("a", [ask("write")]);
  expect(closeHandle(leasePorts(table.words), lease!.handle)).toBe(true);
  expect(table.grant("b", [ask("write")])).toHaveLength(1);
  expect(table.live().map(({ holder }) => holder)).toEqual(["b"]);
  table.release(lease!);
  expect(table.size).toBe(1);
});

test("LeaseTable: HANDLES_MAX leases are live at most; one more is refused, and nothing of its grant stays", () => {
  const all = table.grant(
    "everyone",
    Array.from({ length: HANDLES_MAX }, () => ask("read")),
  );
  expect(() => table.grant("late", [ask("read")])).toThrow(MemoryError);
  expect(() => table.grant("late", [ask("read")])).toThrow(
    `cannot grant 1 leases to late: ${HANDLES_MAX} of HANDLES_MAX = ${HANDLES_MAX} are live`,
  );
  table.release(all[0]!);
  expect(() => table.grant("late", [ask("read"), ask("read")])).toThrow(MemoryError);
  const [late] = table.grant("late", [ask("read")]);
  expect(late!.handle).toEqual({ slot: all[0]!.handle.slot, generation: 2 });
});

test("LeaseTable: a slot rests while a thread still counts a view under it", () => {
  const thread = claimRow(table.words, 1);
  const [first] = table.grant("a", [ask("read")]);
  expect(attach(thread, first!.handle)).toBe(true);
  expect(table.viewCount(first!)).toBe(1);
  table.release(first!);
  expect(table.viewCount(first!)).toBe(1);

  const [second] = table.grant("b", [ask("read")]);
  expect(second!.handle.slot).not.toBe(first!.handle.slot);
  detach(thread, first!.handle);
  const [third] = table.grant("c", [ask("read")]);
  expect(third!.handle.slot).toBe(first!.handle.slot);
});

test("LeaseTable: a slot rests no longer than its thread lives", () => {
  const thread = claimRow(table.words, 1);
  const [first] = table.grant("a", [ask("read")]);
  attach(thread, first!.handle);
  table.release(first!);
  table.removeThread(1);
  const [second] = table.grant("b", [ask("read")]);
  expect(second!.handle.slot).toBe(first!.handle.slot);
});

test("LeaseTable: viewsByThread counts over all leases, with both rows of a thread that claimed two", () => {
  const [a, b] = table.grant("job", [ask("read"), ask("read")]);
  const [one, two, oneAgain] = [1, 2, 1].map((thread) => claimRow(table.words, thread));
  attach(one!, a!.handle);
  attach(two!, a!.handle);
  attach(two!, b!.handle);
  attach(oneAgain!, b!.handle);
  expect(table.viewsByThread()).toEqual(
    new Map([
      [1, 2],
      [2, 2],
    ]),
  );
  expect([table.viewCount(a!), table.viewCount(b!)]).toEqual([2, 2]);
  table.removeThread(1);
  expect(table.viewsByThread()).toEqual(new Map([[2, 2]]));
});

test("LeaseTable: refuseIfLeased names the holders, each once, and asks for one array of a space", () => {
  const [left, right] = [{}, {}];
  const of = (array: object): LeaseRequest => ({ ...ask("read", bytes(0, 10), array), space: MEMORY });
  const request = { array: left, space: MEMORY };
  table.refuseIfLeased(request, "release it");
  const leases = table.grant("blur", [of(left), of(left)]);
  leases.push(...table.grant("histogram", [of(left), of(right)]));
  expect(() => table.refuseIfLeased(request, 'release "photo"')).toThrow(BufferError);
  expect(() => table.refuseIfLeased(request, 'release "photo"')).toThrow(
    'cannot release "photo": 3 leases are live, held by blur, histogram',
  );
  expect(() => table.refuseIfLeased({ array: right, space: MEMORY }, "x")).toThrow(
    "1 lease is live, held by histogram",
  );
  for (const lease of leases) table.release(lease);
  table.refuseIfLeased(request, "release it");
});

test("LeaseTable: live leases come oldest first, each with its holder and time", () => {
  vi.useFakeTimers({ now: 1000 });
  try {
    const [a] = table.grant("a", [ask("read")]);
    vi.setSystemTime(2000);
    table.grant("b", [ask("read")]);
    table.release(a!);
    vi.setSystemTime(3000);
    table.grant("c", [ask("read")]);
  } finally {
    vi.useRealTimers();
  }
  expect(table.live().map(({ holder, since }) => [holder, since])).toEqual([
    ["b", 2000],
    ["c", 3000],
  ]);
});
