/**
 * Pixels for a canvas: an array that kernels write whole pixels to, and that is drawn.
 *
 * @module
 */
import { drawTo, type MemoryView, type Runtime } from "instride";

/** What makes arrays: a runtime's scope. */
export type Arrays = Parameters<Parameters<Runtime["scope"]>[0]>[0];

/** A picture in the heap, as a canvas has it. */
export class Screen {
  readonly height: number;
  readonly width: number;
  /** A number for each pixel: red + 256 green + 65536 blue + 16777216 alpha. */
  readonly pixels: MemoryView<"uint32">;
  /** The same memory: red, green, blue and alpha of each pixel. */
  readonly channels: MemoryView<"uint8">;

  constructor(arrays: Arrays, height: number, width: number) {
    this.height = height;
    this.width = width;
    this.channels = arrays.zeros([height, width, 4], "uint8");
    this.pixels = this.channels.viewAs("uint32").at("...", 0);
  }

  /** Gives the memory back. */
  release(): void {
    this.pixels.release();
    this.channels.release();
  }

  /** Shows it. The canvas takes its size. */
  drawTo(canvas: HTMLCanvasElement): void {
    drawTo(canvas, this.channels, { resize: true });
  }
}
