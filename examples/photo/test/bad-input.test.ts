import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkMemory } from "../src/memory.ts";
import { parseOptions } from "../src/options.ts";
import { emptyFolder, PICTURES, runDemo } from "./run-demo.ts";

const folder = emptyFolder();
writeFileSync(join(folder, "notes.jpg"), "this is no picture");
writeFileSync(join(folder, "half.jpg"), readFileSync(join(PICTURES, "rocket.jpg")).subarray(0, 60_000));

test.concurrent.each([
  [["missing.jpg"], `cannot read ${join(folder, "missing.jpg")}: no such file, expected a picture`],
  [["."], `cannot read ${folder}: it is a folder, expected a picture`],
  [
    ["notes.jpg"],
    `cannot read ${join(folder, "notes.jpg")} as a picture: Input file contains unsupported image format`,
  ],
  [["half.jpg"], `cannot read ${join(folder, "half.jpg")} as a picture: VipsJpeg: premature end of JPEG image`],
  [["--threads", "0"], 'cannot work on "0" threads: expected an integer from 1 to '],
  [["--megapixels", "100000"], "cannot develop 100000 megapixels: that takes 3.5 TiB of shared memory, and there are "],
  [["--colour"], "cannot take the option --colour: expected one of --megapixels, --threads, --out, --help"],
  [["--out", "notes.jpg"], `cannot write pictures to ${join(folder, "notes.jpg")}: EEXIST`],
])("demo: %j is refused in one line, with exit code 2", async (args, message) => {
  const { exitCode, stdout, stderr } = await runDemo(args, { cwd: folder });
  expect(stderr).toMatch(/^demo: .*\n$/);
  expect(stderr).toContain(message);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(existsSync(join(folder, "photo-out"))).toBe(false);
});

test.each([
  [["--threads", "two"], 'cannot work on "two" threads'],
  [["--threads", "-1"], 'cannot work on "-1" threads'],
  [["--threads", "1.5"], 'cannot work on "1.5" threads'],
  [["--threads", "100000"], 'cannot work on "100000" threads'],
  [["--threads="], 'cannot work on "" threads'],
  [["--threads"], "cannot take --threads without a value"],
  [["--out", "--threads", "2"], "cannot take --out without a value"],
  [["--out", ""], 'cannot use "" as --out'],
  [["--megapixels", "0"], 'cannot develop "0" megapixels'],
  [["--megapixels", "NaN"], 'cannot develop "NaN" megapixels'],
  [["--megapixels", "1e400"], 'cannot develop "1e400" megapixels'],
  [["-t", "2"], "cannot take the option -t"],
  [["--no-help"], "cannot take the option --no-help"],
  [["--help=yes"], "cannot take --help=yes: expected --help alone"],
  [["a.jpg", "b.jpg"], 'cannot develop 2 pictures ("a.jpg", "b.jpg")'],
])("parseOptions: refuses %j", (args, message) => {
  expect(() => parseOptions(args, "/pictures")).toThrow(message);
});

test("parseOptions: resolves paths from where the user stands", () => {
  const options = parseOptions(
    ["../my.jpg", "--out=results", "--megapixels", "1.5e1", "--threads", "2"],
    "/pictures/raw",
  );
  expect(options).toEqual({ picture: "/pictures/my.jpg", out: "/pictures/raw/results", megapixels: 15, threads: 2 });
  expect(parseOptions(["-h", "my.jpg"], "/pictures")).toBe("help");
});

test("checkMemory: names the largest picture that fits, and lets it pass", () => {
  const limits = { heapBytes: 4 * 2 ** 30, processBytes: 3 * 2 ** 30 };
  const check = (megapixels: number): void => checkMemory({ height: 1000, width: megapixels * 1000 }, limits);
  let most = 0;
  try {
    check(100_000);
  } catch (error) {
    most = Number(/expected at most (\d+) megapixels$/.exec(String(error))?.[1]);
  }
  expect(most).toBeGreaterThan(10);
  expect(() => check(most)).not.toThrow();
  expect(() => check(most + 1)).toThrow(/of memory, and there are 3 GiB/);
  expect(() => checkMemory({ height: 1000, width: 1000 }, { ...limits, heapBytes: 2 ** 24 })).toThrow(
    "of shared memory",
  );
});

test("demo: refused input leaves nothing behind", () => {
  expect(readdirSync(folder).toSorted()).toEqual(["half.jpg", "notes.jpg"]);
});
