/**
 * Can a sum of bounded integer multiples fall into a range? The question behind every overlap of strided memory.
 *
 * Given terms `c · x` with `c > 0` and `0 <= x <= max`, is there a choice of the `x` with `low <= Σ c·x <= high`? This
 * is as hard as the subset sum problem, so that the search has a budget of steps. Layouts of real programs don't reach
 * it: terms that together take every value of an interval, or every multiple of one coefficient, are joined first, and
 * two terms are decided by one run of Euclid's algorithm.
 *
 * All numbers are integers. `high` and each `c · x` that is looked at are below 2^53, so that doubles are exact.
 *
 * Source: the problem and the depth-first search with gcd bounds are those of NumPy's
 * `_core/src/common/mem_overlap.c`; here `low..high` takes the place of the terms that stand for the bytes of one
 * element.
 *
 * @module
 */

/** `coefficient` times an integer from 0 to `max`. Both are non-negative integers; `max` may be rounded past 2^53. */
export interface Term {
  readonly coefficient: number;
  readonly max: number;
}

/** What a bounded search found: `maybe` where its budget ended before an answer. */
export type Answer = "yes" | "no" | "maybe";

/** Search steps that are left: choices of one factor with at least two terms to come. Up to two terms take none. */
export interface Budget {
  steps: number;
}

/**
 * Decides whether the terms can sum up to a value in `[low, high]`, both inclusive.
 *
 * @param high - below 2^53
 * @param budget - gets less by each step taken; at 0 the answer is `maybe`, unless it needs no search
 */
export function canReach(terms: readonly Term[], low: number, high: number, budget: Budget): Answer {
  if (high < 0 || low > high) return "no";
  const ascending = terms
    .map(({ coefficient, max }) => ({ coefficient, max: Math.min(max, floorDivide(high, coefficient)) }))
    .filter(({ coefficient, max }) => coefficient > 0 && max > 0)
    .sort((a, b) => a.coefficient - b.coefficient);

  // Steps no wider than the range leave no gap in it: such a term only lowers what the others must reach.
  let absorbed = 0;
  for (const { coefficient, max } of ascending) {
    if (low <= 0) return "yes";
    if (coefficient > high - low + 1) break;
    low -= coefficient * max;
    absorbed++;
  }
  return search(linkTerms(joinMultiples(ascending.slice(absorbed), high), high), low, high, budget);
}

/**
 * Joins `c·x + qc·y` into `c·(x + qy)` where the multiples of `c` up to the next one of `qc` are all there.
 *
 * @param ascending - by coefficient
 */
function joinMultiples(ascending: readonly Term[], high: number): Term[] {
  const joined: Term[] = [];
  for (const term of ascending) {
    const previous = joined.at(-1);
    const ratio = previous === undefined ? Number.NaN : term.coefficient / previous.coefficient;
    if (previous !== undefined && term.coefficient % previous.coefficient === 0 && previous.max >= ratio - 1) {
      const max = Math.min(previous.max + ratio * term.max, floorDivide(high, previous.coefficient));
      joined[joined.length - 1] = { coefficient: previous.coefficient, max };
    } else {
      joined.push(term);
    }
  }
  return joined;
}

/** A term, and what is known of those after it, whose coefficients are smaller. */
interface LinkedTerm extends Term {
  readonly rest: LinkedTerm | null;
  /** The largest sum of the rest, or `high` of the whole problem where it is larger. */
  readonly restMax: number;
  /** The greatest common divisor of the rest's coefficients, 0 for no rest. */
  readonly restDivisor: number;
}

/** Links terms so that the largest coefficient, which has the fewest possible factors, comes first. */
function linkTerms(ascending: readonly Term[], high: number): LinkedTerm | null {
  let rest: LinkedTerm | null = null;
  let restMax = 0;
  let restDivisor = 0;
  for (const { coefficient, max } of ascending) {
    rest = { coefficient, max, rest, restMax, restDivisor };
    restMax = Math.min(restMax + coefficient * max, high);
    restDivisor = greatestCommonDivisor(coefficient, restDivisor);
  }
  return rest;
}

/** Tries the factors of one term that leave the rest a chance, and for each of them the rest. `high >= 0`. */
function search(term: LinkedTerm | null, low: number, high: number, budget: Budget): Answer {
  if (low <= 0) return "yes";
  if (term === null) return "no";
  const { coefficient, rest, restMax, restDivisor } = term;
  const last = Math.min(term.max, floorDivide(high, coefficient));
  let factor = low > restMax ? ceilDivide(low - restMax, coefficient) : 0;
  for (;;) {
    factor = nextFactor(coefficient, restDivisor, low, high, factor, last);
    if (factor < 0) return "no";
    if (rest === null || rest.rest === null) return "yes";
    if (budget.steps <= 0) return "maybe";
    budget.steps--;
    const answer = search(rest, low - coefficient * factor, high - coefficient * factor, budget);
    if (answer !== "no") return answer;
    factor++;
  }
}

/**
 * Finds the first `x` from `first` to `last` such that `[low - c·x, high - c·x]` holds a multiple of `divisor`, or -1.
 *
 * With one term left after `c`, `divisor` is its coefficient, and such an `x` is part of a solution: `first` and `last`
 * see to it that the range still meets what that term can reach.
 */
function nextFactor(c: number, divisor: number, low: number, high: number, first: number, last: number): number {
  if (first > last) return -1;
  const width = high - low;
  // No rest (divisor 0): the bounds of the search have already put c·x into the range.
  if (width >= divisor - 1) return first;
  // From `high - c·x` down to the multiple below it are `excess` steps, and that must not be more than `width`.
  const excess = (high - c * first) % divisor;
  if (excess <= width) return first;
  // Raising x by i changes the excess by -c·i modulo divisor.
  const step = (divisor - (c % divisor)) % divisor;
  const i = firstInResidues(step, divisor, divisor - excess, divisor - excess + width, last - first);
  return i < 0 ? -1 : first + i;
}

/**
 * Finds the smallest `x` from 0 to `last` with `low <= (a·x mod modulus) <= high`, or -1.
 *
 * `0 <= a < modulus`, `1 <= low <= high < modulus`, and `a · last` is below 2^53, from which it follows for all
 * products here. Cost: O(log modulus), since each level at least halves it.
 */
function firstInResidues(a: number, modulus: number, low: number, high: number, last: number): number {
  // Count downwards where that has the shorter step: -a·x lies in [modulus - high, modulus - low].
  if (a > modulus - a) return firstInResidues(modulus - a, modulus, modulus - high, modulus - low, last);
  if (a === 0) return -1;
  const direct = ceilDivide(low, a);
  if (direct > last) return -1;
  if (a * direct <= high) return direct;
  // No multiple of `a` lies in the range itself, so the smallest x goes round `turns` times: a·x - modulus·turns is in
  // the range, and modulo `a` that is the same question about `turns`.
  const turns = firstInResidues((a - (modulus % a)) % a, a, low % a, high % a, floorDivide(a * last - low, modulus));
  return turns < 0 ? -1 : ceilDivide(low + modulus * turns, a);
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** The quotient rounded down; unlike `Math.floor(a / b)` plainly exact. `a >= 0`; Infinity for `b === 0`. */
function floorDivide(a: number, b: number): number {
  return b === 0 ? Number.POSITIVE_INFINITY : (a - (a % b)) / b;
}

/** The quotient rounded up. `a > 0`, `b > 0`. */
function ceilDivide(a: number, b: number): number {
  return floorDivide(a - 1, b) + 1;
}
