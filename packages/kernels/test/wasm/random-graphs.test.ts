import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, LaneValue, Node } from "../../src/graph/graph.ts";
import type { LaneType } from "../../src/graph/operations.ts";
import { runInterpreted } from "../../src/graph/run-interpreted.ts";
import { LanePlan } from "../../src/wasm/lane-plan.ts";
import { inputStreams, type Step } from "../../src/wasm/streams.ts";
import {
  follow,
  LANE_TYPES,
  OPERANDS,
  type Operation,
  type Recipe,
  recipes,
  straightRecipes,
  withoutNaNBits,
} from "../graph/random-graphs.ts";
import { valuesOf } from "../graph/values.ts";
import { bytes, compile, expectSame, memory, placeArrays, scramble, writeValues } from "./compiled-run.ts";

const ROWS = 3;

/**
 * Which lanes there are: of any type; 32-bit ones only; or 64-bit ones only of what is the same for all elements.
 */
type Lanes = "any" | "narrow" | "uniform-wide";

function isWide(type: LaneType): boolean {
  return type === "i64" || type === "f64";
}

/** Leaves out what would make lanes wide. */
function restricted(recipe: Recipe, lanes: Lanes): Recipe {
  const isTaken = ({ takes, gives }: Operation): boolean => {
    if (lanes === "narrow") return ![...takes, gives].some(isWide);
    return lanes === "any" || !isWide(gives) || takes.every(isWide);
  };
  return recipe.flatMap((step): Recipe => {
    if (step.kind === "operation") return isTaken(step.operation) ? [step] : [];
    if (step.kind === "constant") return lanes !== "narrow" || !isWide(step.type) ? [step] : [];
    const types = step.types.filter((type) => lanes === "any" || !isWide(type));
    return types.length === 0 ? [] : [{ ...step, types, body: restricted(step.body, lanes) }];
  });
}

/** Knows no index that changes along a row. */
class RowBuilder extends GraphBuilder {
  override index(): Node {
    return super.index(0);
  }
}

function graphOf(recipe: Recipe, { lanes, simplify }: Setting): Graph {
  const Builder = lanes === "any" ? GraphBuilder : RowBuilder;
  const builder = new Builder(OPERANDS, LANE_TYPES, { simplify });
  const stores = follow(builder, withoutNaNBits(restricted(recipe, lanes)));
  return builder.finish(stores.filter(({ value }) => lanes === "any" || !isWide(value[0]!.type)));
}

interface Setting {
  readonly steps: readonly Step[];
  readonly lanes: Lanes;
  readonly simplify: boolean;
  readonly unroll: 1 | 2 | 4;
  readonly n: number;
  readonly parameters: readonly LaneValue[];
  readonly elements: readonly (readonly LaneValue[])[];
}

const settings: fc.Arbitrary<Setting> = fc.record({
  steps: fc.array(fc.constantFrom<Step>(1, 1, 1, 0, 0, -1, 2, "strided"), { minLength: 5, maxLength: 5 }),
  lanes: fc.constantFrom("any", "narrow", "uniform-wide"),
  simplify: fc.boolean(),
  unroll: fc.constantFrom(1, 2, 4),
  n: fc.nat(21),
  parameters: fc.tuple(...LANE_TYPES.map(valuesOf)),
  elements: fc.tuple(...LANE_TYPES.map((type) => fc.array(valuesOf(type), { minLength: 0, maxLength: 21 }))),
});

/** Runs a graph over three rows of elements that lie one after the other in the operands, and checks the memory. */
function checkGraph(graph: Graph, { steps: stepOf, lanes, unroll, n, parameters, elements }: Setting): void {
  scramble(9);
  const streams = inputStreams(graph);
  const isUniform = (operand: number): boolean => lanes !== "any" && isWide(LANE_TYPES[operand]!);
  const inputs = streams.map(({ operand }) => (isUniform(operand) ? 0 : stepOf[operand]!));
  const plan = new LanePlan(graph, (node) => node.kind === "index" || isUniform(node.operand));
  if (lanes !== "any") expect(plan.width).toBe(4);
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
    fc.property(straightRecipes, settings, (recipe, setting) => checkGraph(graphOf(recipe, setting), setting)),
    { numRuns: 400 },
  );
});

test("random graphs with loops, one in another too: the same bytes as the interpreter's", () => {
  fc.assert(
    fc.property(recipes, settings, (recipe, setting) => checkGraph(graphOf(recipe, setting), setting)),
    { numRuns: 600 },
  );
});

test("chains of thousands of operations: no recursion is too deep", () => {
  const builder = new GraphBuilder(OPERANDS, []);
  const element = builder.load(OPERANDS.indexOf("float64"));
  let [sum, doubled] = [element, element];
  for (let i = 0; i < 3000; i++) {
    sum = builder.add(builder.mul(sum, builder.f64(0.5)), element);
    // Each is used twice.
    doubled = builder.add(doubled, builder.sqrt(builder.abs(doubled)));
  }
  const graph = builder.finish([{ dtype: "float64", value: [builder.min(sum, doubled)] }]);
  const elements = [[], [], [], [], []];
  checkGraph(graph, {
    steps: [1, 1, 1, 1, 1],
    lanes: "any",
    simplify: true,
    unroll: 1,
    n: 5,
    parameters: [],
    elements,
  });
});
