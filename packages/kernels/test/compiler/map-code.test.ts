import { expect, test } from "vitest";
import { explainMap } from "../../src/compiler/explain.ts";
import { generatedLoops } from "../../src/compiler/generated-loops.ts";
import { planMap } from "../../src/compiler/map-code.ts";
import { lowerKept } from "../../src/compiler/map-program.ts";
import { RecentMap } from "../../src/compiler/recent-map.ts";
import { isPlain, runPlainRange } from "../../src/compiler/plain-run.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { reductionBody } from "../../src/reduction/body.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import type { LowerRequest } from "../../src/typing/lower-program.ts";

const NO_PARAMETERS: LowerRequest["parameters"] = new Map();

function layout(dtype: OperandLayout["dtype"], length: number, byteOffset: number, stride: number): OperandLayout {
  return { dtype, shape: [length], byteOffset, strides: [stride], inHeap: true };
}

test("map code: calls of one kind share their code, others don't", async () => {
  const program = await readProgram((x: number, y: number) => x * y);
  const { graph } = lowerKept(program, { operands: ["float64", "float64"], parameters: NO_PARAMETERS });
  const call = (length: number, at: number, stride: number): ReturnType<typeof planMap> =>
    planMap(
      graph,
      [layout("float64", length, at, 8)],
      [layout("float64", length, 0, 8), layout("float64", length, 64, stride)],
    );
  const first = call(8, 128, 8);
  expect(call(1000, 4096, 8).code).toBe(first.code);
  expect(call(8, 128, 8).id).toBe(first.id);
  expect(call(8, 128, 16).id).not.toBe(first.id);
  expect(
    planMap(graph, [layout("float64", 8, 0, 8)], [layout("float64", 8, 0, 8), layout("float64", 8, 0, 8)], false).code,
  ).toMatchObject({ module: null });
});

test("map code: a program is lowered once for each combination of dtypes and parameters", async () => {
  const program = await readProgram((x: number, { k }: { readonly k: number }) => x * k);
  const request = (dtype: "float32" | "int16", kind: "number" | "bigint"): LowerRequest => {
    return { operands: [dtype], parameters: new Map([["k", kind]]) };
  };
  const first = lowerKept(program, request("float32", "number"));
  expect(lowerKept(program, request("float32", "number"))).toBe(first);
  expect(lowerKept(program, request("float32", "bigint"))).not.toBe(first);
  expect(lowerKept(program, request("int16", "bigint")).dtypes).toEqual(["int16"]);
});

test("generated loops: a name that is none is refused", async () => {
  const program = await readProgram((x: number) => x);
  const { graph } = lowerKept(program, { operands: ["int8"], parameters: NO_PARAMETERS });
  const loops = generatedLoops({ memory: null }, () => ({ reductionBody }));
  expect(() => loops("sort", { module: null, graph })).toThrow('no generated loop is named "sort"');
  expect(loops("map", { module: null, graph })).not.toBe(loops("map", { module: null, graph }));
});

test("explain: a text names operands, dtypes, operations and instructions", async () => {
  const program = await readProgram((near: number, far: number) => near - far);
  const { graph } = lowerKept(program, { operands: ["float32", "int8"], parameters: NO_PARAMETERS, where: true });
  const at = (dtype: OperandLayout["dtype"], size: number): OperandLayout => layout(dtype, 8, 0, size);
  const planned = planMap(
    graph,
    [at("float32", 4)],
    [at("float32", 4), at("int8", 1), at("float32", 4), at("bool", 1)],
  );
  const explained = explainMap("distance", program, planned);
  expect(explained.signature).toBe("distance (near float32, far int8, out0 float32, where bool) → float32");
  expect(explained.graph).toMatch(/load f32 near\n.*load i32 far/);
  expect(explained.code).toContain("f32x4.sub");
  expect(String(explained)).toContain(`WebAssembly, ${explained.moduleBytes} bytes`);
});

test("plain run: the function is called for the elements of a range, which it may leave to a mask", async () => {
  const memory = new Float64Array([1, 2, 3, 4, 0, 0, 0, 0]);
  const mask = new Uint8Array([1, 0, 1, 1]);
  const shape = [2, 2];
  const call = {
    function: (x: unknown, names: unknown) => (x as number) * (names as { readonly k: number }).k,
    returns: "value",
    names: { k: 10 },
    shape,
    operands: [{ dtype: "float64", buffer: memory.buffer, byteOffset: 0, strides: [8, 16] }],
    outputs: [{ dtype: "float64", buffer: memory.buffer, byteOffset: 32, strides: [16, 8] }],
    mask: { dtype: "bool", buffer: mask.buffer, byteOffset: 0, strides: [2, 1] },
  } as const;
  runPlainRange(call, { start: 0, stop: 3 });
  expect([...memory.subarray(4)]).toEqual([10, 0, 20, 0]);
  const { graph } = lowerKept(await readProgram((x: number) => x + 1), {
    operands: ["float64"],
    parameters: NO_PARAMETERS,
  });
  expect(isPlain(graph)).toBe(true);
});

test("recent map: it keeps what was asked for last", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});
