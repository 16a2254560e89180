import { expect, test } from "vitest";
import { assemble } from "../../src/wasm/assembler.ts";
import { FunctionBuilder } from "../../src/wasm/function-builder.ts";
import { compileModule, createMemory, instantiateModule } from "../../src/wasm/platform.ts";
import { functionText } from "../../src/wasm/text.ts";

/** `outer(x)` is `twice(x) - half(x)`, where `half` is called by `twice` as well. */
function builders(): FunctionBuilder {
  const half = new FunctionBuilder("half", [{ type: "i32", name: "x" }], ["i32"]);
  half.get(0).i32(1).op("i32.shr_s");
  const both = new FunctionBuilder("both", [{ type: "i32", name: "x" }], ["i32", "i32"]);
  both.get(0).i32(2).op("i32.mul").get(0).call(half);
  const outer = new FunctionBuilder("outer", [{ type: "i32", name: "x" }], ["i32"]);
  outer
    .get(0)
    .call(half)
    .op("i32.eqz")
    .if("small", () => outer.i32(-1).op("return"));
  outer.get(0).call(both).op("i32.sub");
  return outer;
}

test("a function that is called is in the module, and not among its exports", () => {
  const limits = { minPages: 1, maxPages: 1, isShared: false };
  const bytes = assemble({ memory: limits, functions: [builders()], names: true });
  const exported = instantiateModule(compileModule(bytes), createMemory(1, 1, false));
  expect(Object.keys(exported)).toEqual(["outer"]);
  expect([0, 1, 2, 100].map((x) => exported["outer"]!(x))).toEqual([-1, -1, 3, 150]);
});

test("text: a call stands with what it takes, and its results are taken after it", () => {
  expect(functionText(builders())).toBe(`(func $outer
  (param $x i32)
  (result i32)
  (call $half (local.get $x))
  i32.eqz
  if $small
    (return (i32.const -1))
  end
  (call $both (local.get $x))
  i32.sub
)`);
});
