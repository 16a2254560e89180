import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadNpy, loadNpz, MemoryView, open, saveNpy, saveNpz, writeNpy, writeNpz } from "instride";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "instride-numpy-"));
});
afterAll(() => rm(folder, { recursive: true }));

const numbers = Float64Array.from({ length: 300_000 }, (_, i) => i / 7);

test("saveNpy: writes the bytes of writeNpy, of any layout", async () => {
  const path = join(folder, "saved.npy");
  const view = new MemoryView(numbers).reshape([300, 1000]);
  for (const part of [view, view.transpose(), view.at("::-2", "5:500:3"), view.at(1, 2), view.at("3:3")]) {
    await saveNpy(path, part);
    expect((await readFile(path)).equals(writeNpy(part))).toBe(true);
  }
});

test("loadNpy: reads straight into the heap of a runtime, ready to be lent to threads", async () => {
  await using rt = await open({ mode: "inline" });
  const path = join(folder, "volume.npy");
  await saveNpy(pathToFileURL(path), new MemoryView(numbers).reshape([300, 1000]).transpose());
  const volume = await loadNpy(path, { allocate: (nbytes) => rt.empty([nbytes], "uint8", { label: path }) });
  expect([volume.dtype, volume.shape, volume.strides]).toEqual(["float64", [1000, 300], [8, 8000]]);
  expect(volume.transpose().toBytes()).toEqual(new Uint8Array(numbers.buffer));
  expect(volume.byteOffset % 64).toBe(0);
  expect(await rt.run(new URL("./fixtures/volume-sum.task.ts", import.meta.url), { views: { volume } })).toBe(
    numbers.reduce((sum, value) => sum + value, 0),
  );
  volume.release();
  expect(rt.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("loadNpy: without allocate reads into private memory; bytes are swapped on request", async () => {
  const path = join(folder, "big-endian.npy");
  const file = writeNpy(Int32Array.of(1, 2, 3));
  file.set(Buffer.from(">"), Buffer.from(file).indexOf("<"));
  await writeFile(path, file);
  const asWritten = await loadNpy(path);
  expect([asWritten.format, asWritten.toList()]).toEqual([">i", [0x0100_0000, 0x0200_0000, 0x0300_0000]]);
  const swapped = await loadNpy(path, { byteOrder: "native" });
  expect([swapped.format, swapped.toList()]).toEqual(["i", [0x0100_0000, 0x0200_0000, 0x0300_0000]]);
});

test("loadNpy: a file that is cut off is refused before memory is taken", async () => {
  const path = join(folder, "cut.npy");
  const allocate = (): never => {
    throw new Error("allocated");
  };
  await saveNpy(path, numbers);
  for (const length of [2_400_127, 200, 127, 100, 11, 5]) {
    await truncate(path, length);
    await expect(loadNpy(path, { allocate })).rejects.toMatchObject({ pyName: "ValueError" });
  }
  await truncate(path, 0);
  await expect(loadNpy(path, { allocate })).rejects.toMatchObject({ pyName: "EOFError" });
  await expect(loadNpy(folder, { allocate })).rejects.toMatchObject({ pyName: "ValueError" });
  await expect(loadNpy(join(folder, "missing"), { allocate })).rejects.toMatchObject({ code: "ENOENT" });
});

test("loadNpy: a signal ends it, and gives the memory back", async () => {
  await using rt = await open({ mode: "inline" });
  const path = join(folder, "signal.npy");
  await saveNpy(path, numbers);
  const controller = new AbortController();
  const allocate = (nbytes: number): MemoryView => {
    controller.abort(new Error("enough"));
    return rt.empty([nbytes], "uint8");
  };
  await expect(loadNpy(path, { allocate, signal: controller.signal })).rejects.toThrow("enough");
  expect(rt.stats().arrays).toBe(0);
});

test("saveNpz and loadNpz: arrays go to a file and back into the heap, stored and deflated", async () => {
  await using rt = await open({ mode: "inline" });
  const image = rt.from(numbers, { shape: [300, 1000] });
  const arrays = { image, thumb: image.at("::10", "::10"), mask: new Uint8Array(50_000) };
  for (const compression of ["stored", "deflated"] as const) {
    const path = join(folder, `${compression}.npz`);
    await saveNpz(path, arrays, { compression });
    expect((await readFile(path)).equals(await writeNpz(arrays, { compression }))).toBe(true);
    await using file = await loadNpz(path);
    expect(file.files).toEqual(["image", "thumb", "mask"]);
    const thumb = await file.read("thumb", { allocate: (nbytes) => rt.empty([nbytes], "uint8") });
    expect(thumb.toBytes()).toEqual(arrays.thumb.toBytes());
    thumb.release();
  }
  image.release();
  expect(rt.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("loadNpz: what is no archive is refused", async () => {
  const path = join(folder, "no-archive.npz");
  await writeFile(path, new Uint8Array(1000));
  await expect(loadNpz(path)).rejects.toMatchObject({ pyName: "ValueError" });
  await expect(loadNpz(folder)).rejects.toMatchObject({ pyName: "ValueError" });
});
