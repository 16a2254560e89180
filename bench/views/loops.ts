/**
 * The loops that users write: over typed arrays, and over views by each idiom.
 *
 * A program has such a loop for arrays of one dtype, mostly, and an engine compiles it for that. So each dtype gets an
 * instance of this module, whose functions are compiled by themselves ({@link loopsFor}).
 *
 * @module
 */
import type { MemoryView, Reader } from "@instride/core";

/** A typed array of numbers, of any class. */
export interface Numbers {
  readonly length: number;
  [index: number]: number;
}

/** A view of a dtype whose elements are numbers. */
export type NumberView = MemoryView<"float64">;

export type Loops = typeof import("./loops.ts");

/** An instance of this module for arrays of one dtype. */
export async function loopsFor(dtype: string): Promise<Loops> {
  const module = new URL(`./loops.ts?${dtype}`, import.meta.url);
  return (await import(module.href)) as Loops;
}

export function sum(data: Numbers, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += data[i]!;
  return total;
}

export function sumReader(reader: Reader, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += reader.get(i);
  return total;
}

export function sumGet(view: NumberView, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += view.get(i);
  return total;
}

export function sumEvery(data: Numbers, start: number, step: number, n: number): number {
  let total = 0;
  for (let i = 0, at = start; i < n; i++, at += step) total += data[at]!;
  return total;
}

export function sumReaderEvery(reader: Reader, start: number, step: number, n: number): number {
  let total = 0;
  for (let i = 0, at = start; i < n; i++, at += step) total += reader.get(at);
  return total;
}

export function invert(data: Numbers, n: number): void {
  for (let i = 0; i < n; i++) data[i] = 255 - data[i]!;
}

export function invertGetSet(view: NumberView, n: number): void {
  for (let i = 0; i < n; i++) view.set(255 - view.get(i), i);
}

export function copy(target: Numbers, source: Numbers, n: number): void {
  for (let i = 0; i < n; i++) target[i] = source[i]!;
}

export function copyEveryOther(target: Numbers, source: Numbers, n: number): void {
  for (let i = 0; i < n; i++) target[i] = source[2 * i]!;
}

export function copyReversed(target: Numbers, source: Numbers, n: number): void {
  for (let i = 0; i < n; i++) target[i] = source[n - 1 - i]!;
}

/** @param length - of both axes */
export function copyTransposed(target: Numbers, source: Numbers, length: number): void {
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) target[i * length + j] = source[j * length + i]!;
  }
}

/** As {@link copyTransposed}, with the other side in order. */
export function copyTransposedReading(target: Numbers, source: Numbers, length: number): void {
  for (let j = 0; j < length; j++) {
    for (let i = 0; i < length; i++) target[i * length + j] = source[j * length + i]!;
  }
}
