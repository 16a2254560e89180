import { beforeEach, expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import type { Descriptor } from "../../src/leases/descriptor.ts";
import { BufferError, DescriptorError, ReadonlyError, ReleasedError } from "../../src/errors.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import {
  closeHandle,
  type LeaseHandle,
  type LeasePorts,
  openHandle,
  setRegion,
  type ThreadLeases,
} from "../../src/leases/lease-protocol.ts";
import { claimRow, createWords, leasePorts } from "../../src/leases/lease-words.ts";
import { MemoryView } from "../../src/views/memory-view.ts";

let ports: LeasePorts;
let thread: ThreadLeases;
let lease: LeaseHandle;
let buffer: SharedArrayBuffer;
let descriptor: Descriptor;

beforeEach(() => {
  const words = createWords();
  ports = leasePorts(words);
  thread = claimRow(words, 1);
  setRegion(ports, 6, { low: 2, high: 14, writable: true });
  lease = openHandle(ports, 6);
  buffer = new SharedArrayBuffer(24);
  new Int16Array(buffer).set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const place = { buffer, byteOffset: 2, shape: [2, 3], strides: [6, 2] };
  descriptor = { ...place, format: "h", itemsize: 2, suboffsets: null, readonly: false, lease };
});

function viewCount(): number {
  return thread.row.load(lease.slot);
}

test("borrowView: gives a view of the described memory, of no exporter", () => {
  const { view } = borrowView(descriptor, thread);
  expect(view.toList()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  view.set(-9, 1, 0);
  expect(new Int16Array(buffer)[4]).toBe(-9);
  expect(view.obj).toBe(null);
});

test("borrowView: refuses a descriptor before it counts anything", () => {
  expect(() => borrowView({ ...descriptor, shape: [20, 3] }, thread)).toThrow(DescriptorError);
  expect(() => borrowView(null, thread)).toThrow(DescriptorError);
  expect(viewCount()).toBe(0);
});

test("borrowView: refuses a descriptor of more than was lent, by a byte on either side", () => {
  for (const lie of [{ byteOffset: 1 }, { byteOffset: 3 }, { shape: [3, 3] }, { byteOffset: 8, strides: [-8, 2] }]) {
    expect(() => borrowView({ ...descriptor, ...lie }, thread)).toThrow(DescriptorError);
    expect(() => borrowView({ ...descriptor, ...lie }, thread)).toThrow("its lease is of bytes [2, 14)");
  }
  expect(viewCount()).toBe(0);
  expect(borrowView({ ...descriptor, byteOffset: 12, strides: [-6, -2] }, thread).view.get(0, 0)).toBe(6);
  expect(borrowView({ ...descriptor, byteOffset: 20, shape: [0, 3] }, thread).view.size).toBe(0);
});

test("borrowView: the reader of a lease can't write, whether the descriptor or the lease says so", () => {
  const told = borrowView({ ...descriptor, readonly: true }, thread).view;
  expect(told.readonly).toBe(true);
  expect(() => told.set(1, 0, 0)).toThrow(ReadonlyError);
  closeHandle(ports, lease);
  setRegion(ports, 6, { low: 2, high: 14, writable: false });
  const reading = borrowView({ ...descriptor, lease: openHandle(ports, 6) }, thread).view;
  expect(reading.readonly).toBe(true);
  expect(() => reading.set(1, 0, 0)).toThrow(ReadonlyError);
  expect(() => reading.at(0).fill(1)).toThrow(ReadonlyError);
  expect(new Int16Array(buffer)[1]).toBe(1);
});

test("borrowView: each view of the loan is counted in the thread's row until it is released", () => {
  const { view } = borrowView(descriptor, thread);
  expect(viewCount()).toBe(1);
  const row = view.at(1);
  const column = view.transpose().at(0);
  expect(viewCount()).toBe(3 + 1);
  for (const each of [row, row, column]) each.release();
  expect(viewCount()).toBe(2);
  expect(() => row.shape).toThrow(ReleasedError);
  expect(view.shape).toEqual([2, 3]);
});

test("end: ends the view and all made of it, and takes them out of the count", () => {
  const borrowed = borrowView(descriptor, thread);
  const { view } = borrowed;
  const row = view.at(0);
  row.release();
  const column = view.at(":", 0);
  borrowed.end();
  expect(viewCount()).toBe(0);
  for (const use of [() => view.shape, () => column.toList(), () => view.at(0), () => column.set(1, 0)]) {
    expect(use).toThrow(ReleasedError);
    expect(use).toThrow("cannot use a view after its lease has ended (handle 6, generation 1)");
  }
  expect([view.released, String(view)]).toEqual([true, "MemoryView (released)"]);
  view.release();
  column.release();
  borrowed.end();
  expect(viewCount()).toBe(0);
});

test("end: two loans of one lease end apart", () => {
  const [one, two] = [borrowView(descriptor, thread), borrowView(descriptor, thread)];
  expect(viewCount()).toBe(2);
  one.end();
  expect([one.view.released, two.view.released, viewCount()]).toEqual([true, false, 1]);
});

test("borrowView: a lease that the owner ended is noticed at the next use", () => {
  const borrowed = borrowView(descriptor, thread);
  const { view } = borrowed;
  closeHandle(ports, lease);
  expect(() => view.get(0, 0)).toThrow(ReleasedError);
  expect(viewCount()).toBe(1);
  borrowed.end();
  expect(viewCount()).toBe(0);
});

test("borrowView: a stale handle is refused, also when its slot is live again", () => {
  closeHandle(ports, lease);
  expect(() => borrowView(descriptor, thread)).toThrow(ReleasedError);
  openHandle(ports, lease.slot);
  expect(() => borrowView(descriptor, thread)).toThrow(ReleasedError);
  expect(() => borrowView({ ...descriptor, lease: { ...lease, generation: 2 ** 30 + 2 } }, thread)).toThrow(
    ReleasedError,
  );
  expect(viewCount()).toBe(0);
});

test("borrowView: an export of a borrowed view holds the view, and a view of it is another", () => {
  const { view } = borrowView(descriptor, thread);
  const held = getBuffer(view, BufferFlags.FULL_RO);
  expect(() => view.release()).toThrow(BufferError);
  held.release();
  const again = new MemoryView(view);
  expect(() => view.release()).toThrow(BufferError);
  again.release();
  view.release();
  expect(viewCount()).toBe(0);
});

test("borrowView: memory that no owner counts is there as long as its buffer", () => {
  const plain = new ArrayBuffer(16);
  const borrowed = borrowView({ ...descriptor, buffer: plain, byteOffset: 0, lease: null }, null);
  const { view } = borrowed;
  const row = view.at(1);
  view.set(5, 1, 1);
  expect(row.toList()).toEqual([0, 5, 0]);
  view.release();
  expect(row.toList()).toEqual([0, 5, 0]);
  borrowed.end();
  expect(() => row.toList()).toThrow("cannot use a view after its lease has ended");
  expect(() => row.at(0)).toThrow(ReleasedError);

  const other = borrowView({ ...descriptor, buffer: plain, byteOffset: 0, lease: null }, thread);
  plain.transfer();
  expect(() => other.view.get(0, 0)).toThrow(BufferError);
  expect(viewCount()).toBe(0);
});

test("borrowView: who lends may refuse a release while the loan lasts, of the view itself and nothing made of it", () => {
  const borrowed = borrowView(descriptor, thread, () => {
    throw new BufferError("not yet");
  });
  const { view } = borrowed;
  view.at(0).release();
  for (let i = 0; i < 2; i++) expect(() => view.release()).toThrow("not yet");
  expect([view.released, viewCount()]).toEqual([false, 1]);
  borrowed.end();
  view.release();
  expect([view.released, viewCount()]).toEqual([true, 0]);
});
