import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import type { ElementLoop } from "../../src/wasm/run-parameters.ts";
import { FunctionBuilder } from "../../src/wasm/function-builder.ts";
import { functionText } from "../../src/wasm/text.ts";

function textOf(loop: ElementLoop): string {
  return `${functionText(buildElementLoop(loop).function)}\n`;
}

/** `a * x + b`, with a scalar of float64. */
function scaled(): Graph {
  const builder = new GraphBuilder(["float32", "float32"], ["f64"]);
  const product = builder.mul(builder.load(0), builder.demote(builder.parameter(0)));
  return builder.finish([{ dtype: "float32", value: [builder.add(product, builder.load(1))] }]);
}

/** Half of the brightness of every third byte. */
function halved(): Graph {
  const builder = new GraphBuilder(["uint8"], []);
  return builder.finish([{ dtype: "uint8", value: [builder.shrU(builder.load(0), builder.i32(1))] }]);
}

/** How often a number can be divided by two. */
function halvings(): Graph {
  const builder = new GraphBuilder(["int64"], []);
  const results = builder.loop([builder.load(0), builder.i64(0n)], 64, ([x, count]) => ({
    condition: builder.eq(builder.and(x!, builder.i64(1n)), builder.i64(0n)),
    next: [builder.shrU(x!, builder.i64(1n)), builder.add(count!, builder.i64(1n))],
  }));
  return builder.finish([{ dtype: "int64", value: [results[1]!] }]);
}

// The goldens are texts that wabt 1.0.39 assembles, to the bytes that our assembler gives.
test("text of a * x + b over float32: four vectors in a round, what is the same for all before", async () => {
  const text = textOf({ graph: scaled(), inputs: [1, 1], outputs: [1] });
  await expect(text).toMatchFileSnapshot("goldens/scaled-float32.wat");
});

test("text of a * x + b at unknown steps: lane by lane", async () => {
  const text = textOf({ graph: scaled(), inputs: ["strided", 0], outputs: ["strided"], unroll: 1 });
  await expect(text).toMatchFileSnapshot("goldens/scaled-strided.wat");
});

test("text of every third byte: picked out of whole loads, narrowed together", async () => {
  const text = textOf({ graph: halved(), inputs: [3], outputs: [1] });
  await expect(text).toMatchFileSnapshot("goldens/halved-third-bytes.wat");
});

test("text of a loop of lanes: two vectors side by side", async () => {
  const text = textOf({ graph: halvings(), inputs: [1], outputs: [1] });
  await expect(text).toMatchFileSnapshot("goldens/halvings-int64.wat");
});

test("text: what was on the stack before something was done stands before it", () => {
  const f = new FunctionBuilder(
    "f",
    [
      { type: "i32", name: "a" },
      { type: "i32", name: "b" },
    ],
    ["i32"],
  );
  f.get(0).get(1).set(0).get(1).op("i32.add");
  f.get(0).get(1).op("i32.mul").get(0).tee(1).op("i32.add").op("i32.sub");
  expect(functionText(f)).toBe(`(func $f
  (param $a i32)
  (param $b i32)
  (result i32)
  (local.get $a)
  (local.set $a (local.get $b))
  (local.get $b)
  i32.add
  (i32.add (i32.mul (local.get $a) (local.get $b)) (local.tee $b (local.get $a)))
  i32.sub
)`);
});

test("text: numbers of every kind, branches, and what nothing takes after a return", () => {
  const f = new FunctionBuilder("f", [], ["i32"]);
  for (const value of [-0, 0.1, 1e300, -Infinity, NaN]) f.f64(value).op("drop");
  f.f32(0.1)
    .op("drop")
    .i64(-(2n ** 63n))
    .op("drop");
  f.v128(new Uint8Array(new Float64Array([1, -2]).buffer)).op("drop");
  f.block("out", (out) => {
    f.i32(1).if(
      "yes",
      () => f.i32(5).op("return"),
      () => f.br(out),
    );
    f.i32(7).op("return");
  });
  f.i32(-1);
  expect(functionText(f)).toBe(`(func $f
  (result i32)
  (drop (f64.const -0))
  (drop (f64.const 0.1))
  (drop (f64.const 1e+300))
  (drop (f64.const -inf))
  (drop (f64.const nan))
  (drop (f32.const 0.10000000149011612))
  (drop (i64.const -9223372036854775808))
  (drop (v128.const i32x4 0x00000000 0x3ff00000 0x00000000 0xc0000000))
  block $out
    (i32.const 1)
    if $yes
      (return (i32.const 5))
    else
      (br $out)
    end
    (return (i32.const 7))
  end
  (i32.const -1)
)`);
});
