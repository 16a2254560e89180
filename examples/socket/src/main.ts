/**
 * A server whose answers are slices of a shared array, sent from where they lie; and a client that puts them together.
 *
 * @module
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { open, receive, send } from "instride";

await using rt = await open();
const volume = rt.from(
  Float32Array.from({ length: 32 * 256 * 256 }, (_, i) => i),
  { shape: [32, 256, 256] },
);

/** Answers every index that comes with that slice: the bytes leave the shared memory itself. */
async function serve(socket: Socket): Promise<void> {
  const index = new Uint32Array(1);
  while ((await receive(socket, index)) === index.byteLength) await send(socket, volume.at(index[0]!));
  socket.end();
}

const server = createServer((socket) => {
  serve(socket).catch((error: unknown) => socket.destroy(error as Error));
}).listen(0, "127.0.0.1");
await once(server, "listening");

const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
const copy = rt.zeros(volume.shape, "float32");
for (let i = 31; i >= 0; i--) {
  await send(socket, Uint32Array.of(i));
  await receive(socket, copy.at(i));
}
socket.end();
server.close();
await once(server, "close");

const wrong = copy.asTypedArray().findIndex((value, i) => value !== i);
if (wrong !== -1) throw new Error(`element ${wrong} is ${copy.asTypedArray()[wrong]}, expected ${wrong}`);
console.log(`received 32 slices of [${copy.at(0).shape.join(", ")}]: all ${copy.size} elements are right`);
