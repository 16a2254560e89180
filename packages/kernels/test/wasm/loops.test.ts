import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { CANCEL, compile, memory, type Placed } from "./compiled-run.ts";

const INPUT = 1024;
const OUTPUT = 64 * 1024;
const FLAG = 16;

// Where all files share a page, others have written to it.
new Uint8Array(memory.buffer).fill(0);

/** Steps of Collatz's sequence until 1. */
function collatz(roundsMax: number): Graph {
  const builder = new GraphBuilder(["int32"], []);
  const [one, three] = [builder.i32(1), builder.i32(3)];
  const results = builder.loop([builder.load(0), builder.i32(0)], roundsMax, ([x, steps]) => {
    const isOdd = builder.ne(builder.and(x!, one), builder.i32(0));
    const next = builder.select(isOdd, builder.add(builder.mul(x!, three), one), builder.shrU(x!, one));
    return { condition: builder.ne(x!, one), next: [next, builder.add(steps!, one)] };
  });
  return builder.finish([{ dtype: "int32", value: [results[1]!] }]);
}

function collatzSteps(start: number): number {
  let steps = 0;
  for (let x = start; x !== 1; steps++) x = x % 2 === 1 ? 3 * x + 1 : x / 2;
  return steps;
}

function int32(offset: number): Placed {
  return { dtype: "int32", offset, stride: 4 };
}

test.for([1, 2, 4] as const)("Collatz, %d vectors side by side: each lane goes its own number of rounds", (unroll) => {
  const run = compile({ graph: collatz(10_000), inputs: [1], outputs: [1], unroll });
  for (const n of [1, 2, 3, 4, 5, 11, 1000]) {
    const starts = new Int32Array(memory.buffer, INPUT, n).map((_, i) => 1 + ((i * 7919) % 5000));
    new Int32Array(memory.buffer, INPUT, n).set(starts);
    expect(run(n, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] })).toBe(0);
    expect([...new Int32Array(memory.buffer, OUTPUT, n)]).toEqual([...starts].map(collatzSteps));
  }
});

/** Rounds until a point of the plane escapes; the index along axis 0 says which point. */
function mandelbrot(dtype: "float32" | "float64", limit: number): Graph {
  const lane = dtype === "float32" ? "f32" : "f64";
  const builder = new GraphBuilder([dtype, dtype], []);
  const [cx, cy] = [builder.load(0), builder.load(1)];
  const zero = builder.constant(lane, 0);
  const results = builder.loop([zero, zero, builder.i32(0)], limit + 1, ([x, y, rounds]) => {
    const [xx, yy] = [builder.mul(x!, x!), builder.mul(y!, y!)];
    const isNear = builder.le(builder.add(xx, yy), builder.constant(lane, 4));
    const xy = builder.mul(x!, y!);
    return {
      condition: builder.and(isNear, builder.ltS(rounds!, builder.i32(limit))),
      next: [
        builder.add(builder.sub(xx, yy), cx),
        builder.add(builder.add(xy, xy), cy),
        builder.add(rounds!, builder.i32(1)),
      ],
    };
  });
  return builder.finish([{ dtype: "uint8", value: [results[2]!] }]);
}

function escapes(cx: number, cy: number, limit: number, round: (x: number) => number): number {
  let [x, y, rounds] = [0, 0, 0];
  for (; rounds < limit; rounds++) {
    const [xx, yy, xy] = [round(x * x), round(y * y), round(x * y)];
    if (round(xx + yy) > 4) break;
    [x, y] = [round(round(xx - yy) + cx), round(round(xy + xy) + cy)];
  }
  return rounds;
}

test.for(["float32", "float64"] as const)("Mandelbrot in %s: as the plain function counts", (dtype) => {
  const [limit, n] = [60, 27 * 19];
  const run = compile({ graph: mandelbrot(dtype, limit), inputs: [1, 1], outputs: [1] });
  const floats = (offset: number): Float32Array | Float64Array =>
    dtype === "float32" ? new Float32Array(memory.buffer, offset, n) : new Float64Array(memory.buffer, offset, n);
  const cx = floats(INPUT);
  const cy = floats(INPUT + 8192);
  for (let i = 0; i < n; i++) [cx[i], cy[i]] = [-2.2 + (i % 27) / 9, -1.1 + Math.floor(i / 27) / 8];
  const stride = cx.BYTES_PER_ELEMENT;
  const inputs = [INPUT, INPUT + 8192].map((offset): Placed => ({ dtype, offset, stride }));
  // Which operand is read first decides which stream is the first.
  const output: Placed = { dtype: "uint8", offset: OUTPUT, stride: 1 };
  expect(run(n, { inputs, outputs: [output] })).toBe(0);
  const round = dtype === "float32" ? Math.fround : (x: number): number => x;
  const expected = Array.from({ length: n }, (_, i) => escapes(cx[i]!, cy[i]!, limit, round));
  expect([...new Uint8Array(memory.buffer, OUTPUT, n)]).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(20);
});

test("a loop that goes on too long: the result says how many elements are not done, from the first that does", () => {
  for (const unroll of [1, 2, 4] as const) {
    const run = compile({ graph: collatz(20), inputs: [1], outputs: [1], unroll });
    for (let at = 0; at < 23; at++) {
      const starts = new Int32Array(memory.buffer, INPUT, 23).fill(16);
      // 27 takes 111 steps; so do those after it, but nothing before.
      starts.fill(27, at);
      const output = new Int32Array(memory.buffer, OUTPUT, 23).fill(-1);
      expect(run(23, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] })).toBe(23 - at);
      const groupsDone = Math.floor(at / (4 * unroll)) * 4 * unroll;
      expect([...output.subarray(0, groupsDone)]).toEqual(new Array<number>(groupsDone).fill(4));
    }
  }
});

test("a loop: as many rounds as it may go are not too many", () => {
  const inputs = [int32(INPUT)];
  const outputs = [int32(OUTPUT)];
  new Int32Array(memory.buffer, INPUT, 1)[0] = 27;
  expect(compile({ graph: collatz(111), inputs: [1], outputs: [1] })(1, { inputs, outputs })).toBe(0);
  expect(compile({ graph: collatz(110), inputs: [1], outputs: [1] })(1, { inputs, outputs })).toBe(1);
});

/** Counts to a number that is never reached. */
function endless(dtype: "int32" | "int64"): Graph {
  const builder = new GraphBuilder([dtype], []);
  const lane = dtype === "int32" ? "i32" : "i64";
  const [result] = builder.loop([builder.load(0)], Number.MAX_SAFE_INTEGER, ([x]) => ({
    condition: builder.bool(true),
    next: [builder.add(x!, builder.constant(lane, lane === "i32" ? 1 : 1n))],
  }));
  return builder.finish([{ dtype, value: [result!] }]);
}

test("a cancel word that is set: the function leaves and says how many elements are not done, as a negative number", () => {
  const words = new Int32Array(memory.buffer);
  words[FLAG / 4] = 7;
  expect(words[CANCEL / 4]).toBe(0);
  for (const dtype of ["int32", "int64"] as const) {
    const stride = dtype === "int32" ? 4 : 8;
    const [input, output] = [INPUT, OUTPUT].map((offset): Placed => ({ dtype, offset, stride }));
    const run = compile({ graph: endless(dtype), inputs: [1], outputs: [1] });
    for (const n of [1, 3, 8, 50]) expect(run(n, { inputs: [input!], outputs: [output!] }, { cancel: FLAG })).toBe(-n);
    const forAll = compile({ graph: endless(dtype), inputs: [0], outputs: [1] });
    expect(forAll(9, { inputs: [input!], outputs: [output!] }, { cancel: FLAG })).toBe(-9);
  }
});

test("a loop in a loop: lanes that have left the outer one do not hold the inner one up", () => {
  // How often a number can be made odd by halving and then less by one, until it is 0: which never becomes odd.
  const builder = new GraphBuilder(["int32"], []);
  const [zero, one] = [builder.i32(0), builder.i32(1)];
  const [, steps] = builder.loop([builder.load(0), zero], 40, ([x, count]) => {
    const [odd] = builder.loop([x!], 32, ([y]) => ({
      condition: builder.eq(builder.and(y!, one), zero),
      next: [builder.shrU(y!, one)],
    }));
    return { condition: builder.ne(x!, zero), next: [builder.sub(odd!, one), builder.add(count!, one)] };
  });
  const graph = builder.finish([{ dtype: "int32", value: [steps!] }]);
  const ones = (x: number): number => x.toString(2).replaceAll("0", "").length;
  for (const unroll of [1, 2] as const) {
    const run = compile({ graph, inputs: [1], outputs: [1], unroll });
    const numbers = new Int32Array(memory.buffer, INPUT, 31).map((_, i) => i * i * 37);
    new Int32Array(memory.buffer, INPUT, 31).set(numbers);
    expect(run(31, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] })).toBe(0);
    expect([...new Int32Array(memory.buffer, OUTPUT, 31)]).toEqual([...numbers].map(ones));
  }
});

test("a tail: lanes without an element of their own go round as one that has", () => {
  const builder = new GraphBuilder(["int32"], []);
  const one = builder.i32(1);
  /** Goes round for ever where a condition holds. */
  const endlessWhere = (condition: Node): Graph => {
    const [result] = builder.loop([builder.load(0)], 100, ([x]) => ({ condition, next: [builder.add(x!, one)] }));
    return builder.finish([{ dtype: "int32", value: [result!] }]);
  };
  // No element is 0, and no index is 9, but those that would come next are.
  const ofElements = endlessWhere(builder.eq(builder.load(0), builder.i32(0)));
  const ofIndices = endlessWhere(builder.eq(builder.index(0), builder.i64(9n)));
  for (const graph of [ofElements, ofIndices]) {
    for (let n = 1; n <= 9; n++) {
      const elements = new Int32Array(memory.buffer, INPUT, 20).fill(0);
      elements.fill(5, 0, n);
      for (const step of [1, "strided"] as const) {
        new Int32Array(memory.buffer, OUTPUT, n).fill(-1);
        const run = compile({ graph, inputs: [step], outputs: [1], axis: 0 });
        const left = run(n, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] }, { index: [9 - n] });
        expect(left).toBe(0);
        expect([...new Int32Array(memory.buffer, OUTPUT, n)]).toEqual(new Array<number>(n).fill(5));
      }
    }
  }
});

test("a loop of what is the same for all: goes round once, before the elements", () => {
  const run = compile({ graph: collatz(200), inputs: [0], outputs: [1] });
  new Int32Array(memory.buffer, INPUT, 1)[0] = 27;
  expect(run(10, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] })).toBe(0);
  expect([...new Int32Array(memory.buffer, OUTPUT, 10)]).toEqual(new Array<number>(10).fill(111));
  const tooLong = compile({ graph: collatz(20), inputs: [0], outputs: [1] });
  expect(tooLong(10, { inputs: [int32(INPUT)], outputs: [int32(OUTPUT)] })).toBe(10);
});
