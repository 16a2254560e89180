import { type DType } from "@instride/core";
import fc from "fast-check";
import { test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { type Arena, checkCall, courses, fillBytes, IN_HEAP, placings } from "./placed-call.ts";

const OPERANDS: readonly DType[] = ["int16", "uint64", "float32", "complex128", "bool"];

/** Something of every kind: conversions, two parts, an index, a parameter, a loop, three outputs. */
export function mixedGraph(ndim: number): Graph {
  const b = new GraphBuilder(OPERANDS, ["f64"]);
  const [short, long, single] = [b.load(0), b.load(1), b.load(2)];
  const [re, im] = [b.load(3, 0), b.load(3, 1)];
  const place = ndim === 0 ? b.i64(5n) : b.add(b.mul(b.index(0), b.i64(100n)), b.index(ndim - 1));
  const [count] = b.loop([b.i32(0)], 20, ([n]) => ({
    condition: b.and(b.load(4), b.ltS(n!, b.and(short, b.i32(15)))),
    next: [b.add(n!, b.i32(1))],
  }));
  return b.finish([
    { dtype: "complex128", value: [b.sub(b.promote(single), im), b.mul(re, b.parameter(0))] },
    { dtype: "uint64", value: [b.xor(long, place)] },
    { dtype: "uint8", value: [count!] },
  ]);
}

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }),
  fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 2 }),
);

test("elementwise: a graph of everything, in any layout and any cuts", () => {
  const layouts = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      operands: fc.tuple(...OPERANDS.map(() => placings(shape.length))),
      outputs: fc.tuple(placings(shape.length), placings(shape.length), placings(shape.length)),
    }),
  );
  const property = fc.property(layouts, courses, ({ shape, operands, outputs }, course) => {
    const graph = mixedGraph(shape.length);
    const [arena] = IN_HEAP.arenas() as [Arena];
    fillBytes(arena.bytes, course.seed);
    checkCall(
      {
        graph,
        operands: operands.map((placing, i) => arena.place(OPERANDS[i]!, shape, placing, true)),
        outputs: outputs.map((placing, i) => arena.place(graph.stores[i]!.dtype, shape, placing, false)),
        parameters: [0.25],
      },
      course,
    );
  });
  fc.assert(property, { numRuns: 150 });
});
