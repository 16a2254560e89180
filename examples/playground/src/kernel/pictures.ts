/**
 * Where pixels come from: photographs of the repository, drawings, files of the user, the camera.
 *
 * @module
 */
import astronaut from "@instride/example-photo/pictures/astronaut.png?url";
import rocket from "@instride/example-photo/pictures/rocket.jpg?url";
import { drawBalls, drawTestCard } from "./drawings.ts";

/** Size of what kernels work on, in pixels; pictures are cut to it. */
export const HEIGHT = 640;
export const WIDTH = 1024;

/** A picture that is open. */
export interface Picture extends Disposable {
  /** Whether it changes from frame to frame. */
  readonly isMoving: boolean;
  /** Draws it, {@link WIDTH} by {@link HEIGHT}. @param seconds - since the view began */
  draw(context: CanvasRenderingContext2D, seconds: number): void;
}

/** Opens a picture; rejects with what is in the way. */
export type PictureSource = (signal: AbortSignal) => Promise<Picture>;

/** By the names that the page shows. */
export const SOURCES: ReadonlyMap<string, PictureSource> = new Map([
  ["Rocket", () => openUrl(rocket)],
  ["Astronaut", () => openUrl(astronaut)],
  ["Test card", async () => drawing(false, drawTestCard)],
  ["Moving balls", async () => drawing(true, drawBalls)],
  ["Camera", openCamera],
]);

/** A picture that the user has chosen. */
export function fileSource(file: Blob): PictureSource {
  return async () => ofBitmap(await createImageBitmap(file));
}

async function openUrl(url: string): Promise<Picture> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: the server answers ${response.status}`);
  return ofBitmap(await createImageBitmap(await response.blob()));
}

function ofBitmap(bitmap: ImageBitmap): Picture {
  return {
    isMoving: false,
    draw: (context) => {
      drawCut(context, bitmap, bitmap.width, bitmap.height);
    },
    [Symbol.dispose]: () => {
      bitmap.close();
    },
  };
}

function drawing(isMoving: boolean, draw: Picture["draw"]): Picture {
  return { isMoving, draw, [Symbol.dispose]: () => {} };
}

async function openCamera(signal: AbortSignal): Promise<Picture> {
  // Where a page is not secure the browser has no such thing.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new Error("cannot open the camera: pages have one over https or on localhost only");
  const stream = await devices.getUserMedia({ video: { width: { ideal: WIDTH }, height: { ideal: HEIGHT } } });
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  return {
    isMoving: true,
    draw: (context) => {
      drawCut(context, video, video.videoWidth, video.videoHeight);
    },
    [Symbol.dispose]: stop,
  };
}

/** Draws the largest part that has the right proportions: of what is too high rather the upper one, where faces are. */
function drawCut(context: CanvasRenderingContext2D, source: CanvasImageSource, width: number, height: number): void {
  const scale = Math.min(width / WIDTH, height / HEIGHT);
  const [w, h] = [WIDTH * scale, HEIGHT * scale];
  context.fillRect(0, 0, WIDTH, HEIGHT);
  if (scale > 0) context.drawImage(source, (width - w) / 2, (height - h) / 6, w, h, 0, 0, WIDTH, HEIGHT);
}
