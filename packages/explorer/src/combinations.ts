/**
 * The ways to choose some of a list, by number.
 *
 * @module
 */

/** How many ways there are to choose `count` of `total`. */
export function countChoices(total: number, count: number): number {
  let ways = 1;
  for (let k = 1; k <= count; k++) ways = (ways * (total - count + k)) / k;
  return ways;
}

/** One of the ways to choose `count` items, in their order. Way 0 takes the first ones. */
export function choose<T>(items: readonly T[], count: number, way: number): T[] {
  const chosen: T[] = [];
  let rest = way;
  for (let index = 0; chosen.length < count; index++) {
    const withThis = countChoices(items.length - index - 1, count - chosen.length - 1);
    if (rest < withThis) chosen.push(items[index]!);
    else rest -= withThis;
  }
  return chosen;
}
