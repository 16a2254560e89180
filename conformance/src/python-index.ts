/**
 * Python's subscripts: as the vectors write them, and what they are on a view of ours.
 *
 * `view[1, -2]` is `get(1, -2)`, and `view[1:, None]` is `at("1:", null)`: `get` takes integers and reads an element, `at`
 * takes anything and gives a view.
 *
 * @module
 */
import type { MemoryView } from "../../packages/core/src/views/memory-view.ts";
import { type IndexKey, type Integer, slice, type Slice } from "../../packages/core/src/layout/slicing.ts";
import { PythonFloat } from "./cases.ts";

/** `[start, stop, step]` of a slice. */
export type SliceTriple = readonly [start: number | null, stop: number | null, step: number | null];

export function sliceOf([start, stop, step]: SliceTriple): Slice {
  return slice(start, stop, step);
}

/** One key of a subscript: those that Python refuses are among them. */
export type PythonKey = Integer | Slice | null | PythonFloat | string;

/**
 * Reads a subscript as Python's `repr` writes it: `"(slice(0, 1, None), 0)"`, `"Ellipsis"`, `"'x'"`.
 *
 * @returns its keys: those of a tuple, or the one that it is
 */
export function parseSubscript(text: string): readonly PythonKey[] {
  const json = text
    .replaceAll("'", '"')
    .replace(/slice\(([^)]*)\)/g, '{"slice":[$1]}')
    .replace(/\b(\d+\.\d+)\b/g, '{"float":$1}')
    .replaceAll("None", "null")
    .replaceAll("True", "true")
    .replaceAll("False", "false")
    .replaceAll("Ellipsis", '"..."')
    .replace(/^\((.*?),?\)$/, "[$1]");
  const keys = JSON.parse(json) as unknown;
  return (Array.isArray(keys) ? keys : [keys]).map(keyOf);
}

function keyOf(key: unknown): PythonKey {
  if (typeof key !== "object" || key === null) return key as PythonKey;
  if ("slice" in key) return sliceOf(key.slice as SliceTriple);
  return new PythonFloat((key as { float: number }).float);
}

/** `view[keys]`. */
export function readSubscript(view: MemoryView, keys: readonly PythonKey[]): unknown {
  const ours = keys.map(keyInJavaScript);
  return ours.every(isInteger) ? view.get(...ours) : view.at(...(ours as IndexKey[]));
}

/** `view[keys] = value`. */
export function writeSubscript(view: MemoryView, keys: readonly PythonKey[], value: unknown): void {
  const ours = keys.map(keyInJavaScript);
  if (ours.every(isInteger)) view.set(value as number, ...ours);
  else view.at(...(ours as IndexKey[])).assign(value as ArrayBuffer);
}

function keyInJavaScript(key: PythonKey): Exclude<PythonKey, PythonFloat> {
  return key instanceof PythonFloat ? key.value : key;
}

function isInteger(key: unknown): key is Integer {
  return typeof key === "number" || typeof key === "boolean" || typeof key === "bigint";
}
