/**
 * The model of a view: the place of every element, written out one by one.
 *
 * What slicing, transposing and the rest do to a view is done here to lists of places, with no stride anywhere.
 *
 * @module
 */
import type { Zone } from "./zone.ts";

/** Elements, and where they are. */
export interface Model {
  readonly zone: Zone;
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  /** Where each element begins, in C order: bytes from the start of the buffer. */
  readonly places: readonly number[];
}

/** Numbers of elements along one axis, counted in C order from the first element: one for each index. */
export type AxisSteps = readonly number[];

/** What each index of each axis adds to the number of an element: no axes, no steps. */
export function axisSteps(shape: readonly number[]): AxisSteps[] {
  const steps: AxisSteps[] = [];
  let size = 1;
  for (const length of shape.toReversed()) {
    const stride = size;
    steps.unshift(Array.from({ length }, (_, i) => i * stride));
    size *= length;
  }
  return steps;
}

/** The numbers of elements that take one step along each axis, from a first one, in C order. */
export function walk(first: number, axes: readonly AxisSteps[]): number[] {
  let numbers = [first];
  for (const steps of axes) numbers = numbers.flatMap((number) => steps.map((step) => number + step));
  return numbers;
}

/** The elements of a model that a walk over it meets. */
export function selected(model: Model, first: number, axes: readonly AxisSteps[]): Model {
  const places = walk(first, axes).map((number) => model.places[number]!);
  return { ...model, shape: axes.map((steps) => steps.length), places };
}

/** Rows `start` up to `stop` of the first axis. */
export function rowsOf(model: Model, start: number, stop: number): Model {
  const [length, ...inner] = model.shape as [number, ...number[]];
  const rowSize = length === 0 ? 0 : model.places.length / length;
  return { ...model, shape: [stop - start, ...inner], places: model.places.slice(start * rowSize, stop * rowSize) };
}

/** True where no byte belongs to two elements. */
export function areApart({ places, itemsize }: Model): boolean {
  const sorted = places.toSorted((a, b) => a - b);
  return sorted.every((place, i) => i === 0 || place >= sorted[i - 1]! + itemsize);
}

/** Every byte of every element, in C order, as a model of bytes. */
export function bytesOf(model: Model): Model {
  const { places, itemsize } = model;
  const bytes = places.flatMap((place) => Array.from({ length: itemsize }, (_, i) => place + i));
  return { ...model, format: "B", itemsize: 1, shape: [bytes.length], places: bytes };
}

/** Items of another size, made of bytes that follow each other in C order. */
export function itemsOf(bytes: Model, format: string, itemsize: number, shape: readonly number[]): Model {
  return { ...bytes, format, itemsize, shape, places: bytes.places.filter((_, i) => i % itemsize === 0) };
}
