/**
 * jax-js, as its users write: a formula compiled by `jit`, on its WebAssembly backend.
 *
 * In Node it computes on one thread: its threads need a global `Worker`. In an isolated page it has as many workers as
 * there are cores, each of which gets a message for each kernel. The operands lie in its own memory before
 * anything is timed, and the result of a run stays there.
 *
 * @module
 */
import { type Array, defaultDevice, init, jit, numpy as np } from "@jax-js/jax";
import { JAX_JS } from "./columns.ts";
import type { Numbers } from "./inputs.ts";
import { CANNOT, type Loaded, localWay, type Rival } from "./way.ts";
import { RATE, type Row, VOLATILITY, type WorkloadName, WORKLOADS } from "./workloads.ts";

/** A function takes what it is given: `ref` keeps an array for another use. */
type Formula = (row: Row, a: Array, b: Array, c: Array) => Array;

/** What is missing can't be said in it: it has no uint8, and no loop whose end depends on the element. */
const FORMULAS: Partial<Readonly<Record<WorkloadName, Formula>>> = {
  add: (_row, a, b) => a.add(b),
  fused: (_row, a, b, c) =>
    np
      .sqrt(a.ref.mul(a).add(b.ref.mul(b)))
      .mul(0.5)
      .add(c),
  sum: (_row, a) => np.sum(a),
  dot: (_row, a, b) => np.dot(a, b),
  max: (_row, a) => np.max(a),
  exp: (_row, a) => np.exp(a),
  sin: (_row, a) => np.sin(a),
  "add transposed": (_row, a, b) => a.add(np.transpose(b)),
  "every other": ({ rows, columns }, a) =>
    a
      .reshape([rows / 2, 2, columns / 2, 2])
      .slice([], 0, [], 0)
      .mul(2),
  "sum axis 0": (_row, a) => np.sum(a, 0),
  "sum axis 1": (_row, a) => np.sum(a, 1),
  "add broadcast": (_row, a, b) => a.add(b),
  "Black-Scholes": (_row, spot, strike, years) => {
    const deviation = np.sqrt(years.ref).mul(VOLATILITY);
    const drift = years.ref.mul(RATE + VOLATILITY ** 2 / 2);
    const d = np.log(spot.ref.div(strike.ref)).add(drift).div(deviation.ref);
    const discount = strike.mul(np.exp(years.mul(-RATE)));
    return spot.mul(normal(d.ref)).sub(discount.mul(normal(d.sub(deviation))));
  },
};

/** The normal distribution by formula 26.2.17 of Abramowitz and Stegun. */
function normal(x: Array): Array {
  const k = np.reciprocal(np.absolute(x.ref).mul(0.2316419).add(1));
  let series = k.ref.mul(1.330274429);
  for (const factor of [-1.821255978, 1.781477937, -0.356563782, 0.31938153]) series = k.ref.mul(series.add(factor));
  k.dispose();
  const upper = np.exp(x.ref.mul(x.ref).mul(-0.5)).mul(0.3989422804014327).mul(series);
  return np.where(x.less(0), upper.ref, upper.mul(-1).add(1));
}

/** Its exponential, logarithm and sine of float64 are computed as of float32: relative errors of some 1e-6. */
const COARSE: readonly WorkloadName[] = ["exp", "sin", "Black-Scholes"];
const COARSE_LEEWAY = 1e8;

/**
 * Opens it.
 *
 * @param version - of the package
 * @param threads - on which it computes here, in words
 */
export async function openJaxJs(version: string, threads: string): Promise<Rival> {
  await init("wasm");
  defaultDevice("wasm");
  return {
    name: JAX_JS,
    remark: `${JAX_JS} ${version}, ${threads}; its float64 exp, log and sin are as of float32, and checked to 1e-5`,
    load,
    async [Symbol.asyncDispose]() {
      // It has no end but that of the process.
    },
  };
}

async function load(row: Row, operands: readonly Numbers[]): Promise<Loaded> {
  const formula = FORMULAS[row.workload];
  if (formula === undefined) return CANNOT;
  const places = WORKLOADS[row.workload].operands(row);
  const arrays = operands.map((numbers, i) =>
    np.array(numbers as Float32Array<ArrayBuffer>).reshape([...places[i]!.shape]),
  );
  const compiled = jit((...used: Array[]) => formula(row, ...(used as [Array, Array, Array])));
  await Promise.all(arrays.map((array) => array.blockUntilReady()));
  let last: Array | null = null;
  const run = async (): Promise<void> => {
    last?.dispose();
    last = compiled(...arrays.map((array) => array.ref));
    await last.blockUntilReady();
  };
  const read = async (): Promise<ArrayLike<number>> => last!.ref.data();
  const dispose = (): void => {
    compiled.dispose();
    for (const array of [...arrays, last]) array?.dispose();
  };
  const isCoarse = row.dtype === "float64" && COARSE.includes(row.workload);
  const way = localWay({ name: JAX_JS, run, isAsync: true, read, ...(isCoarse ? { leeway: COARSE_LEEWAY } : {}) });
  return { ways: [way], dispose };
}
