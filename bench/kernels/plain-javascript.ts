/**
 * The plain loops as a way: what a program reaches with JavaScript alone.
 *
 * @module
 */
import { PLAIN_LOOP } from "./columns.ts";
import { type Numbers, numbersOf, spoil } from "./inputs.ts";
import { type Loaded, localWay, type Rival } from "./way.ts";
import { MANDELBROT_ROUNDS, RATE, type Row, VOLATILITY, type WorkloadName, WORKLOADS } from "./workloads.ts";

type PlainLoops = typeof import("./plain-loops.ts");

export const PLAIN_JAVASCRIPT: Rival = {
  name: PLAIN_LOOP,
  remark: `${PLAIN_LOOP}: JavaScript, one thread, compiled by itself for each dtype`,
  load,
  async [Symbol.asyncDispose]() {
    // Nothing is held.
  },
};

async function load(row: Row, operands: readonly Numbers[]): Promise<Loaded> {
  const loops = await plainLoopsFor(row.dtype);
  const place = WORKLOADS[row.workload].result(row);
  const out = numbersOf(place);
  const loop = loopsOf(loops)[row.workload];
  const [a, b, c] = operands as readonly [Numbers, Numbers, Numbers];
  const run = (): void => {
    const total = loop(row, out, a, b, c);
    if (typeof total === "number") out[0] = total;
  };
  const doSpoil = (): void => spoil(out, place.dtype);
  const way = localWay({ name: PLAIN_LOOP, run, isAsync: false, spoil: doSpoil, read: () => out });
  // Its arrays are collected.
  return { ways: [way], dispose: () => {} };
}

/** An instance of the loops for arrays of one dtype. */
async function plainLoopsFor(dtype: string): Promise<PlainLoops> {
  const module = new URL(`./plain-loops.ts?${dtype}`, import.meta.url);
  return (await import(module.href)) as PlainLoops;
}

/** A loop over the operands of a row. @returns the result, if it is one number */
type Loop = (row: Row, out: Numbers, a: Numbers, b: Numbers, c: Numbers) => number | void;

function loopsOf(loops: PlainLoops): Readonly<Record<WorkloadName, Loop>> {
  return {
    add: (_row, out, a, b) => loops.add(a, b, out),
    fused: (_row, out, a, b, c) => loops.fused(a, b, c, out),
    sum: (_row, _out, a) => loops.sum(a),
    dot: (_row, _out, a, b) => loops.dot(a, b),
    max: (_row, _out, a) => loops.max(a),
    exp: (_row, out, a) => loops.exp(a, out),
    sin: (_row, out, a) => loops.sin(a, out),
    "add transposed": ({ rows, columns }, out, a, b) => loops.addTransposed(a, b, out, rows, columns),
    "every other": ({ rows, columns }, out, a) => loops.everyOther(a, out, rows, columns),
    "sum axis 0": ({ rows, columns }, out, a) => loops.sumAxis0(a, out, rows, columns),
    "sum axis 1": ({ rows, columns }, out, a) => loops.sumAxis1(a, out, rows, columns),
    "add broadcast": ({ rows, columns }, out, a, b) => loops.addBroadcast(a, b, out, rows, columns),
    "uint8 to float32": (_row, out, a) => loops.scale(a, out, 1 / 255),
    gray: (_row, out, a) => loops.gray(a, out),
    "gray to uint8": (_row, out, a) => loops.grayToUint8(a, out),
    Mandelbrot: (_row, out, a, b) => loops.mandelbrot(a, b, out, MANDELBROT_ROUNDS),
    "Black-Scholes": (_row, out, a, b, c) => loops.blackScholes(a, b, c, out, RATE, VOLATILITY),
  };
}
