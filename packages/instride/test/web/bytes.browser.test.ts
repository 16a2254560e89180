import { expect, it } from "vitest";
import { MemoryOwner } from "@instride/core";
import { toBlob } from "../../src/web/to-blob.ts";
import { bytesCases } from "./bytes-cases.ts";

bytesCases();

const owner = new MemoryOwner();

/** The pixels of a blob, as the browser decodes it. */
async function decoded(blob: Blob): Promise<number[]> {
  const bitmap = await createImageBitmap(blob);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  return [...context.getImageData(0, 0, bitmap.width, bitmap.height).data];
}

it("toBlob: a PNG holds the pixels of a picture, of any layout and number type", async () => {
  const picture = owner.from(Uint8Array.of(1, 2, 3, 40, 50, 60), { shape: [2, 1, 3] });
  const blob = await toBlob(picture.transpose([1, 0, 2]), { type: "image/png" });
  expect(blob.type).toBe("image/png");
  const signature = new Uint8Array(await blob.slice(0, 8).arrayBuffer());
  expect([...signature]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(await decoded(blob)).toEqual([1, 2, 3, 255, 40, 50, 60, 255]);
  const floats = owner.from([0, 5, 10], { dtype: "float32", shape: [1, 3] });
  const drawn = await decoded(await toBlob(floats, { type: "image/png", range: [0, 10] }));
  expect([drawn[0], drawn[8]]).toEqual([0, 255]);
});

it("toBlob: quality is that of an encoder with losses", async () => {
  const noise = owner.from(
    Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * i * 31) % 251),
    { shape: [64, 64] },
  );
  const [poor, good] = await Promise.all([0.1, 0.95].map((quality) => toBlob(noise, { type: "image/jpeg", quality })));
  expect([poor!.type, good!.type]).toEqual(["image/jpeg", "image/jpeg"]);
  expect(poor!.size).toBeLessThan(good!.size / 2);
});

it("toBlob: what is no picture, and what the browser doesn't encode, are refused", async () => {
  const error = (name: string, message: string): unknown =>
    expect.objectContaining({ name, message: expect.stringContaining(message) as string });
  await expect(toBlob(owner.zeros([4], "uint8"), { type: "image/png" })).rejects.toEqual(
    error("ShapeError", "cannot encode shape [4] as a picture"),
  );
  await expect(toBlob(owner.zeros([2, 2], "uint8"), { type: "image/tiff" })).rejects.toEqual(
    error("NotImplementedError", "image/tiff"),
  );
});
