import { crc32 as zlibCrc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { MemoryOwner, MemoryView } from "@instride/core";
import { type ByteSource, MemorySource } from "../../src/memory/byte-source.ts";
import { crc32 } from "../../src/npy/crc32.ts";
import { EndOfFileError } from "../../src/npy/npy-header.ts";
import { writeNpy } from "../../src/npy/npy.ts";
import { npzPieces, openNpz, writeNpz } from "../../src/npy/npz.ts";
import { readZipDirectory } from "../../src/npy/zip-directory.ts";
import { directory } from "../../src/npy/zip-writer.ts";
import { expectArray, NPZ_FILES } from "./numpy-files.ts";

const COMPRESSIONS = ["stored", "deflated"] as const;

test.each(NPZ_FILES)("openNpz: reads what NumPy wrote: $what", async ({ bytes, arrays }) => {
  await using file = await openNpz(bytes);
  expect(file.files.toSorted()).toEqual(arrays.map(({ name }) => name).toSorted());
  for (const facts of arrays) {
    const { shape, fortranOrder } = await file.header(facts.name);
    expect({ shape, fortran: fortranOrder }).toEqual({ shape: facts.shape, fortran: facts.fortran });
    using array = await file.read(facts.name, { allocate: (nbytes) => new SharedArrayBuffer(nbytes) });
    expect(array.obj).toBeInstanceOf(SharedArrayBuffer);
    expectArray(array, facts);
  }
});

test.each(COMPRESSIONS)("writeNpz: what is %s is read again, of any layout, under any name", async (compression) => {
  const whole = new MemoryView(Float32Array.from({ length: 60_000 }, (_, i) => i)).reshape([200, 300]);
  const arrays = {
    whole,
    "a/b.npy": whole.transpose(),
    π: whole.at("::-3", "5:200:7"),
    empty: whole.at("7:7"),
    one: whole.at(3, 4),
    ["__proto__"]: Uint8Array.of(4, 5),
  };
  await using file = await openNpz(await writeNpz(arrays, { compression }));
  expect(file.files).toEqual(Object.keys(arrays));
  for (const [name, array] of Object.entries(arrays)) {
    using back = await file.read(name);
    using given = new MemoryView(array);
    expect(back.shape).toEqual(given.shape);
    expect(back.toBytes("C")).toEqual(given.toBytes("C"));
  }
});

test.each(COMPRESSIONS)("writeNpz: the same arrays, %s, give the same bytes", async (compression) => {
  const arrays = [Int32Array.of(1, 2), new Uint8Array(5)];
  expect(await writeNpz(arrays, { compression })).toEqual(await writeNpz(arrays, { compression }));
});

test("writeNpz: a list has NumPy's names", async () => {
  await using file = await openNpz(await writeNpz([Int8Array.of(1), Int8Array.of(2)]));
  expect(file.files).toEqual(["arr_0", "arr_1"]);
});

test("npzPieces: stored elements are not copied, and held until the last piece", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([1000], "float64");
  const pieces = npzPieces({ array });
  const seen: Uint8Array[] = [];
  for await (const piece of pieces) {
    seen.push(piece);
    expect(() => array.release()).toThrow("lease");
  }
  expect(seen.filter(({ buffer }) => buffer === owner.heap.memory.buffer).map(({ length }) => length)).toEqual([8000]);
  array.release();
});

test("npzPieces: whoever stops early gives the arrays back", async () => {
  for (const compression of COMPRESSIONS) {
    const owner = new MemoryOwner();
    const array = owner.zeros([1_000_000], "float64");
    for await (const piece of npzPieces({ array }, { compression })) if (piece.length > 0) break;
    array.release();
    expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
  }
});

test("NpzFile: reads into a shared heap, and gives memory back where reading fails", async () => {
  const owner = new MemoryOwner();
  const allocate = (nbytes: number): MemoryView => owner.empty([nbytes], "uint8");
  for (const compression of COMPRESSIONS) {
    const bytes = await writeNpz({ x: Float64Array.of(1, 2, 3) }, { compression });
    const file = await openNpz(bytes);
    const array = await file.read("x", { allocate });
    expect(array.toList()).toEqual([1, 2, 3]);
    array.release();
    // The last bytes of the content, which the checksum notices, or the inflater.
    const place = Buffer.from(bytes).indexOf("PK\x01\x02") - (compression === "stored" ? 1 : 20);
    bytes[place]! ^= 0x55;
    await expect(file.read("x", { allocate })).rejects.toMatchObject({ pyName: "ValueError" });
    expect(owner.stats().arrays).toBe(0);
  }
});

test("NpzFile: a signal ends reading, and the memory is given back", async () => {
  const owner = new MemoryOwner();
  const file = await openNpz(await writeNpz({ x: new Float64Array(2_000_000) }));
  const controller = new AbortController();
  const allocate = (nbytes: number): MemoryView => {
    controller.abort(new Error("enough"));
    return owner.empty([nbytes], "uint8");
  };
  await expect(file.read("x", { allocate, signal: controller.signal })).rejects.toThrow("enough");
  expect(owner.stats().arrays).toBe(0);
});

test("NpzFile: keeps the memory of the archive until it is closed", async () => {
  const owner = new MemoryOwner();
  const bytes = owner.from(await writeNpz([Int8Array.of(1)]));
  const file = await openNpz(bytes);
  expect(() => bytes.release()).toThrow("export");
  await expect(file.read("other")).rejects.toThrow('expected one of ["arr_0"]');
  await file.close();
  await file.close();
  bytes.release();
  await expect(file.read("arr_0")).rejects.toMatchObject({ name: "ReleasedError" });
});

test("openNpz: gives the memory back where opening fails", async () => {
  const owner = new MemoryOwner();
  const bytes = owner.zeros([100], "uint8");
  await expect(openNpz(bytes)).rejects.toThrow("no end record");
  bytes.release();
});

/** An archive of one entry, as the fields say. */
function archive(fields: {
  readonly content?: Uint8Array;
  readonly kept?: Uint8Array;
  readonly name?: string;
  readonly method?: number;
  readonly flags?: number;
  readonly nbytes?: number;
  readonly storedBytes?: number;
  readonly localName?: string;
}): Uint8Array<ArrayBuffer> {
  const {
    content = writeNpy(Uint8Array.of(1, 2, 3)),
    name = "x.npy",
    method = 0,
    flags = 0,
    localName = name,
  } = fields;
  const { kept = content, nbytes = content.length, storedBytes = kept.length } = fields;
  const local = Buffer.alloc(30 + localName.length);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(localName.length, 26);
  local.write(localName, 30);
  const nameBytes = Buffer.from(name);
  const start = local.length + kept.length;
  const entry = { nameBytes, flags, method, crc: zlibCrc32(content), storedBytes, nbytes, start: 0 };
  return Uint8Array.from(Buffer.concat([local, kept, directory([entry], start)]));
}

async function readAll(bytes: Uint8Array | ByteSource): Promise<number> {
  await using file = await openNpz(bytes);
  for (const name of file.files) (await file.read(name)).release();
  return file.files.length;
}

test("NpzFile: reads the archive that the tests below damage", async () => {
  expect(await readAll(archive({}))).toBe(1);
  const content = writeNpy(Uint8Array.of(1, 2, 3));
  expect(await readAll(archive({ content, kept: deflateRawSync(content), method: 8 }))).toBe(1);
});

const zeros = writeNpy(new Uint8Array(100_000));

test.each([
  ["encrypted", { flags: 1 }, "encrypted", "NotImplementedError"],
  ["of an unknown method", { method: 12 }, "method is 12", "NotImplementedError"],
  ["larger than its bytes", { nbytes: 1000 }, "can't hold", "ValueError"],
  [
    "larger than deflate can make it",
    { method: 8, kept: new Uint8Array(10), nbytes: 10_321 },
    "can't hold",
    "ValueError",
  ],
  ["longer than the archive", { storedBytes: 1000, nbytes: 1000 }, "overlaps", "ValueError"],
  ["of another name in its own header", { localName: "y.npy" }, 'called "y.npy"', "ValueError"],
  ["not deflated", { method: 8 }, "inflate", "ValueError"],
  [
    "deflated, but cut off",
    { method: 8, kept: deflateRawSync(zeros).subarray(0, 40), content: zeros.subarray(0, 9000) },
    "inflate",
    "ValueError",
  ],
  [
    "less than it says",
    { method: 8, kept: deflateRawSync(zeros), content: zeros, nbytes: zeros.length + 1 },
    "less than it should",
    "ValueError",
  ],
  [
    "more than it says",
    { method: 8, kept: deflateRawSync(Buffer.concat([zeros, zeros])), content: zeros },
    "more than it should",
    "ValueError",
  ],
  ["no array", { content: new Uint8Array(50) }, "it begins with", "ValueError"],
  [
    "an array that is cut off",
    { content: writeNpy(new Uint8Array(9)).subarray(0, -1) },
    "its data have 8 bytes",
    "ValueError",
  ],
  [
    "a header that is cut off",
    { content: writeNpy(new Uint8Array(9)).subarray(0, 50) },
    "its header has",
    "ValueError",
  ],
  [
    "a header that ends before the bytes do that say so",
    { content: Uint8Array.of(0x93, ...Buffer.from("NUMPY"), 1, 0, 1, 0, 0x7b, 0x7d) },
    "the text ends",
    "ValueError",
  ],
  ["no bytes", { content: new Uint8Array(0) }, "no bytes", "EOFError"],
])("NpzFile: refuses an entry that is %s", async (_, fields, message, pyName) => {
  const error = await readAll(archive(fields)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ pyName });
  expect(String(error)).toContain(message);
});

test("NpzFile: refuses an entry whose own header leaves no room for its bytes", async () => {
  const bytes = archive({});
  // The length of its extra field.
  bytes[28] = 1;
  await expect(readAll(bytes)).rejects.toThrow("but ends at");
});

test("openNpz: entries that share bytes, or a name, are refused", async () => {
  const content = writeNpy(Uint8Array.of(1));
  const local = archive({ content, name: "x" }).subarray(0, 31 + content.length);
  const named = (name: string, start: number) => {
    const fields = { flags: 0, method: 0, crc: crc32(content), storedBytes: content.length, nbytes: content.length };
    return { ...fields, nameBytes: Buffer.from(name), start };
  };
  const open = (...entries: ReturnType<typeof named>[]): Promise<unknown> =>
    openNpz(Buffer.concat([local, local, directory(entries, 2 * local.length)]));
  await expect(open(named("x", 0), named("y", 0))).rejects.toThrow("overlaps");
  await expect(open(named("x", 0), named("y", local.length - 2))).rejects.toThrow("overlaps");
  await expect(open(named("x", 0), named("x", local.length))).rejects.toThrow('two entries called "x"');
  await expect(open(named("x", local.length), named("y", 0))).resolves.toBeDefined();
});

test("openNpz: what would inflate to more than the limit is refused before anything is inflated", async () => {
  const bytes = await writeNpz({ a: new Uint8Array(600_000), b: new Uint8Array(600_000) }, { compression: "deflated" });
  const limited = openNpz(bytes, { inflatedBytesMax: 1_000_000 });
  await expect(limited).rejects.toThrow("inflate to 1200256 bytes, expected at most 1000000");
  await expect(openNpz(bytes)).resolves.toBeDefined();
  // A stored array is as large as its file.
  const stored = await writeNpz({ a: new Uint8Array(600_000), b: new Uint8Array(600_000) });
  await expect(openNpz(stored, { inflatedBytesMax: 1_000_000 })).resolves.toBeDefined();
});

test("openNpz: no bytes are the end of the file", async () => {
  await expect(openNpz(new Uint8Array(0))).rejects.toThrow(EndOfFileError);
});

test("openNpz: every shorter file is refused with a typed error", async () => {
  const { bytes } = NPZ_FILES.find(({ what }) => what.startsWith("arrays without"))!;
  for (let length = 0; length < bytes.length; length++) {
    await expect(openNpz(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
      code: expect.any(String),
    });
  }
});

/** An archive of terabytes: zeros, but for what is told. */
class SparseSource implements ByteSource {
  readonly nbytes: number;
  readonly #parts: readonly (readonly [start: number, bytes: Uint8Array])[];

  constructor(nbytes: number, parts: readonly (readonly [start: number, bytes: Uint8Array])[]) {
    this.nbytes = nbytes;
    this.#parts = parts;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    target.fill(0);
    for (const [start, bytes] of this.#parts) {
      for (const [i, byte] of bytes.entries()) {
        if (start + i >= position && start + i < position + target.length) target[start + i - position] = byte;
      }
    }
  }

  async close(): Promise<void> {}
}

test("readZipDirectory: ZIP64 tells places and sizes beyond 2^32, as the writer writes them", async () => {
  const start = 2 ** 42;
  const entries = [
    { name: "small", storedBytes: 10, nbytes: 10, start: 0 },
    { name: "large", storedBytes: 2 ** 32, nbytes: 2 ** 33, start: 100 },
    { name: "far", storedBytes: 2 ** 32 - 1, nbytes: 5, start: 2 ** 40 },
  ].map(({ name, ...fields }) => ({ nameBytes: Buffer.from(name), flags: 0, method: 8, crc: 7, ...fields }));
  const bytes = directory(entries, start);
  const found = await readZipDirectory(new SparseSource(start + bytes.length, [[start, bytes]]));
  expect(found).toEqual(
    entries.map(({ nameBytes, method, crc, storedBytes, nbytes, start: from }, i) => ({
      method,
      crc,
      storedBytes,
      nbytes,
      start: from,
      name: String(nameBytes),
      isEncrypted: false,
      stop: [100, 2 ** 40, start][i],
    })),
  );
});

test("readZipDirectory: 70,000 entries need ZIP64, as the writer writes them", async () => {
  const name = (i: number): string => `n${i}`;
  const entries = Array.from({ length: 70_000 }, (_, i) => ({
    nameBytes: Buffer.from(name(i)),
    flags: 0,
    method: 0,
    crc: 0,
    storedBytes: 0,
    nbytes: 0,
    start: 40 * i,
  }));
  const bytes = directory(entries, 40 * entries.length);
  const found = await readZipDirectory(
    new SparseSource(40 * entries.length + bytes.length, [[40 * entries.length, bytes]]),
  );
  expect(found.map((entry) => entry.name)).toEqual(entries.map((_, i) => name(i)));
});

test("crc32: equals zlib's, whole and in parts", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes));
    }),
    { numRuns: 300 },
  );
});

test("openNpz: of 3,000 mutated archives each is read or refused with a typed error, and no memory is lost", async () => {
  const files = NPZ_FILES.filter(({ bytes }) => bytes.length < 8000);
  const edit = fc.record({ place: fc.double({ min: 0, max: 1, noNaN: true }), bytes: fc.uint8Array({ maxLength: 4 }) });
  const owner = new MemoryOwner();
  const allocate = vi.fn<(nbytes: number) => MemoryView>((nbytes) => owner.empty([nbytes], "uint8"));
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.nat(files.length - 1),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("anywhere", "directory"),
      async (which, edits, where) => {
        const bytes = files[which]!.bytes.slice();
        const first = where === "anywhere" ? 0 : Buffer.from(bytes).indexOf("PK\x01\x02");
        for (const { place, bytes: written } of edits) {
          bytes.set(written, first + Math.floor(place * (bytes.length - first - written.length)));
        }
        try {
          await using file = await openNpz(new MemorySource(bytes), { inflatedBytesMax: 10_000_000 });
          for (const name of file.files) (await file.read(name, { allocate })).release();
          outcomes.read++;
        } catch (error) {
          expect(error).toMatchObject({ pyName: expect.any(String), code: expect.any(String) });
          outcomes.refused++;
        }
      },
    ),
    { numRuns: 3000 },
  );
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
  expect(Math.max(...allocate.mock.calls.map(([nbytes]) => nbytes))).toBeLessThanOrEqual(10_000_000);
  // Both must happen for the test to say something.
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(100);
});
