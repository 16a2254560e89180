import { expect, it } from "vitest";
import { MemoryOwner, MemoryView } from "@instride/core";
import { copyThroughCanvas, frameInto } from "../../src/web/frame-into.ts";
import { indicesOf } from "./layouts.ts";

const owner = new MemoryOwner();

const [WIDTH, HEIGHT] = [5, 3];

const value = (y: number, x: number, c: number): number => (c === 3 ? 255 : (y * 50 + x * 9 + c * 77) % 256);

const EXPECTED = indicesOf([HEIGHT, WIDTH, 4]).map(([y, x, c]) => value(y!, x!, c!));

function drawnCanvas(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  canvas.getContext("2d")!.putImageData(new ImageData(Uint8ClampedArray.from(EXPECTED), WIDTH, HEIGHT), 0, 0);
  return canvas;
}

const error = (name: string, message: string): unknown =>
  expect.objectContaining({ name, message: expect.stringContaining(message) as string });

it("frameInto: the pixels of a frame arrive in shared memory, and the frame stays open", async () => {
  const frame = new VideoFrame(drawnCanvas(), { timestamp: 0 });
  const view = owner.zeros([HEIGHT, WIDTH, 4], "uint8");
  await frameInto(view, frame);
  expect([...view.toBytes()]).toEqual(EXPECTED);
  expect(frame.codedWidth).toBe(WIDTH);
  frame.close();
});

it("frameInto: takes what a canvas draws", async () => {
  const blob = await drawnCanvas().convertToBlob();
  const bitmap = await createImageBitmap(blob);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  const { image: decoded } = await new ImageDecoder({ data: await blob.arrayBuffer(), type: "image/png" }).decode();
  for (const source of [bitmap, image, decoded, drawnCanvas()]) {
    const view = owner.zeros([HEIGHT, WIDTH, 4], "uint8");
    await frameInto(view, source);
    expect([...view.toBytes()], `from ${source.constructor.name}`).toEqual(EXPECTED);
  }
  decoded.close();
});

it.each([
  ["in the middle", 1, 2],
  // Behind it there is no room for the rest of a row.
  ["at the end", 2, 3],
])("frameInto: what lies beside a part %s of a larger picture stays as it was", async (_, top, left) => {
  const bytes = new Uint8Array((HEIGHT + 2) * (WIDTH + 3) * 4).fill(99);
  const whole = new MemoryView(bytes).reshape([HEIGHT + 2, WIDTH + 3, 4]);
  await frameInto(whole.at(`${top}:${top + HEIGHT}`, `${left}:${left + WIDTH}`), drawnCanvas());
  for (const [y, x, c] of indicesOf(whole.shape) as [number, number, number][]) {
    const isInside = y >= top && y < top + HEIGHT && x >= left && x < left + WIDTH;
    expect(whole.get(y, x, c), `${y}, ${x}, ${c}`).toBe(isInside ? value(y - top, x - left, c) : 99);
  }
});

it("frameInto: other layouts, and three channels, get the same pixels", async () => {
  const views: Record<string, MemoryView> = {
    transposed: owner.zeros([4, WIDTH, HEIGHT], "uint8").transpose(),
    reversed: owner.zeros([HEIGHT, WIDTH, 4], "uint8").flip(0),
    "every other pixel": owner.zeros([HEIGHT, WIDTH * 2, 4], "uint8").at(":", "::2"),
    "three channels": owner.zeros([HEIGHT, WIDTH, 3], "uint8"),
    "three of four": owner.zeros([HEIGHT, WIDTH, 4], "uint8").at("...", ":3"),
  };
  // At once: none may use the private memory of another one.
  await Promise.all(Object.values(views).map((view) => frameInto(view, drawnCanvas())));
  for (const [name, view] of Object.entries(views)) {
    for (const [y, x, c] of indicesOf(view.shape) as [number, number, number][]) {
      expect(view.get(y, x, c), `${name}: ${y}, ${x}, ${c}`).toBe(value(y, x, c));
    }
  }
});

it("frameInto: colours of video are converted, and alpha is not multiplied into them", async () => {
  // Full-range BT.601: Y = 76, U = 85, V = 255 is red.
  const planes = Uint8Array.of(76, 76, 76, 76, 85, 255);
  const colorSpace = { fullRange: true, matrix: "smpte170m", primaries: "bt709", transfer: "iec61966-2-1" } as const;
  const frame = new VideoFrame(planes, { format: "I420", codedWidth: 2, codedHeight: 2, timestamp: 0, colorSpace });
  const view = owner.zeros([2, 2, 4], "uint8");
  await frameInto(view, frame);
  const [red, green, blue, alpha] = view.toBytes();
  expect([red! > 250, green! < 5, blue! < 5, alpha]).toEqual([true, true, true, 255]);
  frame.close();

  const half = new VideoFrame(Uint8Array.of(200, 100, 50, 128), {
    format: "RGBA",
    codedWidth: 1,
    codedHeight: 1,
    timestamp: 0,
  });
  const pixel = owner.zeros([1, 1, 4], "uint8");
  await frameInto(pixel, half);
  expect([...pixel.toBytes()]).toEqual([200, 100, 50, 128]);
  half.close();
});

it("frameInto: the visible part of a frame counts, and holds the array until it has arrived", async () => {
  const frame = new VideoFrame(drawnCanvas(), { timestamp: 0, visibleRect: { x: 1, y: 1, width: 2, height: 2 } });
  const view = owner.zeros([2, 2, 4], "uint8");
  const arrival = frameInto(view, frame);
  expect(() => view.release()).toThrow(error("BufferError", "export"));
  await arrival;
  expect([view.get(0, 0, 0), view.get(1, 1, 2)]).toEqual([value(1, 1, 0), value(2, 2, 2)]);
  view.release();
  frame.close();
});

it("copyThroughCanvas: gives the same pixels, in rows that lie apart", () => {
  const frame = new VideoFrame(drawnCanvas(), { timestamp: 0 });
  const stride = WIDTH * 4 + 8;
  const bytes = new Uint8Array(new SharedArrayBuffer(HEIGHT * stride)).fill(99);
  copyThroughCanvas(frame, bytes, stride);
  for (let y = 0; y < HEIGHT; y++) {
    const row = [...bytes.subarray(y * stride, (y + 1) * stride)];
    expect(row).toEqual([...EXPECTED.slice(y * WIDTH * 4, (y + 1) * WIDTH * 4), ...new Array<number>(8).fill(99)]);
  }
  frame.close();
});

it("frameInto: a view of another size, number type or writability is refused", async () => {
  const canvas = drawnCanvas();
  await expect(frameInto(owner.zeros([WIDTH, HEIGHT, 4], "uint8"), canvas)).rejects.toEqual(
    error("ShapeError", `${WIDTH} x ${HEIGHT} pixels in shape [${WIDTH}, ${HEIGHT}, 4]: expected [${HEIGHT}, ${WIDTH}`),
  );
  await expect(frameInto(owner.zeros([HEIGHT, WIDTH], "uint8"), canvas)).rejects.toEqual(
    error("ShapeError", "[height, width, 3 | 4]"),
  );
  await expect(frameInto(owner.zeros([HEIGHT, WIDTH, 4], "float32"), canvas)).rejects.toEqual(
    error("DTypeError", "float32 elements: expected uint8"),
  );
  const readonly = owner.zeros([HEIGHT, WIDTH, 4], "uint8").toReadonly();
  await expect(frameInto(readonly, canvas)).rejects.toEqual(error("BufferError", "read-only"));
});

it("frameInto: a source without a picture is refused", async () => {
  const view = owner.zeros([HEIGHT, WIDTH, 4], "uint8");
  const frame = new VideoFrame(drawnCanvas(), { timestamp: 0 });
  frame.close();
  await expect(frameInto(view, frame)).rejects.toEqual(error("ValueError", "closed"));
  const bitmap = await createImageBitmap(drawnCanvas());
  bitmap.close();
  for (const source of [bitmap, document.createElement("video"), new Image()]) {
    await expect(frameInto(view, source)).rejects.toEqual(error("ValueError", "it has none"));
  }
  // Nothing holds it any more.
  view.release();
});
