import type { DType } from "@instride/core";
import { expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { readProgram } from "../../src/language/read-program.ts";
import type { Lowered } from "../../src/typing/lower-program.ts";
import type { ParameterKind } from "../../src/typing/parameters.ts";
import { lowered, outputsOf, type Request } from "./lowered.ts";

async function of(
  text: string,
  operands: readonly DType[],
  request: Request & { readonly parameters?: ReadonlyMap<string, ParameterKind> } = {},
): Promise<Lowered> {
  return lowered(await readProgram(text), operands, request);
}

/** The dtype of a function's one output. */
async function dtypeOf(text: string, operands: readonly DType[], request: Request = {}): Promise<DType> {
  return (await of(text, operands, request)).dtypes[0]!;
}

test.each([
  ["(x) => x * 2", "int32", "int32"],
  ["(x) => x / 2", "int32", "float64"],
  ["(x) => x * 2.5", "int32", "float64"],
  ["(x) => x * 2.5", "float32", "float32"],
  ["(x) => x + 1", "bool", "int64"],
  ["(x) => x > 1", "uint8", "bool"],
  ["(x) => -x", "uint8", "uint8"],
  ["(x) => Math.sqrt(x)", "int8", "float16"],
  ["(x) => Math.floor(x)", "int16", "int16"],
  ["(x) => x | 0", "float32", "float32"],
  ["(x) => x | 1", "int8", "int8"],
  ["(x) => x >>> 1", "int32", "uint32"],
  ["(x) => x ** 2", "float16", "float16"],
  ["(x) => (x > 0 ? 1 : 0.5)", "float32", "float64"],
  ["(x) => (x > 0 ? x : 0.5)", "float32", "float32"],
  ["(x) => (x > 0) * x", "float32", "float32"],
  ["(x) => 7", "float32", "int64"],
  ["(x) => 7.5", "float32", "float64"],
  ["(x, { index: [i] }) => i", "float32", "int64"],
  ["(x, { gain }) => x * gain", "float32", "float32"],
  ["(x, { gain }) => x * gain", "int16", "float64"],
  ["(x, { bits }) => x & bits", "uint16", "uint16"],
] as const)("lowerProgram: %s of %s is %s", async (text, operand, expected) => {
  expect(await dtypeOf(text, [operand])).toBe(expected);
});

test("lowerProgram: operands promote as NumPy has it", async () => {
  const text = "(x, y) => x + y";
  expect(await dtypeOf(text, ["int8", "uint8"])).toBe("int16");
  expect(await dtypeOf(text, ["int64", "uint64"])).toBe("float64");
  expect(await dtypeOf(text, ["float32", "int32"])).toBe("float64");
  expect(await dtypeOf(text, ["complex64", "float64"])).toBe("complex128");
});

test("lowerProgram: a compute dtype is that of everything but bools, the result's too", async () => {
  const weighted = "(r, g, b) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255";
  const bytes = ["uint8", "uint8", "uint8"] as const;
  expect(await dtypeOf(weighted, bytes)).toBe("float64");
  const { dtypes, graph } = await of(weighted, bytes, { compute: "float32" });
  expect(dtypes).toEqual(["float32"]);
  expect(graph.nodes.filter(({ type }) => type === "f64")).toEqual([]);
  expect(await dtypeOf("(x) => x < 1", ["float64"], { compute: "float32" })).toBe("bool");
  const counted = "(x) => { let n = 0; while (n < x) n += 2; return n; }";
  const { graph: counting, dtypes: counts } = await of(counted, ["float64"], { compute: "float32" });
  expect(counts).toEqual(["float32"]);
  expect(new Set(counting.nodes.map(({ type }) => type))).toEqual(new Set(["bool", "f32", "f64"]));
});

test("lowerProgram: what may not be cast to the compute dtype is refused", async () => {
  const request = { compute: "int32" } as const;
  await expect(of("(x) => x + 1", ["float64"], request)).rejects.toThrow(
    "cannot compute operand 0 of float64 in int32: casting is same_kind, expected a dtype that it can be cast to",
  );
  expect(await dtypeOf("(x) => x + 1", ["float64"], { ...request, casting: "unsafe" })).toBe("int32");
});

test("lowerProgram: a result is cast to the dtype wanted where casting allows it", async () => {
  const text = "(x) => [x + 1, x > 1]";
  const program = await readProgram(text);
  const wanted: Request = { dtypes: ["float32", null] };
  expect(lowered(program, ["float64"], wanted).dtypes).toEqual(["float32", "bool"]);
  await expect(of("(x) => x + 1", ["float64"], { dtypes: ["int64"] })).rejects.toMatchObject({
    code: "dtype",
    message: "cannot store a result of float64 as int64: casting is same_kind, expected a dtype that it can be cast to",
  });
  expect(await dtypeOf("(x) => x + 1", ["float64"], { dtypes: ["int64"], casting: "unsafe" })).toBe("int64");
  await expect(of("(x) => x + 1", ["float32"], { dtypes: ["float64"], casting: "no" })).rejects.toThrow(
    "casting is no",
  );
});

test("lowerProgram: a literal that a dtype doesn't have is refused, but may be compared with", async () => {
  await expect(of("(x) => x + 300", ["uint8"])).rejects.toMatchObject({
    code: "overflow",
    message: "cannot take 300 as uint8: it is out of its range, expected an integer from 0 to 255",
  });
  const compared = await of("(x) => [x < 300, x > 300, x === 300, 300 <= x, -1 < x]", ["uint8"]);
  expect(outputsOf(compared, { operands: [7] })).toEqual([[true], [false], [false], [false], [true]]);
  const powers = await of("(x) => [x > 2 ** 53 - 1, x < 2 ** 53, x < 10 ** 300, x > -(3 ** 40)]", ["int32"]);
  expect(outputsOf(powers, { operands: [7] })).toEqual([[false], [true], [true], [true]]);
  expect(await dtypeOf("(x) => x + 10 ** 300", ["int32"])).toBe("float64");
});

test("lowerProgram: a function that has no loop for its arguments is refused", async () => {
  await expect(of("(x) => Math.floor(x)", ["complex64"])).rejects.toMatchObject({
    name: "DTypeError",
    code: "dtype",
    message: "cannot compute floor of complex64: expected bools, integers, floats",
  });
});

test("lowerProgram: a number of the call takes the dtype of what it meets, converted before the call", async () => {
  const { parameters, graph } = await of("(x, { gain }) => x * gain", ["float32"]);
  expect(graph.parameters).toEqual(["f32"]);
  expect(parameters.map(({ name }) => name)).toEqual(["gain"]);
  expect(parameters[0]!.toLane(0.1)).toBe(Math.fround(0.1));
  expect(() => parameters[0]!.toLane(true)).toThrow("cannot take the boolean true for the parameter gain");
});

test("lowerProgram: a parameter that meets two dtypes is converted to both", async () => {
  const { parameters, graph, dtypes } = await of("(x, y, { k }) => [x * k, y * k]", ["float32", "float64"]);
  expect(dtypes).toEqual(["float32", "float64"]);
  expect(graph.parameters).toEqual(["f32", "f64"]);
  expect(parameters.map((parameter) => parameter.toLane(0.1))).toEqual([Math.fround(0.1), 0.1]);
});

test("lowerProgram: a bigint of the call is refused where the dtype it meets doesn't have it", async () => {
  const parameters = new Map([["k", "bigint"]] as const);
  const { parameters: lanes, dtypes } = await of("(x, { k }) => x + k", ["int8"], { parameters });
  expect(dtypes).toEqual(["int8"]);
  expect(lanes[0]!.toLane(-128n)).toBe(-128);
  expect(() => lanes[0]!.toLane(128n)).toThrow("expected an integer from -128 to 127");
  const compared = await of("(x, { k }) => [x < k, x === k, k < x]", ["int64"], { parameters });
  const outcome = (k: bigint): unknown => outputsOf(compared, { operands: [5n], parameters: { k } }).flat();
  expect(outcome(6n)).toEqual([true, false, false]);
  expect(outcome(5n)).toEqual([false, true, false]);
  expect(outcome(2n ** 70n)).toEqual([true, false, false]);
  expect(outcome(-(2n ** 70n))).toEqual([false, false, true]);
});

test("lowerProgram: a bool of the call, and one of a dtype, are what they are", async () => {
  const parameters = new Map<string, ParameterKind>([
    ["flag", "boolean"],
    ["step", "int16"],
    ["z", "complex64"],
  ]);
  const program = await of("(x, { flag, step }) => (flag ? x : x + step)", ["int8"], { parameters });
  expect(program.dtypes).toEqual(["int16"]);
  expect(outputsOf(program, { operands: [5], parameters: { flag: false, step: 300 } })).toEqual([[305]]);
  const complex = await of("(x, { z }) => x * z", ["float32"], { parameters });
  expect(complex.dtypes).toEqual(["complex64"]);
  expect(outputsOf(complex, { operands: [2], parameters: { z: { re: 1.5, im: -1 } } })).toEqual([[3, -2]]);
});

test("lowerProgram: the slots of a loop have the promotion of what they begin with and what comes next", async () => {
  const sum = "(x, y) => { let s = 0, t = 0; for (let i = 0; i < 3; i++) { t = s + y; s += x; } return [s, t]; }";
  const { dtypes } = await of(sum, ["int8", "float32"]);
  expect(dtypes).toEqual(["int8", "float32"]);
  const chain = "(x) => { let a = 0, b = 0, c = 0; for (let i = 0; i < x; i++) { c = b; b = a; a = x; } return c; }";
  expect(await dtypeOf(chain, ["float32"])).toBe("float32");
});

test("lowerProgram: numbers without a dtype are computed as JavaScript computes them", async () => {
  // Its products are far beyond the integers that are exact.
  const text =
    "(x) => { let s = 12345; for (let i = 0; i < x; i++) s = (s * 1103515245 + 12345) % 2147483648; return s; }";
  let expected = 12345;
  for (let i = 0; i < 20; i++) expected = (expected * 1103515245 + 12345) % 2147483648;
  const program = await of(text, ["float64"]);
  expect(program.dtypes).toEqual(["int64"]);
  expect(outputsOf(program, { operands: [20] })).toEqual([[BigInt(expected)]]);
});

test("lowerProgram: where, an element whose mask is false keeps what it was", async () => {
  const { graph, dtypes } = await of("(x) => [x + 1, x > 1]", ["float16"], { where: true });
  expect(dtypes).toEqual(["float16", "bool"]);
  expect(graph.operands).toEqual(["float16", "float16", "bool", "bool"]);
  const run = (mask: boolean): unknown =>
    outputsOf({ graph, dtypes, parameters: [], preconditions: [] }, { operands: [0x4000, 0x7bff, false, mask] });
  expect(run(true)).toEqual([[0x4200], [true]]);
  expect(run(false)).toEqual([[0x7bff], [false]]);
});

test("lowerProgram: integers raised to negative powers are refused, at the latest by looking at the elements", async () => {
  const refusal = "cannot raise integers to a negative power";
  await expect(of("(x) => x ** -1", ["int32"])).rejects.toMatchObject({ name: "ValueError", code: "value" });
  const { preconditions, graph } = await of("(x, y) => x ** y", ["int32", "int32"]);
  expect(graph.operands).toEqual(["int32", "int32"]);
  expect(preconditions).toHaveLength(1);
  const isRefused = (precondition: Graph, exponent: number): unknown =>
    outputsOf(
      { graph: precondition, dtypes: ["bool"], parameters: [], preconditions: [] },
      { operands: [3, exponent] },
    );
  expect(isRefused(preconditions[0]!.graph, -1)).toEqual([[true]]);
  expect(isRefused(preconditions[0]!.graph, 2)).toEqual([[false]]);
  expect(preconditions[0]!.error().message).toContain(refusal);
  const parameters = new Map([["n", "bigint"]] as const);
  const { parameters: lanes, preconditions: none } = await of("(x, { n }) => x ** n", ["int32"], { parameters });
  expect(none).toEqual([]);
  expect(lanes[0]!.toLane(3n)).toBe(3);
  expect(() => lanes[0]!.toLane(-3n)).toThrow(refusal);
});

test("lowerProgram: an index is counted from the first axis, or from the last where there are as many", async () => {
  const last = "(x, { index }) => index.at(-1)";
  const { graph } = await of(last, ["float32"], { ndim: 3 });
  expect(graph.nodes[0]).toMatchObject({ kind: "index", axis: 2 });
  await expect(of("(x, { index }) => index[3]", ["float32"], { ndim: 3 })).rejects.toMatchObject({
    name: "IndexError",
    message: "cannot give the index along axis 3: there are 3 axes, expected one from the first or the last",
  });
});

test("lowerProgram: relaxed, a product goes into a sum without having been rounded", async () => {
  const kinds = async (text: string, relaxed: boolean): Promise<readonly string[]> => {
    const { graph } = await of(text, ["float32", "float32", "float32"], { relaxed });
    return graph.nodes.map(({ kind }) => kind).filter((kind) => kind === "fused");
  };
  expect(await kinds("(x, y, z) => x * y + z", true)).toEqual(["fused"]);
  expect(await kinds("(x, y, z) => z - x * y", true)).toEqual(["fused"]);
  expect(await kinds("(x, y, z) => x * y + z", false)).toEqual([]);
});

test("lowerProgram: an element goes as many rounds as it may", async () => {
  const endless = await of("(x) => { let n = x; while (n > 0) n = n + 1; return n; }", ["float64"], { roundsMax: 50 });
  expect(() => outputsOf(endless, { operands: [1] })).toThrow("went on after 50 rounds");
  expect(outputsOf(endless, { operands: [-1] })).toEqual([[-1]]);
});

test("lowerProgram: gives the same graph each time", async () => {
  const text = "(x, { k }) => { let s = 0; for (let i = 0; i < 4; i++) s += x * k; return Math.hypot(s, x); }";
  const program = await readProgram(text);
  expect(lowered(program, ["float32"]).graph).toEqual(lowered(program, ["float32"]).graph);
});
