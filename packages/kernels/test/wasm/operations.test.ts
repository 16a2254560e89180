import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, LaneValue, Node } from "../../src/graph/graph.ts";
import type { LaneType } from "../../src/graph/operations.ts";
import { LanePlan } from "../../src/wasm/lane-plan.ts";
import { DTYPE_OF, OPERATIONS, type Operation } from "../graph/random-graphs.ts";
import { EDGES } from "../graph/values.ts";
import { checkCase, scramble, writeValues } from "./compiled-run.ts";

/** Arguments of every combination of edges, and as many of any bits as there are rows of memory. */
const RANDOM_ROWS = 500;

/** Says of an operation's float whether its sign or its bits are looked at, which no NaN has of its own. */
function looksAtNaN({ name }: Operation): boolean {
  return name.startsWith("copysign") || name.startsWith("reinterpret f");
}

/** The operation, with 0 for NaNs where they would be told apart. */
function make(builder: GraphBuilder, operation: Operation, args: readonly Node[]): Node {
  const isNumber = (arg: Node): Node => builder.select(builder.eq(arg, arg), arg, builder.constant(arg.type, 0));
  return operation.make(builder, looksAtNaN(operation) ? args.map(isNumber) : args);
}

/** Every combination of the edges of some types, as columns. */
function combinations(types: readonly LaneType[]): LaneValue[][] {
  let rows: LaneValue[][] = [[]];
  for (const type of types) rows = rows.flatMap((row) => EDGES[type].map((value) => [...row, value]));
  return types.map((_, column) => rows.map((row) => row[column]!));
}

/** A graph of one operation on operands, and another operand that is only copied, which can make lanes wide. */
function graphOf(operation: Operation, beside: LaneType | null): Graph {
  const types = [...operation.takes, ...(beside === null ? [] : [beside])];
  const builder = new GraphBuilder(
    types.map((type) => DTYPE_OF[type]),
    [],
  );
  const args = operation.takes.map((_, operand) => builder.load(operand));
  const stores = [{ dtype: DTYPE_OF[operation.gives], value: [make(builder, operation, args)] }];
  if (beside !== null) stores.push({ dtype: DTYPE_OF[beside], value: [builder.load(operation.takes.length)] });
  return builder.finish(stores);
}

test.for(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  "%s: every pair of edges and any bits give what the interpreter gives",
  ([, operation]) => {
    scramble(1);
    const columns = combinations(operation.takes);
    const n = columns[0]!.length + RANDOM_ROWS;
    const variants = operation.takes.some((type) => type === "i64" || type === "f64") ? [null] : [null, "i64" as const];
    for (const beside of variants) {
      const graph = graphOf(operation, beside);
      checkCase({
        graph,
        inputs: graph.operands.map(() => 1),
        outputs: graph.stores.map(() => 1),
        sizes: [n],
        fill: (inputs) => columns.forEach((values, operand) => writeValues(inputs[operand]!, values)),
      });
    }
  },
);

/** The operation with some arguments from parameters, beside an operand whose lanes are of 64 bits or not. */
function graphOfInvariants(operation: Operation, isParameter: readonly boolean[], beside: LaneType): Graph {
  const builder = new GraphBuilder(
    [...operation.takes, beside].map((type) => DTYPE_OF[type]),
    operation.takes,
  );
  const args = operation.takes.map((_, at) => (isParameter[at]! ? builder.parameter(at) : builder.load(at)));
  const other = builder.load(operation.takes.length);
  return builder.finish([
    { dtype: DTYPE_OF[operation.gives], value: [make(builder, operation, args)] },
    { dtype: DTYPE_OF[beside], value: [other] },
  ]);
}

test.for(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  "%s: with parameters for arguments it gives the same, in vectors of either width",
  ([, operation]) => {
    scramble(2);
    const { takes } = operation;
    const whichParameters = takes.length === 1 ? [[true]] : [takes.map((_, at) => at > 0), takes.map(() => true)];
    for (const isParameter of whichParameters) {
      for (const beside of ["f32", "f64"] as const) {
        const graph = graphOfInvariants(operation, isParameter, beside);
        for (let round = 0; round < 6; round++) {
          const parameters = takes.map((type, at) => EDGES[type][(round * 7 + at * 3 + 2) % EDGES[type].length]!);
          const steps = graph.nodes.filter(({ kind }) => kind === "load").map(() => 1);
          checkCase({ graph, inputs: steps, outputs: [1, 1], sizes: [1, 5, 64], parameters });
        }
      }
    }
  },
);

test("fused: what both roundings agree on", () => {
  for (const type of ["f32", "f64"] as const) {
    const builder = new GraphBuilder([DTYPE_OF[type], DTYPE_OF[type], DTYPE_OF[type]], []);
    const fused = builder.fused(builder.load(0), builder.load(1), builder.load(2));
    const graph = builder.finish([{ dtype: DTYPE_OF[type], value: [fused] }]);
    const small = Array.from({ length: 60 }, (_, i) => i - 30);
    checkCase({
      graph,
      inputs: [1, 1, 1],
      outputs: [1],
      sizes: [60],
      fill: (inputs) =>
        inputs.forEach((input, at) =>
          writeValues(
            input,
            small.map((x) => x / 2 ** at),
          ),
        ),
    });
  }
});

test("a plan: 64-bit lanes only where something that varies is of 64 bits", () => {
  const builder = new GraphBuilder(["float32", "float64"], ["f64"]);
  const scaled = builder.mul(builder.load(0), builder.demote(builder.parameter(0)));
  const narrow = builder.finish([{ dtype: "float32", value: [scaled] }]);
  const wide = builder.finish([{ dtype: "float32", value: [builder.demote(builder.load(1))] }]);
  expect(new LanePlan(narrow, () => false)).toMatchObject({ width: 4, invariantWidth: 2 });
  expect(new LanePlan(wide, () => false)).toMatchObject({ width: 2, invariantWidth: 2 });
  expect(new LanePlan(wide, () => true)).toMatchObject({ width: 4, invariantWidth: 2 });
});
