/**
 * A plate before it comes into the heap: how warm each cell is, and where the walls are.
 *
 * Units: cells; temperatures from 0, cold, to 1, hot.
 *
 * @module
 */

export const ROWS = 450;
export const COLUMNS = 720;

/** What a brush leaves behind. */
export type Brush = "heat" | "cold" | "wall" | "open";

export interface Plate {
  readonly heat: Float32Array;
  /** 1 where heat passes, 0 in walls. */
  readonly open: Float32Array;
}

/** A stroke from one place to another, in cells. */
export interface Stroke {
  readonly brush: Brush;
  readonly radius: number;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/** Plates to begin with, by the names that the page shows. */
export const SCENES: ReadonlyMap<string, () => Plate> = new Map([
  ["Letters and a maze", lettersAndMaze],
  ["Two rooms", twoRooms],
  ["Sparks", sparks],
  ["Empty plate", emptyPlate],
]);

/** Draws a stroke. What a wall stands on is cold. */
export function drawStroke({ heat, open }: Plate, stroke: Stroke): void {
  const { brush, radius, fromX, fromY, toX, toY } = stroke;
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = Math.max(1e-9, dx * dx + dy * dy);
  const top = Math.max(0, Math.floor(Math.min(fromY, toY) - radius));
  const bottom = Math.min(ROWS - 1, Math.ceil(Math.max(fromY, toY) + radius));
  const first = Math.max(0, Math.floor(Math.min(fromX, toX) - radius));
  const last = Math.min(COLUMNS - 1, Math.ceil(Math.max(fromX, toX) + radius));
  for (let i = top; i <= bottom; i++) {
    for (let j = first; j <= last; j++) {
      const along = Math.min(1, Math.max(0, ((j - fromX) * dx + (i - fromY) * dy) / length));
      if (Math.hypot(j - fromX - along * dx, i - fromY - along * dy) > radius) continue;
      const k = i * COLUMNS + j;
      if (brush === "wall" || brush === "open") open[k] = brush === "open" ? 1 : 0;
      if (brush === "wall") heat[k] = 0;
      else if (brush !== "open" && open[k] === 1) heat[k] = brush === "heat" ? 1 : 0;
    }
  }
}

function emptyPlate(): Plate {
  return { heat: new Float32Array(ROWS * COLUMNS), open: new Float32Array(ROWS * COLUMNS).fill(1) };
}

/** What is drawn: red becomes heat, blue becomes wall. */
function ofDrawing(draw: (context: OffscreenCanvasRenderingContext2D) => void): Plate {
  const context = new OffscreenCanvas(COLUMNS, ROWS).getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "#000000";
  context.fillRect(0, 0, COLUMNS, ROWS);
  draw(context);
  const { data } = context.getImageData(0, 0, COLUMNS, ROWS);
  const plate = emptyPlate();
  for (let k = 0; k < ROWS * COLUMNS; k++) {
    const [red, blue] = [data[4 * k]!, data[4 * k + 2]!];
    plate.open[k] = blue > 127 ? 0 : 1;
    plate.heat[k] = blue > 127 ? 0 : red / 255;
  }
  return plate;
}

function lettersAndMaze(): Plate {
  return ofDrawing((context) => {
    context.fillStyle = "#ff0000";
    context.font = "700 138px system-ui, sans-serif";
    context.textAlign = "center";
    context.fillText("instride", COLUMNS / 2, 165);
    context.strokeStyle = "#0000ff";
    context.lineWidth = 6;
    for (let ring = 0; ring < 4; ring++) {
      const radius = 30 + 32 * ring;
      for (const side of [0, 1]) {
        const gap = ring * 1.9 + side * Math.PI;
        context.beginPath();
        context.arc(540, 320, radius, gap + 0.3, gap + Math.PI - 0.12);
        context.stroke();
      }
    }
    context.fillStyle = "#ff0000";
    context.beginPath();
    context.arc(540, 320, 20, 0, 2 * Math.PI);
    context.fill();
    for (let i = 0; i < 6; i++) {
      context.fillStyle = "#0000ff";
      context.fillRect(60 + i * 52, 220 + (i % 2) * 40, 6, 160);
    }
    context.fillStyle = "#ff0000";
    context.fillRect(20, 250, 34, 100);
  });
}

function twoRooms(): Plate {
  return ofDrawing((context) => {
    context.fillStyle = "#ff0000";
    context.fillRect(0, 0, 240, ROWS);
    context.fillStyle = "#0000ff";
    context.fillRect(354, 0, 12, 205);
    context.fillRect(354, 245, 12, 205);
  });
}

function sparks(): Plate {
  return ofDrawing((context) => {
    context.fillStyle = "#ff0000";
    // Numbers that follow no pattern, the same in each run.
    let seed = 12_345;
    const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    for (let i = 0; i < 160; i++) {
      context.beginPath();
      context.arc(next() * COLUMNS, next() * ROWS, 2 + 9 * next(), 0, 2 * Math.PI);
      context.fill();
    }
  });
}
