/**
 * Sample functions: functions inside of functions, parameters, indices.
 *
 * @module
 */
// oxlint-disable typescript/unbound-method -- what users and compilers write
import type { Sample } from "./sample.ts";

type Numbers = Readonly<Record<string, number>>;

export const HELPERS: Readonly<Record<string, Sample>> = {
  helpers: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      const clamp = (v: number, low = 0, high = 1): number => (v < low ? low : v > high ? high : v);
      function mix(a: number, b: number, t: number): number {
        return a + (b - a) * clamp(t);
      }
      return mix(x, y, 0.25) + clamp(x, -2, 2);
    },
  },
  closures: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let total = 0;
      const add = (v: number): void => {
        if (v < 0) return;
        total += v;
      };
      add(x);
      add(y);
      for (let i = 0; i < 3; i++) add(x * i);
      return total;
    },
  },
  higherOrder: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      const twice = (f: (v: number) => number, v: number): number => f(f(v));
      const addTo = (n: number) => (v: number) => v + n;
      return twice(addTo(y), x) + ((v) => v * v)(x);
    },
  },
  loopInHelper: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      const gcd = (p: number, q: number): number => {
        while (q > 0) [p, q] = [q, p % q];
        return p;
      };
      const divisor = gcd(a, b);
      return [a / divisor, b / divisor, gcd(a / divisor, b)];
    },
  },
  loopInTest: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      const bits = (v: number): number => {
        let count = 0;
        for (; v !== 0; v >>= 1) count += v & 1;
        return count;
      };
      let i = n;
      while (bits(i) > 2) {
        i -= 1;
        if (i % 11 === 0) break;
      }
      return i;
    },
  },
  loopInBreak: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      // Endless for 0.
      const halvings = (v: number): number => {
        let count = 0;
        for (; v !== 1; v = Math.floor(v / 2)) count++;
        return count;
      };
      let i = n % 40;
      while (i > 0) {
        if (halvings(i) === 3) break;
        i -= 1;
      }
      return i;
    },
  },
  loopInTestAfterBreak: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      // Endless for 0.
      const halvings = (v: number): number => {
        let count = 0;
        for (; v !== 1; v = Math.floor(v / 2)) count++;
        return count;
      };
      let i = n % 3;
      if (i === 0) return -1;
      while (halvings(i) < 4) {
        i += n % 5;
        if (i % 4 === 0) {
          i = 0;
          break;
        }
        i++;
      }
      return i;
    },
  },
  returnInLoopOfHelper: {
    domain: "small",
    operands: 1,
    run: (x: number) => {
      let total = 0;
      const find = (limit: number): number => {
        for (let i = 0; i < 4; i++) {
          total += i;
          if (total > limit) return i;
          total += 0.5;
        }
        return -1;
      };
      const place = find(x);
      return [place, total];
    },
  },
  callback: {
    domain: "small",
    operands: 1,
    given: { gain: 0.5, shape: (v: number, { limit }: Numbers) => (v > limit! ? limit! : v) },
    run: (x: number, { gain, shape }: { gain: number; shape: (v: number, limits: Numbers) => number }) =>
      shape(x * gain, { limit: 1 }) + shape(-x, { limit: gain }),
  },
  method: {
    domain: "small",
    operands: 1,
    run: {
      f(x: number): number {
        return x * x + 1;
      },
    }.f,
  },
  functionExpression: {
    domain: "small",
    operands: 2,
    run: function scaled(x: number, y: number): number {
      return x * 10 + y;
    },
  },
  parameters: {
    domain: "small",
    operands: 1,
    given: { gain: 2, offset: 0.25, invert: true },
    run: (
      x: number,
      {
        gain: g,
        offset = 1,
        invert,
        scale = 1 / 4,
      }: { gain: number; offset?: number; invert: boolean; scale?: number },
    ) => (invert ? -x * g + offset * scale : x * g),
  },
  kernelByDefault: {
    domain: "small",
    operands: 1,
    run: (x: number, { half = (v: number) => v / 2 }: { half?: (v: number) => number }) => half(x) + 1,
    given: {},
  },
  indices: {
    domain: "small",
    operands: 1,
    given: { index: [3, 5, 7] },
    run: (x: number, { index: [i, j] }: { index: number[] }) => x * i! + j!,
  },
  lastIndex: {
    domain: "small",
    operands: 1,
    given: { index: [3, 5, 7] },
    run: (x: number, { index }: { index: number[] }) => x + index.at(-1)! * 10 + index[0]!,
  },
};
