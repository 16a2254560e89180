import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node, Store } from "../../src/graph/graph.ts";
import { graphKey } from "../../src/graph/key.ts";
import { childrenOf } from "../../src/graph/order.ts";
import { follow, LANE_TYPES, OPERANDS, type Recipe, recipes } from "./random-graphs.ts";

function built(recipe: Recipe, simplify: boolean = true): Graph {
  const builder = new GraphBuilder(OPERANDS, LANE_TYPES, { simplify });
  return builder.finish(follow(builder, recipe));
}

/** Shows a small graph of float64 as one line for each node. */
function text(make: (builder: GraphBuilder, x: Node, y: Node) => Node): string[] {
  const builder = new GraphBuilder(["float64", "float64"]);
  const node = make(builder, builder.load(0), builder.load(1));
  return graphKey(builder.finish([{ dtype: "float64", value: [node] }]))
    .split("\n")
    .slice(3);
}

test("builder: the same operations on the same nodes are the same nodes, loops included", () => {
  const property = fc.property(recipes, (recipe) => {
    const builder = new GraphBuilder(OPERANDS, LANE_TYPES);
    const first = follow(builder, recipe);
    const again = follow(builder, recipe);
    for (const [i, store] of first.entries()) expect(again[i]!.value[0]).toBe(store.value[0]);
  });
  fc.assert(property, { numRuns: 300 });
});

test("builder: the same calls give the same graph, and the graph is in order and whole", () => {
  const property = fc.property(recipes, fc.boolean(), (recipe, simplify) => {
    const graph = built(recipe, simplify);
    expect(built(recipe, simplify)).toStrictEqual(graph);
    const seen = new Set<Node>();
    for (const [place, node] of graph.nodes.entries()) {
      expect(node.id).toBe(place);
      for (const child of childrenOf(node)) expect(seen.has(child)).toBe(true);
      seen.add(node);
    }
    const needed = new Set<Node>(graph.stores.flatMap(({ value }) => value));
    for (const node of graph.nodes.toReversed()) {
      expect(needed.has(node)).toBe(true);
      for (const child of childrenOf(node)) needed.add(child);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test("graphKey: equal exactly for equal graphs", () => {
  const small = recipes.map((recipe) => recipe.slice(-2));
  let equal = 0;
  const property = fc.property(small, small, fc.boolean(), (first, second, change) => {
    const [a, b] = [built(first), built(change ? second : [...first])];
    const isEqual = fc.stringify(a) === fc.stringify(b);
    if (isEqual) equal++;
    expect(graphKey(a) === graphKey(b)).toBe(isEqual);
  });
  fc.assert(property, { numRuns: 500 });
  expect(equal).toBeGreaterThan(100);
});

test("graphKey: tells operands, parameters, outputs and payloads apart", () => {
  const key = (
    make: (builder: GraphBuilder) => Store["value"],
    dtypes = ["float64", "complex128"] as const,
  ): string => {
    const builder = new GraphBuilder(dtypes, ["f64", "f64"]);
    return graphKey(builder.finish([{ dtype: "float64", value: make(builder) }]));
  };
  const keys = [
    key((b) => [b.load(0)]),
    key((b) => [b.load(1)]),
    key((b) => [b.load(1, 1)]),
    key((b) => [b.load(0, 0, [1])]),
    key((b) => [b.load(0, 0, [0, 1])]),
    key((b) => [b.parameter(0)]),
    key((b) => [b.parameter(1)]),
    key((b) => [b.f64(0)]),
    key((b) => [b.f64(-0)]),
    key((b) => [b.f64(NaN)]),
    key((b) => [b.convertS(b.index(0), "f64")]),
    key((b) => [b.convertS(b.index(1), "f64")]),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  const builder = new GraphBuilder(["int32"]);
  const [a, b] = [builder.load(0), builder.i32(0)];
  const outputs = [
    builder.finish([{ dtype: "int32", value: [a] }]),
    builder.finish([{ dtype: "uint32", value: [a] }]),
    builder.finish([
      { dtype: "int32", value: [a] },
      { dtype: "int32", value: [b] },
    ]),
    builder.finish([
      { dtype: "int32", value: [b] },
      { dtype: "int32", value: [a] },
    ]),
  ].map(graphKey);
  expect(new Set(outputs).size).toBe(4);
});

test("graph: depends on what is stored, not on the order in which it was built", () => {
  const forth = text((b, x, y) => b.sub(b.sqrt(x), b.sqrt(y)));
  const back = text((b, x, y) => {
    const second = b.sqrt(y);
    b.mul(x, y);
    return b.sub(b.sqrt(x), second);
  });
  expect(back).toEqual(forth);
  expect(forth).toEqual([
    "load f64 0 0 []",
    "unary sqrt f64 0",
    "load f64 1 0 []",
    "unary sqrt f64 2",
    "binary sub f64 1 3",
  ]);
});

test("builder: -0 and 0 are two constants, all NaNs one, and i32's -1 is its 0xffffffff", () => {
  const builder = new GraphBuilder([]);
  expect(builder.f64(-0)).not.toBe(builder.f64(0));
  expect(builder.f64(NaN)).toBe(builder.f64(Number.NaN * -1));
  expect(builder.f32(0.1)).toBe(builder.f32(Math.fround(0.1)));
  expect(builder.i32(0xffff_ffff)).toBe(builder.i32(-1));
  expect(builder.i64(2n ** 64n - 1n)).toBe(builder.i64(-1n));
});

test("builder: what commutes is one node, as it was written first", () => {
  expect(text((b, x, y) => b.sub(b.add(y, x), b.add(x, y)))).toEqual([
    "load f64 1 0 []",
    "load f64 0 0 []",
    "binary add f64 0 1",
    "binary sub f64 2 2",
  ]);
});

test("builder: simplifies what is the same for every input, and nothing else", () => {
  const isX = [
    text((b, x) => b.mul(x, b.f64(1))),
    text((b, x) => b.div(x, b.f64(1))),
    text((b, x) => b.add(x, b.f64(-0))),
    text((b, x) => b.sub(x, b.f64(0))),
    text((b, x) => b.neg(b.neg(x))),
    text((b, x) => b.max(x, x)),
    text((b, x, y) => b.select(b.lt(x, y), x, x)),
  ];
  for (const nodes of isX) expect(nodes).toEqual(["load f64 0 0 []"]);
  const isKept = [
    text((b, x) => b.add(x, b.f64(0))),
    text((b, x) => b.sub(x, b.f64(-0))),
    text((b, x) => b.mul(x, b.f64(0))),
    text((b, x) => b.sub(x, x)),
    text((b, x) => b.div(x, x)),
    text((b, x) => b.div(x, b.f64(3))),
    text((b, x) => b.div(x, b.f64(5e-324))),
    text((b, x) => b.promote(b.demote(x))),
  ];
  for (const nodes of isKept) expect(nodes.length).toBeGreaterThan(1);
  expect(text((b, x) => b.div(x, b.f64(-8)))[2]).toBe("binary mul f64 0 1");
  expect(text((b, x) => b.div(x, b.f64(-8)))[1]).toBe("constant f64 -0.125");
});

test("builder: a select by a constant, by an opposite, or of two truths is simpler", () => {
  const keys = (make: (b: GraphBuilder, x: Node, y: Node, isLess: Node) => Node): string[] =>
    text((b, x, y) => make(b, x, y, b.and(b.lt(x, y), b.lt(y, b.f64(9)))));
  expect(keys((b, x, y) => b.select(b.bool(true), x, y))).toEqual(["load f64 0 0 []"]);
  expect(keys((b, x, y) => b.select(b.bool(false), x, y))).toEqual(["load f64 1 0 []"]);
  const exchanged = keys((b, x, y, isLess) => b.select(b.not(isLess), x, y));
  expect(exchanged).toEqual(keys((b, x, y, isLess) => b.select(isLess, y, x)));
  const asNumber = (b: GraphBuilder, truth: Node): Node => b.convertS(b.fromBool(truth, "i32"), "f64");
  const selected = keys((b, _x, _y, isLess) => asNumber(b, b.select(isLess, b.bool(true), b.bool(false))));
  expect(selected).toEqual(keys((b, _x, _y, isLess) => asNumber(b, isLess)));
  const opposite = keys((b, _x, _y, isLess) => asNumber(b, b.select(isLess, b.bool(false), b.bool(true))));
  expect(opposite).toEqual(keys((b, _x, _y, isLess) => asNumber(b, b.not(isLess))));
});

test("builder: a loop that goes no round, and a value that no round changes, are what they begin with", () => {
  const none = text((b, x) => {
    const [result] = b.loop([x], 9, ([y]) => ({ condition: b.bool(false), next: [b.sqrt(y!)] }));
    return result!;
  });
  expect(none).toEqual(["load f64 0 0 []"]);
  const unchanged = text((b, x, y) => {
    const results = b.loop([x, y], 9, ([u, v]) => ({ condition: b.lt(u!, v!), next: [b.add(u!, v!), v!] }));
    return results[1]!;
  });
  expect(unchanged).toEqual(["load f64 1 0 []"]);
});

test("builder: mistakes are internal errors that say what doesn't fit", () => {
  const builder = new GraphBuilder(["float64", "complex64"], ["i32"]);
  const [x, n] = [builder.load(0), builder.parameter(0)];
  expect(() => builder.add(x, n)).toThrow("internal: cannot apply add to f64 and i32");
  expect(() => builder.and(x, x)).toThrow("internal: cannot apply and to f64 and f64");
  expect(() => builder.sqrt(n)).toThrow("internal: cannot apply sqrt to i32");
  expect(() => builder.lt(n, n)).toThrow("internal: cannot compare i32 and i32 by lt");
  expect(() => builder.select(n, x, x)).toThrow("internal: cannot select from f64 and f64 by i32");
  expect(() => builder.promote(x)).toThrow("internal: no promote leads from f64 to f64");
  expect(() => builder.reinterpret(builder.bool(true))).toThrow("internal: no reinterpret leads from bool to bool");
  expect(() => builder.fused(x, x, n)).toThrow("internal: cannot fuse a multiplication of f64 and f64");
  expect(() => builder.load(2)).toThrow("internal: there is no operand 2 of 2");
  expect(() => builder.load(0, 1)).toThrow("internal: float64 has no part 1");
  expect(() => builder.parameter(1)).toThrow("internal: there is no parameter 1 of 1");
  expect(() => builder.index(-1)).toThrow("internal: there is no axis -1");
  expect(() => builder.i32(2 ** 32)).toThrow("internal: no constant of i32 is 4294967296");
  expect(() => builder.i32(0.5)).toThrow("internal: no constant of i32 is 0.5");
  expect(() => builder.finish([{ dtype: "float32", value: [x] }])).toThrow("internal: cannot store f64 as float32");
  expect(() => builder.finish([{ dtype: "complex64", value: [builder.load(1)] }])).toThrow(
    "cannot store f32 as complex64",
  );
  expect(() => new GraphBuilder([]).not(builder.lt(x, x))).toThrow("internal: a unary takes a node of another builder");
});

test("builder: what a loop's round makes can't be used outside", () => {
  const builder = new GraphBuilder(["float64"]);
  const x = builder.load(0);
  let leaked: Node = x;
  builder.loop([x], 9, ([y]) => {
    leaked = builder.sqrt(y!);
    return { condition: builder.lt(y!, x), next: [leaked] };
  });
  const message = "internal: cannot store what was made inside a loop: expected the loop's result";
  expect(() => builder.finish([{ dtype: "float64", value: [builder.add(leaked, x)] }])).toThrow(message);
  const [other] = builder.loop([x], 9, ([y]) => ({ condition: builder.lt(y!, x), next: [builder.add(y!, leaked)] }));
  expect(() => builder.finish([{ dtype: "float64", value: [other!] }])).toThrow(message);
});

test("builder: a chain of thirty thousand operations is a graph like any other", () => {
  const builder = new GraphBuilder(["float64"]);
  let node = builder.load(0);
  for (let i = 0; i < 30_000; i++) node = builder.sqrt(node);
  expect(builder.finish([{ dtype: "float64", value: [node] }]).nodes).toHaveLength(30_001);
});
