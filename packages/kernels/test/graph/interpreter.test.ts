import { errorFromWire, errorToWire } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KernelBudgetError } from "../../src/errors.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, LaneValue, Node } from "../../src/graph/graph.ts";
import { evaluate, Interpreter } from "../../src/graph/interpreter.ts";
import { laneAt } from "../../src/graph/lanes.ts";
import { naive } from "./naive.ts";
import { follow, LANE_TYPES, OPERANDS, recipes, straightRecipes } from "./random-graphs.ts";
import { valuesOf } from "./values.ts";

/** One value of each type: what the operands, or the parameters, of a recipe are. */
const oneOfEach = fc.tuple(...LANE_TYPES.map(valuesOf));
const elements = fc.array(fc.record({ operands: oneOfEach, index: fc.tuple(fc.nat(9), fc.nat(2 ** 31)) }), {
  minLength: 1,
  maxLength: 9,
});

/** Runs all elements at once. */
function runLanes(
  graph: Graph,
  parameters: readonly LaneValue[],
  inputs: readonly { readonly operands: readonly LaneValue[]; readonly index: readonly number[] }[],
): LaneValue[][][] {
  const interpreter = new Interpreter(graph);
  interpreter.setParameters(parameters);
  for (const [lane, { operands, index }] of inputs.entries()) {
    for (const { node, lanes } of interpreter.loads) {
      const value = operands[node.operand]!;
      lanes[lane] = typeof value === "boolean" ? Number(value) : value;
    }
    for (const { node, lanes } of interpreter.indices) lanes[lane] = BigInt(index[node.axis]!);
  }
  interpreter.run(inputs.length);
  return inputs.map((_, lane) =>
    graph.stores.map(({ value }, output) =>
      value.map(({ type }, part) => laneAt(type, interpreter.outputs[output]!.parts[part]!, lane)),
    ),
  );
}

test("interpreter: of any graph, gives what the machine gives one element at a time, whatever the others do", () => {
  const property = fc.property(recipes, oneOfEach, elements, (recipe, parameters, inputs) => {
    const builder = new GraphBuilder(OPERANDS, LANE_TYPES, { simplify: false });
    const graph = builder.finish(follow(builder, recipe));
    const expected = inputs.map(({ operands, index }) =>
      naive(graph, { load: ({ operand }) => operands[operand]!, parameters, index }),
    );
    expect(runLanes(graph, parameters, inputs)).toEqual(expected);
  });
  fc.assert(property, { numRuns: 500 });
});

test("simplification and constants: change no bit of any result", () => {
  const either = fc.oneof(recipes, straightRecipes);
  let simpler = 0;
  const property = fc.property(either, oneOfEach, elements, (recipe, parameters, inputs) => {
    const [plain, simplified] = [false, true].map((simplify) => {
      const builder = new GraphBuilder(OPERANDS, LANE_TYPES, { simplify });
      return builder.finish(follow(builder, recipe));
    }) as [Graph, Graph];
    if (simplified.nodes.length < plain.nodes.length) simpler++;
    expect(runLanes(simplified, parameters, inputs)).toEqual(runLanes(plain, parameters, inputs));
  });
  fc.assert(property, { numRuns: 700 });
  expect(simpler).toBeGreaterThan(100);
});

/** `gcd(a, b)` by Euclid's algorithm. */
function gcdGraph(): Graph {
  const builder = new GraphBuilder(["int32", "int32"]);
  const [a] = builder.loop([builder.load(0), builder.load(1)], 100, ([x, y]) => ({
    condition: builder.ne(y!, builder.i32(0)),
    next: [y!, builder.remU(x!, y!)],
  }));
  return builder.finish([{ dtype: "int32", value: [a!] }]);
}

test("loop: what it carries changes all at once, and each lane leaves on its own", () => {
  const pairs = [
    [12, 18],
    [7, 0],
    [0, 5],
    [2 ** 20, 2 ** 12],
    [832_040, 514_229],
  ] as const;
  const results = runLanes(
    gcdGraph(),
    [],
    pairs.map((operands) => ({ operands, index: [] })),
  );
  expect(results.flat(2)).toEqual([6, 7, 5, 4096, 1]);
});

/** How many rounds of `x -= 3` until x is 0, as long as x is; only multiples of 3 get there. */
function countGraph(roundsMax: number): Graph {
  const builder = new GraphBuilder(["int32"]);
  const results = builder.loop([builder.load(0), builder.i32(0)], roundsMax, ([x, count]) => ({
    condition: builder.ne(x!, builder.i32(0)),
    next: [builder.sub(x!, builder.i32(3)), builder.add(count!, builder.i32(1))],
  }));
  return builder.finish([{ dtype: "int32", value: [results[1]!] }]);
}

test("loop: the rounds that it is given are enough, one fewer are an error that says how many", () => {
  const graph = countGraph(5);
  const rounds = (x: number): LaneValue[][] => [...evaluate(graph, { load: () => x })].map((value) => [...value]);
  expect(rounds(0)).toEqual([[0]]);
  expect(rounds(15)).toEqual([[5]]);
  expect(() => rounds(18)).toThrow(KernelBudgetError);
  expect(() => rounds(18)).toThrow(
    "cannot compute an element: a loop of the kernel went on after 5 rounds, expected it to end by then",
  );
  expect(() => rounds(1)).toThrow(expect.objectContaining({ code: "kernel-budget", name: "KernelBudgetError" }));
});

test("KernelBudgetError: keeps its class between threads", () => {
  const wire = structuredClone(errorToWire(new KernelBudgetError("cannot")));
  expect(errorFromWire(wire)).toBeInstanceOf(KernelBudgetError);
});

test("loop inside a loop: goes round only for the lanes that are in the outer one", () => {
  // The sum, over x from 9 down to 3 by threes, of the rounds that the inner loop needs to bring x to 0. At x = 1 and
  // x = 2 the inner loop would not end; the outer one has been left there.
  const builder = new GraphBuilder(["int32"]);
  const three = builder.i32(3);
  const [, sum] = builder.loop([builder.load(0), builder.i32(0)], 50, ([x, total]) => {
    const inner = builder.loop([x!, total!], 1000, ([y, count]) => ({
      condition: builder.ne(y!, builder.i32(0)),
      next: [builder.sub(y!, three), builder.add(count!, builder.i32(1))],
    }));
    return { condition: builder.geS(x!, three), next: [builder.sub(x!, three), inner[1]!] };
  });
  const graph = builder.finish([{ dtype: "int32", value: [sum!] }]);
  const inputs = [9, 1, 2, 3, 0].map((x) => ({ operands: [x], index: [] }));
  expect(runLanes(graph, [], inputs).flat(2)).toEqual([3 + 2 + 1, 0, 0, 1, 0]);
});

test("loop inside loops: is of the innermost that it takes something of", () => {
  // The middle loop takes the outer's value only to begin with, the inner one takes the middle's alone.
  const builder = new GraphBuilder(["int32"]);
  const down = (x: Node): Node => builder.sub(x, builder.i32(1));
  const positive = (x: Node): Node => builder.gtS(x, builder.i32(0));
  const [, result] = builder.loop([builder.load(0), builder.i32(0)], 9, ([x, total]) => {
    const [, middle] = builder.loop([x!, builder.i32(0)], 9, ([y, sum]) => {
      const [, inner] = builder.loop([y!, builder.i32(0)], 9, ([z, count]) => ({
        condition: positive(z!),
        next: [down(z!), builder.add(count!, y!)],
      }));
      return { condition: positive(y!), next: [down(y!), builder.add(sum!, inner!)] };
    });
    return { condition: positive(x!), next: [down(x!), builder.add(total!, middle!)] };
  });
  const graph = builder.finish([{ dtype: "int32", value: [result!] }]);
  const squares = (n: number): number => (n === 0 ? 0 : n * n + squares(n - 1));
  const pyramid = (n: number): number => (n === 0 ? 0 : squares(n) + pyramid(n - 1));
  for (const n of [0, 1, 2, 5]) expect(evaluate(graph, { load: () => n })).toEqual([[pyramid(n)]]);
});
