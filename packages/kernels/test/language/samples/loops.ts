/**
 * Sample functions: loops.
 *
 * @module
 */
import type { Sample } from "./sample.ts";

export const LOOPS: Readonly<Record<string, Sample>> = {
  mandelbrot: {
    domain: "small",
    operands: 2,
    run: (cr: number, ci: number) => {
      let zr = 0;
      let zi = 0;
      let n = 0;
      for (; n < 60; n++) {
        const a = zr * zr;
        const b = zi * zi;
        if (a + b > 4) break;
        zi = 2 * zr * zi + ci;
        zr = a - b + cr;
      }
      return n;
    },
  },
  mandelbrotWhile: {
    domain: "small",
    operands: 2,
    run: (cr: number, ci: number) => {
      let [zr, zi, n] = [0, 0, 0];
      while (n < 60 && zr * zr + zi * zi <= 4) {
        [zr, zi] = [zr * zr - zi * zi + cr, 2 * zr * zi + ci];
        n++;
      }
      return [n, zr, zi];
    },
  },
  newton: {
    domain: "any",
    operands: 1,
    run: (a: number) => {
      if (!(a > 0) || a === Infinity) return NaN;
      let x = a;
      for (let i = 0; i < 200; i++) {
        const next = (x + a / x) / 2;
        if (Math.abs(next - x) <= 1e-12 * next) return next;
        x = next;
      }
      return x;
    },
  },
  gcd: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      while (b !== 0) {
        const t = b;
        b = a % b;
        a = t;
      }
      return a;
    },
  },
  gcdSwapped: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      for (; b;) [a, b] = [b, a % b];
      return a;
    },
  },
  collatz: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let steps = 0;
      do {
        if (n % 2 === 0) n /= 2;
        else n = 3 * n + 1;
        steps++;
      } while (n !== 1);
      return steps;
    },
  },
  digits: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let sum = 0;
      for (let left = n; left > 0; left = Math.floor(left / 10)) sum += left % 10;
      return sum;
    },
  },
  prime: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      if (n < 2) return false;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
      return true;
    },
  },
  nested: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        if (i * x > 5) continue;
        for (let j = i; j < 5; j++) {
          if (j * y > 6) break;
          if (sum > 40) return -sum;
          sum += x * i + y * j;
        }
        sum += 1;
      }
      return sum;
    },
  },
  breaksAndContinues: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let a = x;
      let b = 0;
      let i = 0;
      while (true) {
        i++;
        if (i > 20) break;
        a += y;
        if (a < 0) {
          b += 1;
          continue;
        }
        if (a > 5) {
          a = -a;
          if (b > 3) break;
        }
        b += a;
        if (b > 30) return [a, b, -i];
      }
      return [a, b, i];
    },
  },
  effectsInTest: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let i = n % 20;
      let sum = 0;
      while (i-- > 0) {
        if (sum > 50) break;
        sum += i;
      }
      return [i, sum];
    },
  },
  bisection: {
    domain: "small",
    operands: 1,
    run: (y: number) => {
      let low = -4;
      let high = 4;
      let middle: number;
      do {
        middle = (low + high) / 2;
        if (middle * middle * middle > y * 8) high = middle;
        else low = middle;
      } while (high - low > 1e-6);
      return middle;
    },
  },
  flags: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let found = false;
      let i = 0;
      while (!found && i < 30) {
        i += 1;
        found = (n + i) % 7 === 0;
      }
      return [i, found, Number(found) + 1];
    },
  },
  boolOrNumber: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let last: number | boolean = false;
      for (let i = 0; i < n % 5; i++) last = i * 2;
      return Number(last) + 1;
    },
  },
  guarded: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      if (!(x >= 1) || x > 1e6) return 0;
      let n = Math.floor(x);
      let steps = 0;
      // Endless for what has returned.
      while (n !== 1) {
        n = n % 2 === 0 ? n / 2 : (n - 1) / 2;
        steps++;
      }
      return steps;
    },
  },
  guardedInBranch: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      const count = (v: number): number => {
        let n = Math.floor(v);
        let steps = 0;
        while (n !== 0) {
          n = Math.floor(n / 2);
          steps++;
        }
        return steps;
      };
      return x > 0 && x < 1e9 ? count(x) : -1;
    },
  },
  numberInPlaceOfBool: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let last: number | boolean = false;
      let count = 0;
      for (let i = 0; i < n % 9; i++) {
        if (last) count++;
        last = i % 3;
      }
      return [count, last === 1];
    },
  },
  loopAfterReturn: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let rest = n % 5;
      for (let i = 1; i < 9; i++) if (rest === 0 && i > 2) return i;
      let steps = 0;
      // Endless for 0.
      while (rest !== 1) {
        rest = Math.floor(rest / 2);
        steps++;
      }
      return steps;
    },
  },
  itemsLeft: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let sum = 0;
      for (const item of [1, 0.5, -1, 2]) {
        if (item > x) {
          sum += 100;
          break;
        }
        if (item * y > 1) return -sum;
        if (item === 0.5) continue;
        sum += item;
      }
      return sum;
    },
  },
};
