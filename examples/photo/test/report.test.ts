import { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { expect, test } from "vitest";
import { type DemoResult, isSound, type TimedWayResult, type WayResult } from "../src/demo.ts";
import type { StageTimes } from "../src/develop.ts";
import { STAGES } from "../src/pipeline.ts";
import { ProgressLine } from "../src/progress.ts";
import { reportOf } from "../src/report.ts";

function timesOf(timeMs: number): StageTimes {
  return Object.fromEntries(
    STAGES.map(({ name }) => [name, { median: timeMs, min: 0.9 * timeMs, max: 1.8 * timeMs }]),
  ) as StageTimes;
}

function resultWith(allThreads: Partial<WayResult> = {}, runs = 1): DemoResult {
  const way = (name: string, timeMs: number, left: WayResult["left"]): TimedWayResult => ({
    name,
    timesMs: timesOf(timeMs),
    differing: [],
    left,
  });
  const nothing = { leases: 0, arrays: 0 };
  return {
    picture: { name: "my.jpg", size: { height: 40, width: 50 } },
    size: { height: 400, width: 500 },
    threads: 4,
    runs,
    inline: way("inline", 999, nothing),
    oneThread: way("1 thread", 300, nothing),
    ordinary: way("ordinary", 450, null),
    allThreads: { ...way("4 threads", 100, nothing), ...allThreads },
    files: [{ path: "out/my-developed.png", size: { height: 400, width: 500 } }],
  };
}

const plain = (_: unknown, text: string): string => text;

test("report: has the times of every stage, and how many times as fast all threads are", () => {
  const lines = reportOf(resultWith(), plain);
  expect(lines).toContain("stage        operands           1 thread  4 threads    ratio  ordinary    ratio");
  for (const { name, memory } of STAGES) {
    expect(lines).toContain(`${name.padEnd(13)}${memory.padEnd(17)}       300        100   3.00 ×       450   4.50 ×`);
  }
  expect(lines).toContain(`${"all stages".padEnd(30)}      3000       1000   3.00 ×      4500   4.50 ×`);
  expect(lines).toContain("out/my-developed.png  500 × 400");
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});

test("report: says how far runs lie apart, where there are several", () => {
  const spread = "Slowest over fastest run: 2.00 (1 thread), 2.00 (4 threads), 2.00 (ordinary).";
  expect(reportOf(resultWith({}, 3), plain)).toContain(spread);
  expect(reportOf(resultWith({}, 1), plain).join()).not.toContain("Slowest");
});

test("report: says so where a stage gains more than its threads can give", () => {
  const gain = (timeMs: number): string =>
    reportOf(resultWith({ timesMs: timesOf(timeMs) } as Partial<TimedWayResult>), plain).join("\n");
  expect(gain(100)).not.toContain("not threads alone");
  expect(gain(70)).toContain("Above 4 ×: not threads alone; a run was disturbed, or its loop compiled better.");
  expect(
    gain(70)
      .split("\n")
      .every((line) => line.length <= 80),
  ).toBe(true);
});

test("report: results that are equal, with nothing left, are sound", () => {
  expect(isSound(resultWith())).toBe(true);
  const report = reportOf(resultWith(), plain).join("\n");
  expect(report).toContain("✔ equal to the inline result, bit for bit: 1 thread, 4 threads, ordinary");
  expect(report).toContain("✔ leases held at the end: 0 (inline), 0 (1 thread), 0 (4 threads)");
  expect(report).not.toContain("✘");
});

test.each([
  [{ differing: ["luminance", "thumbnail"] }, "✘ not equal to the inline result: luminance, thumbnail (4 threads)"],
  [{ left: { leases: 2, arrays: 0 } }, "✘ leases held at the end: 0 (inline), 0 (1 thread), 2 (4 threads)"],
  [{ left: { leases: 0, arrays: 1 } }, "✘ arrays not released: 0 (inline), 0 (1 thread), 1 (4 threads)"],
] as const)("report: %j is not sound, and said", (allThreads, line) => {
  const result = resultWith(allThreads);
  expect(isSound(result)).toBe(false);
  expect(reportOf(result, plain)).toContain(line);
});

/** A stream that keeps what is written to it. */
function streamWith(properties: { isTTY: boolean; columns?: number }): { stream: WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done): void {
      written.push(text);
      done();
    },
  });
  return { stream: Object.assign(stream, properties) as unknown as WriteStream, written };
}

test("progress: says nothing where there is no terminal", () => {
  const { stream, written } = streamWith({ isTTY: false });
  const progress = new ProgressLine(stream);
  progress.show("1 thread", "vignette", 0.5);
  progress.clear();
  expect(written).toEqual([]);
});

test.each([200, 80, 40, 20, 5, 0])("progress: one line that fits into %i columns, and is removed", (columns) => {
  const { stream, written } = streamWith({ isTTY: true, columns });
  const progress = new ProgressLine(stream);
  for (const share of [-1, 0, 0.5, 0.5, 2]) progress.show("1 thread", "vignette", share);
  progress.clear();
  progress.clear();
  const escapes = new RegExp(`${String.fromCodePoint(27)}\\[[?\\d]*[a-zA-Z]`, "g");
  for (const text of written) {
    const visible = text.replaceAll(escapes, "");
    expect(visible).toMatch(/^\r[^\r\n]*$/);
    expect(visible.length - 1).toBeLessThan(columns === 0 ? 80 : columns);
  }
  // The cursor is hidden with the first line and shown with the last.
  expect(written[0]).toContain("[?25l");
  expect(written.at(-1)).toContain("[?25h");
  if (columns >= 80 || columns === 0)
    expect(written.map((text) => /\d+ %/.exec(text)?.[0])).toEqual(["0 %", "50 %", "100 %", undefined]);
});
