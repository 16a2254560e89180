/**
 * A kernel's own function, called element by element as JavaScript calls it: what `debug` runs, so that breakpoints work.
 *
 * For float64 and bool its results are those of the compiled kernel, but for functions of `Math`, of which engines have
 * their own.
 *
 * @module
 */
import type { DType, HalfOpenRange } from "@instride/core";
import type { Program } from "../expression/expression.ts";
import type { Graph } from "../graph/graph.ts";
import { boxesOf } from "../graph/boxes.ts";

/** Where elements lie that a plain function reads or writes: broadcast to the shape of the call. */
export interface PlainMemory {
  readonly dtype: DType;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly strides: readonly number[];
}

/** A call of a plain function. */
export interface PlainCall {
  readonly function: (...args: unknown[]) => unknown;
  readonly returns: Program["returns"];
  /** What its last parameter gets, apart from the indices. */
  readonly names: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly operands: readonly PlainMemory[];
  readonly outputs: readonly PlainMemory[];
  /** Of bools: other elements stay as they are. */
  readonly mask: PlainMemory | null;
}

/** Whether a graph's elements are those of JavaScript, and it reads none but those at hand, as its function can. */
export function isPlain({ operands, stores, nodes }: Graph): boolean {
  const isOurs = (dtype: DType): boolean => dtype === "float64" || dtype === "bool";
  const readsBeside = nodes.some((node) => node.kind === "load" && node.shift.length > 0);
  return operands.every(isOurs) && stores.every(({ dtype }) => isOurs(dtype)) && !readsBeside;
}

/** Calls the function for a range of the elements, counted in C order. @throws what the function throws */
export function runPlainRange(call: PlainCall, range: HalfOpenRange): void {
  const { shape, mask } = call;
  const memories = [...call.operands, ...call.outputs, ...(mask === null ? [] : [mask])];
  for (const { start, shape: lengths } of boxesOf(shape, range)) {
    forEachIndex(lengths, (inBox) => {
      const index = inBox.map((i, axis) => start[axis]! + i);
      const offsets = memories.map(({ byteOffset, strides }) =>
        index.reduce((offset, i, axis) => offset + i * strides[axis]!, byteOffset),
      );
      callOnElement(call, index, offsets);
    });
  }
}

function callOnElement(call: PlainCall, index: readonly number[], offsets: readonly number[]): void {
  const { operands, outputs, mask, returns, names } = call;
  if (mask !== null && read(mask, offsets.at(-1)!) === false) return;
  const elements = operands.map((operand, i) => read(operand, offsets[i]!));
  const value: unknown = call.function(...elements, { ...names, index });
  const values = outputs.length === 1 && returns === "value" ? [value] : valuesOf(value, returns);
  for (const [i, output] of outputs.entries()) write(output, offsets[operands.length + i]!, values[i]);
}

function valuesOf(value: unknown, returns: Program["returns"]): readonly unknown[] {
  if (!Array.isArray(returns)) return value as readonly unknown[];
  return (returns as readonly string[]).map((name) => (value as Readonly<Record<string, unknown>>)[name]);
}

function read({ dtype, buffer }: PlainMemory, at: number): number | boolean {
  const memory = new DataView(buffer);
  return dtype === "bool" ? memory.getUint8(at) !== 0 : memory.getFloat64(at, true);
}

function write({ dtype, buffer }: PlainMemory, at: number, value: unknown): void {
  const memory = new DataView(buffer);
  if (dtype === "bool") memory.setUint8(at, Number(value) === 0 ? 0 : 1);
  else memory.setFloat64(at, Number(value), true);
}

function forEachIndex(shape: readonly number[], body: (index: readonly number[]) => void): void {
  if (shape.includes(0)) return;
  const index = shape.map(() => 0);
  for (;;) {
    body(index);
    let axis = shape.length - 1;
    while (axis >= 0 && ++index[axis]! === shape[axis]) index[axis--] = 0;
    if (axis < 0) return;
  }
}
