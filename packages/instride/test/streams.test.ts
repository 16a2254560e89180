import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { createGunzip, createGzip } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MemoryOwner, MemoryView, viewReadStream, viewWriteStream } from "instride";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "instride-streams-"));
});
afterAll(() => rm(folder, { recursive: true }));

const counted = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => i * 37 + (i >> 8));

test("viewReadStream and viewWriteStream: a shared view goes through gzip to a file and back, of any layout", async () => {
  const owner = new MemoryOwner();
  const array = owner.from(counted(600_000), { shape: [300, 2000] });
  const path = join(folder, "view.gz");
  for (const part of ["::", "::-2", "5:6"] as const) {
    const view = array.at("...", part).transpose();
    await pipeline(viewReadStream(view), createGzip(), createWriteStream(path));
    const target = owner.zeros(view.shape, "uint8");
    await pipeline(createReadStream(path), createGunzip(), viewWriteStream(target));
    expect(Buffer.from(target.toBytes()).equals(view.toBytes("C"))).toBe(true);
    target.release();
  }
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("viewReadStream: chunks have at most highWaterMark bytes, and are the consumer's to keep", async () => {
  const bytes = Uint8Array.from(counted(1000));
  const chunks: Uint8Array[] = [];
  for await (const chunk of viewReadStream(bytes, { highWaterMark: 300 })) chunks.push(chunk as Uint8Array);
  bytes.fill(0);
  expect(chunks.map(({ length }) => length)).toEqual([300, 300, 300, 100]);
  expect(Buffer.concat(chunks).equals(counted(1000))).toBe(true);
});

test("viewReadStream: holds the array from the first call until the last byte was read, or it is destroyed", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([1000], "uint8");
  const stream = viewReadStream(array, { highWaterMark: 100 });
  expect(() => array.release()).toThrow("export");
  expect((await buffer(stream)).length).toBe(1000);
  const destroyed = viewReadStream(array);
  expect(() => array.release()).toThrow("export");
  destroyed.destroy();
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("viewReadStream: an array that is empty gives no chunk", async () => {
  expect((await buffer(viewReadStream(new Float64Array(0)))).length).toBe(0);
});

test("viewWriteStream: too many bytes and too few are errors, and the array is given back", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([10], "uint8");
  const long = pipeline(Readable.from([counted(8), counted(3)]), viewWriteStream(array));
  await expect(long).rejects.toThrow("cannot put 11 bytes into a view of 10");
  const short = pipeline(Readable.from([counted(8), counted(1)]), viewWriteStream(array));
  await expect(short).rejects.toThrow("the stream ended after 9");
  expect(array.asTypedArray().subarray(0, 9)).toEqual(Uint8Array.of(...counted(8), 0));
  expect(() => viewWriteStream(array.toReadonly())).toThrow(expect.objectContaining({ pyName: "BufferError" }));
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("viewWriteStream: text is stored in its encoding, like in any stream of bytes", async () => {
  const bytes = new Uint8Array(6);
  const stream = viewWriteStream(new MemoryView(bytes).at("::-1"));
  stream.write("4142", "hex");
  stream.end("π--");
  await new Promise((resolve) => {
    stream.on("finish", resolve);
  });
  expect(Buffer.from(bytes.toReversed()).toString()).toBe("ABπ--");
});

test("viewWriteStream: a strided view has what has come once the stream finishes, also of a short last piece", async () => {
  const every = new Uint8Array(20);
  const target = new MemoryView(every).at("::2");
  const stream = viewWriteStream(target);
  for (const byte of counted(10)) stream.write(Uint8Array.of(byte));
  stream.end();
  while (!stream.closed) await setImmediate();
  expect(target.toBytes()).toEqual(counted(10));
});

test("viewReadStream: what a file stream writes are the bytes of the view", async () => {
  const path = join(folder, "plain.raw");
  await writeFile(path, "");
  await pipeline(viewReadStream(new MemoryView(counted(200_000)).at("::-1")), createWriteStream(path));
  expect((await readFile(path)).equals(counted(200_000).toReversed())).toBe(true);
});
