import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import { functionText } from "../../src/wasm/text.ts";
import { checkCase, type Placed, scramble, writeValues } from "./compiled-run.ts";

/** As many steps from a start as the operand says. */
function counted(lane: "f32" | "f64", start: number, step: number): Graph {
  const builder = new GraphBuilder(["int32"], []);
  const [, count] = builder.loop([builder.load(0), builder.constant(lane, start)], 1000, ([left, sum]) => ({
    condition: builder.gtS(left!, builder.i32(0)),
    next: [builder.sub(left!, builder.i32(1)), builder.add(sum!, builder.constant(lane, step))],
  }));
  return builder.finish([{ dtype: lane === "f32" ? "float32" : "float64", value: [count!] }]);
}

function fill([rounds]: readonly Placed[], n: number): void {
  writeValues(
    rounds!,
    Array.from({ length: n }, (_, i) => (i * 37) % 11),
  );
}

test.for(["f32", "f64"] as const)("counts in %s: each lane keeps its own, to the bit, when others go on", (lane) => {
  for (const start of [0, -0, 1, -3, NaN, Infinity, 2 ** 60, 1e-310])
    for (const step of [1, -1, 0.5, 0, Infinity, -Infinity, NaN])
      for (const unroll of [1, 2] as const) {
        scramble(3);
        checkCase({ graph: counted(lane, start, step), inputs: [1], outputs: [1], unroll, sizes: [1, 6, 33], fill });
      }
});

test("counts in floats: lanes add nothing where they don't go round, unless they may hold -0", () => {
  const textFrom = (start: number): string =>
    functionText(buildElementLoop({ graph: counted("f64", start, 1), inputs: [1], outputs: [1] }).function);
  expect(textFrom(0)).not.toContain("bitselect");
  expect(textFrom(-0)).toContain("bitselect");
});
