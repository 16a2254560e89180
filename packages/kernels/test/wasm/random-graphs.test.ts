import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, LaneValue, Node } from "../../src/graph/graph.ts";
import { runInterpreted } from "../../src/graph/run-interpreted.ts";
import { inputStreams, type Step } from "../../src/wasm/streams.ts";
import {
  follow,
  LANE_TYPES,
  OPERANDS,
  type Operation,
  type Recipe,
  recipes,
  straightRecipes,
} from "../graph/random-graphs.ts";
import { valuesOf } from "../graph/values.ts";
import { bytes, compile, expectSame, memory, placeArrays, scramble, writeValues } from "./compiled-run.ts";

const ROWS = 3;

/** The same recipe, with 0 for NaNs before an operation that would look at their bits. */
function withoutNaNBits(recipe: Recipe): Recipe {
  const guard = (operation: Operation): Operation => {
    if (!operation.name.startsWith("copysign") && !operation.name.startsWith("reinterpret f")) return operation;
    const number = (builder: GraphBuilder, arg: Node): Node =>
      builder.select(builder.eq(arg, arg), arg, builder.constant(arg.type, 0));
    return {
      ...operation,
      make: (builder, args) =>
        operation.make(
          builder,
          args.map((arg) => number(builder, arg)),
        ),
    };
  };
  return recipe.map((step) => {
    if (step.kind === "operation") return { ...step, operation: guard(step.operation) };
    return step.kind === "loop" ? { ...step, body: withoutNaNBits(step.body) } : step;
  });
}

function graphOf(recipe: Recipe): Graph {
  const builder = new GraphBuilder(OPERANDS, LANE_TYPES);
  return builder.finish(follow(builder, withoutNaNBits(recipe)));
}

interface Setting {
  readonly steps: readonly Step[];
  readonly unroll: 1 | 2 | 4;
  readonly n: number;
  readonly parameters: readonly LaneValue[];
  readonly elements: readonly (readonly LaneValue[])[];
}

const settings: fc.Arbitrary<Setting> = fc.record({
  steps: fc.array(fc.constantFrom<Step>(1, 1, 1, 0, 0, -1, 2, "strided"), { minLength: 5, maxLength: 5 }),
  unroll: fc.constantFrom(1, 2, 4),
  n: fc.nat(21),
  parameters: fc.tuple(...LANE_TYPES.map(valuesOf)),
  elements: fc.tuple(...LANE_TYPES.map((type) => fc.array(valuesOf(type), { minLength: 0, maxLength: 21 }))),
});

/** Runs a graph over three rows of elements that lie one after the other in the operands, and checks the memory. */
function checkGraph(graph: Graph, { steps: stepOf, unroll, n, parameters, elements }: Setting): void {
  scramble(9);
  const streams = inputStreams(graph);
  const inputs = streams.map(({ operand }) => stepOf[operand]!);
  const dtypes = [...streams.map(({ operand }) => OPERANDS[operand]!), ...graph.stores.map(({ dtype }) => dtype)];
  const steps = [...inputs, ...graph.stores.map(() => 1)];
  const strides = inputs.map(() => -24);
  const placed = placeArrays(dtypes, steps, strides, n * ROWS);
  const [read, written] = [placed.slice(0, streams.length), placed.slice(streams.length)];
  for (const [stream, { operand }] of streams.entries()) writeValues(read[stream]!, elements[operand]!.slice(0, n));
  const copy = new SharedArrayBuffer(memory.buffer.byteLength);
  const expected = new Uint8Array(copy);
  expected.set(bytes);
  const at = ({
    offset,
    stride,
  }: {
    offset: number;
    stride: number;
  }): Parameters<typeof runInterpreted>[1]["outputs"][0] => ({
    buffer: copy,
    byteOffset: offset,
    strides: [stride * n, stride],
  });
  runInterpreted(graph, {
    shape: [ROWS, n],
    operands: OPERANDS.map((_, operand) => {
      const stream = streams.findIndex((candidate) => candidate.operand === operand);
      return at(read[stream] ?? { offset: 0, stride: 0 });
    }),
    outputs: written.map(at),
    parameters,
  });
  const run = compile({ graph, inputs, outputs: graph.stores.map(() => 1), axis: 1, unroll });
  for (let row = 0; row < ROWS; row++) {
    const rowOf = (arrays: typeof placed): typeof placed =>
      arrays.map(({ dtype, offset, stride }) => ({ dtype, offset: offset + row * n * stride, stride }));
    const left = run(n, { inputs: rowOf(read), outputs: rowOf(written) }, { parameters, index: [row, 0] });
    expect(left).toBe(0);
  }
  expectSame(bytes, expected, written, n * ROWS);
}

test("random straight graphs: the same bytes as the interpreter's", () => {
  fc.assert(
    fc.property(straightRecipes, settings, (recipe, setting) => checkGraph(graphOf(recipe), setting)),
    { numRuns: 400 },
  );
});

test("random graphs with loops, one in another too: the same bytes as the interpreter's", () => {
  fc.assert(
    fc.property(recipes, settings, (recipe, setting) => checkGraph(graphOf(recipe), setting)),
    { numRuns: 600 },
  );
});

test("a chain of twenty thousand operations: no recursion is too deep", () => {
  const builder = new GraphBuilder(OPERANDS, []);
  const element = builder.load(OPERANDS.indexOf("float64"));
  let [sum, doubled] = [element, element];
  for (let i = 0; i < 10_000; i++) {
    sum = builder.add(builder.mul(sum, builder.f64(0.5)), element);
    // Each is used twice.
    doubled = builder.add(doubled, builder.sqrt(builder.abs(doubled)));
  }
  const graph = builder.finish([{ dtype: "float64", value: [builder.min(sum, doubled)] }]);
  checkGraph(graph, { steps: [1, 1, 1, 1, 1], unroll: 1, n: 5, parameters: [], elements: [[], [], [], [], []] });
});
