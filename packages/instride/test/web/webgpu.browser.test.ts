import { afterAll, beforeAll, expect, it } from "vitest";
import { type DType, MemoryOwner, type MemoryView } from "@instride/core";
import { textureFormat, writeBuffer, writeTexture } from "../../src/web/webgpu.ts";

const owner = new MemoryOwner();

let device: GPUDevice;
const problems: string[] = [];

beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
  device.addEventListener("uncapturederror", ({ error: problem }) => problems.push(problem.message));
});

afterAll(() => {
  device.destroy();
  expect(problems).toEqual([]);
});

// The values of `GPUBufferUsage`, `GPUMapMode` and `GPUTextureUsage`, which the declarations leave out.
const BUFFER = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8 };
const MODE = { READ: 0x1 };
const TEXTURE = { COPY_SRC: 0x1, COPY_DST: 0x2 };

async function bytesOf(buffer: GPUBuffer): Promise<Uint8Array> {
  const copy = device.createBuffer({ size: buffer.size, usage: BUFFER.MAP_READ | BUFFER.COPY_DST });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  device.queue.submit([commands.finish()]);
  await copy.mapAsync(MODE.READ);
  return new Uint8Array(copy.getMappedRange().slice());
}

/** The rows of a texture, as the GPU copies them to a buffer. */
async function rowsOf(texture: GPUTexture, rowBytes: number): Promise<number[][]> {
  const { width, height } = texture;
  const usage = BUFFER.COPY_DST | BUFFER.COPY_SRC;
  const buffer = device.createBuffer({ size: 256 * height, usage });
  const commands = device.createCommandEncoder();
  commands.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: 256 }, { width, height });
  device.queue.submit([commands.finish()]);
  const bytes = await bytesOf(buffer);
  return Array.from({ length: height }, (_, y) => [...bytes.subarray(y * 256, y * 256 + rowBytes)]);
}

function textureFor(view: MemoryView, format: string = textureFormat(view)): GPUTexture {
  const [height, width] = view.shape as [number, number];
  const usage = TEXTURE.COPY_DST | TEXTURE.COPY_SRC;
  return device.createTexture({ size: { width, height }, format: format as GPUTextureFormat, usage });
}

const error = (name: string, message: string): unknown =>
  expect.objectContaining({ name, message: expect.stringContaining(message) as string });

it("writeBuffer: shared elements arrive in the GPU's buffer", async () => {
  const field = owner.from(Float64Array.of(1.5, -2, 3));
  const buffer = device.createBuffer({ size: 32, usage: BUFFER.COPY_DST | BUFFER.COPY_SRC });
  writeBuffer(device.queue, buffer, field, 8);
  field.fill(0); // WebGPU has taken its own copy.
  const bytes = await bytesOf(buffer);
  expect([...new Float64Array(bytes.buffer)]).toEqual([0, 1.5, -2, 3]);
});

it("writeBuffer: what would take a copy is refused, and bytes that are no multiple of 4", () => {
  const buffer = device.createBuffer({ size: 32, usage: BUFFER.COPY_DST });
  const field = owner.zeros([2, 3], "float32");
  expect(() => writeBuffer(device.queue, buffer, field.transpose())).toThrow(error("ValueError", "without a copy"));
  expect(() => writeBuffer(device.queue, buffer, owner.zeros([3], "uint8"))).toThrow(error("ValueError", "are 3"));
  expect(() => writeBuffer(device.queue, buffer, field, 2)).toThrow(error("ValueError", "bufferOffset are 2"));
});

it("writeTexture: pixels arrive, also those of a part of a larger picture", async () => {
  const whole = owner.zeros([4, 9, 4], "uint8");
  const part = whole.at("1:3", "2:5");
  const texture = textureFor(part);
  for (let i = 0; i < 24; i++) part.set(i * 10, Math.trunc(i / 12), Math.trunc(i / 4) % 3, i % 4);
  writeTexture(device.queue, { texture }, part.toReadonly());
  const expected = Array.from({ length: 24 }, (_, i) => i * 10);
  expect(await rowsOf(texture, 12)).toEqual([expected.slice(0, 12), expected.slice(12)]);
});

it("writeTexture: a place in the texture", async () => {
  const texture = textureFor(owner.zeros([3, 3], "uint8"));
  writeTexture(device.queue, { texture, origin: { x: 1, y: 2 } }, owner.from(Uint8Array.of(7, 8), { shape: [1, 2] }));
  expect(await rowsOf(texture, 3)).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, 7, 8],
  ]);
});

const FORMATS: readonly (readonly [DType, number, string])[] = [
  ["uint8", 1, "r8unorm"],
  ["uint8", 2, "rg8unorm"],
  ["uint8", 4, "rgba8unorm"],
  ["int8", 4, "rgba8snorm"],
  ["uint16", 1, "r16uint"],
  ["int16", 2, "rg16sint"],
  ["uint32", 4, "rgba32uint"],
  ["int32", 1, "r32sint"],
  ["float16", 4, "rgba16float"],
  ["float32", 1, "r32float"],
  ["float32", 2, "rg32float"],
  ["float32", 4, "rgba32float"],
];

it.each(FORMATS)("textureFormat: %s of %d channels is %s, and the GPU takes it", async (dtype, channels, format) => {
  const view = owner.full([2, 3, channels], 1, dtype);
  expect(textureFormat(view)).toBe(format);
  const texture = textureFor(view);
  writeTexture(device.queue, { texture }, view);
  const row = view.toBytes().subarray(0, view.nbytes / 2);
  expect(await rowsOf(texture, row.length)).toEqual([[...row], [...row]]);
});

it("writeTexture: another reading of the same bytes is taken, elements of another size are refused", () => {
  const view = owner.zeros([2, 2, 4], "uint8");
  for (const format of ["rgba8unorm-srgb", "rgba8uint"]) {
    writeTexture(device.queue, { texture: textureFor(view, format) }, view);
  }
  for (const format of ["rgba16float", "bgra8unorm", "r32float"]) {
    const texture = textureFor(view, format);
    expect(() => writeTexture(device.queue, { texture }, view)).toThrow(error("ValueError", format));
  }
});

it("textureFormat: three channels, and elements that textures don't have, are refused with the way out", () => {
  expect(() => textureFormat(owner.zeros([2, 2, 3], "uint8"))).toThrow(
    error("ShapeError", "no textures of 3 channels"),
  );
  expect(() => textureFormat(owner.zeros([2], "uint8"))).toThrow(error("ShapeError", "[height, width, 1 | 2 | 4]"));
  expect(() => textureFormat(owner.zeros([2, 2], "float64"))).toThrow(error("DTypeError", "float64"));
});
