import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { LaneValue, Node } from "../../src/graph/graph.ts";
import { evaluate, Interpreter } from "../../src/graph/interpreter.ts";
import { laneAt, type Lanes } from "../../src/graph/lanes.ts";
import {
  BOOL_BINARY,
  CONVERSION_TYPES,
  CONVERSIONS,
  FLOAT_BINARY,
  FLOAT_COMPARISON,
  FLOAT_UNARY,
  INTEGER_BINARY,
  INTEGER_COMPARISON,
  type LaneType,
} from "../../src/graph/operations.ts";
import { operation } from "./naive.ts";
import { DTYPE_OF, type Operation, OPERATIONS } from "./random-graphs.ts";
import { EDGES, valuesOf } from "./values.ts";

test("operations: every one is tested, with every type", () => {
  const integers = INTEGER_BINARY.length + INTEGER_COMPARISON.length;
  const floats = FLOAT_UNARY.length + FLOAT_BINARY.length + FLOAT_COMPARISON.length;
  const conversions = CONVERSIONS.reduce((sum, op) => sum + CONVERSION_TYPES[op].length, 0);
  const selects = 5;
  expect(OPERATIONS).toHaveLength(2 * integers + 2 * floats + BOOL_BINARY.length + 1 + conversions + selects);
  expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(OPERATIONS.length);
});

test.for(OPERATIONS)("$name: at all edges and elsewhere, gives what the machine does", (op) => {
  const edges = product(op.takes.map((type) => EDGES[type]));
  const others = fc.sample(fc.tuple(...op.takes.map(valuesOf)), 500);
  checkInterpreter(op, [...edges, ...others]);
});

test.for(OPERATIONS)("$name: of constants, is computed while the graph is built, to the same", (op) => {
  const oracle = oracleOf(op);
  const builder = new GraphBuilder([]);
  for (const args of product(op.takes.map(someEdges))) {
    const node = op.make(
      builder,
      args.map((value, i) => builder.constant(op.takes[i]!, value)),
    );
    expect(node.kind).toBe("constant");
    expectSame((node as Node & { kind: "constant" }).value, oracle(args), args);
  }
});

function checkInterpreter(op: Operation, cases: readonly (readonly LaneValue[])[]): void {
  const builder = new GraphBuilder(
    op.takes.map((type) => DTYPE_OF[type]),
    [],
    { simplify: false },
  );
  const node = op.make(
    builder,
    op.takes.map((_, operand) => builder.load(operand)),
  );
  const graph = builder.finish([{ dtype: DTYPE_OF[op.gives], value: [node] }]);
  const interpreter = new Interpreter(graph, cases.length);
  for (const { node: load, lanes } of interpreter.loads)
    for (const [lane, args] of cases.entries()) {
      const value = args[load.operand]!;
      lanes[lane] = typeof value === "boolean" ? Number(value) : value;
    }
  interpreter.run(cases.length);
  const [lanes] = interpreter.outputs[0]!.parts;
  const oracle = oracleOf(op);
  for (const [lane, args] of cases.entries()) expectSame(laneAt(op.gives, lanes!, lane), oracle(args), args);
}

/** What the machine gives. */
function oracleOf(op: Operation): (args: readonly LaneValue[]) => LaneValue {
  const dtypes = op.takes.map((type) => DTYPE_OF[type]);
  const builder = new GraphBuilder(dtypes, [], { simplify: false });
  const node = op.make(
    builder,
    dtypes.map((_, operand) => builder.load(operand)),
  );
  return (args) => operation(node, args);
}

function expectSame(actual: LaneValue, expected: LaneValue, args: readonly LaneValue[]): void {
  if (!Object.is(actual, expected))
    expect.fail(`of ${args.map(show).join(", ")}: ${show(actual)}, not ${show(expected)}`);
}

/** A third of them: numbers of both signs, since these take turns. */
function someEdges(type: LaneType): readonly LaneValue[] {
  return EDGES[type].filter((_, i) => type === "bool" || i % 3 === 0);
}

function show(value: LaneValue): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function product(lists: readonly (readonly LaneValue[])[]): LaneValue[][] {
  return lists.reduce<LaneValue[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

/** Makes something of one value. */
type Make = (builder: GraphBuilder, x: Node) => Node;

test.for(OPERATIONS.filter(({ takes }) => takes.length === 2))(
  "$name: with each edge as a constant, and of one value twice, is simplified to the same",
  ({ takes, gives, make }) => {
    const type = takes[0]!;
    const withConstant = EDGES[type].flatMap((value): Make[] => [
      (builder, x) => make(builder, [x, builder.constant(type, value)]),
      (builder, x) => make(builder, [builder.constant(type, value), x]),
    ]);
    checkSimplified(type, gives, [...withConstant, (builder, x) => make(builder, [x, x])]);
  },
);

test.for(OPERATIONS.filter(({ takes }) => takes.length === 1))(
  "$name: of what any other operation gives, is simplified to the same",
  ({ takes, gives, make }) => {
    for (const inner of OPERATIONS.filter((other) => other.gives === takes[0] && other.takes.length <= 2)) {
      const [type, second] = inner.takes as [LaneType, LaneType?];
      const makes = someEdges(second ?? "bool").map((value): Make => {
        const rest = (builder: GraphBuilder): Node[] => (second === undefined ? [] : [builder.constant(second, value)]);
        return (builder, x) => make(builder, [inner.make(builder, [x, ...rest(builder)])]);
      });
      checkSimplified(type, gives, makes);
    }
  },
);

/** Compares, for all edges of a type, what is built with and without simplification. */
function checkSimplified(type: LaneType, gives: LaneType, makes: readonly Make[]): void {
  const edges = EDGES[type];
  const [simplified, plain] = [true, false].map((simplify) => {
    const builder = new GraphBuilder([DTYPE_OF[type]], [], { simplify });
    const x = builder.load(0);
    const graph = builder.finish(makes.map((make) => ({ dtype: DTYPE_OF[gives], value: [make(builder, x)] })));
    const interpreter = new Interpreter(graph, edges.length);
    for (const { lanes } of interpreter.loads)
      for (const [lane, value] of edges.entries()) lanes[lane] = typeof value === "boolean" ? Number(value) : value;
    interpreter.run(edges.length);
    return interpreter.outputs.map(({ parts }) => parts[0]!);
  }) as [Lanes[], Lanes[]];
  for (const [output, lanes] of simplified.entries())
    for (const [lane, value] of edges.entries())
      expectSame(laneAt(gives, lanes, lane), laneAt(gives, plain[output]!, lane), [value]);
}

test("evaluate: gives complex outputs their two parts, and the index and parameters to who asks", () => {
  const builder = new GraphBuilder(["complex64"], ["f32"]);
  const sum = builder.add(builder.load(0, 1), builder.parameter(0));
  const graph = builder.finish([
    { dtype: "complex64", value: [builder.load(0, 0), sum] },
    { dtype: "int64", value: [builder.index(1)] },
  ]);
  const values = evaluate(graph, { load: ({ part }) => (part === 0 ? 0.25 : 1), parameters: [0.5], index: [3, 4] });
  expect(values).toEqual([[0.25, 1.5], [4n]]);
});

test("float32 arithmetic: equals the machine's where rounding twice is most in danger", () => {
  const types: LaneType[] = ["f32", "f32"];
  const near = fc.tuple(fc.integer({ min: 2 ** 23, max: 2 ** 24 }), fc.integer({ min: -149, max: 80 }), fc.boolean());
  const number = near.map(([bits, exponent, negative]) => Math.fround((negative ? -bits : bits) * 2 ** exponent));
  const cases = fc.sample(fc.tuple(number, number), 3000);
  for (const op of OPERATIONS.filter(({ takes, gives }) => takes.join() === types.join() && gives === "f32"))
    checkInterpreter(op, cases);
  checkInterpreter(
    OPERATIONS.find(({ name }) => name === "sqrt f32")!,
    cases,
  );
  expect(cases).toHaveLength(3000);
});
