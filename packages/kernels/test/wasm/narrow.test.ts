import type { DType } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ringOperation } from "../../src/expansion/integers.ts";
import { wrapped } from "../../src/expansion/parts.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node, Store } from "../../src/graph/graph.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import { LanePlan } from "../../src/wasm/lane-plan.ts";
import { type NarrowBits, narrowBitsOf } from "../../src/wasm/narrow-plan.ts";
import { inputStreams, type Step } from "../../src/wasm/streams.ts";
import { functionText } from "../../src/wasm/text.ts";
import { checkCase, scramble } from "./compiled-run.ts";

const SIZES = [0, 1, 15, 31, 32, 33, 64, 100];
const OPERANDS = ["uint8", "int8", "bool", "uint16", "int16"] as const;

function bitsOf(graph: Graph, inputs: readonly Step[]): NarrowBits | null {
  const streams = inputStreams(graph);
  const isUniform = (operand: number): boolean => inputs[streams.findIndex((at) => at.operand === operand)] === 0;
  const plan = new LanePlan(graph, (node) => node.kind === "load" && isUniform(node.operand));
  return narrowBitsOf(
    plan,
    inputs,
    graph.stores.map(() => 1),
  );
}

/** A step of a random computation on integers and bools; numbers choose what it takes. */
interface Move {
  readonly kind: "ring" | "bits" | "shift" | "compare" | "select" | "extreme" | "logic" | "truth" | "constant";
  readonly dtype: (typeof OPERANDS)[number];
  readonly from: readonly number[];
}

const moves: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(
    ...(["ring", "bits", "shift", "compare", "select", "extreme", "logic", "truth", "constant"] as const),
  ),
  dtype: fc.constantFrom(...OPERANDS.filter((dtype) => dtype !== "bool")),
  from: fc.array(fc.nat(300), { minLength: 4, maxLength: 4 }),
});

function graphOf(recipe: readonly Move[], dtypes: readonly DType[]): Graph {
  const b = new GraphBuilder(OPERANDS, ["i32", "bool"]);
  const numbers: Node[] = [b.parameter(0), b.load(4), b.load(3), b.load(1), b.load(0)];
  const truths: Node[] = [b.parameter(1), b.load(2)];
  for (const move of recipe) follow(b, move, numbers, truths);
  const stores: Store[] = dtypes.map((dtype, i) => ({
    dtype,
    value: [(dtype === "bool" ? truths : numbers).at(-1 - i) ?? numbers.at(-1)!],
  }));
  return b.finish(stores);
}

function follow(b: GraphBuilder, { kind, dtype, from }: Move, numbers: Node[], truths: Node[]): void {
  const number = (at: number): Node => numbers.at(-1 - (from[at]! % Math.min(numbers.length, 4)))!;
  const truth = (at: number): Node => truths.at(-1 - (from[at]! % Math.min(truths.length, 3)))!;
  const one = <T>(of: readonly T[]): T => of[from[3]! % of.length]!;
  const less = (): Node => b.comparison(one(["lt_s", "le_s", "lt_u", "le_u"] as const), number(0), number(1));
  switch (kind) {
    case "ring":
      numbers.push(ringOperation(b, one(["add", "sub", "add", "mul"] as const), dtype, number(0), number(1)));
      break;
    case "bits":
      numbers.push(wrapped(b, dtype, b.binary(one(["and", "or", "xor"] as const), number(0), number(1))));
      break;
    case "shift":
      numbers.push(b.binary(one(["shl", "shr_s", "shr_u"] as const), number(0), b.i32(from[1]! % 18)));
      break;
    case "compare":
      truths.push(from[2]! % 2 === 0 ? less() : b.comparison(one(["eq", "ne"] as const), number(0), number(1)));
      break;
    case "select":
      numbers.push(b.select(truth(2), number(0), one([number(1), b.i32(0)])));
      break;
    case "extreme":
      numbers.push(b.select(less(), number(from[2]! % 2), number(1 - (from[2]! % 2))));
      break;
    case "logic":
      truths.push(one([b.binary(one(["and", "or", "xor"] as const), truth(0), truth(1)), b.not(truth(0))]));
      break;
    case "truth":
      if (from[3]! % 2 === 0) truths.push(b.toBool(number(0)));
      else numbers.push(b.fromBool(truth(0), "i32"));
      break;
    case "constant":
      numbers.push(b.i32(from[0]! - 128));
      break;
  }
}

const steps = fc.constantFrom<Step>(1, 1, 1, 1, 0, -1, 2, 3, 4, -2);
const stored = fc.constantFrom<DType>("uint8", "int8", "uint16", "int16", "bool");

test("random graphs of small integers: the same bytes as the interpreter's, in whatever lanes", () => {
  const seen = new Map<NarrowBits | null, number>();
  fc.assert(
    fc.property(
      fc.array(moves, { maxLength: 8 }),
      fc.array(steps, { minLength: 5, maxLength: 5 }),
      fc.array(stored, { minLength: 1, maxLength: 2 }),
      fc.tuple(fc.integer(), fc.boolean()),
      (recipe, stepOf, dtypes, parameters) => {
        const graph = graphOf(recipe, dtypes);
        const inputs = inputStreams(graph).map(({ operand }) => stepOf[operand]!);
        const bits = bitsOf(graph, inputs);
        seen.set(bits, (seen.get(bits) ?? 0) + 1);
        scramble(7 + recipe.length);
        checkCase({ graph, inputs, outputs: dtypes.map(() => 1), sizes: [0, 31, 32, 75], parameters });
      },
    ),
    { numRuns: 1500 },
  );
  expect(Math.min(...([8, 16, null] as const).map((bits) => seen.get(bits) ?? 0))).toBeGreaterThan(100);
});

test("sums, extremes and comparisons of bytes: sixteen at a time, whatever their steps", () => {
  for (const dtype of ["uint8", "int8"] as const) {
    for (const inputs of [
      [1, 1],
      [1, 0],
      [3, -1],
      [4, 2],
    ]) {
      const b = new GraphBuilder([dtype, dtype], []);
      const [x, y] = [b.load(0), b.load(1)];
      const isLess = dtype === "int8" ? b.ltS(x, y) : b.ltU(x, y);
      const graph = b.finish([
        { dtype, value: [ringOperation(b, "add", dtype, x, y)] },
        { dtype, value: [b.select(isLess, x, y)] },
        { dtype: "bool", value: [isLess] },
      ]);
      expect(bitsOf(graph, inputs)).toBe(8);
      scramble(3);
      checkCase({ graph, inputs, outputs: [1, 1, 1], sizes: SIZES });
    }
  }
});

test("a product of bytes: in lanes of 16 bits; of 16-bit numbers that are halved: in none of them", () => {
  const b = new GraphBuilder(["uint8", "int16"], []);
  const product = b.finish([{ dtype: "uint8", value: [b.mul(b.load(0), b.load(0))] }]);
  expect(bitsOf(product, [1])).toBe(16);
  const c = new GraphBuilder(["int16"], []);
  const halved = c.finish([{ dtype: "int16", value: [c.shrS(c.mul(c.load(0), c.load(0)), c.i32(1))] }]);
  expect(bitsOf(halved, [1])).toBe(null);
  scramble(5);
  checkCase({ graph: product, inputs: [1], outputs: [1], sizes: SIZES });
  checkCase({ graph: halved, inputs: [1], outputs: [1], sizes: SIZES });
});

test("the gray of pixels, a weighted sum of every third byte: in lanes of 16 bits, without masks", () => {
  const b = new GraphBuilder(["uint8", "uint8", "uint8"], []);
  const weighted = [54, 183, 19].map((weight, channel) => b.mul(b.load(channel), b.i32(weight)));
  const sum = wrapped(
    b,
    "uint16",
    weighted.reduce((x, y) => b.add(x, y)),
  );
  const graph = b.finish([{ dtype: "uint8", value: [b.shrU(sum, b.i32(8))] }]);
  const inputs = [3, 3, 3];
  expect(bitsOf(graph, inputs)).toBe(16);
  expect(functionText(buildElementLoop({ graph, inputs, outputs: [1] }).function)).not.toContain("v128.and");
  scramble(11);
  checkCase({ graph, inputs, outputs: [1], sizes: SIZES });
});
