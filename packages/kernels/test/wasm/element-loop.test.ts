import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Node } from "../../src/graph/graph.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import { inputStreams, type Step } from "../../src/wasm/streams.ts";
import { bytes, checkCase, compile, memory, placeArrays, type Placed, scramble } from "./compiled-run.ts";

const ALL_DTYPES = Object.keys(DTYPES) as DType[];
const STEPS: readonly Step[] = [1, 0, -1, 2, -2, 3, -3, 4, -4, 5, "strided"];
const OUTPUT_STEPS: readonly Step[] = [1, -1, 2, 3, "strided"];
const SIZES = Array.from({ length: 71 }, (_, n) => n);

/** Both parts of a complex operand, or the one of another. */
function elementOf(builder: GraphBuilder, dtype: DType, operand: number): Node[] {
  return DTYPES[dtype].lanes === 1 ? [builder.load(operand)] : [builder.load(operand, 0), builder.load(operand, 1)];
}

/** A graph that copies an operand; with another of 64 bits where lanes are to be wide. */
function copyGraph(dtype: DType, isWide: boolean): Graph {
  const builder = new GraphBuilder([dtype, "int64"], []);
  const stores = [{ dtype, value: elementOf(builder, dtype, 0) }];
  if (isWide) stores.push({ dtype: "int64", value: [builder.load(1)] });
  return builder.finish(stores);
}

/** A stride in bytes that no element size divides, of either sign. */
function oddStride(dtype: DType, seed: number): number {
  const { itemsize } = DTYPES[dtype];
  return [itemsize + 1, -itemsize - 3, itemsize * 5 + 1, -itemsize, itemsize][seed % 5]!;
}

test.for(ALL_DTYPES)("%s: is read at every step, in vectors of either width, at sizes from 0 to 70", (dtype) => {
  scramble(3);
  for (const [seed, step] of STEPS.entries()) {
    for (const isWide of [false, true]) {
      const graph = copyGraph(dtype, isWide);
      const inputs = inputStreams(graph).map(({ operand }) => (operand === 0 ? step : 1));
      const strides = [oddStride(dtype, seed), 0, 0];
      checkCase({ graph, inputs, outputs: isWide ? [1, 1] : [1], strides, sizes: isWide ? [0, 1, 7, 70] : SIZES });
    }
  }
});

test.for(ALL_DTYPES)("%s: is written at every step, and nothing beside", (dtype) => {
  scramble(4);
  for (const [seed, step] of OUTPUT_STEPS.entries()) {
    for (const isWide of [false, true]) {
      const graph = copyGraph(dtype, isWide);
      const inputs = inputStreams(graph).map(() => 1);
      // Elements of an output share no bytes.
      const strides = [...inputs.map(() => 0), [1, -1][seed % 2]! * (DTYPES[dtype].itemsize + (seed % 3)), 0];
      const sizes = [0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 70];
      checkCase({ graph, inputs, outputs: isWide ? [step, 1] : [step], strides, sizes });
    }
  }
});

test.for([1, 2, 4] as const)("groups of %d vectors: every dtype is read and written as one by one", (unroll) => {
  scramble(5);
  for (const dtype of ALL_DTYPES) {
    for (const isWide of [false, true]) {
      const graph = copyGraph(dtype, isWide);
      const inputs = inputStreams(graph).map(() => 1);
      for (const outputs of isWide
        ? [
            [1, 1],
            [2, 2],
          ]
        : [[1], [-3]])
        checkCase({ graph, inputs, outputs, unroll, sizes: [1, 6, 23, 64, 67] });
    }
  }
});

test("bools: any byte but 0 is true, and what is written is 0 or 1", () => {
  const graph = copyGraph("bool", false);
  const run = compile({ graph, inputs: [1], outputs: [1] });
  const [input, output] = placeArrays(["bool", "bool"], [1, 1], [], 300);
  for (let i = 0; i < 300; i++) bytes[input!.offset + i] = i & 0xff;
  run(300, { inputs: [input!], outputs: [output!] });
  const written = [...bytes.subarray(output!.offset, output!.offset + 300)];
  expect(written).toEqual(Array.from({ length: 300 }, (_, i) => ((i & 0xff) === 0 ? 0 : 1)));
});

test("operands at the end of the memory: nothing beyond is read, whatever the step", () => {
  scramble(6);
  for (const dtype of ALL_DTYPES) {
    const { itemsize } = DTYPES[dtype];
    for (const step of [1, -1, 2, -2, 3, 4, 5, "strided"] as const) {
      const run = compile({ graph: copyGraph(dtype, false), inputs: [step], outputs: [1] });
      for (let n = 1; n <= 35; n++) {
        const stride = (step === "strided" ? 7 : step) * itemsize;
        const last = memory.buffer.byteLength - itemsize;
        const input = { dtype, offset: stride < 0 ? last : last - (n - 1) * stride, stride };
        const output = { dtype, offset: 64, stride: itemsize };
        expect(run(n, { inputs: [input], outputs: [output] })).toBe(0);
        const [from, to] = [input.offset + (n - 1) * stride, 64 + (n - 1) * itemsize];
        const expected = bytes.slice(from, from + itemsize);
        if (dtype === "bool") expected[0] = Number(expected[0] !== 0);
        if (!/float|complex/.test(dtype)) expect(bytes.slice(to, to + itemsize)).toEqual(expected);
      }
    }
  }
});

test("elements whose steps differ: any dtypes together", () => {
  const dtypes = fc.constantFrom(...ALL_DTYPES);
  const steps = fc.constantFrom(...STEPS);
  const operands = fc.array(fc.record({ dtype: dtypes, step: steps }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(operands, fc.nat(70), fc.constantFrom(1, 2, 4), fc.nat(4), (chosen, n, unroll, seed) => {
      scramble(seed + 7);
      const builder = new GraphBuilder(
        chosen.map(({ dtype }) => dtype),
        [],
      );
      const stores = chosen.map(({ dtype }, at) => ({ dtype, value: elementOf(builder, dtype, at) }));
      checkCase({
        graph: builder.finish(stores),
        inputs: chosen.map(({ step }) => step),
        outputs: chosen.map((_, at) => OUTPUT_STEPS[(seed + at) % 3]!),
        strides: chosen.map(({ dtype }) => oddStride(dtype, seed)),
        unroll,
        sizes: [n],
      });
    }),
    { numRuns: 200 },
  );
});

test.for(ALL_DTYPES)("%s, two outputs that lie on the two inputs: all is read before it is written", (dtype) => {
  const builder = new GraphBuilder([dtype, dtype], []);
  const stores = [1, 0].map((operand) => ({ dtype, value: elementOf(builder, dtype, operand) }));
  const graph = builder.finish(stores);
  const { itemsize } = DTYPES[dtype];
  for (const unroll of [1, 2, 4] as const) {
    for (const step of [1, -1, 3, "strided"] as const) {
      const run = compile({ graph, inputs: [step, step], outputs: [step, step], unroll });
      for (const n of [1, 3, 4, 37]) {
        scramble(n);
        if (dtype === "bool") for (const [at, byte] of bytes.entries()) bytes[at] = byte & 1;
        const placed = placeArrays([dtype, dtype], [step, step], [2 * itemsize, 2 * itemsize], n);
        const elements = placed.map(({ offset, stride }) =>
          Array.from({ length: n }, (_, i) => bytes.slice(offset + i * stride, offset + i * stride + itemsize).join()),
        );
        // The streams come in the order in which they are used: the second operand first.
        run(n, { inputs: [placed[1]!, placed[0]!], outputs: placed });
        const after = placed.map(({ offset, stride }) =>
          Array.from({ length: n }, (_, i) => bytes.slice(offset + i * stride, offset + i * stride + itemsize).join()),
        );
        expect(after).toEqual(elements.toReversed());
      }
    }
  }
});

/** Some 32-bit integer of an element. */
function integerOf(builder: GraphBuilder, [element]: readonly Node[]): Node {
  switch (element!.type) {
    case "bool":
      return builder.fromBool(element!, "i32");
    case "i32":
      return element!;
    case "i64":
      return builder.wrap(element!);
    default:
      return builder.truncSatS(element!, "i32");
  }
}

test.for(ALL_DTYPES)("%s: is read before, inside and after a loop, by vectors side by side", (dtype) => {
  scramble(10);
  for (const isWide of [false, true]) {
    const builder = new GraphBuilder([dtype, isWide ? "int64" : "int8"], []);
    const element = elementOf(builder, dtype, 0);
    const [integer, other] = [integerOf(builder, element), integerOf(builder, [builder.load(1)])];
    const [zero, one] = [builder.i32(0), builder.i32(1)];
    const initial = [builder.and(builder.xor(integer, other), builder.i32(7)), other];
    const [, sum] = builder.loop(initial, 8, ([left, total]) => ({
      condition: builder.ne(left!, zero),
      next: [builder.sub(left!, one), builder.add(total!, integer)],
    }));
    const graph = builder.finish([
      { dtype: "int32", value: [sum!] },
      { dtype, value: element },
    ]);
    for (const unroll of [1, 2, 4] as const)
      for (const step of [1, 2, "strided"] as const)
        checkCase({ graph, inputs: [step, 1], outputs: [1, 1], strides: [19, 0], unroll, sizes: [1, 6, 33] });
  }
});

test("trunc_sat_u: of small numbers too, the negative ones become 0", () => {
  const builder = new GraphBuilder(["int8"], []);
  const small = builder.convert("convert_s", builder.load(0), "f32");
  const graph = builder.finish([
    { dtype: "int32", value: [builder.truncSatU(small, "i32")] },
    { dtype: "int32", value: [builder.truncSatS(small, "i32")] },
    { dtype: "int32", value: [builder.truncSatU(builder.f32(-2), "i32")] },
  ]);
  const fill = ([input]: readonly Placed[]): void => {
    for (let i = 0; i < 33; i++) bytes[input!.offset + i] = 16 * i;
  };
  checkCase({ graph, inputs: [1], outputs: [1, 1, 1], sizes: [33], fill });
});

test("indices: the inner axis's runs on from what is given, others stay", () => {
  const builder = new GraphBuilder([], []);
  const sum = builder.add(builder.index(1), builder.mul(builder.index(0), builder.i64(1000n)));
  const graph = builder.finish([{ dtype: "int64", value: [sum] }]);
  for (const unroll of [1, 2, 4] as const) {
    const run = compile({ graph, inputs: [], outputs: [1], axis: 1, unroll });
    for (let n = 0; n <= 19; n++) {
      const output = { dtype: "int64", offset: 64, stride: 8 } as const;
      expect(run(n, { inputs: [], outputs: [output] }, { index: [7, 2 ** 40 + 5] })).toBe(0);
      const written = [...new BigInt64Array(memory.buffer, 64, n)];
      expect(written).toEqual(Array.from({ length: n }, (_, i) => 2n ** 40n + 5n + BigInt(i) + 7000n));
    }
  }
});

test("elements beside: each shift is a stream of its own", () => {
  const builder = new GraphBuilder(["float64"], []);
  const [left, right] = [builder.load(0, 0, [-1]), builder.load(0, 0, [1])];
  const graph = builder.finish([{ dtype: "float64", value: [builder.sub(right, left)] }]);
  const streams = inputStreams(graph);
  expect(streams).toEqual([
    { operand: 0, shift: [1] },
    { operand: 0, shift: [-1] },
  ]);
  const run = compile({ graph, inputs: [1, 1], outputs: [1] });
  const squares = new Float64Array(memory.buffer, 64, 20);
  squares.forEach((_, i) => (squares[i] = i * i));
  const at = (element: number) => ({ dtype: "float64", offset: 64 + element * 8, stride: 8 }) as const;
  run(18, { inputs: streams.map(({ shift }) => at(1 + shift[0]!)), outputs: [at(40)] });
  const expected = Array.from({ length: 18 }, (_, i) => (i + 2) ** 2 - i ** 2);
  expect([...new Float64Array(memory.buffer, 64 + 40 * 8, 18)]).toEqual(expected);
});

test("parameters: the function takes what its description says, in that order", () => {
  const builder = new GraphBuilder(["float32", "int8"], ["f64", "bool"]);
  const scaled = builder.mul(builder.load(0), builder.demote(builder.parameter(0)));
  const picked = builder.select(builder.parameter(1), scaled, builder.convertS(builder.load(1), "f32"));
  const graph = builder.finish([{ dtype: "float32", value: [picked] }]);
  const { function: run, parameters } = buildElementLoop({ graph, inputs: [1, "strided"], outputs: ["strided"] });
  expect(parameters).toEqual([
    { kind: "count" },
    { kind: "output", output: 0 },
    { kind: "input", stream: 0 },
    { kind: "input", stream: 1 },
    { kind: "output-stride", output: 0 },
    { kind: "input-stride", stream: 1 },
    { kind: "parameter", parameter: 0 },
    { kind: "parameter", parameter: 1 },
  ]);
  expect(run.parameters.map(({ type }) => type).join(" ")).toBe("i32 i32 i32 i32 i32 i32 f64 i32");
});

test("no elements: nothing is read or written, not even what is the same for all", () => {
  const builder = new GraphBuilder(["float64"], []);
  const graph = builder.finish([{ dtype: "float64", value: [builder.load(0)] }]);
  const nowhere = { dtype: "float64", offset: -8, stride: 8 } as const;
  expect(compile({ graph, inputs: [0], outputs: [1] })(0, { inputs: [nowhere], outputs: [nowhere] })).toBe(0);
});
