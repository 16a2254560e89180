import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DType, MemoryOwner, type SharedView } from "instride";
import sharp from "sharp";
import { expect, test } from "vitest";
import { type ArrayName, ARRAYS, INPUTS, OUTPUTS, peakBytes, STAGES, uselessAfter } from "../src/pipeline.ts";
import { decodePicture, encodePicture, type Pixels, sizeOfPicture } from "../src/pictures.ts";
import { checkFolder, writeFiles } from "../src/results-folder.ts";
import { tiledSize } from "../src/size.ts";
import { tile } from "../src/tiling.ts";
import { emptyFolder } from "./run-demo.ts";

const folder = emptyFolder();

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];
const redThenBlue: Pixels = { data: Uint8Array.from([...RED, ...BLUE]), height: 1, width: 2, channels: 3 };
const raw = { raw: { width: 2, height: 1, channels: 3 } } as const;

test("decodePicture: applies the orientation of EXIF", async () => {
  const path = join(folder, "turned.png");
  await sharp(redThenBlue.data, raw).withMetadata({ orientation: 6 }).toFile(path);
  expect(await sizeOfPicture(path)).toEqual({ height: 2, width: 1 });
  expect(await decodePicture(path)).toEqual({ ...redThenBlue, height: 2, width: 1 });
});

test("decodePicture: lays transparency on white", async () => {
  const path = join(folder, "clear.png");
  const pixels = Uint8Array.from([...RED, 255, ...BLUE, 0]);
  await sharp(pixels, { raw: { width: 2, height: 1, channels: 4 } }).toFile(path);
  expect([...(await decodePicture(path)).data]).toEqual([...RED, 255, 255, 255]);
});

test("decodePicture: brings greys and 16 bits to 8-bit RGB", async () => {
  const path = join(folder, "grey.png");
  const grey = sharp(Uint8Array.from([0, 200]), { raw: { width: 2, height: 1, channels: 1 } });
  await grey.toColourspace("grey16").toFile(path);
  expect((await sharp(path).metadata()).depth).toBe("ushort");
  expect([...(await decodePicture(path)).data]).toEqual([0, 0, 0, 200, 200, 200]);
});

test("encodePicture: keeps every pixel", async () => {
  const path = join(folder, "kept.png");
  writeFiles(folder, [{ name: "kept.png", bytes: await encodePicture(redThenBlue) }]);
  expect(await decodePicture(path)).toEqual(redThenBlue);
});

test("writeFiles: writes all or none, and leaves no temporary file", () => {
  const out = join(emptyFolder(), "a", "b");
  const bytes = Uint8Array.of(1, 2, 3);
  expect(writeFiles(out, [{ name: "one", bytes }])).toEqual([join(out, "one")]);
  expect([...readFileSync(join(out, "one"))]).toEqual([1, 2, 3]);

  mkdirSync(join(out, "three"));
  const files = ["three", "two"].map((name) => ({ name, bytes }));
  expect(() => writeFiles(out, files)).toThrow(`cannot write pictures to ${out}: E`);
  expect(readdirSync(out).toSorted()).toEqual(["one", "three"]);
});

test("checkFolder: tries to write, and leaves no trace", () => {
  const parent = emptyFolder();
  checkFolder(join(parent, "a", "b"));
  checkFolder(parent);
  expect(readdirSync(parent)).toEqual([]);
  expect(() => checkFolder(join(folder, "kept.png", "out"))).toThrow("cannot write pictures to");
});

test("tiledSize: keeps proportions, and never goes below the picture's own size", () => {
  expect(tiledSize({ height: 872, width: 1000 }, 24)).toEqual({ height: 4575, width: 5246 });
  expect(tiledSize({ height: 300, width: 400 }, 0.1)).toEqual({ height: 300, width: 400 });
  expect(tiledSize({ height: 1, width: 100 }, 1)).toEqual({ height: 100, width: 10_000 });
});

test.each([
  [3, 4, 3, 4],
  [3, 4, 4, 5],
  [2, 3, 11, 10],
  [1, 1, 3, 2],
  [3, 2, 6, 4],
])("tile: a picture of %i × %i pixels, mirrored up to %i × %i", (height, width, tiledHeight, tiledWidth) => {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => i + 1);
  const tiled = tile({ data, height, width, channels: 3 }, { height: tiledHeight, width: tiledWidth });
  // Forth and back, over and over.
  const walk = (length: number): number[] => [...Array(length).keys(), ...[...Array(length).keys()].toReversed()];
  const [rows, columns] = [walk(height), walk(width)];
  const expected: number[] = [];
  for (let y = 0; y < tiledHeight; y++) {
    for (let x = 0; x < tiledWidth; x++) {
      const pixel = rows[y % rows.length]! * width + columns[x % columns.length]!;
      for (let c = 0; c < 3; c++) expected.push(data[pixel * 3 + c]!);
    }
  }
  expect([...tiled.data]).toEqual(expected);
  expect(tiled).toMatchObject({ height: tiledHeight, width: tiledWidth, channels: 3 });
});

test("pipeline: each stage reads what is there, and everything but the outputs is discarded", () => {
  const there = new Set<ArrayName>(INPUTS);
  for (const stage of STAGES) {
    for (const name of stage.reads) expect([...there]).toContain(name);
    there.add(stage.makes);
    for (const name of uselessAfter(stage)) expect(there.delete(name)).toBe(true);
  }
  expect([...there].toSorted()).toEqual([...INPUTS, ...OUTPUTS].toSorted());
});

test("peakBytes: a heap of that size is enough, and a smaller one is not", () => {
  const size = { height: 700, width: 1001 };
  const slackBytes = 2 ** 20;
  const fits = (maximumBytes: number): boolean => {
    const owner = new MemoryOwner({ maximumBytes });
    const arrays = new Map<ArrayName, SharedView<DType>>();
    const make = (name: ArrayName): void => {
      arrays.set(name, owner.empty(ARRAYS[name].shape(size), ARRAYS[name].dtype));
    };
    try {
      INPUTS.forEach(make);
      for (const stage of STAGES) {
        make(stage.makes);
        for (const name of uselessAfter(stage)) arrays.get(name)?.release();
      }
      return true;
    } catch {
      return false;
    }
  };
  expect(fits(peakBytes(size) + slackBytes)).toBe(true);
  expect(fits(peakBytes(size) - slackBytes)).toBe(false);
});
