/**
 * The view in which heat is drawn, and spreads: as many steps to a frame as there is time for.
 *
 * @module
 */
import type { MemoryView, PreparedMap } from "instride";
import { byId, fillChoice, prefersStillness, toggle } from "../elements.ts";
import { everyFrame, msText, NowAndThen, RecentTimes } from "../frames.ts";
import { Screen } from "../screen.ts";
import { type Stage, threadsText, type View } from "../view.ts";
import { Drawing } from "./drawing.ts";
import { heatColour, RATE, step } from "./heat-kernels.ts";
import { COLUMNS, drawStroke, type Plate, ROWS, SCENES } from "./plate.ts";

/** What the steps of a frame may take. */
const FRAME_MS = 9;
const STEPS_MAX = 64;

/** What a run of the view works with. */
interface Bench {
  readonly heat: MemoryView<"float32">;
  readonly open: MemoryView<"float32">;
  readonly screen: Screen;
  /** A step from `heat` to another array, and one back. */
  readonly forth: PreparedMap;
  readonly back: PreparedMap;
  readonly colour: PreparedMap;
  readonly total: () => Promise<number>;
}

export class HeatView implements View {
  readonly #canvas: HTMLCanvasElement = byId("heat-canvas", HTMLCanvasElement);
  readonly #figures: HTMLOutputElement = byId("heat-figures", HTMLOutputElement);
  readonly #total: HTMLOutputElement = byId("heat-total", HTMLOutputElement);
  readonly #drawing: Drawing = new Drawing(this.#canvas);
  readonly #texts: NowAndThen = new NowAndThen(400);
  readonly #frames: RecentTimes = new RecentTimes(21);
  readonly #steps: RecentTimes = new RecentTimes(21);
  /** What the plate is like while the view isn't shown, and where it begins. */
  #plate: Plate = SCENES.values().next().value!();
  #wantsPlate = true;
  #isPaused = prefersStillness();
  #perFrame = 2;

  constructor() {
    const scene = byId("heat-scene", HTMLSelectElement);
    fillChoice(scene, SCENES.keys());
    scene.addEventListener("change", () => {
      this.#plate = SCENES.get(scene.value)!();
      this.#wantsPlate = true;
    });
    toggle(byId("heat-pause", HTMLButtonElement), (isPaused) => {
      this.#isPaused = isPaused;
    })(this.#isPaused);
  }

  run(stage: Stage): Promise<void> {
    const { rt, signal } = stage;
    return rt.scope(async (arrays) => {
      const [heat, other, open] = [0, 1, 2].map(() => arrays.zeros([ROWS, COLUMNS], "float32")) as [
        MemoryView<"float32">,
        MemoryView<"float32">,
        MemoryView<"float32">,
      ];
      const screen = new Screen(arrays, ROWS, COLUMNS);
      const kernel = rt.map(step, { border: "nearest", compute: "float32", parameters: { rate: RATE } });
      const colours = rt.map(heatColour, { compute: "float64", casting: "unsafe" });
      using forth = await kernel.prepare(heat, open, { out: other });
      using back = await kernel.prepare(other, open, { out: heat });
      using colour = await colours.prepare(heat, open, { out: screen.pixels });
      const sum = rt.reduce("sum");
      const total = async (): Promise<number> => sum(heat, { dtype: "float64" });
      this.#wantsPlate = true;
      this.#steps.clear();
      const bench: Bench = { heat, open, screen, forth, back, colour, total };
      await everyFrame(signal, (now) => this.#frame(stage, bench, now));
      this.#plate = { heat: heat.asTypedArray().slice(), open: open.asTypedArray().slice() };
    });
  }

  async #frame({ rt }: Stage, bench: Bench, now: number): Promise<void> {
    const { heat, open, screen, forth, back, colour, total } = bench;
    const started = performance.now();
    const plate = { heat: heat.asTypedArray(), open: open.asTypedArray() };
    if (this.#wantsPlate) {
      this.#wantsPlate = false;
      plate.heat.set(this.#plate.heat);
      plate.open.set(this.#plate.open);
    }
    for (const stroke of this.#drawing.take()) drawStroke(plate, stroke);
    if (!this.#isPaused) await this.#advance(forth, back);
    await colour.run();
    screen.drawTo(this.#canvas);
    this.#frames.add(performance.now() - started);
    if (!this.#texts.isDue(now)) return;
    const steps = this.#isPaused ? "paused" : `${this.#perFrame} steps of ${msText(this.#steps.median)}`;
    this.#figures.value = `${msText(this.#frames.median)} a frame · ${threadsText(rt)} · ${steps} · ${COLUMNS} × ${ROWS} cells`;
    this.#total.value = `${(await total()).toFixed(2)} in all.`;
  }

  /** Some steps there and back, and as many more or fewer in the next frame as would have fitted. */
  async #advance(forth: PreparedMap, back: PreparedMap): Promise<void> {
    const started = performance.now();
    for (let i = 0; i < this.#perFrame; i += 2) {
      await forth.run();
      await back.run();
    }
    this.#steps.add((performance.now() - started) / this.#perFrame);
    const wanted = Math.floor(FRAME_MS / Math.max(0.01, this.#steps.median) / 2) * 2;
    this.#perFrame = Math.min(STEPS_MAX, Math.max(2, Math.min(wanted, this.#perFrame + 4)));
  }
}
