/**
 * The same elements in memory of many layouts, shared and private: for tests of what reads or writes views.
 *
 * @module
 */
import { type DType, type MemoryOwner, type MemoryView } from "@instride/core";

export interface LaidOut {
  readonly name: string;
  readonly view: MemoryView;
}

/**
 * Views of one shape, each in memory of its own.
 *
 * @param fill - the element at some indices
 */
export function laidOut(
  owner: MemoryOwner,
  shape: readonly number[],
  dtype: DType,
  fill: (...indices: number[]) => number,
): LaidOut[] {
  const reversed = shape.toReversed();
  const doubled = shape.map((length) => length * 2);
  const layouts: Record<string, MemoryView> = {
    contiguous: owner.zeros(shape, dtype),
    transposed: owner.zeros(reversed, dtype).transpose(),
    "every other": owner.zeros(doubled, dtype).at(...shape.map(() => "::2" as const)),
    reversed: owner.zeros(shape, dtype).flip(),
    "part of a larger one": owner.zeros(doubled, dtype).at(...shape.map((length) => `1:${length + 1}` as const)),
  };
  return Object.entries(layouts).flatMap(([name, view]) => {
    for (const indices of indicesOf(shape)) view.set(fill(...indices), ...indices);
    return [
      { name, view },
      { name: `${name}, read-only`, view: view.toReadonly() },
    ];
  });
}

/** All indices of a shape, in C order. */
export function indicesOf(shape: readonly number[]): number[][] {
  const [length, ...rest] = shape;
  if (length === undefined) return [[]];
  const inner = indicesOf(rest);
  return Array.from({ length }, (_, i) => inner.map((indices) => [i, ...indices])).flat();
}
