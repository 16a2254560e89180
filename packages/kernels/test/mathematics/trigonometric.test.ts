/**
 * Angles: the loop of large ones among others, and beside known results.
 *
 * @module
 */
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { cos, sin, tan } from "../../src/mathematics/trigonometric.ts";
import { checkCompiled, graphOf, interpret } from "./expansions.ts";
import type { FloatType } from "./oracle.ts";
import { newFloats, Points } from "./points.ts";

const TYPES: readonly FloatType[] = ["f32", "f64"];

/** 1e6 sin x, of that the same, and so on: as often as the second operand says. */
function iterated(type: FloatType): Graph {
  const dtype = type === "f32" ? "float32" : "float64";
  const b = new GraphBuilder([dtype, dtype]);
  const one = b.constant(type, 1);
  const [result] = b.loop([b.load(0), b.load(1)], 20, ([x, count]) => ({
    condition: b.gt(count!, b.constant(type, 0)),
    next: [b.mul(b.constant(type, 1e6), sin(b, type, x!)), b.sub(count!, one)],
  }));
  return b.finish([{ dtype, value: [result!] }]);
}

for (const type of TYPES) {
  test(`sin of ${type}: inside of a loop, large angles beside others, compiled as interpreted`, () => {
    const p = new Points(3);
    const x = p.powers(type, 40, -10, 60);
    const counts = newFloats(
      type,
      Array.from({ length: 40 }, (_, i) => i % 7),
    );
    checkCompiled(iterated(type), [x, counts]);
    expect([...interpret(iterated(type), type, [x, counts])].filter((_, i) => i % 7 === 0)).toEqual(
      [...x].filter((_, i) => i % 7 === 0),
    );
  });

  test(`sin and cos of ${type}: of one angle they share one reduction`, () => {
    const dtype = type === "f32" ? "float32" : "float64";
    const b = new GraphBuilder([dtype]);
    const x = b.load(0);
    const graph = b.finish([sin, cos, tan].map((expansion) => ({ dtype, value: [expansion(b, type, x)] })));
    expect(graph.nodes.filter(({ kind }) => kind === "loop")).toHaveLength(1);
  });

  test(`sin of ${type}: needs no lanes of another width`, () => {
    const other = type === "f32" ? /64$/ : /32$/;
    const { nodes } = graphOf(sin, type, 1);
    expect(nodes.filter((node) => node.kind !== "loop" && other.test(node.type))).toEqual([]);
  });
}

test("cos: the float64 that is nearest to an odd multiple of pi/2", () => {
  // Source: J.-M. Muller, "Elementary Functions: Algorithms and Implementation", on range reduction.
  const hardest = newFloats("f64", [6_381_956_970_095_103 * 2 ** 797]);
  const [value] = interpret(graphOf(cos, "f64", 1), "f64", [hardest]);
  expect(Math.abs(value!)).toBe(4.687165924254628e-19);
});

test("sin and tan: multiples of pi as floats are off from it by what the float is", () => {
  const angles = newFloats("f64", [Math.PI, 2 * Math.PI, 1e22, Number.MAX_VALUE]);
  expect([...interpret(graphOf(sin, "f64", 1), "f64", [angles])]).toEqual([
    1.2246467991473532e-16, -2.4492935982947064e-16, -0.8522008497671888, 0.004961954789184062,
  ]);
  expect(interpret(graphOf(tan, "f64", 1), "f64", [angles])[0]).toBe(-1.2246467991473532e-16);
});
