/**
 * numpy-ts, as its users write: functions of whole arrays, each of which gives a new array.
 *
 * It has no `out=`. What is computed on the way is disposed of at the end, as its documentation advises for tight loops;
 * the operands lie in its own memory before anything is timed.
 *
 * @module
 */
import * as numpyTs from "numpy-ts";
import { versionOf } from "../support/machine.ts";
import { NUMPY_TS } from "./columns.ts";
import type { Numbers } from "./inputs.ts";
import { CANNOT, type Loaded, localWay, type Rival } from "./way.ts";
import { RATE, type Row, type RowDType, VOLATILITY, type WorkloadName, WORKLOADS } from "./workloads.ts";

/** Its memory: operands and intermediate arrays of the largest row. Addresses from 2 GiB on it takes for negative. */
const MEMORY_BYTES = 2 ** 31 - 2 ** 28;

interface Array {
  readonly data: ArrayLike<number>;
  astype(dtype: RowDType | "uint16"): Array;
  reshape(...shape: readonly number[]): Array;
  slice(...keys: readonly string[]): Array;
  dispose(): void;
}

type Unary = (a: Array) => Array;
type Binary = (a: Array, b: Array | number) => Array;

/** As far as it is used here: the declarations that it comes with name files without their ends, which Node's rules don't find. */
interface NumpyTs extends Readonly<
  Record<
    "absolute" | "ascontiguousarray" | "exp" | "log" | "negative" | "reciprocal" | "sin" | "sqrt" | "transpose",
    Unary
  >
> {
  readonly add: Binary;
  readonly subtract: Binary;
  readonly multiply: Binary;
  readonly divide: Binary;
  readonly right_shift: Binary;
  readonly less: Binary;
  readonly where: (condition: Array, a: Array, b: Array) => Array;
  readonly dot: (a: Array, b: Array) => Array | number;
  readonly sum: (a: Array, axis?: number) => Array | number;
  readonly max: (a: Array) => Array | number;
  readonly frombuffer: (numbers: Numbers, dtype: RowDType) => Array;
  readonly configureWasm: (options: { readonly maxMemory: number }) => void;
}

const np = numpyTs as unknown as NumpyTs;

/** Notes an array that is to be disposed of once the result is there. */
type Keep = (array: Array) => Array;

type Formula = (keep: Keep, a: Array, b: Array, c: Array) => Array | number;

/** What is missing can't be said in it: a loop whose end depends on the element. */
const FORMULAS: Partial<Readonly<Record<WorkloadName, Formula>>> = {
  add: (_keep, a, b) => np.add(a, b),
  fused: (keep, a, b, c) => {
    const squares = keep(np.add(keep(np.multiply(a, a)), keep(np.multiply(b, b))));
    return np.add(keep(np.multiply(keep(np.sqrt(squares)), 0.5)), c);
  },
  sum: (_keep, a) => np.sum(a),
  dot: (_keep, a, b) => np.dot(a, b),
  max: (_keep, a) => np.max(a),
  exp: (_keep, a) => np.exp(a),
  sin: (_keep, a) => np.sin(a),
  "add transposed": (keep, a, b) => np.add(a, keep(np.transpose(b))),
  "every other": (keep, a) => np.multiply(keep(a.slice("::2", "::2")), 2),
  "sum axis 0": (_keep, a) => np.sum(a, 0),
  "sum axis 1": (_keep, a) => np.sum(a, 1),
  "add broadcast": (_keep, a, b) => np.add(a, b),
  "uint8 to float32": (keep, a) => np.multiply(keep(a.astype("float32")), 1 / 255),
  gray: (keep, a) => np.divide(weightedChannels(keep, a, "float32", [0.2126, 0.7152, 0.0722]), 255),
  "gray to uint8": (keep, a) => {
    const sum = weightedChannels(keep, a, "uint16", [54, 183, 19]);
    return keep(np.right_shift(sum, 8)).astype("uint8");
  },
  "Black-Scholes": (keep, spot, strike, years) => {
    const deviation = keep(np.multiply(keep(np.sqrt(years)), VOLATILITY));
    const drift = keep(np.multiply(years, RATE + VOLATILITY ** 2 / 2));
    const d = keep(np.divide(keep(np.add(keep(np.log(keep(np.divide(spot, strike)))), drift)), deviation));
    const discount = keep(np.multiply(strike, keep(np.exp(keep(np.multiply(years, -RATE))))));
    const paid = keep(np.multiply(discount, normal(keep, keep(np.subtract(d, deviation)))));
    return np.subtract(keep(np.multiply(spot, normal(keep, d))), paid);
  },
};

function weightedChannels(
  keep: Keep,
  a: Array,
  dtype: "float32" | "uint16",
  [red, green, blue]: readonly [number, number, number],
): Array {
  const weighted = (channel: number, weight: number): Array => {
    // Its astype() takes a strided view for a contiguous one: it needs a copy.
    const plane = keep(np.ascontiguousarray(keep(a.slice(":", ":", `${channel}`))));
    return keep(np.multiply(keep(plane.astype(dtype)), weight));
  };
  return keep(np.add(keep(np.add(weighted(0, red), weighted(1, green))), weighted(2, blue)));
}

/** The normal distribution by formula 26.2.17 of Abramowitz and Stegun. */
function normal(keep: Keep, x: Array): Array {
  const k = keep(np.reciprocal(keep(np.add(keep(np.multiply(keep(np.absolute(x)), 0.2316419)), 1))));
  let series = keep(np.multiply(k, 1.330274429));
  for (const factor of [-1.821255978, 1.781477937, -0.356563782, 0.31938153])
    series = keep(np.multiply(k, keep(np.add(series, factor))));
  const density = keep(np.exp(keep(np.multiply(keep(np.multiply(x, x)), -0.5))));
  const upper = keep(np.multiply(keep(np.multiply(density, 0.3989422804014327)), series));
  const lower = keep(np.add(keep(np.negative(upper)), 1));
  return keep(np.where(keep(np.less(x, 0)), upper, lower));
}

/** Opens it. Once in a process: its memory is one. */
export function openNumpyTs(): Rival {
  np.configureWasm({ maxMemory: MEMORY_BYTES });
  return {
    name: NUMPY_TS,
    remark: `${NUMPY_TS} ${versionOf(NUMPY_TS)}, one thread`,
    load: async (row, operands) => load(row, operands),
    async [Symbol.asyncDispose]() {
      // It has no end but that of the process.
    },
  };
}

function load(row: Row, operands: readonly Numbers[]): Loaded {
  const formula = FORMULAS[row.workload];
  if (formula === undefined) return CANNOT;
  const places = WORKLOADS[row.workload].operands(row);
  const arrays = operands.map((numbers, i) => {
    const { dtype, shape } = places[i]!;
    return np.frombuffer(numbers, dtype).reshape(...shape);
  });
  const [a, b, c] = arrays as [Array, Array, Array];
  let last: Array | number = 0;
  const run = (): void => {
    if (typeof last !== "number") last.dispose();
    const temporaries: Array[] = [];
    last = formula(
      (array) => {
        temporaries.push(array);
        return array;
      },
      a,
      b,
      c,
    );
    for (const array of temporaries) array.dispose();
  };
  const dispose = (): void => {
    for (const array of [...arrays, last]) if (typeof array !== "number") array.dispose();
  };
  const read = (): ArrayLike<number> => (typeof last === "number" ? [last] : last.data);
  return { ways: [localWay({ name: NUMPY_TS, run, isAsync: false, read })], dispose };
}
