/**
 * What the demo says in the end: a table of times, whether results are equal, what is left of leases, and the files.
 *
 * @module
 */
import type { styleText } from "node:util";
import type { DemoResult, TimedWayResult } from "./demo.ts";
import type { StageTimes } from "./develop.ts";
import { OUTPUTS, STAGES } from "./pipeline.ts";
import { megapixelsOf, type Size } from "./size.ts";

export type Format = Parameters<typeof styleText>[0];

/** Styles text, or leaves it as it is: in a pipe, and where the user wants no colours. */
export type Style = (format: Format, text: string) => string;

/** Composes the report: lines without their newlines. */
export function reportOf(result: DemoResult, style: Style): string[] {
  const parts = [headOf(result, style), tableOf(result, style), notesOf(result, style), verdictsOf(result, style)];
  return [...parts.flatMap((lines) => ["", ...lines]), "", ...filesOf(result), ""];
}

function headOf({ picture, size }: DemoResult, style: Style): string[] {
  const isTiled = size.height !== picture.size.height || size.width !== picture.size.width;
  const tiled = isTiled ? `, tiled to ${sizeText(size)}` : "";
  return [
    `${style("bold", picture.name)}, ${sizeText(picture.size)}${tiled}: ${megapixelsOf(size).toFixed(1)} megapixels`,
  ];
}

/** A column of the table: its cells are those of the stages, then that of all together. */
interface Column {
  readonly heading: string;
  readonly width: number;
  readonly cells: readonly string[];
  readonly format?: Format;
}

function tableOf({ oneThread, allThreads, ordinary }: DemoResult, style: Style): string[] {
  const columns: Column[] = [
    { heading: "stage", width: -13, cells: [...STAGES.map(({ name }) => name), "all stages"] },
    { heading: "operands", width: -17, cells: [...STAGES.map(({ memory }) => memory), ""], format: "dim" },
    ...(oneThread === null ? [] : [timesColumn(oneThread)]),
    timesColumn(allThreads),
    ...(oneThread === null ? [] : [ratioColumn(oneThread, allThreads)]),
    timesColumn(ordinary),
    ratioColumn(ordinary, allThreads),
  ];
  const rule = style("dim", "─".repeat(columns.reduce((sum, { width }) => sum + Math.abs(width), 0)));
  const row = (i: number, format?: Format): string =>
    columns.map((column) => styled(style, format ?? column.format, fit(column.cells[i]!, column.width))).join("");
  return [
    columns.map(({ heading, width }) => style("bold", fit(heading, width))).join(""),
    rule,
    ...STAGES.map((_, i) => row(i)),
    rule,
    row(STAGES.length, "bold"),
  ];
}

function timesColumn({ name, timesMs }: TimedWayResult): Column {
  return { heading: name, width: Math.max(9, name.length + 2), cells: withTotal(timesMs).map(timeText) };
}

/** How many times as fast `way` is as `other`. */
function ratioColumn(other: TimedWayResult, way: TimedWayResult): Column {
  const times = withTotal(way.timesMs);
  const cells = withTotal(other.timesMs).map((time, i) => `${(time / times[i]!).toFixed(2)} ×`);
  return { heading: "ratio", width: 9, cells, format: "cyan" };
}

function withTotal(timesMs: StageTimes): number[] {
  const times = STAGES.map(({ name }) => timesMs[name].median);
  return [...times, times.reduce((sum, time) => sum + time, 0)];
}

function notesOf({ runs, threads, oneThread, ordinary, allThreads }: DemoResult, style: Style): string[] {
  const measured = runs === 1 ? "one run of each stage" : `the median of ${runs} runs of each stage`;
  const others = oneThread === null ? "the ordinary way" : "1 thread, and of the ordinary way,";
  const ways = oneThread === null ? [allThreads, ordinary] : [oneThread, allThreads, ordinary];
  return [
    `Milliseconds: ${measured}, after one that is not timed.`,
    ...(runs === 1 ? [] : [`Slowest over fastest run: ${ways.map(spreadText).join(", ")}.`]),
    `Ratio: the time of ${others} over that of ${threadsText(threads)}.`,
    ...(oneThread !== null && exceeds(oneThread, allThreads, threads)
      ? [`Above ${threads} ×: not threads alone; a run was disturbed, or its loop compiled better.`]
      : []),
    `Ordinary: Piscina tasks on ${threadsText(threads)}; strips are copied there, and results back.`,
  ].map((line) => style("dim", line));
}

/** True if a stage is more times as fast as there are threads: something else than they made it so. */
function exceeds(oneThread: TimedWayResult, allThreads: TimedWayResult, threads: number): boolean {
  return STAGES.some(({ name }) => oneThread.timesMs[name].median > threads * allThreads.timesMs[name].median);
}

/** How far the runs of a way lie apart: the slowest over the fastest of a stage, for the median of the stages. */
function spreadText({ name, timesMs }: TimedWayResult): string {
  const ratios = STAGES.map((stage) => timesMs[stage.name].max / timesMs[stage.name].min);
  return `${ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]!.toFixed(2)} (${name})`;
}

function verdictsOf({ inline, oneThread, ordinary, allThreads }: DemoResult, style: Style): string[] {
  const shared = [inline, oneThread, allThreads].filter((way) => way !== null);
  const compared = [oneThread, allThreads, ordinary].filter((way) => way !== null);
  const differing = compared.filter((way) => way.differing.length > 0);
  const equal =
    differing.length === 0
      ? `equal to the inline result, bit for bit: ${compared.map(({ name }) => name).join(", ")}`
      : `not equal to the inline result: ${differing.map((way) => `${way.differing.join(", ")} (${way.name})`).join("; ")}`;
  const count = (of: "leases" | "arrays"): string =>
    shared.map(({ left, name }) => `${left?.[of]} (${name})`).join(", ");
  const isEmpty = (of: "leases" | "arrays"): boolean => shared.every(({ left }) => left?.[of] === 0);
  return [
    verdict(differing.length === 0, equal, style),
    style("dim", `  compared: ${OUTPUTS.join(", ")}`),
    verdict(isEmpty("leases"), `leases held at the end: ${count("leases")}`, style),
    verdict(isEmpty("arrays"), `arrays not released: ${count("arrays")}`, style),
  ];
}

function verdict(isGood: boolean, text: string, style: Style): string {
  return `${isGood ? style("green", "✔") : style("red", "✘")} ${text}`;
}

function filesOf({ files }: DemoResult): string[] {
  const width = Math.max(...files.map(({ path }) => path.length));
  return files.map(({ path, size }) => `${path.padEnd(width)}  ${sizeText(size)}`);
}

function sizeText({ width, height }: Size): string {
  return `${width} × ${height}`;
}

function threadsText(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

/** Milliseconds, to three digits or whole. */
function timeText(timeMs: number): string {
  const digits = timeMs >= 100 ? 0 : timeMs >= 10 ? 1 : 2;
  return timeMs.toFixed(digits);
}

/** Pads to a width; to the left of text of a negative one goes nothing. */
function fit(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

function styled(style: Style, format: Format | undefined, text: string): string {
  return format === undefined ? text : style(format, text);
}
