/**
 * A canvas that a worker draws to, from memory that the page shares with it.
 *
 * @module
 */
import { MemoryOwner } from "@instride/core";

/** What it draws: a picture of 3 x 2 pixels, as bytes of red, green, blue and alpha. */
export const DRAWN_BY_WORKER: readonly number[] = [1, 2, 3, 4, 5, 6].flatMap((gray) => [gray, gray, gray, 255]);

/**
 * Hands a canvas of 3 x 2 pixels to a worker.
 *
 * @param look - runs before the worker is ended: what it has drawn comes to the page with a later frame
 * @returns what the worker reads from it
 */
export async function drawnByWorker(canvas: OffscreenCanvas, look?: () => Promise<void>): Promise<unknown> {
  const worker = new Worker(new URL("./drawing-worker.ts", import.meta.url), { type: "module" });
  const shared = new MemoryOwner().from(Uint8Array.of(1, 2, 3, 4, 5, 6));
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
  });
  worker.postMessage({ offscreen: canvas, bytes: shared.asTypedArray(), shape: [2, 3] }, [canvas]);
  try {
    const drawn = await answer;
    await look?.();
    return drawn;
  } finally {
    worker.terminate();
  }
}
