import fc from "fast-check";
import { test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { follow, LANE_TYPES, OPERANDS, type Recipe, recipes, withoutNaNBits } from "../graph/random-graphs.ts";
import { valuesOf } from "../graph/values.ts";
import { checkCall, courses, fillBytes, placings, whereabouts } from "./placed-call.ts";

/** Stores whose places in the recipe a mask keeps, so that lanes are of 32 bits now and then; at least one. */
function graphOf(recipe: Recipe, kept: number): Graph {
  const builder = new GraphBuilder(OPERANDS, LANE_TYPES);
  const stores = follow(builder, withoutNaNBits(recipe));
  const some = stores.filter((_, place) => (kept >> place) % 2 === 1);
  return builder.finish(some.length === 0 ? stores : some);
}

const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30 })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
);

const calls = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape as number[]),
    operands: fc.tuple(...OPERANDS.map(() => placings(shape.length))),
    outputs: fc.tuple(...LANE_TYPES.map(() => placings(shape.length))),
    parameters: fc.tuple(...LANE_TYPES.map(valuesOf)),
    where: whereabouts,
  }),
);

test("elementwise: random graphs in random layouts, wherever they lie and however they are cut, as interpreted", () => {
  const property = fc.property(
    recipes,
    fc.integer({ min: 0, max: 31 }),
    calls,
    courses,
    (recipe, kept, { shape, operands, outputs, parameters, where }, course) => {
      const graph = graphOf(recipe, kept);
      const arenas = where.arenas();
      for (const { bytes } of arenas) fillBytes(bytes, course.seed);
      const arenaOf = (place: number) => arenas[place % arenas.length]!;
      checkCall(
        {
          graph,
          operands: operands.map((placing, i) => arenaOf(i).place(OPERANDS[i]!, shape, placing, true)),
          outputs: graph.stores.map(({ dtype }, i) => arenaOf(i + 1).place(dtype, shape, outputs[i]!, false)),
          parameters,
        },
        course,
        where,
      );
    },
  );
  fc.assert(property, { numRuns: 300 });
});
