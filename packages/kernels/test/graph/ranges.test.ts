import type { DType } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { LaneValue, Node } from "../../src/graph/graph.ts";
import { evaluate } from "../../src/graph/interpreter.ts";
import type { LaneType } from "../../src/graph/operations.ts";
import { liesWithin, rangeOf } from "../../src/graph/ranges.ts";
import { OPERATIONS } from "./random-graphs.ts";
import { valuesOf } from "./values.ts";

const DTYPES: readonly DType[] = ["int8", "uint8", "int16", "uint16", "int32", "float32", "float64", "bool"];
const TYPES: readonly LaneType[] = ["i32", "f32", "f64", "bool"];
const taken = OPERATIONS.filter(({ takes, gives }) => [...takes, gives].every((type) => TYPES.includes(type)));

const steps = fc.array(
  fc.oneof(
    fc.record({
      operation: fc.constantFrom(...taken),
      from: fc.array(fc.nat(12), { minLength: 3, maxLength: 3 }),
    }),
    fc.constantFrom(...TYPES).chain((type) => fc.record({ type: fc.constant(type), value: valuesOf(type) })),
  ),
  { minLength: 1, maxLength: 20 },
);

/** An element as a load gives it. */
const ELEMENTS: { readonly [D in DType]?: fc.Arbitrary<LaneValue> } = {
  int8: fc.integer({ min: -128, max: 127 }),
  uint8: fc.integer({ min: 0, max: 255 }),
  int16: fc.integer({ min: -32_768, max: 32_767 }),
  uint16: fc.integer({ min: 0, max: 65_535 }),
};

const LANES: { readonly [D in DType]?: LaneType } = { float32: "f32", float64: "f64", bool: "bool" };

const elements = fc.tuple(...DTYPES.map((dtype) => ELEMENTS[dtype] ?? valuesOf(LANES[dtype] ?? "i32")));

test("ranges: no operation gives a value outside of its node's", () => {
  fc.assert(
    fc.property(steps, fc.array(elements, { minLength: 4, maxLength: 4 }), (recipe, rows) => {
      const b = new GraphBuilder(DTYPES, []);
      const nodes: Node[] = DTYPES.map((_, operand) => b.load(operand));
      const pick = (type: LaneType, place: number): Node => {
        const all = nodes.filter((node) => node.type === type);
        return all.at(-1 - (place % all.length))!;
      };
      for (const step of recipe) {
        if ("value" in step) nodes.push(b.constant(step.type, step.value));
        else
          nodes.push(
            step.operation.make(
              b,
              step.operation.takes.map((type, i) => pick(type, step.from[i]!)),
            ),
          );
      }
      const numbers = nodes.filter(({ type }) => type !== "bool");
      const dtypes = { i32: "int32", f32: "float32", f64: "float64" } as const;
      const stores = numbers.map((node) => ({ dtype: dtypes[node.type as "i32"], value: [node] }));
      const graph = b.finish(stores);
      for (const row of rows) {
        const results = evaluate(graph, { load: ({ operand }) => row[operand]! });
        for (const [i, node] of numbers.entries()) {
          const { min, max, isNaN } = rangeOf(node, DTYPES)!;
          const value = results[i]![0] as number;
          expect(Number.isNaN(value) ? isNaN : min <= value && value <= max).toBe(true);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test("ranges: a weighted sum of bytes fits into 16 bits, and into a byte once shifted", () => {
  const b = new GraphBuilder(["uint8"], []);
  const [x, y] = [b.mul(b.load(0), b.i32(54)), b.mul(b.load(0), b.i32(201))];
  const sum = b.add(x, y);
  expect(rangeOf(sum, b.operands)).toEqual({ min: 0, max: 65_025, isNaN: false });
  expect(liesWithin(b.shrU(sum, b.i32(8)), b.operands, 0, 255)).toBe(true);
  expect(liesWithin(sum, b.operands, 0, 65_024)).toBe(false);
});

test("ranges: what may overflow is any integer, and a clamped float may still be no number", () => {
  const b = new GraphBuilder(["int32", "float32"], []);
  expect(rangeOf(b.add(b.load(0), b.i32(1)), b.operands)).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1, isNaN: false });
  const clamped = b.min(b.max(b.load(1), b.f32(0)), b.f32(255));
  expect(rangeOf(clamped, b.operands)).toEqual({ min: 0, max: 255, isNaN: true });
});
