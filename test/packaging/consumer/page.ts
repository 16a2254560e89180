/**
 * Compiles against the published declarations of the browser's entry, with the DOM's types and none of Node's.
 *
 * @module
 */
import { diagnose, drawTo, open, type MemoryView } from "instride";
import { open as openInline } from "instride/inline";

await using rt = await open({ worker: () => new Worker("worker.js", { type: "module" }), threads: 2 });
const view: MemoryView<"float32"> = rt.zeros([480, 640], "float32");
drawTo(document.createElement("canvas"), view, { range: [0, 1] });
const brighter = await rt.map((x) => x * 2)(view);
const highest: number = await rt.reduce("max")(brighter);
const advice: string = String(await diagnose());
if (advice.length > highest) console.log(rt.mode, rt.reason);

await using inline = await openInline();
const again: MemoryView<"float32"> = inline.from(new Float32Array(4));
again.release();

// @ts-expect-error -- a page has no Piscina
await open({ piscina: null });
