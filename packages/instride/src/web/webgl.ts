/**
 * Views as textures of WebGL 2, uploaded from where they are.
 *
 * What is copied: nothing in JavaScript. WebGL takes shared memory, and rows may lie apart, so that a part of a picture goes
 * as it is. A texture has the view's own number type; what the GPU could only take after a conversion is refused.
 *
 * Source: WebGL 2.0, section 3.7.6; the formats are table 3.2 of OpenGL ES 3.0.6.
 *
 * @module
 */
import { type MemoryView, ValueError } from "@instride/core";
import { dtypeAmong, pictureRows, pictureSize } from "./picture.ts";

/** A picture in WebGL's words: what `texImage2D` wants to know. */
export interface TexturePixels {
  readonly width: number;
  readonly height: number;
  /** The sized format of the texture: `RGBA8`, `R32F`. */
  readonly internalFormat: number;
  readonly format: number;
  readonly type: number;
  /** The view's own memory. `float16` as its bits, which is how WebGL takes it. */
  readonly data: ArrayBufferView;
  /** For `UNPACK_ROW_LENGTH`: pixels from one row to the next. */
  readonly rowLength: number;
}

export interface TexImageOptions {
  /** Default `TEXTURE_2D`. */
  readonly target?: number | undefined;
  /** Level of detail. Default 0. */
  readonly level?: number | undefined;
}

export interface TexSubImageOptions extends TexImageOptions {
  /** Where in the texture the picture comes to lie. Default 0. */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}

/** By dtype: the end of the sized format's name, and the name of the type. */
const TYPES = {
  uint8: ["8", "UNSIGNED_BYTE"],
  int8: ["8_SNORM", "BYTE"],
  uint16: ["16UI", "UNSIGNED_SHORT"],
  int16: ["16I", "SHORT"],
  uint32: ["32UI", "UNSIGNED_INT"],
  int32: ["32I", "INT"],
  float16: ["16F", "HALF_FLOAT"],
  float32: ["32F", "FLOAT"],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

const CHANNELS = ["R", "RG", "RGB", "RGBA"] as const;

/**
 * What WebGL calls the elements of a view. Bytes become numbers from 0 to 1 (`int8`: from -1), wider integers stay integers,
 * for `usampler2D` and `isampler2D`.
 *
 * @param gl - any WebGL 2 context: only its constants are read
 * @param view - of shape `[height, width]` or `[height, width, 1 to 4]`, pixels side by side, rows from first to last
 * @throws a `ShapeError` for another shape; a `DTypeError` for elements that textures don't have; a `ValueError` for a layout
 *   that takes a copy
 */
export function texturePixels(gl: WebGL2RenderingContext, view: MemoryView): TexturePixels {
  const size = pictureSize(view, "upload", [1, 2, 3, 4]);
  const [end, type] = TYPES[dtypeAmong(view, "upload", TYPES)];
  const { width, height, data, rowPixels } = pictureRows(view, size, "upload");
  const channels = CHANNELS[size.channels - 1]!;
  const isInteger = end.endsWith("I");
  const format = `${channels === "R" ? "RED" : channels}${isInteger ? "_INTEGER" : ""}`;
  const constant = (name: string): number => gl[name as "RGBA"];
  return {
    width,
    height,
    internalFormat: constant(`${channels}${end}`),
    format: constant(format),
    type: constant(type),
    data: type === "HALF_FLOAT" ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data,
    rowLength: rowPixels,
  };
}

/**
 * Makes a picture the image of the bound texture: `texImage2D`.
 *
 * Float textures of 32 bits are filtered by `NEAREST` only, unless the extension `OES_texture_float_linear` is on; integer
 * ones always.
 *
 * @param view - as for {@link texturePixels}
 * @throws as {@link texturePixels}
 *
 * Cost: the browser's own copy to the GPU.
 *
 * @example
 * ```ts
 * gl.bindTexture(gl.TEXTURE_2D, texture);
 * texImage(gl, photo);
 * ```
 */
export function texImage(gl: WebGL2RenderingContext, view: MemoryView, options: TexImageOptions = {}): void {
  const { target = gl.TEXTURE_2D, level = 0 } = options;
  const pixels = texturePixels(gl, view);
  const { internalFormat, width, height, format, type, data } = pixels;
  unpacking(gl, pixels, () => {
    gl.texImage2D(target, level, internalFormat, width, height, 0, format, type, data);
  });
}

/**
 * Replaces a part of the bound texture, or all of it, as each frame of an animation does: `texSubImage2D`.
 *
 * @param view - as for {@link texturePixels}, and of the texture's own format
 * @throws as {@link texturePixels}; a {@link ValueError} for a place that is none
 */
export function texSubImage(gl: WebGL2RenderingContext, view: MemoryView, options: TexSubImageOptions = {}): void {
  const { target = gl.TEXTURE_2D, level = 0, x = 0, y = 0 } = options;
  for (const place of [x, y]) {
    if (Number.isInteger(place) && place >= 0) continue;
    throw new ValueError(`cannot upload to [${x}, ${y}] of a texture: expected integers from 0`);
  }
  const pixels = texturePixels(gl, view);
  const { width, height, format, type, data } = pixels;
  unpacking(gl, pixels, () => {
    gl.texSubImage2D(target, level, x, y, width, height, format, type, data);
  });
}

/** Uploads with rows as they lie, and leaves the context's settings as they were. */
function unpacking(gl: WebGL2RenderingContext, { rowLength }: TexturePixels, upload: () => void): void {
  const settings = [
    [gl.UNPACK_ALIGNMENT, 1],
    [gl.UNPACK_ROW_LENGTH, rowLength],
    [gl.UNPACK_SKIP_ROWS, 0],
    [gl.UNPACK_SKIP_PIXELS, 0],
  ] as const;
  const before = settings.map(([name]) => gl.getParameter(name) as number);
  for (const [name, value] of settings) gl.pixelStorei(name, value);
  try {
    upload();
  } finally {
    for (const [i, [name]] of settings.entries()) gl.pixelStorei(name, before[i]!);
  }
}
