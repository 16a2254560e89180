/**
 * Draws what a page shares with it to a canvas that the page has handed over.
 *
 * @module
 */
import { MemoryView } from "@instride/core";
import { drawTo } from "../../src/web/draw-to.ts";

interface Order {
  readonly offscreen: OffscreenCanvas;
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

globalThis.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  const { offscreen, bytes, shape } = data;
  drawTo(offscreen, new MemoryView(bytes).reshape(shape));
  const drawn = offscreen.getContext("2d")!.getImageData(0, 0, offscreen.width, offscreen.height);
  globalThis.postMessage([...drawn.data]);
});
