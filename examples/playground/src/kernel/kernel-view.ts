/**
 * The view in which kernels are written: compiled as they are typed, and applied to every frame of a picture.
 *
 * @module
 */
import { frameInto, type MemoryView, type Runtime } from "instride";
import { byId, fillChoice, prefersStillness, toggle } from "../elements.ts";
import { everyFrame, msText } from "../frames.ts";
import { Screen } from "../screen.ts";
import { type Stage, threadsText, type View } from "../view.ts";
import { KernelEditor } from "./editor.ts";
import { type Compute, Filter, makePlanes, type Planes } from "./filter.ts";
import { readKernelText } from "./kernel-text.ts";
import { ParameterSliders } from "./parameter-sliders.ts";
import { fileSource, HEIGHT, type Picture, type PictureSource, SOURCES, WIDTH } from "./pictures.ts";
import { PRESETS } from "./presets.ts";
import { Race } from "./race.ts";
import { isAboutKernel, showRefusal } from "./refusal.ts";

/** How long the user has to have stopped typing. */
const TYPING_MS = 200;

/** What a run of the view works with. */
interface Studio {
  readonly stage: Stage;
  /** What comes in: red, green, blue and alpha of each pixel, and the same memory as one number for each. */
  readonly incoming: MemoryView<"uint8">;
  readonly incomingPixels: MemoryView<"uint32">;
  readonly source: Planes;
  readonly result: Planes;
  readonly screen: Screen;
  readonly split: ReturnType<Runtime["map"]>;
  readonly join: ReturnType<Runtime["map"]>;
}

export class KernelView implements View {
  readonly #canvas: HTMLCanvasElement = byId("kernel-canvas", HTMLCanvasElement);
  readonly #note: HTMLElement = byId("compiled", HTMLElement);
  readonly #explanation: HTMLElement = byId("explanation", HTMLElement);
  readonly #loop: HTMLDetailsElement = byId("loop", HTMLDetailsElement);
  readonly #editor: KernelEditor;
  readonly #sliders: ParameterSliders;
  readonly #race: Race = new Race();
  /** Where pictures are drawn before they come into the heap. */
  readonly #easel: CanvasRenderingContext2D;
  #openSource: PictureSource = SOURCES.values().next().value!;
  #compute: Compute = "float64";
  #isPaused = prefersStillness();
  /** Whether there is something to be computed, although it is paused. */
  #isDue = true;
  #wantsCompiling = true;
  #wantsSource = true;
  #wantsExplanation = false;
  #seconds = 0;
  /** Ends the frame that is under way, of a kernel that nobody wants any more. */
  #edit: AbortController = new AbortController();

  constructor() {
    const easel = document.createElement("canvas");
    [easel.width, easel.height] = [WIDTH, HEIGHT];
    this.#easel = easel.getContext("2d", { willReadFrequently: true })!;
    let typing = 0;
    this.#editor = new KernelEditor(byId("editor", HTMLElement), () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        this.#recompile();
      }, TYPING_MS);
    });
    this.#sliders = new ParameterSliders(() => {
      this.#isDue = true;
    });
    this.#editor.text = PRESETS.values().next().value!;
    this.#connectChoices();
  }

  run(stage: Stage): Promise<void> {
    return stage.rt.scope(async (arrays) => {
      const { rt, signal } = stage;
      const incoming = arrays.zeros([HEIGHT, WIDTH, 4], "uint8");
      const studio: Studio = {
        stage,
        incoming,
        incomingPixels: incoming.viewAs("uint32").at("...", 0),
        source: makePlanes(arrays, HEIGHT, WIDTH),
        result: makePlanes(arrays, HEIGHT, WIDTH),
        screen: new Screen(arrays, HEIGHT, WIDTH),
        split: rt.map("(pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]", { casting: "unsafe" }),
        join: rt.map("(r, g, b) => r + g * 256 + b * 65536 + 4278190080", { compute: "uint32" }),
      };
      byId("ours-name", HTMLElement).textContent = `instride, ${threadsText(rt)}`;
      this.#wantsCompiling = true;
      this.#wantsSource = true;
      await this.#show(studio, signal);
    });
  }

  /** Frame after frame. The picture is opened beside it: a camera waits for the user's consent. */
  async #show(studio: Studio, signal: AbortSignal): Promise<void> {
    let filter: Filter | null = null;
    let picture: Picture | null = null;
    let opening: Promise<void> | null = null;
    let before = 0;
    try {
      await everyFrame(signal, async (now) => {
        if (this.#wantsSource && opening === null) {
          this.#wantsSource = false;
          opening = this.#open(studio, (opened) => {
            picture?.[Symbol.dispose]();
            picture = opened;
            this.#isDue = true;
          }).finally(() => {
            opening = null;
          });
        }
        if (this.#wantsCompiling) filter = (await this.#compile(studio)) ?? filter;
        if (this.#isPaused && !this.#isDue && this.#race.isOver) return;
        if (!this.#isPaused && before > 0) this.#seconds += Math.min(0.1, (now - before) / 1000);
        before = now;
        if (picture === null || filter === null) return;
        const isFresh = this.#isDue;
        this.#isDue = false;
        if (isFresh || picture.isMoving) await this.#takeIn(studio, picture);
        filter = await this.#frame(studio, filter, now);
      });
    } finally {
      // Typed as `never` by the compiler, which doesn't follow assignments in callbacks.
      (picture as Picture | null)?.[Symbol.dispose]();
    }
  }

  async #open({ stage }: Studio, onOpen: (picture: Picture) => void): Promise<void> {
    try {
      const picture = await this.#openSource(stage.signal);
      if (stage.signal.aborted) picture[Symbol.dispose]();
      else onOpen(picture);
    } catch (error) {
      if (stage.signal.aborted) return;
      this.#note.textContent = `The picture can't be shown: ${error instanceof Error ? error.message : String(error)}`;
      stage.announce(this.#note.textContent);
    }
  }

  /** Compiles what is in the editor. @returns null if that can't be: what ran before goes on then */
  async #compile({ stage, source, result }: Studio): Promise<Filter | null> {
    this.#wantsCompiling = false;
    const kernel = readKernelText(this.#editor.text);
    try {
      const started = performance.now();
      const filter = await Filter.compile(stage.rt, kernel, this.#compute);
      this.#sliders.show(kernel.sliders);
      const values = this.#valuesFor(filter);
      await filter.checkPace(source, result, values, stage.signal);
      const ms = performance.now() - started;
      await this.#race.begin(filter);
      this.#note.textContent = `Compiled in ${msText(ms)}.`;
      showRefusal(this.#editor, null);
      stage.announce("Compiled.");
      this.#wantsExplanation = this.#loop.open;
      this.#isDue = true;
      return filter;
    } catch (error) {
      if (stage.signal.aborted || !isAboutKernel(error)) throw error;
      this.#refuse(stage, error);
      return null;
    }
  }

  #refuse(stage: Stage, error: unknown): void {
    showRefusal(this.#editor, error);
    this.#note.textContent = "Not compiled; what was before runs on.";
    stage.announce(`Not compiled: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Brings the picture into the heap, as three planes. */
  async #takeIn(
    { incoming, incomingPixels, source, split, stage: { signal } }: Studio,
    picture: Picture,
  ): Promise<void> {
    picture.draw(this.#easel, this.#seconds);
    await frameInto(incoming, this.#easel.canvas);
    await split(incomingPixels, { out: source as unknown as MemoryView, signal });
  }

  /** @returns the kernel for the next frame: null if this one could not be run */
  async #frame(studio: Studio, filter: Filter, now: number): Promise<Filter | null> {
    const { stage, source, result, screen, join } = studio;
    const edit = this.#edit.signal;
    const values = this.#valuesFor(filter);
    try {
      const started = performance.now();
      await filter.run(source, result, values, AbortSignal.any([stage.signal, edit]));
      const ms = performance.now() - started;
      await join(...filter.shown(result), { out: screen.pixels, signal: stage.signal });
      screen.drawTo(this.#canvas);
      this.#race.add({ filter, source, result, values, height: HEIGHT, width: WIDTH }, ms, now);
      if (this.#wantsExplanation) {
        this.#wantsExplanation = false;
        // The font of the page has no arrow.
        this.#explanation.textContent = (await filter.explain(source, result, values)).replaceAll("→", "->");
      }
      return filter;
    } catch (error) {
      if (edit.aborted && error === edit.reason) return filter;
      if (!isAboutKernel(error)) throw error;
      this.#refuse(stage, error);
      return null;
    }
  }

  #valuesFor(filter: Filter): Readonly<Record<string, number>> {
    return filter.valuesOf({ ...this.#sliders.values, height: HEIGHT, width: WIDTH, time: this.#seconds });
  }

  #recompile(): void {
    this.#edit.abort();
    this.#edit = new AbortController();
    this.#wantsCompiling = true;
  }

  #connectChoices(): void {
    const preset = byId("preset", HTMLSelectElement);
    fillChoice(preset, PRESETS.keys());
    preset.addEventListener("change", () => {
      this.#editor.text = PRESETS.get(preset.value)!;
      this.#recompile();
    });
    const picture = byId("picture", HTMLSelectElement);
    fillChoice(picture, SOURCES.keys());
    const choose = (source: PictureSource): void => {
      this.#openSource = source;
      this.#wantsSource = true;
    };
    picture.addEventListener("change", () => {
      choose(SOURCES.get(picture.value)!);
    });
    const upload = byId("upload", HTMLInputElement);
    upload.addEventListener("change", () => {
      const file = upload.files?.[0];
      if (file !== undefined) choose(fileSource(file));
    });
    const compute = byId("compute", HTMLSelectElement);
    compute.addEventListener("change", () => {
      this.#compute = compute.value as Compute;
      this.#recompile();
    });
    toggle(byId("kernel-pause", HTMLButtonElement), (isPaused) => {
      this.#isPaused = isPaused;
    })(this.#isPaused);
    this.#loop.addEventListener("toggle", () => {
      this.#wantsExplanation = this.#loop.open;
      this.#isDue = true;
    });
  }
}
