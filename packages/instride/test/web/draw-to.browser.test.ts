import { beforeEach, describe, expect, it, vi } from "vitest";
import { type DType, MemoryOwner, MemoryView } from "@instride/core";
import { drawTo } from "../../src/web/draw-to.ts";
import { DRAWN_BY_WORKER, drawnByWorker } from "./drawn-by-worker.ts";
import { indicesOf, laidOut } from "./layouts.ts";

const owner = new MemoryOwner();

const BACKGROUND = [9, 8, 7, 255];

let canvas: HTMLCanvasElement;
let context: CanvasRenderingContext2D;

beforeEach(() => {
  canvas = document.createElement("canvas");
  canvas.width = 12;
  canvas.height = 10;
  context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = `rgb(${BACKGROUND.slice(0, 3).join(" ")})`;
  context.fillRect(0, 0, 12, 10);
});

/** What the canvas holds at a pixel. */
function pixelAt(x: number, y: number): number[] {
  return [...context.getImageData(x, y, 1, 1).data];
}

describe("drawTo: shapes and layouts", () => {
  const value = (y: number, x: number, c: number = 0): number => (y * 50 + x * 9 + c * 77) % 256;

  for (const shape of [
    [4, 5],
    [4, 5, 1],
    [4, 5, 3],
    [4, 5, 4],
    [1, 5, 3],
    [4, 1, 4],
    [1, 1],
  ]) {
    it(`drawTo: [${shape.join(", ")}] of bytes is drawn as it is, in any layout`, () => {
      const channels = shape[2] ?? 1;
      // Canvases hold colours multiplied by alpha: only opaque ones come back as they were.
      const fill = (y: number, x: number, c?: number): number => (c === 3 ? 255 : value(y, x, c));
      for (const { name, view } of laidOut(owner, shape, "uint8", fill)) {
        drawTo(canvas, view);
        for (const [y, x] of indicesOf(shape.slice(0, 2)) as [number, number][]) {
          const gray = value(y, x);
          const expected = channels < 3 ? [gray, gray, gray, 255] : [gray, value(y, x, 1), value(y, x, 2), 255];
          expect(pixelAt(x, y), `${name} at ${x}, ${y}`).toEqual(expected);
        }
        expect(pixelAt(shape[1]!, 0)).toEqual(BACKGROUND);
      }
    });
  }

  it("drawTo: alpha becomes what putImageData makes of it", () => {
    const bytes = Uint8ClampedArray.from({ length: 3 * 4 * 4 }, (_, i) => (i * 37) % 256);
    const other = new OffscreenCanvas(4, 3).getContext("2d")!;
    other.putImageData(new ImageData(bytes, 4, 3), 0, 0);
    drawTo(canvas, owner.from(new Uint8Array(bytes), { shape: [3, 4, 4] }));
    expect(context.getImageData(0, 0, 4, 3).data).toEqual(other.getImageData(0, 0, 4, 3).data);
  });

  it("drawTo: takes private memory and other exporters as well", () => {
    drawTo(canvas, new MemoryView(Uint8Array.of(1, 2, 3, 4)).reshape([2, 2]));
    expect([pixelAt(1, 0), pixelAt(0, 1)]).toEqual([
      [2, 2, 2, 255],
      [3, 3, 3, 255],
    ]);
  });
});

describe("drawTo: numbers", () => {
  const grays = (values: readonly number[], dtype: DType, range?: readonly [number, number]): number[] => {
    const view = owner.from([...values], { dtype, shape: [1, values.length] });
    drawTo(canvas, view, { range });
    return values.map((_, x) => pixelAt(x, 0)[0]!);
  };

  it.each(["float16", "float32", "float64"] as const)("drawTo: %s goes from 0 to 1, clamped, NaN as 0", (dtype) => {
    // 0.25 * 255 = 63.75 and 0.75 * 255 = 191.25.
    const values = [0, 1, 0.25, 0.75, -3, 7, Number.NaN, Infinity, -Infinity];
    expect(grays(values, dtype)).toEqual([0, 255, 64, 191, 0, 255, 0, 255, 0]);
  });

  it("drawTo: uint16 goes from 0 to 65535, bool from false to true", () => {
    expect(grays([0, 65_535, 257, 32_768, 128], "uint16")).toEqual([0, 255, 1, 128, 0]);
    expect(grays([0, 1], "bool")).toEqual([0, 255]);
  });

  it("drawTo: range says what is black and what is white, in either order", () => {
    expect(grays([-100, 0, 200, 300, 999], "int16", [-100, 300])).toEqual([0, 64, 191, 255, 255]);
    expect(grays([0, 128, 255], "uint8", [255, 0])).toEqual([255, 127, 0]);
    expect(grays([10, 20, 30], "uint8", [10, 20])).toEqual([0, 255, 255]);
    expect(grays([0, 1, 3, 4], "float32", [0, 4])).toEqual([0, 64, 191, 255]);
    for (const dtype of ["int8", "int32", "uint32"] as const) expect(grays([0, 25, 100], dtype, [0, 100])[1]).toBe(64);
  });

  it("drawTo: numbers of three and four channels, in any layout", () => {
    const fill = (y: number, x: number, c: number): number => (c === 3 ? 1 : (y * 3 + x + c) / 16);
    for (const channels of [3, 4]) {
      for (const { name, view } of laidOut(owner, [3, 4, channels], "float32", fill)) {
        drawTo(canvas, view);
        for (const [y, x] of indicesOf([3, 4]) as [number, number][]) {
          // No sixteenth of 255 is a half.
          const expected = [0, 1, 2].map((c) => Math.round((y * 3 + x + c) * (255 / 16)));
          expect(pixelAt(x, y), `${name} at ${x}, ${y}`).toEqual([...expected, 255]);
        }
      }
    }
  });

  it("drawTo: alpha goes by the range of its dtype, whatever the range of the colours", () => {
    const view = owner.from([0, 1, 4, 1], { dtype: "float32", shape: [1, 1, 4] });
    drawTo(canvas, view, { range: [0, 4] });
    expect(pixelAt(0, 0)).toEqual([0, 64, 255, 255]);
  });

  it("drawTo: elements that are not aligned are drawn all the same", () => {
    const memory = new Uint8Array(1 + 8);
    new DataView(memory.buffer).setFloat32(1, 1, true);
    new DataView(memory.buffer).setFloat32(5, 0.25, true);
    drawTo(canvas, new MemoryView(memory).at("1:").cast("f", [1, 2]));
    expect([pixelAt(0, 0)[0], pixelAt(1, 0)[0]]).toEqual([255, 64]);
  });
});

describe("drawTo: targets and places", () => {
  const picture = owner.full([2, 3, 3], 200, "uint8");

  it("drawTo: x and y say where, and what lies outside is cut off", () => {
    drawTo(context, picture, { x: 10, y: -1 });
    expect([pixelAt(9, 0), pixelAt(10, 0), pixelAt(11, 0), pixelAt(10, 1)]).toEqual([
      BACKGROUND,
      [200, 200, 200, 255],
      [200, 200, 200, 255],
      BACKGROUND,
    ]);
  });

  it("drawTo: resize makes the canvas as large as the picture, once", () => {
    drawTo(canvas, picture, { resize: true, x: 1 });
    expect([canvas.width, canvas.height]).toEqual([4, 2]);
    expect([pixelAt(0, 0), pixelAt(1, 0)]).toEqual([
      [0, 0, 0, 0],
      [200, 200, 200, 255],
    ]);
    context.fillRect(0, 0, 1, 1);
    drawTo(canvas, picture, { resize: true, x: 1 });
    expect(pixelAt(0, 0)).not.toEqual([0, 0, 0, 0]);
  });

  it("drawTo: neither transforms nor alpha of the context count", () => {
    context.scale(2, 2);
    context.globalAlpha = 0.5;
    drawTo(context, picture, { x: 1, y: 1 });
    expect([pixelAt(1, 1), pixelAt(4, 1)]).toEqual([[200, 200, 200, 255], BACKGROUND]);
  });

  it("drawTo: memory for pixels is made once for each size", () => {
    const Original = ImageData;
    const made = vi.fn<(width: number, height: number) => void>();
    class Counted extends Original {
      constructor(...size: [number, number]) {
        super(...size);
        made(...size);
      }
    }
    vi.stubGlobal("ImageData", Counted);
    const [wide, square] = [owner.zeros([2, 7], "uint8"), owner.zeros([3, 3, 4], "float32")];
    for (let frame = 0; frame < 10; frame++) for (const view of [wide, square]) drawTo(canvas, view);
    expect(made.mock.calls).toEqual([
      [7, 2],
      [3, 3],
    ]);
    for (let width = 1; width <= 5; width++) drawTo(canvas, owner.zeros([1, width], "uint8"));
    drawTo(canvas, wide);
    // Only the latest sizes are kept.
    expect(made).toHaveBeenCalledTimes(8);
    vi.unstubAllGlobals();
  });

  it("drawTo: takes an OffscreenCanvas, and the context of one", () => {
    const offscreen = new OffscreenCanvas(3, 2);
    drawTo(offscreen, picture);
    drawTo(offscreen.getContext("2d")!, owner.full([1, 1], 77, "uint8"));
    const { data } = offscreen.getContext("2d")!.getImageData(0, 0, 2, 1);
    expect([...data]).toEqual([77, 77, 77, 255, 200, 200, 200, 255]);
  });

  it("drawTo: draws in a worker, from memory that the page shares with it", async () => {
    expect(await drawnByWorker(new OffscreenCanvas(3, 2))).toEqual(DRAWN_BY_WORKER);
  });
});

describe("drawTo: errors", () => {
  const error = (name: string, message: string): unknown =>
    expect.objectContaining({ name, message: expect.stringContaining(message) as string });

  it.each([[[5]], [[2, 3, 2]], [[2, 3, 5]], [[1, 2, 3, 4]], [[0, 3]], [[]]])("drawTo: %j is no picture", (shape) => {
    expect(() => drawTo(canvas, owner.zeros(shape, "uint8"))).toThrow(
      error("ShapeError", "expected [height, width] or [height, width, 1 | 3 | 4]"),
    );
  });

  it("drawTo: complex numbers and wide integers are no pixels", () => {
    for (const dtype of ["complex64", "int64", "uint64"] as const) {
      expect(() => drawTo(canvas, owner.zeros([2, 2], dtype))).toThrow(error("DTypeError", `cannot draw ${dtype}`));
    }
    const characters = new MemoryView(new Uint8Array(4)).cast("c", [2, 2]);
    expect(() => drawTo(canvas, characters)).toThrow(error("DTypeError", 'format "c"'));
  });

  it("drawTo: integers without a range, ranges that are none, and places that are none are refused", () => {
    const numbers = owner.zeros([2, 2], "int32");
    expect(() => drawTo(canvas, numbers)).toThrow(error("ValueError", "range: [low, high]"));
    for (const range of [[1, 1], [0, Number.NaN], [0], "01"]) {
      expect(() => drawTo(canvas, numbers, { range: range as never })).toThrow(
        error("ValueError", "two finite numbers"),
      );
    }
    for (const x of [0.5, Number.NaN, "1"]) {
      expect(() => drawTo(canvas, numbers, { x: x as never, range: [0, 1] })).toThrow(error("ValueError", "integers"));
    }
  });

  it("drawTo: a canvas with a context of another kind is refused", () => {
    const other = new OffscreenCanvas(2, 2);
    other.getContext("bitmaprenderer");
    expect(() => drawTo(other, owner.zeros([2, 2], "uint8"))).toThrow(error("ValueError", "another kind"));
  });

  it("drawTo: a view that was released is refused, and nothing is drawn", () => {
    const view = owner.zeros([2, 2], "uint8");
    view.release();
    expect(() => drawTo(canvas, view)).toThrow(expect.objectContaining({ name: "ReleasedError" }));
    expect(pixelAt(0, 0)).toEqual(BACKGROUND);
  });
});
