import { afterAll, expect, it } from "vitest";
import { type DType, MemoryOwner, type MemoryView } from "@instride/core";
import { texImage, texSubImage, texturePixels } from "../../src/web/webgl.ts";
import { laidOut } from "./layouts.ts";

const owner = new MemoryOwner();
const gl = new OffscreenCanvas(1, 1).getContext("webgl2")!;

afterAll(() => gl.getExtension("WEBGL_lose_context")?.loseContext());

function newTexture(): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  return texture;
}

/** What a texture of bytes holds, as WebGL reads it back through a framebuffer: red, green, blue, alpha. */
function bytesOf(texture: WebGLTexture, width: number, height: number): number[] {
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  expect(gl.checkFramebufferStatus(gl.FRAMEBUFFER)).toBe(gl.FRAMEBUFFER_COMPLETE);
  const bytes = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  return [...bytes];
}

const error = (name: string, message: string): unknown =>
  expect.objectContaining({ name, message: expect.stringContaining(message) as string });

const value = (y: number, x: number, c: number = 0): number => (y * 50 + x * 9 + c * 77) % 256;

it.each([1, 2, 3, 4])("texImage: bytes of %d channels, shared, arrive as they are", (channels) => {
  const view = owner.zeros([3, 5, channels], "uint8");
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 5; x++) for (let c = 0; c < channels; c++) view.set(value(y, x, c), y, x, c);
  }
  const texture = newTexture();
  texImage(gl, view);
  const expected = Array.from({ length: 15 }, (_, i) => {
    const [y, x] = [Math.trunc(i / 5), i % 5];
    // Channels that a texture hasn't are 0, alpha 1.
    return [0, 1, 2, 3].map((c) => (c < channels ? value(y, x, c) : c === 3 ? 255 : 0));
  });
  expect(bytesOf(texture, 5, 3)).toEqual(expected.flat());
  expect(gl.getError()).toBe(gl.NO_ERROR);
});

it("texImage: a part of a larger picture goes as it lies, without a copy", () => {
  const whole = owner.zeros([6, 9, 3], "uint8");
  const part = whole.at("2:5", "1:4");
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 3; x++) for (let c = 0; c < 3; c++) part.set(value(y, x, c), y, x, c);
  }
  const pixels = texturePixels(gl, part);
  expect([pixels.data.buffer, pixels.data.byteOffset, pixels.rowLength]).toEqual([
    owner.heap.memory.buffer,
    part.byteOffset,
    9,
  ]);
  const texture = newTexture();
  texImage(gl, part.toReadonly());
  const [first, ...rest] = bytesOf(texture, 3, 3);
  expect([first, ...rest.slice(0, 3)]).toEqual([value(0, 0, 0), value(0, 0, 1), value(0, 0, 2), 255]);
  expect(rest.slice(-4)).toEqual([value(2, 2, 0), value(2, 2, 1), value(2, 2, 2), 255]);
});

it("texSubImage: replaces a part of a texture, and leaves the context's settings as they were", () => {
  const texture = newTexture();
  texImage(gl, owner.full([4, 4], 10, "uint8"));
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 8);
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 3);
  texSubImage(gl, owner.full([2, 1], 200, "uint8"), { x: 3, y: 1 });
  const reds = bytesOf(texture, 4, 4).filter((_, i) => i % 4 === 0);
  expect(reds).toEqual([10, 10, 10, 10, 10, 10, 10, 200, 10, 10, 10, 200, 10, 10, 10, 10]);
  const settings = [gl.UNPACK_ALIGNMENT, gl.UNPACK_SKIP_ROWS, gl.UNPACK_ROW_LENGTH, gl.UNPACK_SKIP_PIXELS];
  expect(settings.map((name): unknown => gl.getParameter(name))).toEqual([8, 3, 0, 0]);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
});

it("texImage: a level of detail, and a face of a cube", () => {
  newTexture();
  texImage(gl, owner.zeros([2, 2, 4], "uint8"));
  texImage(gl, owner.zeros([1, 1, 4], "uint8"), { level: 1 });
  gl.bindTexture(gl.TEXTURE_CUBE_MAP, gl.createTexture());
  texImage(gl, owner.zeros([2, 2, 4], "uint8"), { target: gl.TEXTURE_CUBE_MAP_POSITIVE_X });
  expect(gl.getError()).toBe(gl.NO_ERROR);
});

/** OpenGL ES 3.0.6, table 3.2, and the values of the names in the headers of OpenGL ES. */
const FORMATS: readonly (readonly [DType, number, number, number, number])[] = [
  ["uint8", 1, 0x8229, 0x1903, 0x1401],
  ["uint8", 2, 0x822b, 0x8227, 0x1401],
  ["uint8", 3, 0x8051, 0x1907, 0x1401],
  ["uint8", 4, 0x8058, 0x1908, 0x1401],
  ["int8", 1, 0x8f94, 0x1903, 0x1400],
  ["int8", 4, 0x8f97, 0x1908, 0x1400],
  ["uint16", 1, 0x8234, 0x8d94, 0x1403],
  ["uint16", 2, 0x823a, 0x8228, 0x1403],
  ["int16", 3, 0x8d89, 0x8d98, 0x1402],
  ["int16", 4, 0x8d88, 0x8d99, 0x1402],
  ["uint32", 1, 0x8236, 0x8d94, 0x1405],
  ["uint32", 4, 0x8d70, 0x8d99, 0x1405],
  ["int32", 1, 0x8235, 0x8d94, 0x1404],
  ["int32", 3, 0x8d83, 0x8d98, 0x1404],
  ["float16", 1, 0x822d, 0x1903, 0x140b],
  ["float16", 4, 0x881a, 0x1908, 0x140b],
  ["float32", 1, 0x822e, 0x1903, 0x1406],
  ["float32", 2, 0x8230, 0x8227, 0x1406],
  ["float32", 3, 0x8815, 0x1907, 0x1406],
  ["float32", 4, 0x8814, 0x1908, 0x1406],
];

it.each(FORMATS)(
  "texturePixels: %s of %d channels has its format, and WebGL takes it",
  (dtype, channels, ...expected) => {
    const view = owner.zeros([2, 3, channels], dtype);
    const { internalFormat, format, type } = texturePixels(gl, view);
    expect([internalFormat, format, type]).toEqual(expected);
    newTexture();
    texImage(gl, view);
    expect(gl.getError()).toBe(gl.NO_ERROR);
  },
);

it("texturePixels: only pixels side by side in rows from first to last go without a copy", () => {
  const refused = laidOut(owner, [3, 4, 2], "uint8", () => 1).filter(({ view }: { readonly view: MemoryView }) => {
    try {
      return texturePixels(gl, view) === null;
    } catch (thrown) {
      expect(thrown).toEqual(error("ValueError", "without a copy"));
      return true;
    }
  });
  expect(refused.map(({ name }) => name).filter((name) => !name.endsWith("read-only"))).toEqual([
    "transposed",
    "every other",
    "reversed",
    // Its pixels are two of four channels.
    "part of a larger one",
  ]);
});

it("texturePixels: elements and shapes that textures don't have are refused", () => {
  for (const dtype of ["bool", "float64", "int64", "complex64"] as const) {
    expect(() => texturePixels(gl, owner.zeros([2, 2], dtype))).toThrow(error("DTypeError", `cannot upload ${dtype}`));
  }
  for (const shape of [[4], [2, 2, 5], [0, 2], [1, 2, 2, 4]]) {
    expect(() => texturePixels(gl, owner.zeros(shape, "uint8"))).toThrow(error("ShapeError", "cannot upload shape"));
  }
  expect(() => texSubImage(gl, owner.zeros([1, 1], "uint8"), { x: -1 })).toThrow(error("ValueError", "[-1, 0]"));
});
