import { expect, it } from "vitest";
import { DRAWN_BY_WORKER, drawnByWorker } from "./drawn-by-worker.ts";

it("drawTo: what a worker draws to a canvas of the page is shown in the page", async () => {
  const shown = Object.assign(document.createElement("canvas"), { width: 3, height: 2 });
  const copy = new OffscreenCanvas(3, 2).getContext("2d", { willReadFrequently: true })!;
  const pixels = (): number[] => {
    copy.drawImage(shown, 0, 0);
    return [...copy.getImageData(0, 0, 3, 2).data];
  };
  const drawn = await drawnByWorker(shown.transferControlToOffscreen(), () =>
    expect.poll(pixels, { timeout: 10_000 }).toEqual(DRAWN_BY_WORKER),
  );
  expect(drawn).toEqual(DRAWN_BY_WORKER);
});
