import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { graphKey } from "../../src/graph/key.ts";
import { graft } from "../../src/reduction/graft.ts";
import { follow, LANE_TYPES, OPERANDS, recipes } from "../graph/random-graphs.ts";

test("graft: a graph grafted onto its own operands is the same graph, loops and all", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const own = new GraphBuilder(OPERANDS, LANE_TYPES, { simplify: false });
      const graph = own.finish(follow(own, recipe));
      const other = new GraphBuilder(OPERANDS, LANE_TYPES, { simplify: false });
      const values = graft(other, graph, { load: ({ operand, part, shift }) => other.load(operand, part, shift) });
      const stores = graph.stores.map(({ dtype }, output) => ({ dtype, value: values[output]! }));
      expect(graphKey(other.finish(stores))).toBe(graphKey(graph));
    }),
    { numRuns: 300 },
  );
});

test("graft: other nodes stand for the leaves", () => {
  const own = new GraphBuilder(["float64", "float64"], ["f64"]);
  const graph = own.finish([
    { dtype: "float64", value: [own.add(own.mul(own.load(0), own.load(1)), own.parameter(0))] },
  ]);
  const b = new GraphBuilder(["float64"], ["f64", "f64"]);
  const [value] = graft(b, graph, {
    load: ({ operand }) => (operand === 0 ? b.load(0) : b.f64(3)),
    parameter: () => b.parameter(1),
  });
  const expected = b.add(b.mul(b.load(0), b.f64(3)), b.parameter(1));
  expect(value).toEqual([expected]);
});
