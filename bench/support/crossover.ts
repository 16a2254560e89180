/**
 * From which size on one way of doing the work beats another: what the groups of a suite say together.
 *
 * @module
 */
import type { Group } from "./report.ts";

/**
 * The smallest size from which on a way is faster than the reference at every size measured, or null.
 *
 * @param way - the name of a case that every group has
 * @param size - the parameter that says how large a group's work is
 */
export function crossoverOf(groups: readonly Group[], way: string, size: string): number | null {
  const sizeOf = ({ parameters }: Group): number => parameters[size] as number;
  const downwards = [...groups].sort((a, b) => sizeOf(b) - sizeOf(a));
  const beats = ({ cases }: Group): boolean => cases.find(({ name }) => name === way)!.ratio < 1;
  const firstLoss = downwards.findIndex((group) => !beats(group));
  const winners = firstLoss === -1 ? downwards : downwards.slice(0, firstLoss);
  return winners.length === 0 ? null : sizeOf(winners.at(-1)!);
}
