import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { evaluate } from "../../src/graph/interpreter.ts";
import { valuesOf } from "./values.ts";

type Float = "f32" | "f64";
type Triple = readonly [number, number, number];

function fused(type: Float, args: Triple): number {
  const dtype = type === "f32" ? "float32" : "float64";
  const builder = new GraphBuilder([dtype, dtype, dtype]);
  const node = builder.fused(builder.load(0), builder.load(1), builder.load(2));
  const graph = builder.finish([{ dtype, value: [node] }]);
  return evaluate(graph, { load: ({ operand }) => args[operand]! })[0]![0] as number;
}

/** An exact number: `integer * 2^-2200`. Every product of two numbers of float64 is one. */
const SCALE = 2200n;

function exact(x: number): bigint {
  let [significand, exponent] = [x, 0];
  while (!Number.isInteger(significand)) [significand, exponent] = [significand * 2, exponent - 1];
  return BigInt(significand) << (SCALE + BigInt(exponent));
}

/** The neighbour of a number: the next number of the type towards an infinity. */
function next(type: Float, x: number, up: boolean): number {
  if (x === 0) return (up ? 1 : -1) * (type === "f32" ? 2 ** -149 : 2 ** -1074);
  const isWide = type === "f64";
  const view = new DataView(new ArrayBuffer(8));
  const step = x > 0 === up ? 1 : -1;
  if (isWide) {
    view.setFloat64(0, x);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
    return view.getFloat64(0);
  }
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + step);
  return view.getFloat32(0);
}

/** Checks, in exact integers, that no number of the type is nearer, and of two as near that the result is the even one. */
function checkNearest(type: Float, result: number, [a, b, c]: Triple): void {
  const sum = ((exact(a) * exact(b)) >> SCALE) + exact(c);
  const end = type === "f32" ? 2 ** 128 : 2 ** 1023;
  // What an infinity stands for: the number that would follow the largest.
  const place = (x: number): bigint =>
    Number.isFinite(x) ? exact(x) : (x > 0 ? 1n : -1n) * exact(end) * (type === "f32" ? 1n : 2n);
  const distance = (x: number): bigint => (place(x) > sum ? place(x) - sum : sum - place(x));
  for (const up of [true, false]) {
    if (!Number.isFinite(result) && up === result > 0) continue;
    const other = next(type, result, up);
    const isNearest =
      distance(result) < distance(other) || (distance(result) === distance(other) && isEven(type, result));
    expect(isNearest, `${a} * ${b} + ${c} is ${result}, and ${other} is nearer`).toBe(true);
  }
}

function isEven(type: Float, x: number): boolean {
  const view = new DataView(new ArrayBuffer(8));
  if (type === "f64") view.setFloat64(0, x);
  else view.setFloat32(4, x);
  return view.getUint8(7) % 2 === 0;
}

/** Triples whose sum cancels, or comes to lie at the middle between two numbers. */
function triples(type: Float): fc.Arbitrary<Triple> {
  const round = type === "f32" ? Math.fround : (x: number): number => x;
  const number = valuesOf(type) as fc.Arbitrary<number>;
  const tiny = fc.constantFrom(0, 1, -1, 2 ** -1, 2 ** -24, 2 ** -25, 2 ** -53, 2 ** -54, -(2 ** -24), -(2 ** -54));
  return fc
    .tuple(number, number, number, tiny, fc.boolean())
    .map(([a, b, c, relative, cancels]): Triple => [a, b, cancels ? round(-a * b * (1 + relative)) : c]);
}

test.for(["f32", "f64"] as const)("fused %s: rounds the exact sum once", (type) => {
  const property = fc.property(triples(type), (triple) => {
    fc.pre(triple.every(Number.isFinite));
    const result = fused(type, triple);
    expect(result).not.toBeNaN();
    checkNearest(type, result, triple);
  });
  fc.assert(property, { numRuns: 1500 });
});

test.for(["f32", "f64"] as const)("fused %s: zeros, infinities and NaNs are as IEEE 754 has them", (type) => {
  const max = type === "f32" ? Math.fround(3.4e38) : 1.7e308;
  expect(fused(type, [0, 5, -0])).toBe(0);
  expect(fused(type, [-0, 5, -0])).toBe(-0);
  expect(fused(type, [3, 5, -15])).toBe(0);
  expect(fused(type, [max, max, -Infinity])).toBe(-Infinity);
  expect(fused(type, [max, max, -max])).toBe(Infinity);
  expect(fused(type, [Infinity, 1, -Infinity])).toBeNaN();
  expect(fused(type, [Infinity, 0, 1])).toBeNaN();
  expect(fused(type, [1, 1, NaN])).toBeNaN();
});

test("fused: is left to the machine where it takes constants", () => {
  const builder = new GraphBuilder([]);
  expect(builder.fused(builder.f64(2), builder.f64(3), builder.f64(4)).kind).toBe("fused");
});
