/**
 * Moving and zooming by pointer, fingers, wheel and keys.
 *
 * @module
 */
import type { Viewport } from "./viewport.ts";

/** A pointer that is down: where it was last, as fractions of the canvas. */
interface Touch {
  readonly x: number;
  readonly y: number;
}

/** A part of what is seen, for one press of an arrow. */
const KEY_STEP = 0.08;
const KEY_ZOOM = 0.8;

/** Makes a canvas move what it shows. @param onMove - is told after each change */
export function connectGestures(canvas: HTMLCanvasElement, viewport: Viewport, onMove: () => void): void {
  connectPointers(canvas, viewport, onMove);
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = placeOf(event, canvas);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      viewport.zoom(1.0016 ** (event.deltaY * lines), x, y);
      onMove();
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 4 * KEY_STEP : KEY_STEP;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => viewport.pan(-step, 0),
      ArrowRight: () => viewport.pan(step, 0),
      ArrowUp: () => viewport.pan(0, -step),
      ArrowDown: () => viewport.pan(0, step),
      "+": () => viewport.zoom(KEY_ZOOM),
      "=": () => viewport.zoom(KEY_ZOOM),
      "-": () => viewport.zoom(1 / KEY_ZOOM),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
    onMove();
  });
}

/** One pointer drags; two keep under them what is under them. */
function connectPointers(canvas: HTMLCanvasElement, viewport: Viewport, onMove: () => void): void {
  const touches = new Map<number, Touch>();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    touches.set(event.pointerId, placeOf(event, canvas));
    canvas.classList.add("dragging");
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = touches.get(event.pointerId);
    if (before === undefined) return;
    const now = placeOf(event, canvas);
    touches.set(event.pointerId, now);
    const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      viewport.pan(before.x - now.x, before.y - now.y);
    } else {
      const factor = distance(before, other, viewport.aspect) / Math.max(0.001, distance(now, other, viewport.aspect));
      viewport.zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
      viewport.pan((before.x - now.x) / 2, (before.y - now.y) / 2);
    }
    onMove();
  });
  const end = (event: PointerEvent): void => {
    touches.delete(event.pointerId);
    if (touches.size === 0) canvas.classList.remove("dragging");
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}

function placeOf({ clientX, clientY }: MouseEvent, canvas: HTMLCanvasElement): Touch {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}

function distance(a: Touch, b: Touch, aspect: number): number {
  return Math.hypot((a.x - b.x) * aspect, a.y - b.y);
}
