/**
 * The view of the Mandelbrot set: in few pixels as long as it moves, in all of them when it rests.
 *
 * @module
 */
import type { MemoryView, Runtime } from "instride";
import { byId, fillChoice, prefersStillness, toggle } from "../elements.ts";
import { everyFrame, msText, RecentTimes } from "../frames.ts";
import { type Arrays, Screen } from "../screen.ts";
import { type Stage, threadsText, type View } from "../view.ts";
import { connectGestures } from "./gestures.ts";
import { setColour } from "./set-kernel.ts";
import { PLACES, Viewport, WHOLE_SET } from "./viewport.ts";

/** What may be computed in a frame, so that there are 60 in a second. */
const FRAME_MS = 12;
/** How long nothing has to move before all pixels are computed. */
const REST_MS = 180;
/** Pixels of the canvas by pixels that are computed, along each axis. */
const SCALES = [1, 1.5, 2, 3, 4, 6];
/** More pixels than this nobody waits for. */
const PIXELS_MAX = 1_600_000;
/** What is left of the span after a second of diving. */
const DIVE_PER_S = 0.45;

/** The arrays of one resolution. */
interface Level {
  readonly screen: Screen;
  readonly real: MemoryView<"float64">;
  readonly imaginary: MemoryView<"float64">;
}

type SetKernel = ReturnType<Runtime["map"]>;

export class MandelbrotView implements View {
  readonly #canvas: HTMLCanvasElement = byId("mandelbrot-canvas", HTMLCanvasElement);
  readonly #figures: HTMLOutputElement = byId("mandelbrot-figures", HTMLOutputElement);
  readonly #where: HTMLElement = byId("mandelbrot-where", HTMLElement);
  readonly #viewport: Viewport = new Viewport();
  readonly #times: RecentTimes = new RecentTimes(9);
  readonly #setDive: (dives: boolean) => void;
  #dives = false;
  /** When something was moved last. */
  #movedAt = 0;
  #isDue = true;
  /** Ends a frame of all pixels, when something moves. */
  #rest: AbortController = new AbortController();
  /** What a pixel takes, in milliseconds. */
  #pixelMs = 0.00005;

  constructor() {
    const moved = (): void => {
      this.#move();
    };
    connectGestures(this.#canvas, this.#viewport, moved);
    const zoom = (factor: number) => () => {
      this.#viewport.zoom(factor);
      this.#move();
    };
    byId("mandelbrot-in", HTMLButtonElement).addEventListener("click", zoom(0.6));
    byId("mandelbrot-out", HTMLButtonElement).addEventListener("click", zoom(1 / 0.6));
    const places = byId("mandelbrot-place", HTMLSelectElement);
    fillChoice(places, PLACES.keys());
    const home = (): void => {
      this.#setDive(false);
      this.#viewport.place = WHOLE_SET;
      places.selectedIndex = 0;
      this.#move();
    };
    byId("mandelbrot-home", HTMLButtonElement).addEventListener("click", home);
    this.#canvas.addEventListener("keydown", ({ key }) => {
      if (key === "0" || key === "Home") home();
    });
    places.addEventListener("change", () => {
      this.#setDive(false);
      this.#viewport.place = PLACES.get(places.value)!;
      this.#move();
    });
    this.#setDive = toggle(byId("mandelbrot-dive", HTMLButtonElement), (dives) => {
      this.#dives = dives;
      // Who has asked for less motion gets where the dive leads to.
      if (dives && prefersStillness()) {
        this.#viewport.place = PLACES.get("Spiral")!;
        this.#setDive(false);
      }
      this.#move();
    });
    new ResizeObserver(moved).observe(this.#canvas);
  }

  run(stage: Stage): Promise<void> {
    const kernel: SetKernel = stage.rt.map(setColour, {
      casting: "unsafe",
      parameters: { rounds: 100 },
    }) as unknown as SetKernel;
    const levels = new Levels(this.#canvas);
    this.#isDue = true;
    return stage.rt.scope(async (arrays) => {
      let before = 0;
      await everyFrame(stage.signal, async (now) => {
        const seconds = Math.min(0.1, (now - before) / 1000);
        before = now;
        if (this.#dives) this.#dive(seconds);
        if (!this.#isDue) return;
        this.#viewport.aspect = levels.measure();
        const isMoving = now - this.#movedAt < REST_MS;
        const scale = isMoving ? this.#scaleFor(levels.pixels) : 1;
        this.#isDue = isMoving;
        await this.#frame(stage, kernel, levels.level(arrays, scale), scale);
      });
    });
  }

  async #frame({ rt, signal }: Stage, kernel: SetKernel, level: Level, scale: number): Promise<void> {
    const { real, imaginary, screen } = level;
    const { rounds } = this.#viewport;
    const rest = this.#rest.signal;
    this.#viewport.fill(real.asTypedArray(), imaginary.asTypedArray());
    const started = performance.now();
    try {
      await kernel(real, imaginary.expandDims(1), {
        out: screen.pixels,
        parameters: { rounds },
        signal: AbortSignal.any([signal, rest]),
      });
    } catch (error) {
      // It has moved on, and the next frame shows where to.
      if (rest.aborted && error === rest.reason) return;
      throw error;
    }
    const ms = performance.now() - started;
    screen.drawTo(this.#canvas);
    this.#times.add(ms);
    this.#pixelMs += 0.4 * (ms / (screen.width * screen.height) - this.#pixelMs);
    const size = `${screen.width} × ${screen.height}${scale === 1 ? "" : ` (1/${scale} while it moves)`}`;
    this.#figures.value = `${msText(scale === 1 ? ms : this.#times.median)} · ${threadsText(rt)} · ${size} · ${rounds} rounds`;
    if (scale === 1) this.#tellPlace();
  }

  #dive(seconds: number): void {
    const target = PLACES.get("Spiral")!;
    const { x, y, span } = this.#viewport.place;
    const near = 1 - 0.2 ** (seconds * 3);
    const next = span * DIVE_PER_S ** seconds;
    this.#viewport.place = { x: x + (target.x - x) * near, y: y + (target.y - y) * near, span: next };
    if (next < target.span / 4) this.#setDive(false);
    this.#move();
  }

  #move(): void {
    this.#movedAt = performance.now();
    this.#isDue = true;
    this.#rest.abort();
    this.#rest = new AbortController();
  }

  /** The finest scale at which a frame is ready in time. */
  #scaleFor(pixels: number): number {
    return SCALES.find((scale) => (pixels / scale ** 2) * this.#pixelMs <= FRAME_MS) ?? SCALES.at(-1)!;
  }

  #tellPlace(): void {
    const { x, y, span } = this.#viewport.place;
    const digits = Math.max(3, Math.ceil(-Math.log10(span)) + 3);
    const depth = this.#viewport.isDeepest ? " That is as deep as float64 goes." : "";
    this.#where.textContent = `At ${x.toFixed(digits)}, ${(-y).toFixed(digits)}, ${span.toPrecision(2)} high.${depth}`;
  }
}

/** The resolutions of a canvas: made when they are first wanted, given up when its size changes. */
class Levels {
  readonly #canvas: HTMLCanvasElement;
  readonly #levels: Map<number, Level> = new Map();
  #height = 0;
  #width = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Pixels of the finest one. */
  get pixels(): number {
    return this.#height * this.#width;
  }

  /** Looks how large the canvas is in the page. @returns its width by its height */
  measure(): number {
    const { clientWidth, clientHeight } = this.#canvas;
    const [w, h] = [clientWidth * devicePixelRatio, clientHeight * devicePixelRatio];
    const fit = Math.min(1, Math.sqrt(PIXELS_MAX / (w * h)));
    const [width, height] = [Math.max(16, Math.round(w * fit)), Math.max(16, Math.round(h * fit))];
    if (width !== this.#width || height !== this.#height) {
      for (const { screen, real, imaginary } of this.#levels.values()) {
        for (const view of [screen, real, imaginary]) view.release();
      }
      this.#levels.clear();
      [this.#width, this.#height] = [width, height];
    }
    return width / height;
  }

  level(arrays: Arrays, scale: number): Level {
    let level = this.#levels.get(scale);
    if (level === undefined) {
      const [height, width] = [Math.ceil(this.#height / scale), Math.ceil(this.#width / scale)];
      level = {
        screen: new Screen(arrays, height, width),
        real: arrays.zeros([width], "float64"),
        imaginary: arrays.zeros([height], "float64"),
      };
      this.#levels.set(scale, level);
    }
    return level;
  }
}
