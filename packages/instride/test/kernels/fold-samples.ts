/**
 * Reductions and scans to compile: what users write. Compilers and minifiers get this file too.
 *
 * @module
 */

/** The parameters of functions, by name. */
type Numbers = Readonly<Record<string, number>>;

export interface FoldSample {
  /** A name, or what makes one value of two. */
  // oxlint-disable-next-line typescript/no-explicit-any -- functions of every signature
  readonly by: string | ((...args: any[]) => unknown);
  /** Whether it makes a scan, too. */
  readonly scans: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- functions of every signature
  readonly of?: (...args: any[]) => unknown;
  readonly operands: number;
  readonly domain: "counts" | "small";
  readonly border?: "nearest" | "wrap" | { readonly constant: number };
  /** What the last parameter of the functions is given, functions among it. */
  readonly given?: Readonly<Record<string, unknown>>;
}

/** An element, as a function sees it that reads neighbours. */
type Element = number & { at(...places: number[]): number };

export const FOLDS: Readonly<Record<string, FoldSample>> = {
  greatest: { by: (a: number, b: number) => (a > b ? a : b), scans: true, operands: 1, domain: "small" },
  total: {
    by: (a: number, b: number) => {
      let sum = a;
      sum += b;
      return sum;
    },
    scans: true,
    operands: 1,
    domain: "small",
  },
  length: { by: (a: number, b: number) => Math.hypot(a, b), scans: true, operands: 1, domain: "small" },
  commonDivisor: {
    by: (a: number, b: number) => {
      let [p, q] = [a, b];
      while (q > 0) [p, q] = [q, p % q];
      return p;
    },
    scans: true,
    operands: 1,
    domain: "counts",
  },
  bounded: {
    by: (a: number, b: number, { limit }: Numbers) => Math.min(Math.max(a, b), limit!),
    scans: true,
    operands: 1,
    domain: "small",
    given: { limit: 2 },
  },
  byHelper: {
    by: (a: number, b: number, { join }: { join: (x: number, y: number) => number }) => join(a, join(b, a)),
    scans: false,
    operands: 1,
    domain: "small",
    given: { join: (x: number, y: number) => (x < y ? x : y) },
  },
  distance: { by: "sum", of: (x: number, y: number) => (x - y) ** 2, scans: false, operands: 2, domain: "small" },
  weighted: {
    by: "mean",
    of: (x: number, y: number, { gain = 0.5, offset }: Numbers) => {
      const weight = y > 0 ? gain : 1 - gain;
      return x * weight + offset!;
    },
    scans: false,
    operands: 2,
    domain: "small",
    given: { offset: 0.25 },
  },
  spread: { by: "var", of: (x: number) => Math.abs(x) + 1, scans: false, operands: 1, domain: "small" },
  firstGreat: { by: "argmax", of: (x: number, y: number) => x * y, scans: false, operands: 2, domain: "small" },
  someBeyond: { by: "any", of: (x: number) => x > 2.75 || x < -2.75, scans: false, operands: 1, domain: "small" },
  halvings: {
    by: "sum",
    of: (n: number) => {
      let count = 0;
      for (let rest = n; rest > 1; rest = Math.floor(rest / 2)) {
        if (rest % 7 === 3) continue;
        count++;
      }
      return count;
    },
    scans: false,
    operands: 1,
    domain: "counts",
  },
  running: { by: "cumsum", of: (x: number, y: number) => x - y / 4, scans: true, operands: 2, domain: "small" },
  runningProduct: { by: "cumprod", of: (x: number) => 1 + x / 64, scans: true, operands: 1, domain: "small" },
  moment: {
    by: "sum",
    of: (x: number, { index: [i, j] }: { index: number[] }) => x * (i! - j!),
    scans: false,
    operands: 1,
    domain: "small",
  },
  lastAxis: {
    by: "max",
    of: (x: number, { index }: { index: number[] }) => (index.at(-1)! % 2 === 0 ? x : -x),
    scans: false,
    operands: 1,
    domain: "small",
  },
  steepest: {
    by: "max",
    of: (x: Element) => {
      let steepest = 0;
      for (const [di, dj] of [
        [0, 1],
        [1, 0],
      ])
        steepest = Math.max(steepest, Math.abs(x.at(di!, dj!) - x.at(-di!, -dj!)));
      return steepest;
    },
    scans: false,
    operands: 1,
    domain: "small",
    border: "wrap",
  },
  runningBeside: {
    by: "cumsum",
    of: (x: Element, { index: [i] }: { index: number[] }) => x.at(-1) + (i! & 1),
    scans: true,
    operands: 1,
    domain: "small",
    border: { constant: 3 },
  },
};
