/**
 * Runs of compiled graphs in a shared memory, held against the interpreter's: every byte of the memory must be the same
 * after both, where any NaN is any other.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import { expect } from "vitest";
import type { Graph, LaneValue } from "../../src/graph/graph.ts";
import { runInterpreted } from "../../src/graph/run-interpreted.ts";
import { assemble, type MemoryImport } from "../../src/wasm/assembler.ts";
import { buildElementLoop } from "../../src/wasm/element-loop.ts";
import type { ElementLoop, RunParameter } from "../../src/wasm/run-parameters.ts";
import { compileModule, instantiateModule, validateModule } from "../../src/wasm/platform.ts";
import { inputStreams, type Step } from "../../src/wasm/streams.ts";

const PAGES = 8;
const MEMORY: MemoryImport = { minPages: 1, maxPages: PAGES, isShared: true };

interface Memory {
  readonly buffer: SharedArrayBuffer;
}

type MemoryConstructor = new (descriptor: { initial: number; maximum: number; shared: boolean }) => Memory;

const { Memory: WasmMemory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;

/** What all runs have. */
export const memory: Memory = new WasmMemory({ initial: PAGES, maximum: PAGES, shared: true });
export const bytes: Uint8Array<SharedArrayBuffer> = new Uint8Array(memory.buffer);

/** A word that nobody sets, at the start of the memory. */
export const CANCEL = 0;

/** Where arrays begin. */
const FIRST_BYTE = 64;

/** An array of one axis. Units: bytes. */
export interface Placed {
  readonly dtype: DType;
  readonly offset: number;
  readonly stride: number;
}

export type Run = (n: number, arrays: Arrays, scalars?: Scalars) => number;

export interface Arrays {
  readonly inputs: readonly Placed[];
  readonly outputs: readonly Placed[];
}

export interface Scalars {
  readonly parameters?: readonly LaneValue[];
  /** The first index along each axis. */
  readonly index?: readonly number[];
  readonly cancel?: number;
}

/** Compiles a loop; the function takes arrays as its parameters want them. */
export function compile(loop: ElementLoop): Run {
  const { function: builder, parameters } = buildElementLoop(loop);
  const module = assemble({ memory: MEMORY, functions: [builder] });
  expect(validateModule(module)).toBe(true);
  const { run } = instantiateModule(compileModule(module), memory);
  return (n, arrays, scalars = {}) => run!(...parameters.map((parameter) => argumentOf(parameter, n, arrays, scalars)));
}

function argumentOf(
  parameter: RunParameter,
  n: number,
  { inputs, outputs }: Arrays,
  scalars: Scalars,
): number | bigint {
  const { parameters = [], index = [0], cancel = CANCEL } = scalars;
  switch (parameter.kind) {
    case "count":
      return n;
    case "output":
      return outputs[parameter.output]!.offset;
    case "input":
      return inputs[parameter.stream]!.offset;
    case "output-stride":
      return outputs[parameter.output]!.stride;
    case "input-stride":
      return inputs[parameter.stream]!.stride;
    case "index":
      return index[parameter.axis]!;
    case "parameter": {
      const value = parameters[parameter.parameter]!;
      return typeof value === "boolean" ? Number(value) : value;
    }
    case "cancel":
      return cancel;
    default:
      throw new Error(`a run has no ${parameter.kind}`);
  }
}

/** Puts arrays of n elements one after the other, at any byte, with a gap of a few bytes between. */
export function placeArrays(
  dtypes: readonly DType[],
  steps: readonly Step[],
  strides: readonly number[],
  n: number,
): Placed[] {
  let next = FIRST_BYTE + 1;
  return dtypes.map((dtype, at) => {
    const { itemsize } = DTYPES[dtype];
    const step = steps[at]!;
    const stride = step === "strided" ? strides[at]! : step * itemsize;
    const reach = Math.max(n - 1, 0) * stride;
    const offset = next - Math.min(reach, 0);
    next += Math.abs(reach) + itemsize + 3;
    expect(next).toBeLessThan(bytes.length);
    return { dtype, offset, stride };
  });
}

export interface Case {
  readonly graph: Graph;
  readonly inputs: readonly Step[];
  readonly outputs: readonly Step[];
  /** Bytes from element to element, of those whose step is `"strided"`: first the inputs', then the outputs'. */
  readonly strides?: readonly number[];
  readonly unroll?: 1 | 2 | 4;
  readonly sizes: readonly number[];
  readonly parameters?: readonly LaneValue[];
  /** Writes the inputs' elements; without it they are what the memory holds. */
  readonly fill?: (inputs: readonly Placed[], n: number) => void;
}

/** Runs a graph over arrays of each size, and checks what it did to the memory. */
export function checkCase({ graph, inputs, outputs, strides = [], unroll, sizes, parameters = [], fill }: Case): void {
  const streams = inputStreams(graph);
  const run = compile({ graph, inputs, outputs, axis: 0, ...(unroll === undefined ? {} : { unroll }) });
  const dtypes = [...streams.map(({ operand }) => graph.operands[operand]!), ...graph.stores.map(({ dtype }) => dtype)];
  for (const n of sizes) {
    const placed = placeArrays(dtypes, [...inputs, ...outputs], strides, n);
    const arrays = { inputs: placed.slice(0, streams.length), outputs: placed.slice(streams.length) };
    fill?.(arrays.inputs, n);
    const before = new SharedArrayBuffer(memory.buffer.byteLength);
    const expected = new Uint8Array(before);
    expected.set(bytes);
    const operandAt = graph.operands.map((_, operand) => streams.findIndex((stream) => stream.operand === operand));
    runInterpreted(graph, {
      shape: [n],
      operands: operandAt.map((at) => strided(before, arrays.inputs[at] ?? { dtype: "bool", offset: 0, stride: 0 })),
      outputs: arrays.outputs.map((output) => strided(before, output)),
      parameters,
    });
    expect(run(n, arrays, { parameters })).toBe(0);
    expectSame(bytes, expected, arrays.outputs, n);
  }
}

function strided(
  buffer: SharedArrayBuffer,
  { offset, stride }: Placed,
): {
  buffer: SharedArrayBuffer;
  byteOffset: number;
  strides: number[];
} {
  return { buffer, byteOffset: offset, strides: [stride] };
}

/** Compares two images of the memory, after making NaNs of outputs one. */
export function expectSame(
  actual: Uint8Array<SharedArrayBuffer>,
  expected: Uint8Array<SharedArrayBuffer>,
  outputs: readonly Placed[],
  n: number,
): void {
  for (const image of [actual, expected]) for (const output of outputs) uniteNaNs(image, output, n);
  if (Buffer.compare(actual, expected) === 0) return;
  // Only now, since it takes long: which element it is.
  for (const { dtype, offset, stride } of outputs) {
    for (let i = 0; i < n; i++) {
      const element = (image: Uint8Array<SharedArrayBuffer>): number[] => [
        ...image.subarray(offset + i * stride, offset + i * stride + DTYPES[dtype].itemsize),
      ];
      expect({ dtype, i, bytes: element(actual) }).toEqual({ dtype, i, bytes: element(expected) });
    }
  }
  expect(actual.findIndex((byte, at) => byte !== expected[at])).toBe("outside of the outputs");
}

function uniteNaNs(image: Uint8Array<SharedArrayBuffer>, { dtype, offset, stride }: Placed, n: number): void {
  if (!/^float(32|64)$|^complex/.test(dtype)) return;
  const { itemsize, lanes } = DTYPES[dtype];
  const view = new DataView(image.buffer);
  const partBytes = itemsize / lanes;
  for (let i = 0; i < n; i++) {
    for (let part = 0; part < lanes; part++) {
      const at = offset + i * stride + part * partBytes;
      if (partBytes === 4 && Number.isNaN(view.getFloat32(at, true))) view.setUint32(at, 0x7fc0_0000, true);
      if (partBytes === 8 && Number.isNaN(view.getFloat64(at, true)))
        view.setBigUint64(at, 0x7ff8_0000_0000_0000n, true);
    }
  }
}

/** Writes values of a lane type as elements. */
export function writeValues({ dtype, offset, stride }: Placed, values: readonly LaneValue[]): void {
  const view = new DataView(memory.buffer);
  for (const [i, value] of values.entries()) {
    const at = offset + i * stride;
    if (dtype === "bool") view.setUint8(at, value === true ? 1 : 0);
    else if (dtype === "int32") view.setInt32(at, Number(value), true);
    else if (dtype === "int64") view.setBigInt64(at, BigInt(value), true);
    else if (dtype === "float32") view.setFloat32(at, Number(value), true);
    else view.setFloat64(at, Number(value), true);
  }
}

/** Bytes that follow from a number and look like any. */
export function scramble(seed: number): void {
  const words = new Uint32Array(memory.buffer);
  let state = seed | 1;
  for (let i = FIRST_BYTE / 4; i < words.length; i++) {
    // Xorshift: Marsaglia (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
}
