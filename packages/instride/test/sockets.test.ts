import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { PassThrough, Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { MemoryOwner, MemoryView, receive, send } from "instride";

const sockets: Socket[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Two ends of one connection. */
async function connection(): Promise<readonly [near: Socket, far: Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[far]] = (await Promise.all([once(server, "connection"), once(near, "connect")])) as [[Socket], unknown];
  servers.push(server);
  sockets.push(near, far);
  return [near, far];
}

function counted(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 37 + (i >> 8);
  return bytes;
}

test("send and receive: views of any layout follow one another through a socket", async () => {
  const owner = new MemoryOwner();
  const array = owner.from(counted(1_500_000), { shape: [3, 500, 1000] });
  const [near, far] = await connection();
  const views = [array.at(1), array.at("...", "::-3"), array.transpose(), array.at("7:7"), array.at(2, 3, 4)];
  const sending = (async () => {
    for (const view of views) await send(near, view);
  })();
  for (const view of views) {
    const target = owner.zeros(view.shape.toReversed(), "uint8").transpose();
    expect(await receive(far, target)).toBe(view.nbytes);
    expect(Buffer.from(target.toBytes("C")).equals(view.toBytes("C"))).toBe(true);
  }
  await sending;
  expect(near.listenerCount("error")).toBe(0);
  array.release();
  expect(owner.stats().leases).toBe(0);
});

test("send: holds the array until the bytes have left, which a slow receiver delays", async () => {
  const owner = new MemoryOwner();
  const array = owner.from(counted(30_000_000));
  const [near, far] = await connection();
  let isSent = false;
  const sending = send(near, array.at("::-1")).then(() => {
    isSent = true;
  });
  await sleep(50);
  expect(isSent).toBe(false);
  expect(() => array.release()).toThrow("lease");
  const target = new Uint8Array(30_000_000);
  expect(await receive(far, target)).toBe(30_000_000);
  await sending;
  expect(Buffer.from(target).equals(counted(30_000_000).toReversed())).toBe(true);
  array.release();
});

test("send: a signal destroys the stream, and gives the array back once nothing reads it", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([30_000_000], "uint8");
  const [near] = await connection();
  const controller = new AbortController();
  const sending = send(near, array, { signal: controller.signal });
  void sleep(20).then(() => controller.abort(new Error("enough")));
  await expect(sending).rejects.toThrow("enough");
  expect(near.destroyed).toBe(true);
  array.release();
  await expect(send(near, new Uint8Array(1), { signal: controller.signal })).rejects.toThrow("enough");
});

test("send: a receiver that goes away ends it with an error, which ends no process", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([30_000_000], "uint8");
  const [near, far] = await connection();
  const sending = send(near, array);
  far.once("data", () => far.resetAndDestroy());
  await expect(sending).rejects.toMatchObject({ syscall: "write" });
  array.release();
  expect(owner.stats().leases).toBe(0);
  await expect(send(near, new Uint8Array(1))).rejects.toThrow("the stream has ended");
});

test("send: a stream destroyed by somebody else ends it", async () => {
  const array = new Uint8Array(30_000_000);
  const [near] = await connection();
  const sending = send(near, array);
  void sleep(20).then(() => near.destroy());
  await expect(sending).rejects.toBeInstanceOf(Error);
});

test("send: a stream that is destroyed while it writes is not taken for one that has written", async () => {
  const slow = new Writable({
    write(_chunk, _encoding, callback) {
      setTimeout(() => callback(), 20);
    },
    destroy(error, callback) {
      setTimeout(() => callback(error), 60);
    },
  });
  const sending = send(slow, new Uint8Array(10));
  slow.destroy();
  await expect(sending).rejects.toThrow("closed before 10 bytes were known to have left");
});

test("send: goes to any stream that is written to, one piece after another", async () => {
  const sizes: number[] = [];
  const slow = new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      sizes.push(chunk.length);
      expect(slow.writableLength).toBeLessThanOrEqual(262_144);
      setImmediate(callback);
    },
  });
  await send(slow, new Uint8Array(600_000));
  expect(sizes).toEqual([262_144, 262_144, 75_712]);
  const through = new PassThrough();
  const [bytes] = await Promise.all([
    buffer(through),
    send(through, new MemoryView(counted(1000)).at("::2")).then(() => through.end()),
  ]);
  expect(bytes.equals(new MemoryView(counted(1000)).at("::2").toBytes())).toBe(true);
});

test("send: a stream that fails gives its error", async () => {
  const failing = new Writable({
    write(_chunk, _encoding, callback) {
      callback(new Error("the disk is full"));
    },
  });
  await expect(send(failing, new Uint8Array(10))).rejects.toThrow("the disk is full");
  expect(failing.listenerCount("error")).toBe(0);
});

test("receive: gives what has come where the stream ends, and leaves what comes behind in it", async () => {
  const bytes = new Uint8Array(10).fill(9);
  expect(await receive(Readable.from([counted(3), counted(2)], { objectMode: false }), bytes)).toBe(5);
  expect([...bytes]).toEqual([...counted(3), ...counted(2), 9, 9, 9, 9, 9]);
  const stream = Readable.from([counted(8), counted(8)], { objectMode: false });
  expect(await receive(stream, bytes)).toBe(10);
  expect([...bytes]).toEqual([...counted(8), ...counted(2)]);
  expect([...(await buffer(stream))]).toEqual([...counted(8).subarray(2)]);
  expect(await receive(stream, bytes)).toBe(0);
});

test("receive: errors, premature ends, signals and text end it, and give the array back", async () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([100], "uint8");
  const failing = new Readable({ read() {} });
  const failed = receive(failing, array);
  failing.destroy(new Error("no carrier"));
  await expect(failed).rejects.toThrow("no carrier");
  const cutOff = new Readable({ read() {} });
  const closed = receive(cutOff, array);
  cutOff.push(counted(3));
  void sleep(10).then(() => cutOff.destroy());
  await expect(closed).rejects.toThrow("closed before its end");
  await expect(receive(cutOff, array)).rejects.toThrow("closed before its end");
  const waiting = new Readable({ read() {} });
  const controller = new AbortController();
  const aborted = receive(waiting, array, { signal: controller.signal });
  expect(() => array.release()).toThrow("export");
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  expect(waiting.listenerCount("readable")).toBe(0);
  await expect(receive(Readable.from("text").setEncoding("utf8"), array)).rejects.toThrow(TypeError);
  await expect(receive(waiting, array.toReadonly())).rejects.toMatchObject({ pyName: "BufferError" });
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});
