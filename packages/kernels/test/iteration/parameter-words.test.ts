import { MemoryView } from "@instride/core";
import { expect, test } from "vitest";
import { type GeneratedCode, generatedLoops, type MapArguments } from "../../src/compiler/generated-loops.ts";
import { planMap } from "../../src/compiler/map-code.ts";
import { lowerKept } from "../../src/compiler/map-program.ts";
import type { KernelBorder } from "../../src/graph/strided.ts";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { ParameterWords } from "../../src/iteration/parameter-words.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { reductionBody } from "../../src/reduction/body.ts";
import { createMemory } from "../../src/wasm/platform.ts";

const memory = createMemory(2, 2, true);

const LENGTH = 10;
const WORDS = 64;
const SOURCE = 1024;
const TARGET = 2048;

function numbersAt(byteOffset: number): Float64Array {
  return new Float64Array(memory.buffer, byteOffset, LENGTH);
}

/** A call of `x.at(-1) * gain + offset` whose parameters lie in the heap. */
async function callWith(border: KernelBorder, inHeap: boolean, compiles: boolean) {
  const program = await readProgram("(x, { gain, offset }) => x.at(-1) * gain + offset");
  const { graph, parameters } = lowerKept(program, {
    operands: ["float64"],
    parameters: new Map([
      ["gain", "number"],
      ["offset", "number"],
    ]),
  });
  const layout = (byteOffset: number): OperandLayout => {
    return { dtype: "float64", shape: [LENGTH], byteOffset, strides: [8], inHeap, border };
  };
  const { plan, code, id } = planMap(graph, [layout(TARGET)], [layout(SOURCE)], compiles);
  const loop = generatedLoops({ memory }, () => ({ reductionBody }))("map", code satisfies GeneratedCode);
  const views = { in0: new MemoryView(numbersAt(SOURCE)), out0: new MemoryView(numbersAt(TARGET)) };
  const lanes = (values: Readonly<Record<string, number>>): MapArguments["parameters"] =>
    parameters.map((parameter) => parameter.toLane(values[parameter.name]!));
  const first = lanes({ gain: 2, offset: 1 });
  const words = new ParameterWords(memory.buffer, WORDS, first.length);
  words.write(first);
  const args: MapArguments = { plan: { ...plan, key: id }, parameters: first, parametersAt: WORDS };
  return {
    run: () => void loop({ start: 0, stop: plan.units }, views, args as never),
    set: (gain: number, offset: number) => words.write(lanes({ gain, offset })),
  };
}

test.each([
  ["where operands lie", "nearest", true, true],
  ["staged at a border", { constant: 100 }, true, true],
  ["staged", "nearest", false, true],
  ["interpreted", "nearest", true, false],
] as const)("parameters in the heap: each run takes those that are there, %s", async (_, border, inHeap, compiles) => {
  const { run, set } = await callWith(border, inHeap, compiles);
  numbersAt(SOURCE).set(Array.from({ length: LENGTH }, (_value, i) => i));
  const first = typeof border === "object" ? border.constant : 0;
  for (const [gain, offset] of [
    [2, 1],
    [2, 1],
    [-3, 0.5],
    [2, 1],
  ] as const) {
    set(gain, offset);
    for (let round = 0; round < 2; round++) {
      run();
      const expected = Array.from({ length: LENGTH }, (_value, i) => (i === 0 ? first : i - 1) * gain + offset);
      expect([...numbersAt(TARGET)]).toEqual(expected);
      numbersAt(TARGET).fill(Number.NaN);
    }
  }
});

test("parameters in the heap: values of every kind come back as they were, and the same object while nothing changes", () => {
  const values = [0.1, -0, Number.NaN, 2 ** 32 - 1, true, false, 2n ** 62n, -1n];
  const words = new ParameterWords(memory.buffer, WORDS, values.length);
  words.write(values);
  expect(words.read(values)).toBe(values);
  const others = [1, 0, 5, -1, false, true, -(2n ** 63n), 0n];
  words.write(others);
  expect(words.read(values)).toEqual(others);
});
