import { type DType, sizeOf } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { elementOf } from "../../src/reduction/element.ts";
import { numbersFrom } from "./random-arrays.ts";
import { reduce, scan, type TestArray, transposedArray, WAYS } from "./runs.ts";
import { bytesOfParts, partsOf, withOneNaN } from "./values.ts";

function combineOf(dtype: DType, body: (b: GraphBuilder, x: Node, y: Node) => Node): Graph {
  const b = new GraphBuilder([dtype, dtype]);
  return b.finish([{ dtype, value: [body(b, b.load(0), b.load(1))] }]);
}

const GCD = combineOf("int64", (b, x, y) => {
  const [common] = b.loop([x, y], 200, ([a, c]) => ({ condition: b.ne(c!, b.i64(0n)), next: [c!, b.remU(a!, c!)] }));
  return common!;
});

const HYPOT = combineOf("float64", (b, x, y) => b.sqrt(b.add(b.mul(x, x), b.mul(y, y))));

/** The later one of those that are not 0: associative, and not commutative. */
const LATER = combineOf("int32", (b, x, y) => b.select(b.toBool(y), y, x));

function vector(dtype: DType, parts: readonly (number | bigint)[], shape = [parts.length]): TestArray {
  return transposedArray(dtype, bytesOfParts(dtype, parts), shape, [...shape.keys()]);
}

function gcd(a: bigint, c: bigint): bigint {
  return c === 0n ? a : gcd(c, a % c);
}

test("a combining function with a loop: gives what one gets by hand, of any number of elements", () => {
  const element = elementOf("int64", "int64");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(1n, 6n, 35n), fc.nat(), (n, factor, seed) => {
      const next = numbersFrom(seed + 1);
      const parts = Array.from({ length: n }, () => factor * BigInt(1 + Math.floor(next() * 1e6)));
      for (const way of WAYS) {
        const { bytes } = reduce(
          { kind: { combine: GCD }, element, operands: [vector("int64", parts)], dtype: "int64" },
          way,
        );
        expect(partsOf("int64", bytes)).toEqual([parts.reduce(gcd)]);
      }
    }),
    { numRuns: 40 },
  );
});

test("a combining function that does not end for zeros: is called with elements alone", () => {
  // Euclid's algorithm by subtraction.
  const combine = combineOf("float64", (b, x, y) => {
    const [common] = b.loop([x, y], 1000, ([a, c]) => ({
      condition: b.ne(a!, c!),
      next: [b.select(b.gt(a!, c!), b.sub(a!, c!), a!), b.select(b.gt(c!, a!), b.sub(c!, a!), c!)],
    }));
    return common!;
  });
  const element = elementOf("float64", "float64");
  for (let n = 1; n < 40; n++) {
    const operands = [
      vector(
        "float64",
        Array.from({ length: n }, (_, i) => 6 * (1 + (i % 5))),
      ),
    ];
    for (const way of WAYS)
      expect(partsOf("float64", reduce({ kind: { combine }, element, operands, dtype: "float64" }, way).bytes)).toEqual(
        [6],
      );
  }
});

test("a combining function: starts with the first element, or with a value that the call gives", () => {
  const element = elementOf("float64", "float64");
  const reduction = {
    kind: { combine: HYPOT },
    element,
    operands: [vector("float64", [-3])],
    dtype: "float64",
  } as const;
  for (const way of WAYS) {
    expect(partsOf("float64", reduce(reduction, way).bytes)).toEqual([-3]);
    expect(partsOf("float64", reduce({ ...reduction, initial: [4] }, way).bytes)).toEqual([5]);
    const none = { ...reduction, operands: [vector("float64", [])], initial: [7] };
    expect(partsOf("float64", reduce(none, way).bytes)).toEqual([7]);
  }
});

test("a combining function under a mask: leaves elements out", () => {
  const element = elementOf("int64", "int64");
  const parts = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? 6n : 7n));
  const where = vector(
    "bool",
    parts.map((part) => (part === 6n ? 1 : 0)),
  );
  const operands = [vector("int64", parts)];
  for (const way of WAYS) {
    const result = reduce({ kind: { combine: GCD }, element, operands, where, dtype: "int64", initial: [30n] }, way);
    expect(partsOf("int64", result.bytes)).toEqual([6n]);
  }
});

test("a combining function: takes parameters of its own, beside those of the elements", () => {
  const b = new GraphBuilder(["float64", "float64"], ["f64"]);
  const combine = b.finish([{ dtype: "float64", value: [b.min(b.max(b.load(0), b.load(1)), b.parameter(0))] }]);
  const e = new GraphBuilder(["float32"], ["f64"]);
  const element = e.finish([{ dtype: "float64", value: [e.mul(e.promote(e.load(0)), e.parameter(0))] }]);
  const parts = Array.from({ length: 4000 }, (_, i) => i % 1000);
  const operands = [vector("float32", parts)];
  const call = { kind: { combine }, element, operands, dtype: "float64", parameters: [2] } as const;
  for (const way of WAYS) {
    expect(partsOf("float64", reduce({ ...call, combineParameters: [5000] }, way).bytes)).toEqual([1998]);
    expect(partsOf("float64", reduce({ ...call, combineParameters: [100] }, way).bytes)).toEqual([100]);
  }
});

test("a scan by a function that is not commutative: keeps the elements' order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat(), (n, seed) => {
      const next = numbersFrom(seed + 1);
      const parts = Array.from({ length: n }, () => (next() < 0.01 ? Math.floor(next() * 1000) : 0));
      const expected: number[] = [];
      for (const [i, part] of parts.entries()) expected.push(part === 0 ? (expected[i - 1] ?? 0) : part);
      const element = elementOf("int32", "int32");
      for (const way of WAYS) {
        const { bytes } = scan(
          { kind: { combine: LATER }, element, operands: [vector("int32", parts)], dtype: "int32" },
          way,
        );
        expect(partsOf("int32", bytes)).toEqual(expected);
      }
    }),
    { numRuns: 12 },
  );
});

test("an expression of several operands: is reduced as if it had been stored before", () => {
  const b = new GraphBuilder(["float32", "float64"]);
  const difference = b.sub(b.promote(b.load(0)), b.load(1));
  const element = b.finish([{ dtype: "float64", value: [b.mul(difference, difference)] }]);
  const [rows, columns] = [70, 90];
  const next = numbersFrom(5);
  const left = Array.from({ length: rows * columns }, () => Math.fround(next()));
  const right = Array.from({ length: columns }, () => next());
  const operands = [vector("float32", left, [rows, columns]), vector("float64", right)];
  const stored = left.map((value, i) => (value - right[i % columns]!) ** 2);
  for (const axes of [0, 1, null]) {
    const kind = { name: "sum" } as const;
    const whole = [vector("float64", stored, [rows, columns])];
    const before = reduce(
      { kind, element: elementOf("float64", "float64"), operands: whole, axes, dtype: "float64" },
      "interpreted",
    );
    for (const way of WAYS) {
      const { bytes, shape } = reduce({ kind, element, operands, axes, dtype: "float64" }, way);
      expect(sizeOf(shape)).toBe(bytes.length / 8);
      expect(withOneNaN("float64", bytes)).toEqual(withOneNaN("float64", before.bytes));
    }
  }
});
