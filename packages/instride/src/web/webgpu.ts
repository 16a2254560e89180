/**
 * Views into buffers and textures of WebGPU, from where they are.
 *
 * What is copied: nothing in JavaScript. `writeBuffer` and `writeTexture` take shared memory, and rows may lie apart.
 *
 * The interfaces name the few members that are used, so that a `GPUQueue` fits them whatever declarations of WebGPU a
 * program has.
 *
 * Source: WebGPU, sections 6.3 (texture formats) and 19.2 (`GPUQueue`).
 *
 * @module
 */
import { BufferFlags, getBuffer, type MemoryView, ShapeError, ValueError } from "@instride/core";
import { dtypeAmong, pictureRows, pictureSize } from "./picture.ts";

/** What is used of a `GPUQueue` to write to a `GPUBuffer`. */
export interface BufferQueue<B> {
  writeBuffer(buffer: B, bufferOffset: number, data: ArrayBufferView): void;
}

/** What is used of a `GPUQueue` to write to a texture, by its `GPUTexelCopyTextureInfo`. */
export interface TextureQueue<T> {
  writeTexture(
    destination: T,
    data: ArrayBufferView,
    layout: { readonly bytesPerRow: number; readonly rowsPerImage: number },
    size: { readonly width: number; readonly height: number },
  ): void;
}

/** What is looked at of a texture that is written to. */
export interface TextureInfo {
  readonly texture: { readonly format?: string };
}

/** What WebGPU writes comes in steps of so many bytes. */
const WRITE_BYTES = 4;

/**
 * Writes the elements of a view to a buffer of the GPU.
 *
 * @param view - C-contiguous, of any dtype, its bytes a multiple of 4
 * @param bufferOffset - bytes, a multiple of 4
 * @throws a {@link ValueError} for a view that would take a copy, and for bytes that are no multiple of 4; what WebGPU throws
 *   where the buffer is too small
 *
 * @example
 * ```ts
 * const buffer = device.createBuffer({ size: field.nbytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
 * writeBuffer(device.queue, buffer, field);
 * ```
 */
export function writeBuffer<B>(
  queue: BufferQueue<B>,
  buffer: NoInfer<B>,
  view: MemoryView,
  bufferOffset: number = 0,
): void {
  const { nbytes, shape, strides } = view;
  if (!view.cContiguous) {
    throw new ValueError(
      `cannot write shape [${shape.join(", ")}] with strides [${strides.join(", ")}] to a GPU buffer without a copy: ` +
        "expected C-contiguous elements; rt.from(view) copies them so",
    );
  }
  for (const [name, bytes] of Object.entries({ "the view's bytes": nbytes, bufferOffset })) {
    if (Number.isInteger(bytes) && bytes >= 0 && bytes % WRITE_BYTES === 0) continue;
    throw new ValueError(`cannot write to a GPU buffer: ${name} are ${bytes}, expected a multiple of ${WRITE_BYTES}`);
  }
  const held = getBuffer(view, BufferFlags.SIMPLE);
  try {
    queue.writeBuffer(buffer, bufferOffset, new Uint8Array(held.buffer, held.byteOffset, nbytes));
  } finally {
    held.release();
  }
}

/** By dtype: the end of the format's name. */
const FORMATS = {
  uint8: "8unorm",
  int8: "8snorm",
  uint16: "16uint",
  int16: "16sint",
  uint32: "32uint",
  int32: "32sint",
  float16: "16float",
  float32: "32float",
} as const satisfies Readonly<Record<string, string>>;

/**
 * The format of a texture that holds the elements of a view as they are: `rgba8unorm`, `r32float`.
 *
 * @param view - of shape `[height, width]` or `[height, width, 1 | 2 | 4]`
 * @throws a {@link ShapeError} for another shape: WebGPU has no textures of three channels; a `DTypeError` for elements that
 *   textures don't have
 */
export function textureFormat(view: MemoryView): string {
  if (view.ndim === 3 && view.shape[2] === 3) {
    throw new ShapeError(
      `cannot upload shape [${view.shape.join(", ")}]: WebGPU has no textures of 3 channels, expected 1, 2 or 4; an array ` +
        'of 4 takes them with four.at("...", ":3").assign(view)',
    );
  }
  const { channels } = pictureSize(view, "upload", [1, 2, 4]);
  return `${"rgba".slice(0, channels)}${FORMATS[dtypeAmong(view, "upload", FORMATS)]}`;
}

/**
 * Writes a picture to a texture of the GPU.
 *
 * @param destination - WebGPU's `{ texture, origin, mipLevel }`
 * @param view - as for {@link textureFormat}; pixels side by side, rows from first to last
 * @throws a {@link ShapeError} or `DTypeError` as {@link textureFormat}; a {@link ValueError} for a layout that takes a copy,
 *   and for a texture whose elements are of another size
 *
 * @example
 * ```ts
 * const [height, width] = photo.shape;
 * const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST;
 * const texture = device.createTexture({ size: [width, height], format: textureFormat(photo), usage });
 * writeTexture(device.queue, { texture }, photo);
 * ```
 */
export function writeTexture<T extends TextureInfo>(
  queue: TextureQueue<T>,
  destination: NoInfer<T>,
  view: MemoryView,
): void {
  const format = textureFormat(view);
  const { width, height, channels, data, rowPixels } = pictureRows(
    view,
    pictureSize(view, "upload", [1, 2, 4]),
    "upload",
  );
  const { format: own } = destination.texture;
  // Of another kind of the same size (`rgba8unorm-srgb`, `rgba8uint`) it is the same bytes, told otherwise.
  if (own !== undefined && bitsOf(own) !== bitsOf(format)) {
    throw new ValueError(`cannot write ${format} pixels to a texture of format ${own}: expected ${bitsOf(format)}...`);
  }
  const bytesPerRow = rowPixels * channels * view.itemsize;
  queue.writeTexture(destination, data, { bytesPerRow, rowsPerImage: height }, { width, height });
}

/** Channels and bits of each: `rgba8` of `rgba8unorm-srgb`. */
function bitsOf(format: string): string {
  return /^[a-z]+\d+/.exec(format)?.[0] ?? format;
}
