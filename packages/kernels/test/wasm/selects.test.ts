import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { FLOAT_COMPARISON, INTEGER_COMPARISON, type LaneType } from "../../src/graph/operations.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import { functionText } from "../../src/wasm/text.ts";
import { DTYPE_OF } from "../graph/random-graphs.ts";
import { EDGES } from "../graph/values.ts";
import { checkCase, scramble, writeValues } from "./compiled-run.ts";

/** A graph of two operands of a type; with a third of 64 bits beside, which makes lanes wide. */
function graphOf(type: LaneType, isWide: boolean, value: (builder: GraphBuilder, a: Node, b: Node) => Node): Graph {
  const builder = new GraphBuilder([DTYPE_OF[type], DTYPE_OF[type], "int64"], [], { simplify: false });
  const node = value(builder, builder.load(0), builder.load(1));
  const stores = [{ dtype: DTYPE_OF[node.type], value: [node] }];
  if (isWide) stores.push({ dtype: "int64", value: [builder.load(2)] });
  return builder.finish(stores);
}

/** Runs a graph over all pairs of edges. */
function checkPairs(graph: Graph, type: LaneType): void {
  scramble(11);
  const edges = EDGES[type];
  const steps = graph.stores.map(() => 1);
  checkCase({
    graph,
    inputs: [...new Set(graph.nodes.flatMap((node) => (node.kind === "load" ? [node.operand] : [])))].map(() => 1),
    outputs: steps,
    sizes: [edges.length ** 2],
    fill: ([a, b]) => {
      if (a?.dtype === DTYPE_OF[type])
        writeValues(
          a,
          edges.flatMap((x) => edges.map(() => x)),
        );
      if (b?.dtype === DTYPE_OF[type])
        writeValues(
          b,
          edges.flatMap(() => edges),
        );
    },
  });
}

function textOf(graph: Graph): string {
  const operands = new Set(graph.nodes.flatMap((node) => (node.kind === "load" ? [node.operand] : [])));
  const loop = { graph, inputs: [...operands].map(() => 1), outputs: graph.stores.map(() => 1) };
  return functionText(buildElementLoop(loop).function);
}

test("a select of what was compared: one instruction for i32, and the same result in every order", () => {
  for (const op of INTEGER_COMPARISON) {
    for (const isSwapped of [false, true]) {
      for (const isWide of [false, true]) {
        const graph = graphOf("i32", isWide, (builder, a, b) => {
          const condition = builder.comparison(op, a, b);
          return isSwapped ? builder.select(condition, b, a) : builder.select(condition, a, b);
        });
        checkPairs(graph, "i32");
        const isExtreme = op !== "eq" && op !== "ne";
        expect({ op, is: /i32x4\.(min|max)/.test(textOf(graph)) }).toEqual({ op, is: isExtreme });
      }
    }
  }
});

test("a select of i64 that were compared: there is no such instruction", () => {
  checkPairs(
    graphOf("i64", false, (builder, a, b) => builder.select(builder.ltU(a, b), a, b)),
    "i64",
  );
});

test("a select of floats that were compared: one instruction for less, and the same result for zeros and NaNs", () => {
  for (const type of ["f32", "f64"] as const) {
    for (const op of FLOAT_COMPARISON) {
      for (const isSwapped of [false, true]) {
        const graph = graphOf(type, type === "f32" && isSwapped, (builder, a, b) => {
          const condition = builder.comparison(op, a, b);
          return isSwapped ? builder.select(condition, b, a) : builder.select(condition, a, b);
        });
        checkPairs(graph, type);
        expect({ op, is: /\.(pmin|pmax)/.test(textOf(graph)) }).toEqual({ op, is: op === "lt" });
      }
    }
  }
});

test("bounds of floats: each constant, in either place, gives what any other number would", () => {
  for (const type of ["f32", "f64"] as const) {
    for (const bound of [0, -0, 1, -255, Infinity, -Infinity, NaN]) {
      for (const op of ["min", "max"] as const) {
        const sides = [false, true].map((isFirst) =>
          graphOf(type, isFirst, (builder, a) => {
            const constant = builder.constant(type, bound);
            return isFirst ? builder.binary(op, constant, a) : builder.binary(op, a, constant);
          }),
        );
        for (const graph of sides) checkPairs(graph, type);
      }
    }
  }
  // Integers are numbers for sure; some of them times -0 are 0, others -0.
  const builder = new GraphBuilder(["int32"], []);
  const zeros = builder.mul(builder.convertS(builder.load(0), "f32"), builder.f32(-0));
  const graph = builder.finish([{ dtype: "float32", value: [builder.max(builder.f32(0), zeros)] }]);
  checkPairs(graph, "i32");
  expect(textOf(graph)).not.toContain("f32x4.add");
});

test.for(["i32", "i64", "f32", "f64"] as const)(
  "a select of %s and 0, or -0: keeps every bit of what is selected",
  (type) => {
    const zeros = type === "f32" || type === "f64" ? [0, -0] : type === "i32" ? [0] : [0n];
    for (const zero of zeros) {
      for (const isYes of [false, true]) {
        for (const isWide of [false, true]) {
          const graph = graphOf(type, isWide, (builder, a, b) => {
            const constant = builder.constant(type, zero);
            const condition = builder.comparison("eq", a, b);
            return isYes ? builder.select(condition, constant, a) : builder.select(condition, a, constant);
          });
          checkPairs(graph, type);
          expect(textOf(graph).includes("bitselect")).toBe(Object.is(zero, -0));
        }
      }
    }
  },
);

test("a select of bools made from lanes of different widths: is as wide as it is taken", () => {
  for (const first of ["i32", "i64"] as const) {
    const builder = new GraphBuilder(["int32", "int64", "bool"], [], { simplify: false });
    const narrow = builder.ltS(builder.load(0), builder.i32(7));
    const wide = builder.ltS(builder.load(1), builder.i64(7n));
    const stored = builder.load(2);
    const [condition, yes] = first === "i32" ? [narrow, wide] : [wide, narrow];
    const graph = builder.finish([
      { dtype: "bool", value: [builder.select(condition, yes, stored)] },
      { dtype: "bool", value: [builder.select(stored, builder.bool(false), builder.xor(yes, builder.bool(true)))] },
      {
        dtype: "int64",
        value: [builder.select(builder.not(narrow), builder.load(1), builder.fromBool(narrow, "i64"))],
      },
      { dtype: "int32", value: [builder.select(wide, builder.load(0), builder.fromBool(wide, "i32"))] },
    ]);
    scramble(12);
    checkCase({
      graph,
      inputs: [1, 1, 1],
      outputs: [1, 1, 1, 1],
      sizes: [1, 2, 3, 37],
      fill: (inputs, n) => {
        for (const input of inputs)
          if (input.dtype !== "bool")
            writeValues(
              input,
              Array.from({ length: n }, (_, i) => (i * 5) % 13),
            );
      },
    });
  }
});

test("unsigned integers of 8 and 16 bits: are converted as the signed ones that they are, with the same result", () => {
  for (const dtype of ["uint8", "uint16", "int8", "int16", "uint32"] as const) {
    const builder = new GraphBuilder([dtype], []);
    const graph = builder.finish([{ dtype: "float32", value: [builder.convertU(builder.load(0), "f32")] }]);
    scramble(13);
    checkCase({ graph, inputs: [1], outputs: [1], sizes: [4096] });
    expect(textOf(graph).includes("convert_i32x4_s")).toBe(dtype === "uint8" || dtype === "uint16");
  }
});
