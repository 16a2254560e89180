/**
 * instride: kernels made of plain functions, on one thread and on all.
 *
 * Operands lie in the heap of a runtime, as in a program that uses it. A prepared call is what a tight loop makes; the
 * other is what everybody writes first.
 *
 * @module
 */
import { type DType, type MemoryView, open, type Runtime } from "instride";
import { gather } from "../support/gather.ts";
import { type Numbers, spoil } from "./inputs.ts";
import { localWay, type Rival, type Way } from "./way.ts";
import {
  elementsOf,
  MANDELBROT_ROUNDS,
  RATE,
  type Row,
  VOLATILITY,
  type WorkloadName,
  WORKLOADS,
} from "./workloads.ts";

/** As the column of a prepared call is called. */
export function preparedName(threads: number): string {
  return `instride, prepared, threads=${threads}`;
}

/** As the column of an ordinary call is called. */
export function callName(threads: number): string {
  return `instride, threads=${threads}`;
}

interface Prepared extends Disposable {
  runSync(): void;
}

/** What kernels of `rt.map` and `rt.reduce` have in common, as far as it is used here. */
interface Kernel {
  call(operands: readonly MemoryView[], out: MemoryView): Promise<unknown>;
  prepare(operands: readonly MemoryView[], out: MemoryView): Promise<Prepared>;
}

/** What a workload is in instride. */
interface Formula {
  readonly kernel: (rt: Runtime) => Kernel;
  /** The views that the kernel takes, of the operands; they themselves by default. */
  readonly views?: (operands: readonly MemoryView[]) => readonly MemoryView[];
}

/** What a call with any views, then options, gives. */
interface AnyKernel<R> {
  (...args: readonly unknown[]): Promise<R>;
  prepare(...args: readonly unknown[]): Promise<Prepared>;
}

function kernelOf<R>(kernel: unknown): Kernel {
  const any = kernel as AnyKernel<R>;
  return {
    call: (operands, out) => any(...operands, { out }),
    prepare: (operands, out) => any.prepare(...operands, { out }),
  };
}

type Options = NonNullable<Parameters<Runtime["map"]>[1]>;

function map(source: (...args: never[]) => unknown, options: Options = {}, views?: Formula["views"]): Formula {
  const kernel = (rt: Runtime): Kernel => kernelOf(rt.map(source as (...args: number[]) => number, options));
  return views === undefined ? { kernel } : { kernel, views };
}

/** The views of the channels of pixels. */
function channels([a]: readonly MemoryView[]): MemoryView[] {
  return [0, 1, 2].map((channel) => a!.at("...", channel));
}

const ADD = (a: number, b: number): number => a + b;

const FORMULAS: Partial<Readonly<Record<WorkloadName, Formula>>> = {
  add: map(ADD),
  fused: map((a: number, b: number, c: number) => Math.sqrt(a * a + b * b) * 0.5 + c),
  exp: map((a: number) => Math.exp(a)),
  sin: map((a: number) => Math.sin(a)),
  "add transposed": map(ADD, {}, ([a, b]) => [a!, b!.transpose()]),
  "every other": map(
    (a: number) => a * 2,
    {},
    ([a]) => [a!.at({ step: 2 }, { step: 2 })],
  ),
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
export async function openInstride(threads: number): Promise<Rival> {
  const runtimes = await Promise.all([...new Set([1, threads])].map((count) => open({ threads: count })));
  return {
    name: "instride",
    remark: `instride: on ${runtimes.map((rt) => rt.threads).join(" and ")} threads, mode ${runtimes[0]!.mode}`,
    async ways(row, operands) {
      const ways: Way[] = [];
      for (const rt of runtimes) ways.push(...(await waysOf(rt, row, operands, rt.threads === threads)));
      return ways;
    },
    async [Symbol.asyncDispose]() {
      for (const rt of runtimes) await rt[Symbol.asyncDispose]();
    },
  };
}

/** @param withCall - the ordinary call as well */
async function waysOf(rt: Runtime, row: Row, operands: readonly Numbers[], withCall: boolean): Promise<Way[]> {
  const formula = FORMULAS[row.workload];
  if (formula === undefined) return [];
  const { operands: placesOf, result } = WORKLOADS[row.workload];
  const places = placesOf(row);
  const place = result(row);
  const held = operands.map((numbers, i) => rt.from<DType>(numbers, { shape: places[i]!.shape }));
  const out = rt.empty(place.shape, place.dtype);
  const views = formula.views?.(held) ?? held;
  const kernel = formula.kernel(rt);
  const step = await kernel.prepare(views, out);
  const elements = elementsIn(out, elementsOf(place));
  const common = {
    spoil: () => spoil(elements, place.dtype),
    read: () => elements,
    beforeTurn: () => gather(rt),
  };
  const dispose = (): void => {
    step[Symbol.dispose]();
    for (const view of [...held, out]) view.release();
  };
  const prepared = localWay({
    ...common,
    name: preparedName(rt.threads),
    run: () => step.runSync(),
    isAsync: false,
    dispose,
  });
  if (!withCall) return [prepared];
  const call = localWay({ ...common, name: callName(rt.threads), run: () => kernel.call(views, out), isAsync: true });
  return [prepared, call];
}

/** The memory of a contiguous array. */
function elementsIn(view: MemoryView, length: number): ArrayLike<number> & { fill(value: number): unknown } {
  const elements = view.reshape([length]).asTypedArray() as unknown;
  return elements as ArrayLike<number> & { fill(value: number): unknown };
}
