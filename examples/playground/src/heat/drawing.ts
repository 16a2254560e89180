/**
 * Drawing on the plate by pointer, finger and keys.
 *
 * @module
 */
import { byId } from "../elements.ts";
import { type Brush, COLUMNS, ROWS, type Stroke } from "./plate.ts";

/** Cells that the brush moves for one press of an arrow. */
const KEY_STEP = 12;

/** Collects strokes until a frame takes them: while threads are at the plate nobody else may write to it. */
export class Drawing {
  readonly #canvas: HTMLCanvasElement;
  readonly #cursor: HTMLElement = byId("heat-cursor", HTMLElement);
  readonly #width: HTMLInputElement = byId("heat-width", HTMLInputElement);
  #strokes: Stroke[] = [];
  /** Of the brush that keys move, in cells. */
  #x = COLUMNS / 2;
  #y = ROWS / 2;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#connectPointers();
    this.#connectKeys();
  }

  /** The strokes since the last call. */
  take(): Stroke[] {
    const strokes = this.#strokes;
    this.#strokes = [];
    return strokes;
  }

  get #brush(): Brush {
    const chosen = document.querySelector<HTMLInputElement>('input[name="brush"]:checked');
    return (chosen?.value ?? "heat") as Brush;
  }

  #add(fromX: number, fromY: number, toX: number, toY: number): void {
    this.#strokes.push({ brush: this.#brush, radius: this.#width.valueAsNumber / 2, fromX, fromY, toX, toY });
  }

  #connectPointers(): void {
    const canvas = this.#canvas;
    const places = new Map<number, readonly [x: number, y: number]>();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      const [x, y] = this.#cellAt(event);
      places.set(event.pointerId, [x, y]);
      this.#add(x, y, x, y);
    });
    canvas.addEventListener("pointermove", (event) => {
      for (const part of event.getCoalescedEvents?.() ?? [event]) {
        const before = places.get(event.pointerId);
        if (before === undefined) return;
        const [x, y] = this.#cellAt(part);
        this.#add(...before, x, y);
        places.set(event.pointerId, [x, y]);
      }
    });
    for (const type of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(type, ({ pointerId }) => {
        places.delete(pointerId);
      });
    }
  }

  #connectKeys(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const moves: Readonly<Record<string, readonly [number, number]>> = {
        ArrowLeft: [-KEY_STEP, 0],
        ArrowRight: [KEY_STEP, 0],
        ArrowUp: [0, -KEY_STEP],
        ArrowDown: [0, KEY_STEP],
        " ": [0, 0],
      };
      const move = moves[event.key];
      if (move === undefined) return;
      event.preventDefault();
      const [x, y] = [this.#x, this.#y];
      this.#x = Math.min(COLUMNS, Math.max(0, x + move[0]));
      this.#y = Math.min(ROWS, Math.max(0, y + move[1]));
      // With the shift key the brush is down while it moves.
      if (event.key === " " || event.shiftKey) this.#add(x, y, this.#x, this.#y);
      this.#showCursor();
    });
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible")) this.#showCursor();
    });
    canvas.addEventListener("blur", () => {
      this.#cursor.hidden = true;
    });
    canvas.addEventListener("pointerdown", () => {
      this.#cursor.hidden = true;
    });
  }

  #showCursor(): void {
    const { style } = this.#cursor;
    this.#cursor.hidden = false;
    style.left = `${(100 * this.#x) / COLUMNS}%`;
    style.top = `${(100 * this.#y) / ROWS}%`;
    style.width = `${(100 * this.#width.valueAsNumber) / COLUMNS}%`;
    style.aspectRatio = "1";
  }

  #cellAt({ clientX, clientY }: PointerEvent): readonly [x: number, y: number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((clientX - left) / width) * COLUMNS, ((clientY - top) / height) * ROWS];
  }
}
