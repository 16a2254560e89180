import { mkdtemp, open as openFile, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MemoryOwner, MemoryView, type OpenFile, readInto, writeFrom } from "instride";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "instride-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

const counted = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => i * 37 + (i >> 8));

const LAYOUTS: readonly (readonly [what: string, part: (view: MemoryView) => MemoryView])[] = [
  ["contiguous", (view) => view],
  ["transposed", (view) => view.transpose()],
  ["reversed and strided", (view) => view.at("::-3", "1::2")],
  ["of long rows with gaps", (view) => view.at("::2", "100:")],
  ["of one element", (view) => view.at(3, 4)],
  ["empty", (view) => view.at("5:5")],
];

test.each(LAYOUTS)("writeFrom and readInto: a shared view that is %s goes to a file and back", async (_, part) => {
  const owner = new MemoryOwner();
  const array = owner.from(counted(40 * 70_000 * 2), { shape: [40, 70_000, 2] });
  const path = join(folder, "back.raw");
  const view = part(array);
  const expected = view.toBytes("C");
  expect(await writeFrom(path, view)).toBe(view.nbytes);
  expect((await readFile(path)).equals(expected)).toBe(true);

  const target = owner.zeros([40, 70_000, 2], "uint8");
  expect(await readInto(path, part(target))).toBe(view.nbytes);
  expect(Buffer.from(part(target).toBytes("C")).equals(expected)).toBe(true);
  // Nothing but the view was written.
  const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);
  expect(sum(target.asTypedArray())).toBe(sum(expected));
  array.release();
  target.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("readInto: gives what the file has, and leaves the elements behind as they are", async () => {
  const path = join(folder, "short.raw");
  await writeFile(path, Uint8Array.of(1, 2, 3, 4, 5));
  const bytes = new Uint8Array(16).fill(9);
  expect(await readInto(path, bytes)).toBe(5);
  expect([...bytes]).toEqual([1, 2, 3, 4, 5, ...new Array<number>(11).fill(9)]);
  const every = new Uint8Array(16).fill(9);
  expect(await readInto(path, new MemoryView(every).at("::2"))).toBe(5);
  expect([...every]).toEqual([1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 9, 9, 9, 9, 9, 9]);
});

test("readInto and writeFrom: a position is a place in the file, of a path too", async () => {
  const path = join(folder, "position.raw");
  await writeFile(path, counted(100));
  expect(await writeFrom(path, Uint8Array.of(1, 2, 3), { position: 50 })).toBe(3);
  const bytes = new Uint8Array(5);
  expect(await readInto(path, bytes, { position: 49 })).toBe(5);
  expect([...bytes]).toEqual([counted(100)[49], 1, 2, 3, counted(100)[53]]);
  await writeFrom(path, Uint8Array.of(7));
  expect([...(await readFile(path))]).toEqual([7]);
  for (const position of [-1, 1.5, NaN]) {
    await expect(readInto(path, bytes, { position })).rejects.toThrow("position in a file");
  }
});

test("readInto and writeFrom: an open file goes on where it stands, and stays open", async () => {
  await using handle = await openFile(join(folder, "open.raw"), "w+");
  await writeFrom(handle, Uint8Array.of(1, 2, 3));
  await writeFrom(handle, Uint8Array.of(4, 5));
  const bytes = new Uint8Array(4);
  expect(await readInto(handle, bytes, { position: 1 })).toBe(4);
  expect([...bytes]).toEqual([2, 3, 4, 5]);
  expect(await readInto(handle, bytes)).toBe(0);
});

test("readInto and writeFrom: calls that do less than asked are repeated", async () => {
  const content = new Uint8Array(20);
  const calls: string[] = [];
  const bytesMax = 7;
  const slowFile: OpenFile = {
    async read(bytes, offset, length, position) {
      const part = content.subarray(position!, position! + Math.min(length, bytesMax));
      bytes.set(part, offset);
      calls.push(`read ${part.length} at ${position}`);
      return { bytesRead: part.length };
    },
    async write(bytes, offset, length, position) {
      const part = bytes.subarray(offset, offset + Math.min(length, bytesMax));
      content.set(part, position!);
      calls.push(`write ${part.length} at ${position}`);
      return { bytesWritten: part.length };
    },
  };
  const view = new MemoryView(counted(40)).at("::2");
  expect(await writeFrom(slowFile, view, { position: 0 })).toBe(20);
  expect(content).toEqual(view.toBytes());
  const bytes = new Uint8Array(20);
  expect(await readInto(slowFile, bytes, { position: 0 })).toBe(20);
  expect(bytes).toEqual(content);
  const places = ["7 at 0", "7 at 7", "6 at 14"];
  expect(calls).toEqual([...places.map((place) => `write ${place}`), ...places.map((place) => `read ${place}`)]);
});

test("readInto: holds the array until the file has been read", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([1000], "float32");
  const path = join(folder, "held.raw");
  await writeFile(path, counted(4000));
  const reading = readInto(path, array);
  expect(() => array.release()).toThrow("export");
  await reading;
  const writing = writeFrom(path, array.at("::-1"));
  expect(() => array.release()).toThrow("lease");
  await writing;
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("readInto and writeFrom: give the array back where they fail", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([1000], "float32");
  const missing = join(folder, "missing", "file.raw");
  await expect(readInto(missing, array)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(writeFrom(missing, array)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(readInto(missing, array.toReadonly())).rejects.toMatchObject({ pyName: "BufferError" });
  await expect(writeFrom(missing, [1] as unknown as Uint8Array)).rejects.toThrow(TypeError);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(readInto(missing, array, { signal })).rejects.toThrow("enough");
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("readInto and writeFrom: a signal ends them between pieces", async () => {
  const path = join(folder, "signal.raw");
  const bytes = new Uint8Array(5_000_000);
  const atSecondPiece = (): AbortSignal => {
    let looks = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const throwIfAborted = signal.throwIfAborted.bind(signal);
    signal.throwIfAborted = () => {
      if (++looks === 3) controller.abort(new Error("enough"));
      throwIfAborted();
    };
    return signal;
  };
  await expect(writeFrom(path, bytes, { signal: atSecondPiece() })).rejects.toThrow("enough");
  expect((await readFile(path)).length).toBe(1_048_576);
  await writeFile(path, counted(5_000_000));
  await expect(readInto(path, bytes, { signal: atSecondPiece() })).rejects.toThrow("enough");
  expect(bytes.findLastIndex((byte) => byte !== 0)).toBeLessThan(1_048_576);
});
