/**
 * instride: kernels made of plain functions, on one thread and on all.
 *
 * Operands lie in the heap of a runtime, as in a program that uses it. A prepared call is what a tight loop makes; the
 * other is what everybody writes first. In a page a prepared call is awaited: without that the page would do it alone.
 *
 * @module
 */
import { type DType, type MemoryView, open, type Runtime, type SharedView } from "instride";
import { gather } from "../support/gather.ts";
import { callName, preparedName } from "./columns.ts";
import { type Numbers, spoil } from "./inputs.ts";
import { type Loaded, type LocalWay, localWay, type Rival } from "./way.ts";
import {
  elementsOf,
  MANDELBROT_ROUNDS,
  RATE,
  type Row,
  VOLATILITY,
  type WorkloadName,
  WORKLOADS,
} from "./workloads.ts";

interface Prepared extends Disposable {
  /** Gives the value, of a reduction to one. */
  runSync(): unknown;
  run(): unknown;
}

/** How a prepared call is made. */
export type PreparedCall = "run" | "runSync";

/** A kernel that is called with whatever a workload has: views, then options. */
interface Kernel {
  (...args: readonly unknown[]): Promise<unknown>;
  prepare(...args: readonly unknown[]): Promise<Prepared>;
}

/** What a workload is in instride. */
interface Formula {
  readonly kernel: (rt: Runtime) => Kernel;
  /** The views that the kernel takes, of the operands; they themselves by default. */
  readonly views?: (operands: readonly MemoryView[]) => readonly MemoryView[];
  /** Of a reduction: which axis, or null for all, as one value. */
  readonly axis?: number | null;
}

type Options = NonNullable<Parameters<Runtime["map"]>[1]>;

function map(source: (...args: never[]) => unknown, options: Options = {}, views?: Formula["views"]): Formula {
  const kernel = (rt: Runtime): Kernel => rt.map(source as (...args: number[]) => number, options) as Kernel;
  return views === undefined ? { kernel } : { kernel, views };
}

function reduce(by: "sum" | "dot" | "max", axis: number | null): Formula {
  return { kernel: (rt) => rt.reduce(by) as unknown as Kernel, axis };
}

/** The views of the channels of pixels. */
function channels([a]: readonly MemoryView[]): MemoryView[] {
  return [0, 1, 2].map((channel) => a!.at("...", channel));
}

const ADD = (a: number, b: number): number => a + b;

const FORMULAS: Readonly<Record<WorkloadName, Formula>> = {
  add: map(ADD),
  fused: map((a: number, b: number, c: number) => Math.sqrt(a * a + b * b) * 0.5 + c),
  sum: reduce("sum", null),
  dot: reduce("dot", null),
  max: reduce("max", null),
  exp: map((a: number) => Math.exp(a)),
  sin: map((a: number) => Math.sin(a)),
  "add transposed": map(ADD, {}, ([a, b]) => [a!, b!.transpose()]),
  "every other": map(
    (a: number) => a * 2,
    {},
    ([a]) => [a!.at({ step: 2 }, { step: 2 })],
  ),
  "sum axis 0": reduce("sum", 0),
  "sum axis 1": reduce("sum", 1),
  "add broadcast": map(ADD),
  "uint8 to float32": map((a: number) => a * (1 / 255), { compute: "float32" }),
  gray: map(
    (r: number, g: number, b: number) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255,
    { compute: "float32" },
    channels,
  ),
  "gray to uint8": map(
    (r: number, g: number, b: number) => (54 * r + 183 * g + 19 * b) >> 8,
    { compute: "uint16" },
    channels,
  ),
  Mandelbrot: map(
    (cx: number, cy: number, { roundsMax }: { readonly roundsMax: number }) => {
      let x = 0;
      let y = 0;
      let n = 0;
      while (n < roundsMax && x * x + y * y <= 4) {
        const t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
        n++;
      }
      return n;
    },
    { parameters: { roundsMax: MANDELBROT_ROUNDS }, casting: "unsafe" },
  ),
  "Black-Scholes": map(
    (
      spot: number,
      strike: number,
      years: number,
      { normal, rate, volatility }: { normal: (x: number) => number; rate: number; volatility: number },
    ) => {
      const deviation = volatility * Math.sqrt(years);
      const drift = (rate + volatility * volatility * 0.5) * years;
      const d = (Math.log(spot / strike) + drift) / deviation;
      return spot * normal(d) - strike * Math.exp(-rate * years) * normal(d - deviation);
    },
    {
      parameters: {
        rate: RATE,
        volatility: VOLATILITY,
        /** The normal distribution by formula 26.2.17 of Abramowitz and Stegun. */
        normal: (x: number): number => {
          const k = 1 / (1 + 0.2316419 * Math.abs(x));
          const series =
            k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
          const upper = 0.3989422804014327 * Math.exp(x * x * -0.5) * series;
          return x < 0 ? upper : 1 - upper;
        },
      },
    },
  ),
};

/** Opens runtimes of one thread and of all. */
export async function openInstride(threads: number, call: PreparedCall = "runSync"): Promise<Rival> {
  const runtimes = await Promise.all([...new Set([1, threads])].map((count) => open({ threads: count })));
  return {
    name: "instride",
    remark: `instride: on ${runtimes.map((rt) => rt.threads).join(" and ")} threads, mode ${runtimes[0]!.mode}`,
    async load(row, operands) {
      const all: Loaded[] = [];
      for (const rt of runtimes) all.push(await load(rt, call, row, operands, rt.threads === threads));
      const dispose = (): void => {
        for (const loaded of all) loaded.dispose();
      };
      return { ways: all.flatMap(({ ways }) => ways), dispose };
    },
    async [Symbol.asyncDispose]() {
      for (const rt of runtimes) await rt[Symbol.asyncDispose]();
    },
  };
}

/** @param isAll - whether it has all threads: then it is called in the ordinary way, too */
async function load(
  rt: Runtime,
  call: PreparedCall,
  row: Row,
  operands: readonly Numbers[],
  isAll: boolean,
): Promise<Loaded> {
  const { kernel: make, views: viewsOf, axis } = FORMULAS[row.workload];
  const { operands: placesOf, result } = WORKLOADS[row.workload];
  const places = placesOf(row);
  const held = operands.map((numbers, i) => rt.from<DType>(numbers, { shape: places[i]!.shape }));
  const views = viewsOf?.(held) ?? held;
  const kernel = make(rt);
  if (axis === null) return loadValue(rt, call, kernel, views, held, isAll);
  const place = result(row);
  const out = rt.empty(place.shape, place.dtype);
  const elements = elementsIn(out, elementsOf(place));
  const args = [...views, { out, ...(axis === undefined ? {} : { axis }) }];
  const step = await kernel.prepare(...args);
  const common = { spoil: () => spoil(elements, place.dtype), read: () => elements, beforeTurn: () => gather(rt) };
  const ways = [localWay({ ...common, name: preparedName(rt.threads), ...once(step, call) })];
  if (isAll) ways.push(localWay({ ...common, name: callName(rt.threads), run: () => kernel(...args), isAsync: true }));
  const dispose = (): void => {
    step[Symbol.dispose]();
    releaseAll([...held, out]);
  };
  return { ways, dispose };
}

/** As {@link load}, of a reduction to one value. */
async function loadValue(
  rt: Runtime,
  call: PreparedCall,
  kernel: Kernel,
  views: readonly MemoryView[],
  held: readonly SharedView<DType>[],
  isAll: boolean,
): Promise<Loaded> {
  const step = await kernel.prepare(...views);
  let value: unknown = null;
  const common = { spoil: () => (value = null), read: () => [value as number], beforeTurn: () => gather(rt) };
  const prepared = once(step, call);
  const keep = (result: unknown): void => {
    value = result;
  };
  const runPrepared = prepared.isAsync
    ? async (): Promise<void> => keep(await prepared.run())
    : (): void => keep(prepared.run());
  const run = async (): Promise<void> => {
    value = await kernel(...views);
  };
  const ways = [localWay({ ...common, name: preparedName(rt.threads), run: runPrepared, isAsync: prepared.isAsync })];
  if (isAll) ways.push(localWay({ ...common, name: callName(rt.threads), run, isAsync: true }));
  const dispose = (): void => {
    step[Symbol.dispose]();
    releaseAll(held);
  };
  return { ways, dispose };
}

function once(step: Prepared, call: PreparedCall): Pick<LocalWay, "run" | "isAsync"> {
  return call === "run" ? { run: () => step.run(), isAsync: true } : { run: () => step.runSync(), isAsync: false };
}

function releaseAll(views: readonly SharedView<DType>[]): void {
  for (const view of views) view.release();
}

/** The memory of a contiguous array. */
function elementsIn(view: MemoryView, length: number): ArrayLike<number> & { fill(value: number): unknown } {
  const elements = view.reshape([length]).asTypedArray() as unknown;
  return elements as ArrayLike<number> & { fill(value: number): unknown };
}
