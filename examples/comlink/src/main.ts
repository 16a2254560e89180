/**
 * A picture that the runtime computes on every core, and a worker of the program's own counts: the same bytes for both.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import { type MemoryView, open } from "instride";
import { enableViews } from "instride/interop/comlink";
import type { Api } from "./histogram.worker.ts";

const height = 480;
const width = 640;

enableViews(Comlink);
const { port1, port2 } = new MessageChannel();
const url = new URL("./histogram.worker.ts", import.meta.url);
const worker = new Worker(url, { workerData: port2, transferList: [port2 as never] });
const statistics = Comlink.wrap<Api>(port1);

await using rt = await open();
const picture = rt.zeros([height, width], "uint8", { label: "picture" });
const pattern = rt.map((x, { index: [i, j] }) => x + ((i * j) & 255), { casting: "unsafe" });
await pattern(picture, { out: picture });

// The worker gets some tens of bytes that say where the picture lies, under a lease: no call writes it meanwhile.
const counted = statistics.histogram(picture.toReadonly());
for (const { holder, mode } of rt.leaks()) console.log(`held by: ${holder}, to ${mode}`);
const counts = (await counted) as unknown as MemoryView<"uint32">;

const expected = new Array<number>(256).fill(0);
for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) expected[(i * j) & 255]!++;
const wrong = expected.findIndex((count, value) => count !== counts.get(value));
if (wrong !== -1) throw new Error(`${counts.get(wrong)} elements are ${wrong}, expected ${expected[wrong]}`);
console.log(`all ${width * height} bytes were counted where they lie; ${counts.get(0)} of them are 0`);

await worker.terminate();
port1.close();
