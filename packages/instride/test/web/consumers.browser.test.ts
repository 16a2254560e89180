import { describe, expect, it } from "vitest";
import { type Mode, open, type Runtime } from "../../src/web/index.ts";
import { drawTo, frameInto, text, toBlob } from "../../src/web/consumers.ts";

const MODES: readonly Mode[] = ["threads", "worker", "inline"];

/** The bytes that a canvas shows of a picture. */
function shownBy(canvas: OffscreenCanvas): number[] {
  return [...canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data];
}

/** The bytes of eight pixels of one colour. */
function eightOf(...pixel: number[]): number[] {
  return Array.from({ length: 8 }, () => pixel).flat();
}

function red(strength: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(4, 2);
  const context = canvas.getContext("2d")!;
  context.fillStyle = `rgb(${strength} 0 0)`;
  context.fillRect(0, 0, 4, 2);
  return canvas;
}

describe.each(MODES)("consumers in mode %s", (mode) => {
  const inMode = async (body: (rt: Runtime) => Promise<void>): Promise<void> => {
    const rt = await open({ mode });
    try {
      expect(rt.mode).toBe(mode);
      await body(rt);
    } finally {
      await rt.close();
    }
  };

  it("consumers: pictures come in, are worked on, and go to a canvas and a blob", () =>
    inMode(async (rt) => {
      const picture = rt.empty([2, 4, 4], "uint8");
      const colours = picture.at("...", ":3");
      const invert = rt.map((x) => 255 - x);
      const canvas = new OffscreenCanvas(4, 2);
      // Twice: in mode `worker` each call gives the array another buffer.
      for (const strength of [200, 100]) {
        await frameInto(picture, red(strength));
        await invert(colours, { out: colours });
        drawTo(canvas, picture);
        expect(shownBy(canvas)).toEqual(eightOf(255 - strength, 255, 255, 255));
      }
      expect((await toBlob(picture)).size).toBe(32);
      expect(text(rt.from(Uint8Array.of(105, 110)))).toBe("in");
    }));

  it("consumers: an array that a call has is drawn, or refused where the call has taken it away", () =>
    inMode(async (rt) => {
      const picture = rt.full([2, 4, 4], 255, "uint8");
      const canvas = new OffscreenCanvas(4, 2);
      const same = rt.map((x) => x);
      // The compiler is loaded, and the kernel compiled, with the first call.
      await same(picture, { out: picture });
      const call = same(picture, { out: picture });
      if (mode === "worker") {
        const busy: unknown = expect.objectContaining({ name: "BusyError" });
        expect(() => drawTo(canvas, picture)).toThrow(busy);
        expect(() => text(picture)).toThrow(busy);
        await expect(toBlob(picture)).rejects.toEqual(busy);
      } else drawTo(canvas, picture);
      await call;
      drawTo(canvas, picture);
      expect(shownBy(canvas)).toEqual(eightOf(255, 255, 255, 255));
    }));
});
