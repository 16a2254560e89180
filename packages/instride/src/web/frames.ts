/**
 * The frames of a camera or video, one after the other: `frames`.
 *
 * Nothing is copied: a frame refers to the browser's own memory, of which there is little. That is why each is closed when
 * the next one is asked for.
 *
 * @module
 */
import { describe, NotImplementedError, ValueError } from "@instride/core";

/** Where frames come from. A stream of frames is what a page hands over to a worker. */
export type FramesSource = MediaStream | MediaStreamTrack | HTMLVideoElement | ReadableStream<VideoFrame>;

export interface FramesOptions {
  /** Ends the loop: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loops over the frames of a source, until it ends. Who is slower than the source misses frames, and gets the latest.
 *
 * A frame is closed when the loop goes on or ends; `frame.clone()` keeps one longer. The source is left as it is: a camera
 * runs until its track is stopped. A video that is paused gives no frames; nor does one in a hidden tab.
 *
 * @throws the signal's reason; a {@link ValueError} for a stream without video; a {@link NotImplementedError} where the
 *   browser has no frames
 *
 * @example
 * ```ts
 * const stream = await navigator.mediaDevices.getUserMedia({ video: true });
 * for await (const frame of frames(stream, { signal })) {
 *   await frameInto(photo, frame);
 *   await soften(photo, { out: picture });
 *   drawTo(canvas, picture);
 * }
 * ```
 */
export function frames(
  source: FramesSource,
  { signal }: FramesOptions = {},
): AsyncGenerator<VideoFrame, void, undefined> {
  if (typeof VideoFrame === "undefined") {
    throw new NotImplementedError("cannot loop over frames: this browser has no VideoFrame, which WebCodecs brings");
  }
  if (isA(source, "ReadableStream")) return framesOfStream(source as ReadableStream<VideoFrame>, signal);
  if (isA(source, "HTMLVideoElement")) return framesOfVideo(source as HTMLVideoElement, signal);
  if (isA(source, "MediaStreamTrack")) return framesOfTrack(source as MediaStreamTrack, signal);
  if (isA(source, "MediaStream")) return framesOfTrack(videoTrack(source as MediaStream), signal);
  throw new TypeError(
    `cannot loop over frames of ${describe(source)}: expected a MediaStream, MediaStreamTrack, HTMLVideoElement or ReadableStream`,
  );
}

/** Whether it is an instance of a class that not every place has. */
function isA(value: unknown, className: string): boolean {
  const known: unknown = Reflect.get(globalThis, className);
  return typeof known === "function" && value instanceof known;
}

function videoTrack(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new ValueError("cannot loop over frames of a stream without a video track");
  return track;
}

/** Where a browser has it, the frames of a track are a stream. */
type TrackProcessor = new (options: { readonly track: MediaStreamTrack }) => {
  readonly readable: ReadableStream<VideoFrame>;
};

function framesOfTrack(
  track: MediaStreamTrack,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoFrame, void, undefined> {
  const { MediaStreamTrackProcessor: Processor } = globalThis as {
    readonly MediaStreamTrackProcessor?: TrackProcessor;
  };
  if (Processor !== undefined) return framesOfStream(new Processor({ track }).readable, signal);
  return framesOfPlayedTrack(track, signal);
}

async function* framesOfStream(
  stream: ReadableStream<VideoFrame>,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoFrame, void, undefined> {
  const reader = stream.getReader();
  // A read that waits then ends as at the stream's end.
  const cancel = (): void => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { value: frame, done } = await reader.read();
      try {
        signal?.throwIfAborted();
        if (done) return;
        yield frame;
      } finally {
        frame?.close();
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    // Of a stream that has failed this rejects with the error that is thrown already.
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/** For browsers without a processor of tracks: an element that is in no page plays it. */
async function* framesOfPlayedTrack(
  track: MediaStreamTrack,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoFrame, void, undefined> {
  if (typeof document === "undefined") {
    throw new NotImplementedError(
      "cannot loop over frames of a track in this worker: this browser has no MediaStreamTrackProcessor here, expected a page",
    );
  }
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, srcObject: new MediaStream([track]) });
  try {
    await video.play();
    yield* framesOfVideo(video, signal);
  } finally {
    video.srcObject = null;
  }
}

async function* framesOfVideo(
  video: HTMLVideoElement,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoFrame, void, undefined> {
  while (await nextFrame(video, signal)) {
    const frame = new VideoFrame(video, { timestamp: Math.round(video.currentTime * MICROSECONDS) });
    try {
      yield frame;
    } finally {
      frame.close();
    }
  }
}

/** The units of a frame's timestamp in a second. */
const MICROSECONDS = 1_000_000;

/** Waits for the next frame that is shown. @returns false at the end of the video */
function nextFrame(video: HTMLVideoElement, signal: AbortSignal | undefined): Promise<boolean> {
  const { srcObject } = video;
  const stream = isA(srcObject, "MediaStream") ? (srcObject as MediaStream) : null;
  const unheard = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      video.cancelVideoFrameCallback(callback);
      unheard.abort();
      act();
    };
    const end = (): void => settle(() => resolve(false));
    const abort = (): void => settle(() => reject(signal?.reason as Error));
    const fail = (): void =>
      settle(() => reject(new ValueError(`cannot loop over frames: the video failed: ${video.error?.message ?? ""}`)));
    const callback = video.requestVideoFrameCallback(() => settle(() => resolve(true)));
    const listened = { signal: unheard.signal };
    signal?.addEventListener("abort", abort, listened);
    // Chromium tells of the end of a stream at the stream, Firefox at the element.
    stream?.addEventListener("inactive", end, listened);
    video.addEventListener("ended", end, listened);
    video.addEventListener("error", fail, listened);
    // What has happened already is not told again.
    if (signal?.aborted === true) abort();
    else if (video.error !== null) fail();
    else if (video.ended || stream?.active === false) end();
  });
}
