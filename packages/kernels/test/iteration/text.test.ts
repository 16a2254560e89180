import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { elementwiseFunctions } from "../../src/iteration/module.ts";
import { planElementwise } from "../../src/iteration/plan.ts";
import { functionText } from "../../src/wasm/text.ts";

function addition(): Graph {
  const b = new GraphBuilder(["float32", "float32"]);
  return b.finish([{ dtype: "float32", value: [b.add(b.load(0), b.load(1))] }]);
}

function layout(shape: readonly number[], strides: readonly number[]): OperandLayout {
  return { dtype: "float32", shape, strides, byteOffset: 0, inHeap: true };
}

function textOf(...layouts: readonly [OperandLayout, OperandLayout, OperandLayout]): string {
  const graph = addition();
  const plan = planElementwise(graph, layouts.slice(0, 1), layouts.slice(1));
  return `${elementwiseFunctions(graph, plan).map(functionText).join("\n\n")}\n`;
}

test("text of a sum with a row: a loop around the run", async () => {
  const rows = layout([100, 40], [160, 4]);
  await expect(textOf(rows, rows, layout([40], [4]))).toMatchFileSnapshot("goldens/add-row-float32.wat");
});

test("text of a sum with a transposed operand: blocks of four rows and columns", async () => {
  const rows = layout([64, 64], [256, 4]);
  await expect(textOf(rows, rows, layout([64, 64], [4, 256]))).toMatchFileSnapshot(
    "goldens/add-transposed-float32.wat",
  );
});
