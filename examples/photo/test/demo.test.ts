import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { STAGES } from "../src/pipeline.ts";
import { emptyFolder, PICTURES, runDemo } from "./run-demo.ts";

const TIMEOUT_MS = 60_000;
const ASTRONAUT = join(PICTURES, "astronaut.png");

/** The cells of a table's row, which begins with a stage's name. */
function cellsOf(stdout: string, stage: string): string[] {
  const row = stdout.split("\n").find((line) => line.startsWith(`${stage} `));
  return row?.match(/\d+(\.\d+)?( ×)?(?=\s|$)/g) ?? [];
}

test(
  "demo: writes three pictures, and compares one thread, all threads and the ordinary way",
  async () => {
    const out = join(emptyFolder(), "made", "on the way");
    const { exitCode, stdout, stderr } = await runDemo([ASTRONAUT, "--megapixels", "0.4", "--out", out]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);

    const files = { developed: [632, 632, 3], equalised: [632, 632, 1], thumbnail: [316, 316, 3] } as const;
    const names = Object.keys(files).map((output) => `astronaut-${output}.png`);
    expect(readdirSync(out).toSorted()).toEqual(names);
    for (const [output, size] of Object.entries(files)) {
      const path = join(out, `astronaut-${output}.png`);
      const { width, height, channels } = await sharp(path).metadata();
      expect([height, width, channels]).toEqual(size);
      expect(stdout).toContain(path);
    }

    const threads = availableParallelism();
    expect(stdout).toContain("astronaut.png, 512 × 512, tiled to 632 × 632: 0.4 megapixels");
    for (const { name } of [...STAGES, { name: "all stages" }]) {
      expect(cellsOf(stdout, name).length).toBeGreaterThanOrEqual(threads === 1 ? 3 : 5);
    }
    const ways = threads === 1 ? "1 thread, ordinary" : `1 thread, ${threads} threads, ordinary`;
    expect(stdout).toContain(`✔ equal to the inline result, bit for bit: ${ways}\n`);
    expect(stdout).toMatch(/✔ leases held at the end: 0 \(inline\), 0 \(1 thread\)/);
    // Nothing but the report: no progress, no colours.
    expect(stdout).not.toContain("\r");
    expect(stdout).not.toContain("\u001B");
  },
  TIMEOUT_MS,
);

test(
  "demo: runs on as many threads as asked for, and finds paths from where a script was called",
  async () => {
    const folder = emptyFolder();
    await sharp(ASTRONAUT).resize(60, 40).toFile(join(folder, "small.webp"));
    const env = { npm_lifecycle_event: "demo", INIT_CWD: folder };
    const args = ["small.webp", "--threads", "3", "--megapixels=0.001", "--out=results"];
    const { exitCode, stdout, stderr } = await runDemo(args, { env });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("small.webp, 60 × 40: 0.0 megapixels");
    expect(stdout).toContain("✔ equal to the inline result, bit for bit: 1 thread, 3 threads, ordinary\n");
    expect(readdirSync(join(folder, "results"))).toHaveLength(3);
  },
  TIMEOUT_MS,
);

test(
  "demo: one thread is measured once",
  async () => {
    const out = emptyFolder();
    const args = ["--", ASTRONAUT, "--threads", "1", "--megapixels", "0.1", "--out", out];
    const { exitCode, stdout } = await runDemo(args);
    expect(exitCode).toBe(0);
    expect(cellsOf(stdout, "all stages")).toHaveLength(3);
    expect(stdout).toContain("bit for bit: 1 thread, ordinary\n");
  },
  TIMEOUT_MS,
);

test("demo: --help says what there is", async () => {
  const { exitCode, stdout, stderr } = await runDemo(["--help"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  for (const option of ["--megapixels", "--threads", "--out", "--help"]) expect(stdout).toContain(option);
});
