import { afterEach, expect, it, vi } from "vitest";
import { MemoryOwner } from "@instride/core";
import { frameInto } from "../../src/web/frame-into.ts";
import { frames } from "../../src/web/frames.ts";

const owner = new MemoryOwner();

const SIZE = 16;

/** A camera whose pictures are red of growing strength. */
class Camera {
  readonly canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  readonly stream: MediaStream;
  #strength = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    const context = this.canvas.getContext("2d")!;
    const draw = (): void => {
      this.#strength = Math.min(255, this.#strength + 5);
      context.fillStyle = `rgb(${this.#strength} 0 0)`;
      context.fillRect(0, 0, SIZE, SIZE);
    };
    draw();
    this.stream = this.canvas.captureStream();
    this.#timer = setInterval(draw, 10);
  }

  get track(): MediaStreamTrack {
    return this.stream.getVideoTracks()[0]!;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const track of this.stream.getTracks()) track.stop();
  }
}

const cameras: Camera[] = [];

function camera(): Camera {
  const made = new Camera();
  cameras.push(made);
  return made;
}

afterEach(() => {
  for (const each of cameras) each.stop();
  cameras.length = 0;
  vi.unstubAllGlobals();
});

async function playing(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = Object.assign(document.createElement("video"), { muted: true, srcObject: stream });
  await video.play();
  return video;
}

const SOURCES: Readonly<Record<string, () => Promise<Parameters<typeof frames>[0]>>> = {
  "a stream": async () => camera().stream,
  "a track": async () => camera().track,
  "a video": () => playing(camera().stream),
  "a track, in a browser without MediaStreamTrackProcessor": async () => {
    vi.stubGlobal("MediaStreamTrackProcessor", undefined);
    return camera().track;
  },
};

it.each(Object.entries(SOURCES))(
  "frames: of %s arrive in shared memory, and are closed one after the other",
  async (_, open) => {
    const picture = owner.zeros([SIZE, SIZE, 4], "uint8");
    const seen: VideoFrame[] = [];
    const reds: number[] = [];
    for await (const frame of frames(await open())) {
      expect(seen.every(({ codedWidth }) => codedWidth === 0)).toBe(true);
      seen.push(frame);
      await frameInto(picture, frame);
      reds.push(picture.get(SIZE / 2, SIZE / 2, 0));
      if (seen.length === 4) break;
    }
    expect(seen.every(({ codedWidth }) => codedWidth === 0)).toBe(true);
    expect(reds).toEqual(reds.toSorted((a, b) => a - b));
    expect(reds[3]).toBeGreaterThan(reds[0]!);
    expect(picture.get(0, 0, 1)).toBeLessThan(8);
  },
);

it("frames: a stream of frames ends the loop with its own end, and closes what it gave", async () => {
  const { canvas } = camera();
  const made = [1, 2, 3].map((timestamp) => new VideoFrame(canvas, { timestamp }));
  const stream = new ReadableStream<VideoFrame>({
    start(controller) {
      for (const frame of made) controller.enqueue(frame);
      controller.close();
    },
  });
  const timestamps: number[] = [];
  for await (const { timestamp } of frames(stream)) timestamps.push(timestamp);
  expect(timestamps).toEqual([1, 2, 3]);
  expect(made.map(({ codedWidth }) => codedWidth)).toEqual([0, 0, 0]);
});

it.each(Object.entries(SOURCES))("frames: %s that ends, ends the loop", async (_, open) => {
  const source = await open();
  let count = 0;
  for await (const frame of frames(source)) {
    count += frame.codedWidth > 0 ? 1 : 0;
    for (const each of cameras) each.stop();
  }
  expect(count).toBeGreaterThan(0);
});

it.each(Object.entries(SOURCES))("frames: a signal ends a loop over %s, also one that waits", async (_, open) => {
  const source = await open();
  const reason = new Error("enough");
  const controller = new AbortController();
  const loop = (async (): Promise<void> => {
    for await (const frame of frames(source, { signal: controller.signal })) {
      void frame;
      // From here on nothing comes.
      for (const { track } of cameras) track.enabled = false;
      setTimeout(() => controller.abort(reason), 50);
    }
  })();
  await expect(loop).rejects.toBe(reason);
  const again = frames(source, { signal: controller.signal });
  await expect(again.next()).rejects.toBe(reason);
});

it("frames: what gives no frames is refused", async () => {
  const expected = (name: string, message: string): unknown =>
    expect.objectContaining({ name, message: expect.stringContaining(message) as string });
  expect(() => frames(new MediaStream())).toThrow(expected("ValueError", "without a video track"));
  expect(() => frames("camera" as never)).toThrow(expected("TypeError", '"camera"'));
  vi.stubGlobal("VideoFrame", undefined);
  expect(() => frames(camera().stream)).toThrow(expected("NotImplementedError", "no VideoFrame"));
  await expect(frameInto(owner.zeros([1, 1, 4], "uint8"), camera().canvas)).rejects.toEqual(
    expected("NotImplementedError", "no VideoFrame"),
  );
});
