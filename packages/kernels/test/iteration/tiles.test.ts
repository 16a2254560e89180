import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KernelBudgetError } from "../../src/errors.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import {
  type Arena,
  checkCall,
  courses,
  fillBytes,
  IN_HEAP,
  moduleOf,
  placings,
  type PlacedArray,
  plain,
  runPlan,
  WHOLE,
} from "./placed-call.ts";

const ALL_DTYPES = Object.keys(DTYPES) as DType[];

/** Each operand becomes an output, bit for bit: of two-lane vectors if one is of 64 bits. */
function copies(dtypes: readonly DType[]): Graph {
  const b = new GraphBuilder(dtypes);
  return b.finish(
    dtypes.map((dtype, operand) => ({
      dtype,
      value: DTYPES[dtype].lanes === 2 ? [b.load(operand, 0), b.load(operand, 1)] : [b.load(operand)],
    })),
  );
}

/** How many halvings and so on until 1. */
function collatz(rounds: number): Graph {
  const b = new GraphBuilder(["int32", "int32"]);
  const [, steps] = b.loop([b.add(b.load(0), b.load(1)), b.i32(0)], rounds, ([n, count]) => ({
    condition: b.gtS(n!, b.i32(1)),
    next: [
      b.select(b.eq(b.and(n!, b.i32(1)), b.i32(0)), b.shrU(n!, b.i32(1)), b.add(b.mul(n!, b.i32(3)), b.i32(1))),
      b.add(count!, b.i32(1)),
    ],
  }));
  return b.finish([{ dtype: "int32", value: [steps!] }]);
}

const turned = (ndim: number) => ({ ...plain(ndim), order: [...Array(ndim).keys()].reverse() });

function arena(seed: number): Arena {
  const [first] = IN_HEAP.arenas() as [Arena];
  fillBytes(first.bytes, seed);
  return first;
}

test.for(ALL_DTYPES)("tiles: transposed elements of %s come out as they are, in two lanes and in four", (dtype) => {
  for (const beside of ["uint8", "float64"] as const) {
    for (const shape of [
      [32, 64],
      [37, 53],
      [8, 32],
      [43, 9],
    ]) {
      const room = arena(dtype.length);
      const graph = copies([dtype, beside]);
      const operands = [room.place(dtype, shape, turned(2), false), room.place(beside, shape, plain(2), false)];
      const outputs = [dtype, beside].map((own) => room.place(own, shape, plain(2), false));
      const plan = checkCall({ graph, operands, outputs }, WHOLE);
      expect(plan.tile !== null).toBe(DTYPES[dtype].lanes === 1);
    }
  }
});

const planes = fc
  .oneof(
    fc.tuple(fc.integer({ min: 8, max: 75 }), fc.integer({ min: 8, max: 75 })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 8, max: 40 }), fc.integer({ min: 8, max: 40 })),
    fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 8, max: 40 })),
  )
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape as number[]),
      dtypes: fc.array(fc.constantFrom(...ALL_DTYPES), { minLength: 1, maxLength: 3 }),
      operands: fc.array(fc.oneof(fc.constant(turned(shape.length)), placings(shape.length)), {
        minLength: 3,
        maxLength: 3,
      }),
      outputs: fc.array(fc.oneof(fc.constant(plain(shape.length)), placings(shape.length)), {
        minLength: 3,
        maxLength: 3,
      }),
    }),
  );

test("tiles: planes of any layout, several outputs, any cuts", () => {
  let tiled = 0;
  const property = fc.property(planes, courses, ({ shape, dtypes, operands, outputs }, course) => {
    const room = arena(course.seed);
    const spans = [operands, outputs].flatMap((placed) =>
      dtypes.map((dtype, i) =>
        shape.reduce((span, length, axis) => span * length * Math.abs(placed[i]!.steps[axis]!), DTYPES[dtype].itemsize),
      ),
    );
    // Those that the memory has no room for are left out.
    fc.pre(spans.reduce((sum, span) => sum + span + 80, 128) <= room.bytes.length);
    const plan = checkCall(
      {
        graph: copies(dtypes),
        operands: dtypes.map((dtype, i) => room.place(dtype, shape, operands[i]!, true)),
        outputs: dtypes.map((dtype, i) => room.place(dtype, shape, outputs[i]!, false)),
      },
      course,
    );
    if (plan.tile !== null) tiled++;
  });
  fc.assert(property, { numRuns: 200 });
  expect(tiled).toBeGreaterThan(50);
});

function numbers(array: PlacedArray, value: (i: number) => number): void {
  const view = new DataView(array.buffer);
  for (let i = 0; i < array.shape[0]! * array.shape[1]!; i++) view.setInt32(array.byteOffset + 4 * i, value(i), true);
}

test("tiles: loops go round in blocks of rows, and are given up there too", () => {
  const shape = [37, 45];
  const room = arena(5);
  const graph = collatz(100);
  const operands = [room.place("int32", shape, turned(2), false), room.place("int32", shape, plain(2), false)];
  const outputs = [room.place("int32", shape, plain(2), false)];
  for (const operand of operands) numbers(operand, (i) => i % 13);
  const plan = checkCall({ graph, operands, outputs }, WHOLE);
  expect(plan.tile).not.toBe(null);
  numbers(operands[1]!, () => 0);
  // 27 takes 111 steps.
  numbers(operands[0]!, (i) => (i === 700 ? 27 : 1));
  for (const module of [moduleOf(graph, plan), null])
    expect(() => runPlan(plan, { graph, operands, outputs }, module, WHOLE)).toThrow(KernelBudgetError);
});
